package ctl

import (
	"context"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func linksCommand() *cli.Command {
	return &cli.Command{
		Name:  "links",
		Usage: "the links to the switches, on every node",
		Description: "Lists each configured link as each node has it: active or spare on the leader, standby elsewhere. A hot\n" +
			"standby has the monitors that the leader has; MISMATCHES counts the calls of which it did not hear the same.\n" +
			"VIA names the node that relays a link which the leader can't reach itself.\n\n" +
			examples("linkctl links", "linkctl links --json"),
		Action: do(links),
		Subcommands: []*cli.Command{
			changeLink(apipb.ChangeLinkRequest_ENABLE, "enable", "use a link that was disabled", ""),
			changeLink(apipb.ChangeLinkRequest_DISABLE, "disable", "use a link no more",
				"A link that is driven is read until another one has taken over, if there is one: no event is lost."),
			changeLink(apipb.ChangeLinkRequest_SWITCH, "switch", "drive a switch through this link",
				"The link in use is read until this one has taken over: no event is lost. It stays until it fails, or the\nleader changes; failback leaves it alone."),
			changeLink(apipb.ChangeLinkRequest_RESTART, "restart", "close a link and open it again",
				"On the leader, or on the node given. If the link is driven, a spare takes over."),
		},
	}
}

func links(ctx context.Context, c *cmd) error {
	r, err := c.api.Links(ctx, &apipb.LinksRequest{Local: c.stale})
	if err != nil {
		return err
	}
	return c.out.show(&linksView{appliedOf(r.Applied), each(r.Links, linkOf)})
}

// changeLink is a command that changes one link.
func changeLink(action apipb.ChangeLinkRequest_Action, name, usage, more string) *cli.Command {
	c := &cli.Command{
		Name: name, Usage: usage, ArgsUsage: "LINK",
		Description: strings.TrimSpace(more + "\n\n" + examples("linkctl links "+name+" pbx1-b")),
	}
	if action == apipb.ChangeLinkRequest_RESTART {
		c.Flags = []cli.Flag{&cli.StringFlag{Name: "node", Usage: "the node, its `ID`; without it the leader"}}
	}
	c.Action = do(func(ctx context.Context, c *cmd) error {
		r, err := c.api.ChangeLink(ctx, &apipb.ChangeLinkRequest{Link: c.Args().First(), Action: action, Node: c.String("node")})
		if err != nil {
			return err
		}
		return c.out.show(&changedLink{Link: r.Link, Switch: r.Switch, Action: name, Already: r.Already, Node: r.Node, Active: r.Active})
	})
	return c
}

type changedLink struct {
	Link    string `json:"link"`
	Switch  string `json:"switch"`
	Action  string `json:"action"`
	Already bool   `json:"already"`
	Node    string `json:"node"`
	Active  string `json:"active"`
}

func (v *changedLink) text(s *screen) {
	done := map[string]string{"enable": "enabled", "disable": "disabled", "switch": "driven", "restart": "started again"}[v.Action]
	if v.Already {
		s.linef("%s is %s already", v.Link, done)
	} else {
		s.linef("%s is %s, on node %s", v.Link, done, v.Node)
	}
	if v.Active == "" {
		s.linef("switch %s has no link now", v.Switch)
	} else if v.Active != v.Link {
		s.linef("switch %s is driven through %s", v.Switch, v.Active)
	}
}

type linksView struct {
	Applied applied    `json:"applied"`
	Links   []linkView `json:"links"`
}

type linkView struct {
	Name         string `json:"name"`
	Switch       string `json:"switch"`
	Node         string `json:"node"`
	Address      string `json:"address"`
	Priority     int32  `json:"priority"`
	State        string `json:"state"`
	SystemStatus string `json:"system_status"`
	Since        when   `json:"since"`
	Epoch        uint64 `json:"epoch"`
	LastError    string `json:"last_error"`
	Monitors     uint32 `json:"monitors"`
	InFlight     uint32 `json:"in_flight"`
	Facts        uint64 `json:"facts"`
	Requests     uint64 `json:"requests"`
	RoundTripUs  int64  `json:"round_trip_us"`
	Mismatches   uint64 `json:"mismatches"`
	Losses       uint64 `json:"losses"`
	Failed       when   `json:"failed"`
	Via          string `json:"via"`
}

func linkOf(l *apipb.LinkInfo) linkView {
	return linkView{l.Name, l.Switch, l.Node, l.Address, l.Priority, l.State, l.SystemStatus, when(l.SinceMs), l.Epoch, l.LastError,
		l.Monitors, l.InFlight, l.Facts, l.Requests, l.RoundTripUs, l.Mismatches, l.Losses, when(l.FailedMs), l.Via}
}

func (v *linksView) text(s *screen) {
	s.table("SWITCH LINK NODE STATE PRIORITY SYSTEM EPOCH MONITORS IN-FLIGHT FACTS REQUESTS ROUND-TRIP MISMATCHES SINCE LOSSES FAILED VIA ADDRESS ERROR", each(v.Links, func(l linkView) []string {
		return []string{l.Switch, l.Name, l.Node, l.State, number(l.Priority), l.SystemStatus, unless0(l.Epoch), number(l.Monitors), number(l.InFlight),
			number(l.Facts), number(l.Requests), l.roundTrip(), unless0(l.Mismatches), l.Since.age(v.Applied.Time), unless0(l.Losses), l.Failed.age(v.Applied.Time), l.Via, l.Address, l.LastError}
	}))
	v.Applied.footnote(s)
}

// linksTable is the part of the status that is about links.
func linksTable(s *screen, links []linkView, now when) {
	s.table("LINK SWITCH NODE STATE PRIORITY SYSTEM ROUND-TRIP SINCE ERROR", each(links, func(l linkView) []string {
		return []string{l.Name, l.Switch, l.Node, l.State, number(l.Priority), l.SystemStatus, l.roundTrip(), l.Since.age(now), l.LastError}
	}))
}

func (l linkView) roundTrip() string {
	if l.RoundTripUs == 0 {
		return ""
	}
	return (time.Duration(l.RoundTripUs) * time.Microsecond).String()
}
