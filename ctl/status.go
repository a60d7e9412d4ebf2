package ctl

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:  "status",
		Usage: "how the cluster is, on one screen",
		Description: "Shows the leader, every member, the switches with their links, and how much there is.\n" +
			"Members that can't be asked are listed with the reason. Exits with 5 unless all is well,\n" +
			"with 4 if there is no leader.\n\n" +
			examples("linkctl status", "linkctl status --watch 2s", "linkctl --json status"),
		Flags: []cli.Flag{
			&cli.DurationFlag{Name: "watch", Usage: "show it again every `TIME` until interrupted"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "counters", Usage: "show the answering node's counters too"},
		},
		Action: do(status),
	}
}

func status(ctx context.Context, c *cmd) error {
	every := c.Duration("watch")
	if c.IsSet("watch") && every <= 0 {
		return usagef("--watch %s: give a time above zero, for example 2s", every)
	}
	if every > 0 {
		return watchStatus(ctx, c, every)
	}
	v, err := fetchStatus(ctx, c)
	if err != nil {
		return err
	}
	if err := c.out.show(v); err != nil {
		return err
	}
	return v.verdict()
}

// watchStatus goes on through failures: it is what one looks at during them.
func watchStatus(ctx context.Context, c *cmd, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	between := ""
	if isTerminal(c.std.Out) {
		between = "\x1b[H\x1b[2J" // home, clear
	}
	for ; ; between = or(between, "\n") {
		v, err := fetchStatus(ctx, c)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !c.out.json {
			fmt.Fprint(c.std.Out, between)
		}
		if err != nil {
			fmt.Fprintf(c.std.Err, "linkctl: %s\n", told(err))
		} else if err := c.out.next(v); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type statusView struct {
	Health        string            `json:"health"`
	Problems      []string          `json:"problems"`
	Applied       applied           `json:"applied"`
	Leader        string            `json:"leader"`
	LeaderAddress string            `json:"leader_address"`
	Ready         bool              `json:"ready"`
	NotReady      []string          `json:"not_ready"`
	Version       string            `json:"version"`
	Level         uint32            `json:"level"`
	Calls         uint64            `json:"calls"`
	Sessions      uint64            `json:"sessions"`
	Monitors      uint64            `json:"monitors"`
	Intents       uint64            `json:"intents"`
	Members       []memberView      `json:"members"`
	Switches      []switchView      `json:"switches"`
	Links         []linkView        `json:"links"`
	LinksError    string            `json:"links_error"`
	Counters      map[string]uint64 `json:"counters"`

	showCounters []*apipb.Counter
}

type switchView struct {
	Name       string `json:"name"`
	Protocol   string `json:"protocol"`
	Status     string `json:"status"`
	Reason     string `json:"reason"`
	Since      when   `json:"since"`
	Link       string `json:"link"`
	Epoch      uint64 `json:"epoch"`
	Node       string `json:"node"`
	Devices    uint64 `json:"devices"`
	Monitored  uint64 `json:"monitored"`
	Unverified uint64 `json:"unverified"`
	Calls      uint64 `json:"calls"`
}

func fetchStatus(ctx context.Context, c *cmd) (*statusView, error) {
	r, err := c.api.Status(ctx, &apipb.StatusRequest{Local: c.stale})
	if err != nil {
		return nil, err
	}
	v := &statusView{
		Applied:       appliedOf(r.Applied),
		Leader:        r.Leader,
		LeaderAddress: r.LeaderAddress,
		Ready:         r.Ready,
		NotReady:      list(r.NotReady),
		Version:       r.Version,
		Level:         r.Level,
		Calls:         r.Calls,
		Sessions:      r.Sessions,
		Monitors:      r.Monitors,
		Intents:       r.Intents,
		Members:       each(r.Members, memberOf),
		Switches: each(r.Switches, func(s *apipb.SwitchStatus) switchView {
			return switchView{s.Name, s.Protocol, s.Status, s.Reason, when(s.SinceMs), s.Link, s.Epoch, s.Node, s.Devices, s.Monitored, s.Unverified, s.Calls}
		}),
		Links:    []linkView{},
		Counters: map[string]uint64{},
	}
	for _, n := range r.Counters {
		v.Counters[n.Name] = n.Value
	}
	if c.Bool("counters") {
		v.showCounters = r.Counters
	}
	if links, err := c.api.Links(ctx, &apipb.LinksRequest{Local: c.stale}); err == nil {
		v.Links = each(links.Links, linkOf)
	} else if ctx.Err() != nil {
		return nil, ctx.Err()
	} else {
		v.LinksError = err.Error()
	}
	v.Health, v.Problems = v.assess()
	return v, nil
}

func (v *statusView) text(s *screen) {
	leader := "no leader"
	if v.Leader != "" {
		leader = strings.TrimSpace("leader " + v.Leader + " " + v.LeaderAddress)
	}
	s.word("HEALTH", v.Health)
	s.linef("  %s  term %d  cluster %s", leader, v.Applied.Term, v.Applied.ClusterID)
	s.linef("calls %d  sessions %d  monitors %d  intents %d", v.Calls, v.Sessions, v.Monitors, v.Intents)
	s.linef("answered by %s at entry %d, %s; version %s, level %d", v.Applied.Node, v.Applied.Index, v.Applied.Time.local(), v.Version, v.Level)
	s.gap()
	membersTable(s, v.Members)
	if len(v.Switches) > 0 {
		s.gap()
		s.table("SWITCH STATUS LINK EPOCH NODE DEVICES MONITORED UNVERIFIED CALLS SINCE REASON", each(v.Switches, func(w switchView) []string {
			return []string{w.Name, w.Status, w.Link, unless0(w.Epoch), w.Node, number(w.Devices), number(w.Monitored),
				number(w.Unverified), number(w.Calls), w.Since.age(v.Applied.Time), w.Reason}
		}))
	}
	if len(v.Links) > 0 {
		s.gap()
		linksTable(s, v.Links, v.Applied.Time)
	}
	if len(v.showCounters) > 0 {
		s.gap()
		s.table("COUNTER VALUE", each(v.showCounters, func(n *apipb.Counter) []string { return []string{n.Name, number(n.Value)} }))
	}
	if len(v.Problems) > 0 {
		s.gap()
		for _, p := range v.Problems {
			s.linef("! %s", p)
		}
	}
}
