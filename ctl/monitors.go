package ctl

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func monitorsCommand() *cli.Command {
	return &cli.Command{
		Name:  "monitors",
		Usage: "the clients' monitors",
		Description: "Lists each monitor with its cross reference ID, whose it is and what it is about.\n" +
			"UPSTREAM says whether the switch reports for it.\n\n" +
			examples("linkctl monitors --switch pbx1", "linkctl monitors --device 2001", "linkctl monitors --session 3"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "switch", Usage: "only those of this switch"},
			&cli.StringFlag{Name: "device", Usage: "only those of this device"},
			&cli.Uint64Flag{Name: "session", Usage: "only those of the session with this `ID`"},
			limitFlag(),
		},
		Action: do(monitors),
	}
}

func monitors(ctx context.Context, c *cmd) error {
	limit, err := c.limit()
	if err != nil {
		return err
	}
	q := &apipb.MonitorsRequest{Read: c.read(), Switch: c.String("switch"), Device: c.String("device"), Session: c.Uint64("session")}
	v := &monitorsView{}
	found, more, err := pages(limit, func(size uint32) ([]*apipb.MonitorInfo, bool, error) {
		q.PageSize = size
		r, err := c.api.Monitors(ctx, q)
		if err != nil {
			return nil, false, err
		}
		v.Applied, q.After = appliedOf(r.Applied), r.Next
		return r.Monitors, r.Next == 0, nil
	})
	if err != nil {
		return err
	}
	v.More = more
	v.Monitors = each(found, func(m *apipb.MonitorInfo) monitorView {
		return monitorView{m.Xref, m.Session, m.Client, m.Switch, m.Device, m.Call, m.Type, m.Filter, m.State, m.Claimed, m.Upstream}
	})
	if err := c.out.show(v); err != nil {
		return err
	}
	c.cut("monitors", len(v.Monitors), more)
	return nil
}

type monitorsView struct {
	Applied  applied       `json:"applied"`
	Monitors []monitorView `json:"monitors"`
	More     bool          `json:"more"`
}

type monitorView struct {
	Xref     uint64 `json:"xref"`
	Session  uint64 `json:"session"`
	Client   string `json:"client"`
	Switch   string `json:"switch"`
	Device   string `json:"device"`
	Call     uint64 `json:"call"`
	Type     string `json:"type"`
	Filter   string `json:"filter"`
	State    string `json:"state"`
	Claimed  bool   `json:"claimed"`
	Upstream bool   `json:"upstream"`
}

func (v *monitorsView) text(s *screen) {
	s.table("XREF CLIENT SESSION SWITCH DEVICE CALL TYPE STATE CLAIMED UPSTREAM FILTER", each(v.Monitors, func(m monitorView) []string {
		return []string{number(m.Xref), m.Client, number(m.Session), m.Switch, m.Device, unless0(m.Call), m.Type, m.State,
			yesNo(m.Claimed), yesNo(m.Upstream), m.Filter}
	}))
	v.Applied.footnote(s)
}
