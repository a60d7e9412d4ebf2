package ctl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
)

func watchCommand() *cli.Command {
	return &cli.Command{
		Name:  "watch",
		Usage: "the feed, live",
		Description: "Shows each change as it is committed, until interrupted. When the node goes away, another one is\n" +
			"asked and the feed goes on after the last position: nothing is missed and nothing comes twice.\n" +
			"If that position is too old, it says so and goes on where the feed still is.\n\n" +
			examples("linkctl watch", "linkctl watch --switch pbx1 --device 2001", "linkctl watch --json --after 184201.1"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "switch", Usage: "only what is about this switch"},
			&cli.StringFlag{Name: "device", Usage: "only what is about this device"},
			&cli.Uint64Flag{Name: "call", Usage: "only what is about the call with this `ID`"},
			&cli.StringSliceFlag{Name: "kind", Usage: "only records of these `KINDS`, separated by commas"},
			&cli.StringFlag{Name: "after", Usage: "begin after this `POSITION` of the feed; without it, now"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "from-start", Usage: "begin with the oldest record that the feed still holds"},
		},
		Action: do(watch),
	}
}

// How long linkctl waits before it asks again: twice as long each time.
const (
	rewatchFirst = 200 * time.Millisecond
	rewatchLast  = 2 * time.Second
)

func watch(ctx context.Context, c *cmd) error {
	if c.String("after") != "" && c.Bool("from-start") {
		return usagef("--after and --from-start exclude each other")
	}
	w := &watcher{cmd: c, q: &apipb.WatchRequest{
		Switch: c.String("switch"), Device: c.String("device"), Call: c.Uint64("call"), Kinds: c.StringSlice("kind"),
		After: c.String("after"), FromStart: c.Bool("from-start"),
	}}
	for pause := rewatchFirst; ; {
		w.seen = false
		err := w.api.Watch(ctx, w.q, w.take)
		if w.seen {
			pause = rewatchFirst
		}
		if err := w.judge(ctx, err); err != nil {
			return err
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, rewatchLast)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watcher follows the feed over one stream after another.
type watcher struct {
	*cmd
	q     *apipb.WatchRequest
	began bool // some stream has begun
	lost  bool // and broke, which was said
	seen  bool // the present stream has begun
}

func (w *watcher) take(e *apipb.WatchEvent) error {
	if !w.seen && w.lost {
		w.lost = false
		fmt.Fprintln(w.std.Err, "linkctl: back, going on after", clean(or(w.q.After, "now")))
	}
	w.seen, w.began = true, true
	if e.CursorTooOld {
		fmt.Fprintf(w.std.Err, "linkctl: cursor too old: the records after %s are gone; going on at %s. linkctl calls and dn list show what was missed\n",
			clean(or(w.q.After, "the beginning")), clean(e.Position))
	}
	if e.Position != "" {
		w.q.After, w.q.FromStart = e.Position, false
	}
	if e.Kind == "" && !(e.CursorTooOld && w.out.json) {
		return nil // only a position
	}
	return w.out.next(eventOf(e))
}

// judge tells whether to try again: yes, once a stream has begun, unless a node
// says that the question is wrong.
func (w *watcher) judge(ctx context.Context, err error) error {
	var (
		broken *api.Broken
		failed *api.Error
	)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil, errors.As(err, &broken):
	case errors.As(err, &failed) && w.began && (errors.Is(err, api.ErrUnreachable) || errors.Is(err, api.ErrNoLeader)):
	default:
		return err
	}
	if !w.lost {
		w.lost = true
		reason := "the node ended the feed"
		if err != nil {
			reason = told(err)
		}
		fmt.Fprintf(w.std.Err, "linkctl: %s; trying again\n", reason)
	}
	return nil
}

type eventView struct {
	Position      string `json:"position"`
	Time          when   `json:"time"`
	Switch        string `json:"switch"`
	Kind          string `json:"kind"`
	Event         string `json:"event"`
	Call          uint64 `json:"call"`
	Device        string `json:"device"`
	Cause         string `json:"cause"`
	Text          string `json:"text"`
	Reconstructed bool   `json:"reconstructed"`
	CursorTooOld  bool   `json:"cursor_too_old"`
	Record        []byte `json:"record"`
}

func eventOf(e *apipb.WatchEvent) eventView {
	return eventView{e.Position, when(e.TimeMs), e.Switch, e.Kind, e.Event, e.Call, e.Device, e.Cause, e.Text, e.Reconstructed, e.CursorTooOld, list(e.Record)}
}

func (e eventView) text(s *screen) {
	said := []string{or(e.Event, e.Kind)}
	if e.Cause != "" {
		said = append(said, "("+e.Cause+")")
	}
	if e.Reconstructed {
		said = append(said, "[reconstructed]")
	}
	if e.Text != "" {
		said = append(said, e.Text)
	}
	clock := e.Time.local()
	if len(clock) > 11 {
		clock = clock[11:]
	}
	s.linef("%s  %-12s  %-8s  %-6s  %-10s  %s", clock, e.Position, e.Switch, unless0(e.Call), e.Device, strings.Join(said, " "))
}
