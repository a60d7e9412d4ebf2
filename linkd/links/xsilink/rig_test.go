package xsilink

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a link without a network: events go in, facts come out.
type rig struct {
	*testing.T
	c       *Conn
	facts   []*fsmpb.Fact
	settled []func(bool)
	events  int
	places  map[string]Place
	heard   map[string]bool
}

func newRig(t *testing.T) *rig {
	r := &rig{T: t, places: make(map[string]Place), heard: make(map[string]bool)}
	r.c = newConn(Options{
		Link: "l", Servers: []string{"http://xsp:80"}, Domain: "pbx.example", MaxOutstanding: 8, RequestTimeout: time.Second,
		Packages: []xsi.Package{xsi.PackageAdvancedCall},
		Kind: func(device string) Kind {
			switch device[0] {
			case '7':
				return Queue
			case '6':
				return RoutePoint
			}
			return Person
		},
		Wanted: func(device string) bool { return device[0] != '+' },
		Led:    func() (uint64, bool) { return 1, false },
		Last:   func(device string) Place { return r.places[device] },
		Heard:  func(event string) bool { return r.heard[event] },
		Logger: hclog.NewNullLogger(),
	})
	r.c.sink, r.c.ledAt = r, time.Now()
	r.c.acks.over = true
	close(r.c.leads) // it knows the server's subscriptions: there are none
	t.Cleanup(func() { r.c.fail(nil); r.c.wg.Wait() })
	return r
}

// Fact implements driver.Sink.
func (r *rig) Fact(f *fsmpb.Fact) { r.facts = append(r.facts, f) }

// Last implements driver.Sink.
func (r *rig) Last() uint64 { return uint64(len(r.facts)) }

// Settled implements driver.Sink.
func (r *rig) Settled(f func(bool)) { r.settled = append(r.settled, f) }

// event makes the next event of a device's subscription.
func (r *rig) event(device string, data xsi.EventData) arrival {
	r.events++
	return arrival{at: time.Now(), event: &xsi.SubscriptionEvent{
		EventID: fmt.Sprint("e", r.events), SubscriptionID: "s" + device, TargetID: device + "@pbx.example", Data: data,
	}}
}

// say lets an event come and returns what it brings, one fact a word.
func (r *rig) say(device string, data xsi.EventData) string {
	r.c.take(r.event(device, data))
	return r.new()
}

// new writes the facts that came since it was last called.
func (r *rig) new() string {
	var out []string
	for _, f := range r.facts {
		if s := brief(f); s != "" {
			out = append(out, s)
		}
	}
	r.facts = nil
	return strings.Join(out, "; ")
}

// brief writes a fact.
func brief(f *fsmpb.Fact) string {
	switch b := f.Body.(type) {
	case *fsmpb.Fact_Call:
		e := b.Call
		s := fmt.Sprintf("%s %s/%s", word(e.Type), e.Subject.Call, e.Subject.Device)
		for _, x := range []struct {
			name  string
			party *fsmpb.Party
		}{{"calling", e.Calling}, {"called", e.Called}, {"last", e.LastRedirection}, {"to", e.NewDestination}, {"other", e.Other}} {
			if x.party.GetId() != "" {
				s += " " + x.name + "=" + x.party.Id
			}
		}
		if e.SecondaryOld != nil {
			s += " second=" + e.SecondaryOld.Call
		}
		for _, i := range e.Connections {
			s += fmt.Sprintf(" %s/%s<%s", i.NewConnection.GetCall(), i.NewConnection.GetDevice(), i.OldConnection.GetCall())
			if i.HasState {
				s += map[fsmpb.ConnectionState]string{fsmpb.ConnectionState_NULL: "-", fsmpb.ConnectionState_STATE_UNKNOWN: "?"}[i.State]
			}
		}
		if e.Message != "" {
			s += " message=" + e.Message + " " + e.Cause
		}
		if e.RenamedFrom != "" {
			s += " was=" + e.RenamedFrom
		}
		return s
	case *fsmpb.Fact_Agent:
		return word(b.Agent.Type) + " " + b.Agent.Device
	case *fsmpb.Fact_Feature:
		s := fmt.Sprintf("%s %s %v", word(b.Feature.Type), b.Feature.Device, b.Feature.On)
		if x := b.Feature.Forward; x != nil {
			s += " " + x.Type + " " + x.Destination
		}
		return s
	case *fsmpb.Fact_DeviceSnapshot:
		s := "snapshot " + b.DeviceSnapshot.Device
		for _, c := range b.DeviceSnapshot.Calls {
			s += fmt.Sprintf(" %s:%s:%s", c.Call, strings.ToLower(strings.TrimSuffix(c.State.String(), "_STATE")), c.Far.GetId())
			for _, p := range c.Parties {
				s += "+" + p.Device
			}
			for _, t := range c.Joined {
				s += "=" + t
			}
			if c.NoControl {
				s += "!"
			}
		}
		return s
	case *fsmpb.Fact_Monitor:
		return fmt.Sprintf("monitor %s up=%v ended=%v", b.Monitor.Device, b.Monitor.Up, b.Monitor.Ended)
	case *fsmpb.Fact_Lost:
		return strings.TrimSpace("lost " + b.Lost.Device)
	}
	return ""
}

func word(t fsmpb.EventType) string {
	return strings.ToLower(strings.TrimSuffix(strings.ReplaceAll(t.String(), "_", ""), "EVENT"))
}

// call is a user's part in a call.
func call(id, tracking string, p xsi.Personality, s xsi.CallState, far string) xsi.Call {
	c := xsi.Call{CallID: id, ExtTrackingID: tracking, Personality: p, State: s, StartTime: 1}
	if strings.HasPrefix(far, "+") {
		c.RemoteParty.Address.URI = "tel:" + far
	} else if far != "" {
		c.RemoteParty.UserID = far + "@pbx.example"
	}
	return c
}

func (r *rig) want(got, want string) {
	r.Helper()
	if got != want {
		r.Errorf("got  %s\nwant %s", got, want)
	}
}
