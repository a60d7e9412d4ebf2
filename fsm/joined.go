package fsm

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// A snapshot may say that calls are one that were two when anybody last listened: a
// conference of which the switch tells its controller alone. They are joined before
// the rest of the snapshot is looked at, as the event would have done that nobody heard.

// join joins them. It is false if the device did something in one of them inside the
// snapshot's span: then the snapshot says nothing that can be relied on.
func (r *resync) join(list []*fsmpb.SnapshotCall) bool {
	if r.level < levelHeard {
		return true
	}
	for _, s := range list {
		if !goodName(s.Call) || len(s.Joined) > maxJoined {
			continue
		}
		for _, l := range s.Joined {
			primary := r.linkedTo(s.Linkage, s.Joined)
			secondary := r.linked(r.src.sw, l)
			if primary == nil || secondary == nil || primary.Id == secondary.Id {
				continue
			}
			if r.touchedIn(primary) || r.touchedIn(secondary) {
				return false
			}
			r.joinTwo(s.Call, primary, secondary)
		}
	}
	return true
}

// touchedIn tells whether an event inside the span changed the device's part in a call.
func (r *resync) touchedIn(c *Call) bool {
	return touchedSince(r.src, connOf(c, r.device), r.began) || touchedSince(r.src, goneOf(c.Gone, r.device), r.began)
}

// joinTwo makes two live calls one, which the switch calls by name.
func (r *resync) joinTwo(name string, primary, secondary *Call) {
	d := r.change(r.src, primary)
	d.rename(name)
	d.put()
	primary = d.c
	e := &fsmpb.CallEvent{
		Type: fsmpb.EventType_CONFERENCED, Via: r.device, Device: deviceParty(r.device), Cause: "conference", Linkage: primary.Linkage,
		Subject:      &fsmpb.SwitchConn{Call: name, Device: r.device},
		SecondaryOld: &fsmpb.SwitchConn{Call: secondary.Linkage, Device: r.device},
	}
	touched := make(map[string]*Connection) // when each party was last; looked up, never ranged over
	for _, c := range []*Call{primary, secondary} {
		for _, x := range c.Connections {
			if was := touched[x.Device]; was == nil || was.Epoch < x.Epoch || was.Epoch == x.Epoch && was.Ordinal < x.Ordinal {
				touched[x.Device] = x
			}
		}
	}
	for _, c := range []*Call{primary, secondary} {
		for _, x := range c.Connections {
			if c == primary || connOf(primary, x.Device) == nil {
				e.Connections = append(e.Connections, &fsmpb.ListItem{
					NewConnection: &fsmpb.SwitchConn{Call: name, Device: x.Device}, Endpoint: deviceParty(x.Device),
				})
			}
			if x.Device != r.device {
				e.Other = deviceParty(x.Device)
			}
		}
	}
	j := &joining{txn: r.txn, src: r.src, e: e, controller: r.device, primary: primary, secondary: secondary, rebuilt: true}
	j.apply()
	// What the snapshot says of the parties is no older than this.
	c, ok := r.txn.calls.get(j.d.c.Id)
	if !ok {
		return
	}
	c = copyCall(c)
	for i, x := range c.Connections {
		if was := touched[x.Device]; was != nil {
			x = proto.CloneOf(x)
			x.Epoch, x.Ordinal = was.Epoch, was.Ordinal
			c.Connections[i] = x
		}
	}
	r.putCall(c)
}
