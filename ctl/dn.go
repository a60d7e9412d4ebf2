package ctl

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func dnCommand() *cli.Command {
	onSwitch := func(usage string) cli.Flag { return &cli.StringFlag{Name: "switch", Usage: usage} }
	return &cli.Command{
		Name:  "dn",
		Usage: "the devices: list, show, import, export, delete",
		Subcommands: []*cli.Command{
			{
				Name:        "list",
				Usage:       "devices and how they are",
				Description: examples("linkctl dn list", "linkctl dn list --switch pbx1 --limit 0"),
				Flags:       []cli.Flag{onSwitch("only those of this switch"), limitFlag()},
				Action:      do(dnList),
			},
			{
				Name:        "show",
				Usage:       "all that is known of one device",
				ArgsUsage:   "DN",
				Description: "DN is any of the device's names. Shows it on each switch that has it.\n\n" + examples("linkctl dn show 2001", "linkctl dn show --switch pbx1 +493012342001"),
				Flags:       []cli.Flag{onSwitch("the device's switch")},
				Action:      do(dnShow),
			},
			dnImportCommand(),
			dnExportCommand(),
			{
				Name:      "delete",
				Usage:     "remove devices from the configuration",
				ArgsUsage: "DN...",
				Description: "A device that isn't there counts as deleted. --switch may be left out if there is only one.\n\n" +
					examples("linkctl dn delete --dry-run 2001 2002", "linkctl dn delete --switch pbx1 2001"),
				Flags: []cli.Flag{
					onSwitch("the devices' switch"),
					&cli.BoolFlag{DisableDefaultText: true, Name: "dry-run", Usage: "only say what would happen"},
				},
				Action: do(dnDelete),
			},
		},
	}
}

// devices gives the rows of q page by page.
func (c *cmd) devices(ctx context.Context, q *apipb.DevicesRequest, at *applied) func(uint32) ([]*apipb.DeviceInfo, bool, error) {
	return func(size uint32) ([]*apipb.DeviceInfo, bool, error) {
		q.PageSize = size
		r, err := c.api.Devices(ctx, q)
		if err != nil {
			return nil, false, err
		}
		*at, q.After = appliedOf(r.Applied), r.Next
		return r.Devices, r.Next == "", nil
	}
}

func dnList(ctx context.Context, c *cmd) error {
	limit, err := c.limit()
	if err != nil {
		return err
	}
	v := &devicesView{}
	found, more, err := pages(limit, c.devices(ctx, &apipb.DevicesRequest{Read: c.read(), Switch: c.String("switch")}, &v.Applied))
	if err != nil {
		return err
	}
	v.Devices, v.More = each(found, deviceOf), more
	if err := c.out.show(v); err != nil {
		return err
	}
	c.cut("devices", len(v.Devices), more)
	return nil
}

func dnShow(ctx context.Context, c *cmd) error {
	id := c.Args().First()
	v := &devicesView{one: true}
	found, _, err := pages(0, c.devices(ctx, &apipb.DevicesRequest{Read: c.read(), Switch: c.String("switch"), Id: id}, &v.Applied))
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return statusError{exitFailed, "no device is called " + id}
	}
	v.Devices = each(found, deviceOf)
	return c.out.show(v)
}

func dnDelete(ctx context.Context, c *cmd) error {
	sw, err := c.theSwitch(ctx)
	if err != nil {
		return err
	}
	r, err := c.api.DeleteDevices(ctx, &apipb.DeleteDevicesRequest{Switch: sw, Ids: c.Args().Slice(), DryRun: c.Bool("dry-run")})
	if err != nil {
		return err
	}
	v := &deleteView{DryRun: c.Bool("dry-run"), Switch: sw, Deleted: r.Deleted}
	for _, d := range r.Results {
		if d.Result == "refused" {
			v.Refused++
		}
		v.Results = append(v.Results, resultView{d.Id, d.Result, d.Error})
	}
	v.Results = list(v.Results)
	if err := c.out.show(v); err != nil {
		return err
	}
	if v.Refused > 0 {
		return statusError{exitFailed, plural(v.Refused, "device") + " refused"}
	}
	return nil
}

// theSwitch is the one given, or the only one there is.
func (c *cmd) theSwitch(ctx context.Context) (string, error) {
	if sw := c.String("switch"); sw != "" {
		return sw, nil
	}
	r, err := c.api.Status(ctx, &apipb.StatusRequest{Local: true})
	if err != nil {
		return "", err
	}
	if len(r.Switches) == 1 {
		return r.Switches[0].Name, nil
	}
	names := strings.Join(each(r.Switches, func(s *apipb.SwitchStatus) string { return s.Name }), ", ")
	return "", usagef("--switch is needed: there are %s", or(names, "no switches yet"))
}

type devicesView struct {
	Applied applied      `json:"applied"`
	Devices []deviceView `json:"devices"`
	More    bool         `json:"more"`

	one bool
}

type deviceView struct {
	Switch       string        `json:"switch"`
	ID           string        `json:"id"`
	Kind         string        `json:"kind"`
	Provisioned  bool          `json:"provisioned"`
	Aliases      []string      `json:"aliases"`
	ServiceFrom  string        `json:"service_from"`
	Site         string        `json:"site"`
	DefaultRoute string        `json:"default_route"`
	OwnerClients []string      `json:"owner_clients"`
	Service      string        `json:"service"`
	Owner        string        `json:"owner"`
	Agents       []agentView   `json:"agents"`
	DND          bool          `json:"dnd"`
	Forwarding   []forwardView `json:"forwarding"`
	Calls        []uint64      `json:"calls"`
	Monitors     uint32        `json:"monitors"`
	Monitored    bool          `json:"monitored"`
	Verified     bool          `json:"verified"`
	Refused      string        `json:"refused"`
}

type agentView struct {
	Agent   string `json:"agent"`
	Group   string `json:"group"`
	State   string `json:"state"`
	Pending string `json:"pending"`
	Reason  string `json:"reason"`
}

type forwardView struct {
	Type        string `json:"type"`
	On          bool   `json:"on"`
	Destination string `json:"destination"`
}

func deviceOf(d *apipb.DeviceInfo) deviceView {
	return deviceView{
		Switch: d.Switch, ID: d.Id, Kind: d.Kind, Provisioned: d.Provisioned, Aliases: list(d.Aliases), ServiceFrom: d.ServiceFrom,
		Site: d.Site, DefaultRoute: d.DefaultRoute, OwnerClients: list(d.OwnerClients), Service: d.Service, Owner: d.Owner,
		Agents:     each(d.Agents, func(a *apipb.AgentInfo) agentView { return agentView{a.Agent, a.Group, a.State, a.Pending, a.Reason} }),
		DND:        d.Dnd,
		Forwarding: each(d.Forwarding, func(f *apipb.ForwardInfo) forwardView { return forwardView{f.Type, f.On, f.Destination} }),
		Calls:      list(d.Calls), Monitors: d.Monitors, Monitored: d.Monitored, Verified: d.Verified, Refused: d.Refused,
	}
}

func (v *devicesView) text(s *screen) {
	if v.one {
		for i, d := range v.Devices {
			if i > 0 {
				s.gap()
			}
			d.detail(s)
		}
	} else {
		s.table("DN SWITCH KIND SERVICE OWNER AGENTS DND FORWARD CALLS MONITORS UPSTREAM VERIFIED", each(v.Devices, func(d deviceView) []string {
			dnd := ""
			if d.DND {
				dnd = "yes"
			}
			return []string{d.ID, d.Switch, d.Kind, d.Service, d.Owner, d.agents(), dnd, d.forwarding(), d.calls(), number(d.Monitors), d.upstream(), yesNo(d.Verified)}
		}))
	}
	v.Applied.footnote(s)
}

func (d deviceView) detail(s *screen) {
	s.pairs(
		[2]string{"dn", d.ID},
		[2]string{"switch", d.Switch},
		[2]string{"kind", d.Kind},
		[2]string{"provisioned", yesNo(d.Provisioned)},
		[2]string{"aliases", strings.Join(d.Aliases, ", ")},
		[2]string{"service", d.Service},
		[2]string{"service from", d.ServiceFrom},
		[2]string{"site", d.Site},
		[2]string{"default route", d.DefaultRoute},
		[2]string{"owner", d.Owner},
		[2]string{"owner clients", strings.Join(d.OwnerClients, ", ")},
		[2]string{"agents", d.agents()},
		[2]string{"do not disturb", yesNo(d.DND)},
		[2]string{"forwarding", d.forwarding()},
		[2]string{"calls", d.calls()},
		[2]string{"monitors", number(d.Monitors)},
		[2]string{"upstream", d.upstream()},
		[2]string{"verified", yesNo(d.Verified)},
	)
}

func (d deviceView) agents() string {
	return strings.Join(each(d.Agents, func(a agentView) string {
		text := a.Agent + " " + a.State
		if a.Group != "" {
			text = a.Agent + "@" + a.Group + " " + a.State
		}
		if a.Pending != "" {
			text += ", then " + a.Pending
		}
		if a.Reason != "" {
			text += " (" + a.Reason + ")"
		}
		return text
	}), "; ")
}

func (d deviceView) forwarding() string {
	var on []string
	for _, f := range d.Forwarding {
		if f.On {
			on = append(on, strings.TrimSpace(f.Type+" to "+f.Destination))
		}
	}
	return strings.Join(on, "; ")
}

func (d deviceView) calls() string { return strings.Trim(fmt.Sprint(d.Calls), "[]") }

// upstream is how the switch reports on the device.
func (d deviceView) upstream() string {
	switch {
	case d.Monitored:
		return "monitored"
	case d.Refused != "":
		return "refused: " + d.Refused
	}
	return "no"
}

type deleteView struct {
	DryRun  bool         `json:"dry_run"`
	Switch  string       `json:"switch"`
	Deleted uint32       `json:"deleted"`
	Refused int          `json:"refused"`
	Results []resultView `json:"results"`
}

type resultView struct {
	ID     string `json:"id"`
	Result string `json:"result"`
	Error  string `json:"error"`
}

func (v *deleteView) text(s *screen) {
	s.table("DN RESULT ERROR", each(v.Results, func(r resultView) []string { return []string{r.ID, r.Result, r.Error} }))
	if v.DryRun {
		s.linef("(dry run: nothing was changed)")
	}
}
