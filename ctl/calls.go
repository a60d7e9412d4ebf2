package ctl

import (
	"context"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func callsCommand() *cli.Command {
	return &cli.Command{
		Name:      "calls",
		Usage:     "live calls, or one of them in full",
		ArgsUsage: "[ID]",
		Description: "Lists the calls with their parties, oldest first. With an ID shows all that is known of that call.\n\n" +
			examples("linkctl calls", "linkctl calls --switch pbx1 --device 2001", "linkctl calls 4711"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "switch", Usage: "only those of this switch"},
			&cli.StringFlag{Name: "device", Usage: "only those with this party, by any of its names"},
			limitFlag(),
		},
		Action: do(calls),
	}
}

func calls(ctx context.Context, c *cmd) error {
	limit, err := c.limit()
	if err != nil {
		return err
	}
	q := &apipb.CallsRequest{Read: c.read(), Switch: c.String("switch"), Device: c.String("device")}
	if arg := c.Args().First(); arg != "" {
		if q.Id, err = positive("call", arg); err != nil {
			return err
		}
	}
	v := &callsView{one: q.Id != 0}
	found, more, err := pages(limit, func(size uint32) ([]*apipb.CallInfo, bool, error) {
		q.PageSize = size
		r, err := c.api.Calls(ctx, q)
		if err != nil {
			return nil, false, err
		}
		v.Applied, q.After = appliedOf(r.Applied), r.Next
		return r.Calls, r.Next == 0, nil
	})
	if err != nil {
		return err
	}
	if v.one && len(found) == 0 {
		return statusError{exitFailed, "no live call has the ID " + c.Args().First()}
	}
	v.Calls, v.More = each(found, callOf), more
	if err := c.out.show(v); err != nil {
		return err
	}
	c.cut("calls", len(v.Calls), more)
	return nil
}

// positive reads an ID that the state machine minted.
func positive(what, s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, usagef("%q is no %s ID: give a number from 1", s, what)
	}
	return n, nil
}

type callsView struct {
	Applied applied    `json:"applied"`
	Calls   []callView `json:"calls"`
	More    bool       `json:"more"`

	one bool
}

type callView struct {
	ID         uint64         `json:"id"`
	Switch     string         `json:"switch"`
	Parties    []partyView    `json:"parties"`
	Calling    string         `json:"calling"`
	Called     string         `json:"called"`
	Began      when           `json:"began"`
	Changed    when           `json:"changed"`
	Verified   bool           `json:"verified"`
	Late       bool           `json:"late"`
	LinkedTo   uint64         `json:"linked_to"`
	Linkage    string         `json:"linkage"`
	Names      []callNameView `json:"names"`
	Correlator []byte         `json:"correlator"`
	UserData   []byte         `json:"user_data"`
	Version    uint64         `json:"version"`
}

type partyView struct {
	Device string `json:"device"`
	State  string `json:"state"`
	Since  when   `json:"since"`
}

type callNameView struct {
	Link string `json:"link"`
	Call string `json:"call"`
}

func callOf(k *apipb.CallInfo) callView {
	return callView{
		ID: k.Id, Switch: k.Switch, Calling: k.Calling, Called: k.Called, Began: when(k.BeganMs), Changed: when(k.ChangedMs),
		Verified: k.Verified, Late: k.Late, LinkedTo: k.LinkedTo, Linkage: k.Linkage,
		Correlator: list(k.Correlator), UserData: list(k.UserData), Version: k.Version,
		Parties: each(k.Parties, func(p *apipb.PartyInfo) partyView { return partyView{p.Device, p.State, when(p.SinceMs)} }),
		Names:   each(k.Names, func(n *apipb.CallName) callNameView { return callNameView{n.Link, n.Call} }),
	}
}

func (v *callsView) text(s *screen) {
	if v.one {
		for _, k := range v.Calls {
			k.detail(s, v.Applied.Time)
		}
	} else {
		s.table("CALL SWITCH PARTIES CALLING CALLED AGE VERIFIED", each(v.Calls, func(k callView) []string {
			return []string{number(k.ID), k.Switch, k.parties(), k.Calling, k.Called, k.Began.age(v.Applied.Time), yesNo(k.Verified)}
		}))
	}
	v.Applied.footnote(s)
}

func (k callView) parties() string {
	return strings.Join(each(k.Parties, func(p partyView) string { return p.Device + " " + p.State }), ", ")
}

func (k callView) detail(s *screen, now when) {
	names := each(k.Names, func(n callNameView) string { return n.Call + " on " + n.Link })
	late := ""
	if k.Late {
		late = "its beginning wasn't seen"
	}
	s.pairs(
		[2]string{"call", number(k.ID)},
		[2]string{"switch", k.Switch},
		[2]string{"calling", k.Calling},
		[2]string{"called", k.Called},
		[2]string{"began", strings.TrimSpace(k.Began.local() + "  " + k.Began.age(now))},
		[2]string{"changed", strings.TrimSpace(k.Changed.local() + "  " + k.Changed.age(now))},
		[2]string{"verified", yesNo(k.Verified)},
		[2]string{"late", late},
		[2]string{"known as", strings.Join(names, ", ")},
		[2]string{"linkage", k.Linkage},
		[2]string{"linked to", unless0(k.LinkedTo)},
		[2]string{"correlator", string(k.Correlator)},
		[2]string{"user data", string(k.UserData)},
		[2]string{"version", unless0(k.Version)},
	)
	s.gap()
	s.table("DEVICE STATE SINCE", each(k.Parties, func(p partyView) []string { return []string{p.Device, p.State, p.Since.age(now)} }))
}
