package ctl

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func sessionsCommand() *cli.Command {
	return &cli.Command{
		Name:  "sessions",
		Usage: "clients and how far each has read",
		Description: "Lists the sessions of T-Servers and other clients: where each is attached, what it was told last,\n" +
			"how many records it is behind, and for one that is away, when it ends.\n\n" +
			examples("linkctl sessions", "linkctl sessions --switch pbx1"),
		Flags:  []cli.Flag{&cli.StringFlag{Name: "switch", Usage: "only those of this switch"}},
		Action: do(sessions),
	}
}

func sessions(ctx context.Context, c *cmd) error {
	r, err := c.api.Sessions(ctx, &apipb.SessionsRequest{Read: c.read(), Switch: c.String("switch")})
	if err != nil {
		return err
	}
	return c.out.show(&sessionsView{appliedOf(r.Applied), each(r.Sessions, func(s *apipb.SessionInfo) sessionView {
		return sessionView{s.Id, s.Switch, s.Identity, s.Name, s.Edition, s.Explicit, s.Attached, s.Node, s.Peer, s.Delivered,
			s.Behind, s.Resumed, s.Monitors, when(s.OpenedMs), when(s.EndsMs)}
	})})
}

type sessionsView struct {
	Applied  applied       `json:"applied"`
	Sessions []sessionView `json:"sessions"`
}

type sessionView struct {
	ID        uint64 `json:"id"`
	Switch    string `json:"switch"`
	Identity  string `json:"identity"`
	Name      string `json:"name"`
	Edition   uint32 `json:"edition"`
	Explicit  bool   `json:"explicit"`
	Attached  bool   `json:"attached"`
	Node      string `json:"node"`
	Peer      string `json:"peer"`
	Delivered string `json:"delivered"`
	Behind    uint64 `json:"behind"`
	Resumed   uint64 `json:"resumed"`
	Monitors  uint32 `json:"monitors"`
	Opened    when   `json:"opened"`
	Ends      when   `json:"ends"`
}

func (v *sessionsView) text(s *screen) {
	s.table("SESSION CLIENT SWITCH STATE NODE PEER MONITORS DELIVERED BEHIND RESUMED OPENED ENDS-IN", each(v.Sessions, func(e sessionView) []string {
		state, ends := "attached", ""
		if !e.Attached {
			state = "away"
			if e.Ends != 0 {
				ends = v.Applied.Time.age(e.Ends)
			}
		}
		return []string{number(e.ID), or(e.Name, e.Identity), e.Switch, state, e.Node, e.Peer, number(e.Monitors), e.Delivered,
			number(e.Behind), number(e.Resumed), e.Opened.age(v.Applied.Time), ends}
	}))
	v.Applied.footnote(s)
}
