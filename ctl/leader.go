package ctl

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func leaderCommand() *cli.Command {
	return &cli.Command{
		Name:  "leader",
		Usage: "show or move leadership",
		Subcommands: []*cli.Command{
			{
				Name:        "show",
				Usage:       "who leads",
				Description: "Exits with 4 if nobody does.\n\n" + examples("linkctl leader show"),
				Action:      do(leaderShow),
			},
			{
				Name:  "transfer",
				Usage: "hand leadership over",
				Description: "The leader keeps reading its links until the new one has taken over: no event is lost.\n" +
					"A follower that isn't fit to lead is refused (exit status 6). If the node leads already, that is fine.\n\n" +
					examples("linkctl leader transfer", "linkctl leader transfer --to n2"),
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "to", Usage: "the node that shall lead, its `ID`; without it the fittest follower"},
				},
				Action: do(leaderTransfer),
			},
		},
	}
}

func leaderShow(ctx context.Context, c *cmd) error {
	r, err := c.api.Status(ctx, &apipb.StatusRequest{Local: true})
	if err != nil {
		return err
	}
	v := &leaderView{r.Leader, r.LeaderAddress, r.Applied.GetTerm(), r.Applied.GetNode()}
	if err := c.out.show(v); err != nil {
		return err
	}
	if v.Leader == "" {
		return statusError{exitNoLeader, "no leader"}
	}
	return nil
}

type leaderView struct {
	Leader        string `json:"leader"`
	LeaderAddress string `json:"leader_address"`
	Term          uint64 `json:"term"`
	Node          string `json:"node"`
}

func (v *leaderView) text(s *screen) {
	if v.Leader == "" {
		s.linef("none, says %s in term %d", v.Node, v.Term)
		return
	}
	s.linef("%s  %s  term %d", v.Leader, v.LeaderAddress, v.Term)
}

func leaderTransfer(ctx context.Context, c *cmd) error {
	r, err := c.api.TransferLeader(ctx, &apipb.TransferLeaderRequest{To: c.String("to")})
	if err != nil {
		return err
	}
	result := "transferred"
	if r.Already {
		result = "already_leader"
	}
	return c.out.show(&transferView{result, r.From, r.To})
}

type transferView struct {
	Result string `json:"result"`
	From   string `json:"from"`
	To     string `json:"to"`
}

func (v *transferView) text(s *screen) {
	if v.Result == "already_leader" {
		s.linef("%s leads already", v.To)
		return
	}
	s.linef("%s leads now; it was %s", v.To, v.From)
}
