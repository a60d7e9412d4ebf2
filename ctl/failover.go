package ctl

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func failoverCommand() *cli.Command {
	return &cli.Command{
		Name:  "failover",
		Usage: "how leadership was last taken over",
		Subcommands: []*cli.Command{
			{
				Name:  "show",
				Usage: "the steps of the last failover, and how long each took",
				Description: "The newest takeover of leadership that any node remembers, from the first sign that the old leader was\n" +
					"gone to the first event that a client was told. AFTER counts from that sign; TOOK from the step before.\n" +
					"Times are those of the node that took over.\n\n" +
					examples("linkctl failover show", "linkctl failover show --json"),
				Action: do(failoverShow),
			},
		},
	}
}

func failoverShow(ctx context.Context, c *cmd) error {
	r, err := c.api.Failover(ctx, &apipb.FailoverRequest{Local: c.stale})
	if err != nil {
		return err
	}
	v := &failoverView{Applied: appliedOf(r.Applied), Unreachable: each(r.Unreachable, func(id string) string { return id })}
	if f := r.Failover; f != nil {
		v.Node, v.Term, v.Kind, v.Began = f.Node, f.Term, f.Kind, when(f.BeganMs)
		v.Steps = each(f.Steps, func(s *apipb.FailoverStep) failoverStep { return failoverStep{s.Step, s.Switch, s.AfterUs} })
	}
	return c.out.show(v)
}

type failoverView struct {
	Applied     applied        `json:"applied"`
	Node        string         `json:"node"`
	Term        uint64         `json:"term"`
	Kind        string         `json:"kind"`
	Began       when           `json:"began"`
	Steps       []failoverStep `json:"steps"`
	Unreachable []string       `json:"unreachable"`
}

type failoverStep struct {
	Step    string `json:"step"`
	Switch  string `json:"switch"`
	AfterUs int64  `json:"after_us"`
}

func (v *failoverView) text(s *screen) {
	if v.Node == "" {
		s.linef("no node remembers a failover")
	} else {
		s.linef("%s took over in term %d (%s), %s", v.Node, v.Term, v.Kind, v.Began.local())
		s.gap()
		before := int64(0)
		s.table("AFTER TOOK STEP SWITCH", each(v.Steps, func(p failoverStep) []string {
			took := p.AfterUs - before
			before = p.AfterUs
			return []string{millis(p.AfterUs), millis(took), p.Step, p.Switch}
		}))
	}
	if len(v.Unreachable) > 0 {
		s.gap()
		s.linef("not asked, as they can't be reached: %s", strings.Join(v.Unreachable, ", "))
	}
	v.Applied.footnote(s)
}

func millis(us int64) string { return fmt.Sprintf("%.1fms", float64(us)/1000) }
