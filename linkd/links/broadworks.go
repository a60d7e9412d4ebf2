package links

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/linkd/links/xsilink"
	"github.com/holdline/holdline/transport/xsi"
)

// Settings of a BroadWorks switch, beside those of every link:
//
//	name              default         meaning
//	user                              whose channels and subscriptions these are; its password is the node's own
//	domain                            of user IDs: device 1000 is user 1000@domain
//	tls               false           speak https
//	protocol_version                  X-BroadWorks-Protocol-Version; empty: the server's release
//	application       holdline        applicationId; unique for each cluster under one user
//	controller                        application controller that is set to ready; empty: none
//	packages          Advanced Call,… event packages that people are subscribed to, calls first
//	expires           86400           seconds that are asked for; what is granted counts
//	heartbeat         15s             between two heartbeats of a channel: half of the server's event timeout
//	hold              2s              an event that comes to a node that doesn't lead is kept so long
//	audit             60s             between two looks at the server's list of subscriptions; 0 = never
//
// edition, association, session, system_register, filter and keepalive mean nothing
// there, and standby = hot is warm: BroadWorks delivers again what was not committed.

// xsiDefaults are the settings of a BroadWorks without options.
func xsiDefaults() xsilink.Options {
	return xsilink.Options{
		ApplicationID: "holdline",
		Packages: []xsi.Package{
			xsi.PackageAdvancedCall, xsi.PackageCallCenterAgent, xsi.PackageDoNotDisturb,
			xsi.PackageCallForwardingAlways, xsi.PackageCallForwardingBusy, xsi.PackageCallForwardingNoAnswer,
		},
		Expires: 86400, Heartbeat: 15 * time.Second, Hold: 2 * time.Second, Audit: time.Minute,
	}
}

// setXsi reads a setting that only a BroadWorks has.
func (s *Settings) setXsi(name, value string) error {
	x := &s.Xsi
	switch name {
	case "user":
		x.User = value
	case "domain":
		x.Domain = strings.TrimPrefix(value, "@")
	case "tls":
		return pick(&x.TLS, value, map[string]bool{"true": true, "false": false})
	case "protocol_version":
		x.Version = value
	case "controller":
		x.Controller = value
	case "packages":
		var list []xsi.Package
		for p := range strings.SplitSeq(value, ",") {
			if p = strings.TrimSpace(p); p != "" {
				list = append(list, xsi.Package(p))
			}
		}
		if len(list) == 0 || !strings.HasSuffix(string(list[0]), " Call") {
			return fmt.Errorf("its first package must be Basic Call, Standard Call or Advanced Call")
		}
		x.Packages = list
	case "expires":
		return whole(&x.Expires, value, xsi.MinExpires, xsi.Never)
	case "heartbeat":
		return span(&x.Heartbeat, value, 100*time.Millisecond, 5*time.Minute)
	case "hold":
		return span(&x.Hold, value, 0, time.Minute)
	case "audit":
		return span(&x.Audit, value, 0, 24*time.Hour)
	default:
		return fmt.Errorf("there is no such setting")
	}
	return nil
}

// openXsi opens a link to a BroadWorks. All of its connections to the link's own
// address come about by dial.
func (k *keeper) openXsi(ctx context.Context, s Settings, dial func(context.Context) (net.Conn, error)) (driver.Conn, error) {
	k.mu.Lock()
	sw, own := k.sw.Name, k.link.Address
	k.mu.Unlock()
	var reached atomic.Bool
	v := k.m.o.Replica.View()
	o := s.Xsi
	o.Link, o.Logger = k.name, k.m.log
	o.Dial = func(ctx context.Context, address string) (net.Conn, error) {
		if address != own {
			return k.m.o.Dial(ctx, address)
		}
		c, err := dial(ctx)
		reached.Store(reached.Load() || err == nil)
		return c, err
	}
	o.ApplicationID = s.CSTA.ApplicationID
	o.RequestTimeout, o.MaxOutstanding, o.PerSecond, o.Stall = s.CSTA.RequestTimeout, s.CSTA.MaxOutstanding, s.CSTA.PerSecond, s.CSTA.Stall
	o.SetID = channelSet(v, sw)
	o.Servers, o.Self = servers(v, sw, k.name, o.TLS)
	o.Odd = func(what string) { k.m.metrics.badFrame(k.name, what) }
	if k.m.o.Password != nil {
		var err error
		if o.Password, err = k.m.o.Password(sw); err != nil {
			return nil, fmt.Errorf("password for switch %s: %w", sw, err)
		}
	}
	o.Kind = func(device string) xsilink.Kind {
		d, _ := k.m.o.Replica.View().Device(sw, device)
		switch d.GetKind() {
		case fsmpb.DeviceKind_ACD:
			return xsilink.Queue
		case fsmpb.DeviceKind_ROUTE_POINT:
			return xsilink.RoutePoint
		}
		return xsilink.Person
	}
	o.Wanted = func(device string) bool {
		d, ok := k.m.o.Replica.View().Device(sw, device)
		return ok && (d.Monitors > 0 || d.ReleaseMs != 0)
	}
	o.Led = func() (uint64, bool) {
		v := k.m.o.Replica.View()
		s, _ := v.Switch(sw)
		l, _ := v.Link(s.GetLink())
		others := l.GetNode() != k.m.o.NodeID || l.GetName() != k.name
		return s.GetEpoch(), s.GetLinkUp() && others && !k.m.ended(l.GetNode())
	}
	o.Last = func(device string) xsilink.Place {
		d, _ := k.m.o.Replica.View().Device(sw, device)
		return xsilink.Place{Subscription: d.GetSubscription(), Sequence: d.GetSequence()}
	}
	o.Heard = func(event string) bool { return k.m.o.Replica.View().Heard(sw, event) > 0 }
	conn, err := xsilink.Open(ctx, o)
	switch {
	case err == nil:
		return conn, nil
	case !reached.Load():
		return nil, fmt.Errorf("%w: %w", errNotReached, err)
	}
	return nil, err
}

// channelSet is the name of the channel set of a switch: all nodes of the cluster
// have the same one, for ever. It holds no "/", which the interface forbids in IDs.
func channelSet(v *fsm.State, sw string) string {
	return strings.ReplaceAll("holdline:"+v.ClusterID()+":"+sw, "/", "_")
}

// servers are the URLs of a switch's links, the same on all nodes, and which of them
// is that of a link.
func servers(v *fsm.State, sw, link string, tls bool) (urls []string, self int) {
	var all []*fsm.Link
	for l := range v.Links() {
		if l.Switch == sw {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b *fsm.Link) int { return cmp.Compare(a.Name, b.Name) })
	scheme := "http://"
	if tls {
		scheme = "https://"
	}
	for i, l := range all {
		if l.Name == link {
			self = i
		}
		urls = append(urls, scheme+l.Address)
	}
	return urls, self
}
