package linkd

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/config"
)

// seedBatch is how many devices one command of the seed holds.
const seedBatch = 500

// seed turns what a file says of switches into the commands that an empty
// cluster starts with. From then on the cluster's own provisioning counts.
func seed(c *config.Config) []*fsmpb.Command {
	var out []*fsmpb.Command
	for _, sw := range c.Switches {
		out = append(out, &fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Seed: true, Switch: &fsmpb.Switch{
			Name: sw.Name, Protocol: sw.Protocol, Settings: switchOptions(sw),
		}}}})
		for _, l := range sw.Links {
			out = append(out, &fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Seed: true, Link: &fsmpb.Link{
				Name: l.Name, Switch: sw.Name, Address: l.Address, Priority: int32(l.Priority), Disabled: l.Disabled, Settings: linkOptions(l),
			}}}})
		}
		devices := seedDevices(sw)
		for len(devices) > 0 {
			n := min(len(devices), seedBatch)
			out = append(out, &fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Seed: true, Switch: sw.Name, Devices: devices[:n]}}})
			devices = devices[n:]
		}
	}
	return out
}

// linkOptions are the settings that a link has of its own.
func linkOptions(l config.Link) (o []*fsmpb.Option) {
	if l.Keepalive != "" {
		o = append(o, &fsmpb.Option{Name: "keepalive", Value: l.Keepalive})
	}
	if l.KeepaliveMisses != 0 {
		o = append(o, &fsmpb.Option{Name: "keepalive_misses", Value: strconv.Itoa(l.KeepaliveMisses)})
	}
	return o
}

// switchOptions are the settings that the links of a switch go by, sorted by name.
func switchOptions(sw config.Switch) []*fsmpb.Option {
	filter := "filtered-out"
	if sw.Filter == config.TruePasses {
		filter = "wanted"
	}
	o := []*fsmpb.Option{
		{Name: "application", Value: sw.Application},
		{Name: "association", Value: sw.Association},
		{Name: "call_gap", Value: sw.CallGap.String()},
		{Name: "connect_timeout", Value: sw.ConnectTimeout.String()},
		{Name: "device_gap", Value: sw.DeviceGap.String()},
		{Name: "edition", Value: strconv.Itoa(sw.Edition)},
		{Name: "failback", Value: sw.Failback},
		{Name: "failback_after", Value: sw.FailbackAfter.String()},
		{Name: "filter", Value: filter},
		{Name: "keepalive", Value: sw.Keepalive.String()},
		{Name: "keepalive_misses", Value: strconv.Itoa(sw.KeepaliveMisses)},
		{Name: "linger", Value: sw.Linger},
		{Name: "request_timeout", Value: sw.RequestTimeout.String()},
		{Name: "requests_per_second", Value: strconv.Itoa(sw.RequestsPerSecond)},
		{Name: "resync_rate", Value: strconv.Itoa(sw.ResyncRate)},
		{Name: "restart_delay", Value: sw.RestartDelay.String()},
		{Name: "retry_max", Value: sw.ReconnectMax.String()},
		{Name: "session", Value: sw.Session.String()},
		{Name: "spares", Value: strconv.Itoa(sw.Spares)},
		{Name: "standby", Value: sw.Standby},
		{Name: "stuck_calls", Value: sw.StuckCalls},
	}
	if sw.BroadWorks != nil {
		o = append(o, broadWorksOptions(sw.BroadWorks)...)
		slices.SortFunc(o, func(a, b *fsmpb.Option) int { return strings.Compare(a.Name, b.Name) })
	}
	return o
}

// broadWorksOptions are the settings that only the links to a BroadWorks go by. The
// password is not among them: it is never in the log.
func broadWorksOptions(b *config.BroadWorks) []*fsmpb.Option {
	o := []*fsmpb.Option{
		{Name: "user", Value: b.User},
		{Name: "domain", Value: b.Domain},
		{Name: "tls", Value: strconv.FormatBool(b.TLS)},
		{Name: "expires", Value: strconv.Itoa(int(b.Expires / time.Second))},
		{Name: "heartbeat", Value: b.Heartbeat.String()},
		{Name: "hold", Value: b.Hold.String()},
		{Name: "audit", Value: b.Audit.String()},
	}
	for name, value := range map[string]string{
		"protocol_version": b.ProtocolVersion, "controller": b.Controller, "packages": strings.Join(b.Packages, ","),
	} {
		if value != "" {
			o = append(o, &fsmpb.Option{Name: name, Value: value})
		}
	}
	return o
}

func seedDevices(sw config.Switch) []*fsmpb.DeviceSetup {
	var out []*fsmpb.DeviceSetup
	own := make(map[string]bool)
	for _, d := range sw.DNs {
		own[d.Number] = true
		out = append(out, &fsmpb.DeviceSetup{
			Id: d.Number, Kind: deviceKind(d.Kind), Aliases: d.Aliases, ServiceFrom: serviceFrom(d.ServiceFrom), OwnerClients: d.OwnerClients, Site: d.Site, DefaultRoute: d.DefaultRoute,
		})
	}
	for _, r := range sw.Ranges {
		for number := range r.Numbers() {
			if !own[number] {
				out = append(out, &fsmpb.DeviceSetup{Id: number, Kind: deviceKind(r.Kind), ServiceFrom: serviceFrom(r.ServiceFrom), Site: r.Site})
			}
		}
	}
	return out
}

func deviceKind(name string) fsmpb.DeviceKind {
	switch name {
	case "acd":
		return fsmpb.DeviceKind_ACD
	case "route_point":
		return fsmpb.DeviceKind_ROUTE_POINT
	case "trunk":
		return fsmpb.DeviceKind_TRUNK
	case "other":
		return fsmpb.DeviceKind_OTHER
	}
	return fsmpb.DeviceKind_STATION
}

func serviceFrom(name string) fsmpb.ServiceFrom {
	switch name {
	case "register":
		return fsmpb.ServiceFrom_FROM_REGISTER
	case "client":
		return fsmpb.ServiceFrom_FROM_CLIENT
	}
	return fsmpb.ServiceFrom_FROM_SWITCH
}

// settings are the replicated limits and times of an empty cluster.
func settings(c *config.Config) *fsmpb.Settings {
	ms := func(d time.Duration) int64 { return d.Milliseconds() }
	s := &fsmpb.Settings{
		FeedRecords: uint32(c.Limits.FeedRecords), FeedBytes: uint64(c.Limits.FeedBytes), Sessions: uint32(c.Limits.Sessions),
		MonitorsPerSession: uint32(c.Limits.MonitorsPerSession), Intents: uint32(c.Limits.Intents), CallDataBytes: uint32(c.Limits.CallDataBytes),
		TombstoneMs: ms(c.Timers.Tombstone), UnclaimedMs: ms(c.Timers.UnclaimedMonitors), IntentMs: ms(c.Timers.Request), RouteMs: ms(c.Timers.RouteReply),
		StuckAlertingMs: ms(c.Timers.StuckAlerting), StuckQueuedMs: ms(c.Timers.StuckQueued), StuckHeldMs: ms(c.Timers.StuckHeld), StuckConnectedMs: ms(c.Timers.StuckConnected),
	}
	for _, sw := range c.Switches {
		s.MonitorReleaseMs = max(s.MonitorReleaseMs, ms(sw.MonitorRelease), 1) // zero would be the default
	}
	return s
}
