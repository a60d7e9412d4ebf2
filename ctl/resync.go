package ctl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
)

func resyncCommand() *cli.Command {
	return &cli.Command{
		Name:  "resync",
		Usage: "make the state equal to what the switches say now",
		Description: "Asks the switch for every device (or the one given), clears stuck parties and takes up what was\n" +
			"missed. It runs on the leader: when linkctl is interrupted or the connection breaks, it goes on.\n" +
			"--follow shows the one that runs. Exits with 5 if parties stayed unsynchronised.\n\n" +
			examples("linkctl resync", "linkctl resync --switch pbx1 --device 2001", "linkctl resync --follow"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "switch", Usage: "only this switch; without it all"},
			&cli.StringFlag{Name: "device", Usage: "only this device; needs --switch if there are several"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "follow", Usage: "start nothing, show what runs"},
		},
		Action: do(resync),
	}
}

// refollow is how long linkctl waits before it takes up a broken stream.
const refollow = 200 * time.Millisecond

func resync(ctx context.Context, c *cmd) error {
	q := &apipb.ResyncRequest{Switch: c.String("switch"), Device: c.String("device"), FollowOnly: c.Bool("follow")}
	if q.Device != "" {
		var err error
		if q.Switch, err = c.theSwitch(ctx); err != nil {
			return err
		}
	}
	run := &resyncRun{cmd: c, bar: newProgress(c.std.Err, c.out.json)}
	err := run.follow(ctx, q)
	run.bar.end()
	if !c.out.json && len(run.last) > 0 {
		if err := c.out.show(&resyncView{run.last}); err != nil {
			return err
		}
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(c.std.Err, "linkctl: the resync goes on; linkctl resync --follow shows it")
		return ctx.Err()
	case err != nil:
		return err
	case len(run.last) == 0:
		fmt.Fprintln(c.std.Err, "linkctl: no resync runs")
		return nil
	}
	return run.verdict()
}

// resyncRun is what one command has seen of a resync.
type resyncRun struct {
	*cmd
	bar  *progress
	last []progressView // of each switch
}

// follow reads the progress until every switch is done, over as many streams as
// that takes.
func (r *resyncRun) follow(ctx context.Context, q *apipb.ResyncRequest) error {
	for {
		seen := false
		err := r.api.Resync(ctx, q, func(p *apipb.ResyncProgress) error {
			seen = true
			return r.take(p)
		})
		var broken *api.Broken
		switch {
		case err != nil && !errors.As(err, &broken):
			return err
		case err == nil && !r.unfinished():
			return nil
		case !seen:
			return errors.New("the resync ended while nobody was watching: linkctl status tells what is left unverified")
		}
		if broken != nil {
			fmt.Fprintf(r.std.Err, "linkctl: %s; taking it up again\n", told(broken))
		}
		q = &apipb.ResyncRequest{Switch: q.Switch, Device: q.Device, FollowOnly: true}
		select {
		case <-time.After(refollow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *resyncRun) take(p *apipb.ResyncProgress) error {
	v := progressView{p.Switch, p.Total, p.Done, p.Cleared, p.Found, p.Unsynced, p.Finished, p.Error}
	if i := slices.IndexFunc(r.last, func(w progressView) bool { return w.Switch == v.Switch }); i >= 0 {
		r.last[i] = v
	} else {
		r.last = append(r.last, v)
	}
	r.bar.set("resync "+v.Switch, int(v.Done), int(v.Total))
	if r.out.json {
		return r.out.next(v)
	}
	return nil
}

func (r *resyncRun) unfinished() bool {
	return slices.ContainsFunc(r.last, func(v progressView) bool { return !v.Finished })
}

func (r *resyncRun) verdict() error {
	unsynced := uint64(0)
	for _, v := range r.last {
		if v.Error != "" {
			return statusError{exitFailed, "resync of " + v.Switch + ": " + v.Error}
		}
		unsynced += v.Unsynced
	}
	if unsynced > 0 {
		return statusError{exitUnhealthy, plural(int(unsynced), "part") + " couldn't be synchronised"}
	}
	return nil
}

type resyncView struct {
	switches []progressView
}

type progressView struct {
	Switch   string `json:"switch"`
	Total    uint64 `json:"total"`
	Done     uint64 `json:"done"`
	Cleared  uint64 `json:"cleared"`
	Found    uint64 `json:"found"`
	Unsynced uint64 `json:"unsynced"`
	Finished bool   `json:"finished"`
	Error    string `json:"error"`
}

func (v progressView) text(*screen) {} // only the end is shown

func (v *resyncView) text(s *screen) {
	s.table("SWITCH DEVICES DONE CLEARED FOUND UNSYNCED STATE ERROR", each(v.switches, func(p progressView) []string {
		state := "finished"
		switch {
		case p.Error != "":
			state = "failed"
		case !p.Finished:
			state = "running"
		}
		return []string{p.Switch, number(p.Total), number(p.Done), number(p.Cleared), number(p.Found), number(p.Unsynced), state, p.Error}
	}))
}
