package ctl

import (
	"context"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func linksCommand() *cli.Command {
	return &cli.Command{
		Name:  "links",
		Usage: "the links to the switches, on every node",
		Description: "Lists each configured link as each node has it: active on the leader, standby elsewhere. A hot\n" +
			"standby has the monitors that the leader has; MISMATCHES counts the calls of which it did not hear the same.\n\n" +
			examples("linkctl links", "linkctl links --json"),
		Action: do(links),
	}
}

func links(ctx context.Context, c *cmd) error {
	r, err := c.api.Links(ctx, &apipb.LinksRequest{Local: c.stale})
	if err != nil {
		return err
	}
	return c.out.show(&linksView{appliedOf(r.Applied), each(r.Links, linkOf)})
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
}

func linkOf(l *apipb.LinkInfo) linkView {
	return linkView{l.Name, l.Switch, l.Node, l.Address, l.Priority, l.State, l.SystemStatus, when(l.SinceMs), l.Epoch, l.LastError,
		l.Monitors, l.InFlight, l.Facts, l.Requests, l.RoundTripUs, l.Mismatches}
}

func (v *linksView) text(s *screen) {
	s.table("SWITCH LINK NODE STATE PRIORITY SYSTEM EPOCH MONITORS IN-FLIGHT FACTS REQUESTS ROUND-TRIP MISMATCHES SINCE ADDRESS ERROR", each(v.Links, func(l linkView) []string {
		return []string{l.Switch, l.Name, l.Node, l.State, number(l.Priority), l.SystemStatus, unless0(l.Epoch), number(l.Monitors), number(l.InFlight),
			number(l.Facts), number(l.Requests), l.roundTrip(), unless0(l.Mismatches), l.Since.age(v.Applied.Time), l.Address, l.LastError}
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
