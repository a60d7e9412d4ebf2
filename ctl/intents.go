package ctl

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func intentsCommand() *cli.Command {
	return &cli.Command{
		Name:  "intents",
		Usage: "the clients' requests that have no outcome yet",
		Description: "Lists what clients asked of a switch and the switch hasn't answered. One that stays overdue\n" +
			"means a switch that doesn't answer.\n\n" +
			examples("linkctl intents"),
		Action: do(intents),
	}
}

func intents(ctx context.Context, c *cmd) error {
	r, err := c.api.Intents(ctx, &apipb.IntentsRequest{Read: c.read()})
	if err != nil {
		return err
	}
	return c.out.show(&intentsView{appliedOf(r.Applied), each(r.Intents, func(i *apipb.IntentInfo) intentView {
		return intentView{i.Id, i.Session, i.Switch, i.Service, i.Device, i.Term, when(i.DueMs), i.Sent, i.Overdue}
	})})
}

type intentsView struct {
	Applied applied      `json:"applied"`
	Intents []intentView `json:"intents"`
}

type intentView struct {
	ID      uint64 `json:"id"`
	Session uint64 `json:"session"`
	Switch  string `json:"switch"`
	Service string `json:"service"`
	Device  string `json:"device"`
	Term    uint64 `json:"term"`
	Due     when   `json:"due"`
	Sent    bool   `json:"sent"`
	Overdue bool   `json:"overdue"`
}

func (v *intentsView) text(s *screen) {
	s.table("INTENT SESSION SWITCH SERVICE DEVICE TERM SENT DUE-IN OVERDUE", each(v.Intents, func(i intentView) []string {
		due := ""
		if !i.Overdue {
			due = v.Applied.Time.age(i.Due)
		}
		return []string{number(i.ID), number(i.Session), i.Switch, i.Service, i.Device, number(i.Term), yesNo(i.Sent), due, yesNo(i.Overdue)}
	}))
	v.Applied.footnote(s)
}
