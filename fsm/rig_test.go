package fsm

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// rig drives one machine with facts that are written as text.
type rig struct {
	*testing.T
	m       *Machine
	index   uint64
	now     int64
	link    string
	epoch   uint64
	ordinal uint64
	told    Position
}

// newRig makes a machine with switch "pbx", links "one" and "two", and watched
// devices. Link one is claimed, the devices are monitored and verified.
func newRig(t *testing.T, devices ...string) *rig {
	t.Helper()
	r := &rig{T: t, m: New(), now: 1_000_000}
	r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &Switch{Name: "pbx"}}}},
		&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: "one", Switch: "pbx"}}}},
		&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: "two", Switch: "pbx"}}}})
	for _, d := range devices {
		r.apply(&fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: "pbx", Devices: []*fsmpb.DeviceSetup{{Id: d}}}}})
		r.change(d, func(d *Device) { d.Monitors = 1 })
	}
	r.claim("one")
	for _, d := range devices {
		r.change(d, func(d *Device) { d.VerifiedEpoch = r.epoch })
	}
	r.seen()
	return r
}

// change changes a device behind the log's back.
func (r *rig) change(device string, f func(*Device)) {
	d, ok := r.m.s.Device("pbx", device)
	if !ok {
		r.Fatalf("no device %s", device)
	}
	d = copyDevice(d)
	f(d)
	(&txn{State: r.m.s}).putDevice(d)
}

// txn begins an entry whose commands the test plays itself.
func (r *rig) txn() *txn {
	r.index++
	return r.m.begin(r.index, 1, r.now)
}

func (r *rig) apply(cmds ...*fsmpb.Command) []Result {
	r.Helper()
	data, err := proto.Marshal(&fsmpb.Entry{TimeMs: r.now, Level: 1, Commands: cmds})
	if err != nil {
		r.Fatal(err)
	}
	r.index++
	res, err := r.m.Apply(r.index, 1, data)
	if err != nil {
		r.Fatal(err)
	}
	return res
}

// claim claims a link and takes its monitors for up.
func (r *rig) claim(link string) {
	r.Helper()
	res := r.apply(&fsmpb.Command{Kind: &fsmpb.Command_ClaimLink{ClaimLink: &fsmpb.ClaimLink{Switch: "pbx", Link: link, Node: "n1", Term: 1}}})
	if res[0].Err != nil {
		r.Fatal(res[0].Err)
	}
	r.link, r.epoch, r.ordinal = link, res[0].ID, 0
	for _, d := range slices.Collect(r.m.s.Devices("pbx")) {
		r.change(d.Id, func(d *Device) { d.MonitoredEpoch = r.epoch })
	}
}

// fact applies the next fact of the claimed link.
func (r *rig) fact(f *fsmpb.Fact) {
	r.Helper()
	r.ordinal++
	f.Link, f.Epoch, f.Ordinal = r.link, r.epoch, r.ordinal
	res := r.apply(&fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: f}})
	if res[0].Err != nil || res[0].ID != r.ordinal {
		r.Fatalf("fact %d: %+v", r.ordinal, res[0])
	}
	r.check()
}

// check compares what is kept twice.
func (r *rig) check() {
	r.Helper()
	s := r.m.s
	for d := range s.Devices("") {
		if got, want := d.Calls, s.callsWith(d.Switch, d.Id); !slices.Equal(got, want) {
			r.Fatalf("device %s lists calls %v and has a part in %v", d.Id, got, want)
		}
	}
	for c := range s.Calls() {
		for _, n := range c.Names {
			if got, ok := s.CallByName(n.Link, n.Call); !ok || got.Id != c.Id {
				r.Fatalf("name %s/%s of call %d leads to %v", n.Link, n.Call, c.Id, got)
			}
		}
		seen := make(map[string]bool)
		for _, x := range c.Connections {
			if seen[x.Device] || x.State == fsmpb.ConnectionState_NULL {
				r.Fatalf("call %d: %v", c.Id, c.Connections)
			}
			seen[x.Device] = true
		}
	}
}

// say applies call events, one a line:
//
//	via: Type call/device key=value ...
//
// Keys are calling, called, last, to (new destination), cause, linkage, data
// (correlator), local, message, second (call/device), list (new/device<old/device, comma
// separated) and other.
func (r *rig) say(lines string) *rig {
	r.Helper()
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: r.parse(line)}})
		}
	}
	return r
}

func (r *rig) parse(line string) *fsmpb.CallEvent {
	r.Helper()
	via, rest, _ := strings.Cut(line, ": ")
	f := strings.Fields(rest)
	e := &fsmpb.CallEvent{Via: via, Type: eventType(r, f[0]), Subject: conn(f[1]), Cause: "normal"}
	if e.Subject.Device != "" && e.Type != fsmpb.EventType_CONNECTION_CLEARED {
		e.Device = deviceParty(e.Subject.Device)
	}
	for _, kv := range f[2:] {
		k, v, _ := strings.Cut(kv, "=")
		switch k {
		case "calling":
			e.Calling = party(v)
		case "called":
			e.Called = party(v)
		case "last":
			e.LastRedirection = party(v)
		case "to":
			e.NewDestination = party(v)
		case "cause":
			e.Cause = v
		case "linkage":
			e.Linkage = v
		case "data":
			e.Data, e.DataPresent = &fsmpb.CallData{Correlator: []byte(v)}, true
		case "local":
			e.Local, e.HasLocal = state(r, v), true
		case "digits":
			e.Digits = v
		case "message":
			e.Message = v
		case "second":
			e.SecondaryOld = conn(v)
		case "other":
			e.Other = party(v)
		case "list":
			for _, i := range strings.Split(v, ",") {
				i, st, has := strings.Cut(i, ":")
				nc, oc, _ := strings.Cut(i, "<")
				item := &fsmpb.ListItem{NewConnection: conn(nc), OldConnection: conn(oc), Endpoint: party(conn(nc).Device)}
				if has {
					item.HasState, item.State = true, state(r, st)
				}
				e.Connections = append(e.Connections, item)
			}
		default:
			r.Fatalf("key %q", k)
		}
	}
	return e
}

func conn(s string) *fsmpb.SwitchConn {
	call, dev, _ := strings.Cut(s, "/")
	return &fsmpb.SwitchConn{Call: call, Device: dev}
}

func party(s string) *fsmpb.Party {
	if s == "?" || s == "" {
		return &fsmpb.Party{Kind: fsmpb.Party_NOT_KNOWN}
	}
	return deviceParty(s)
}

func words(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

func eventType(t testing.TB, s string) fsmpb.EventType {
	for n, name := range fsmpb.EventType_name {
		if words(name) == words(s) || words(name) == words(s)+"event" {
			return fsmpb.EventType(n)
		}
	}
	t.Fatalf("event %q", s)
	return 0
}

func state(t testing.TB, s string) fsmpb.ConnectionState {
	for n, name := range fsmpb.ConnectionState_name {
		if words(name) == words(s) || words(name) == words(s)+"state" {
			return fsmpb.ConnectionState(n)
		}
	}
	t.Fatalf("state %q", s)
	return 0
}

func stateWord(s fsmpb.ConnectionState) string { return strings.TrimSuffix(words(s.String()), "state") }

// new returns the records since it was last called, one a line.
func (r *rig) new() []string {
	r.Helper()
	var out []string
	for _, rec := range r.seen() {
		out = append(out, brief(rec))
	}
	return out
}

func (r *rig) seen() []*Record {
	r.Helper()
	var out []*Record
	if err := r.m.s.feed.After(r.told, func(rec *Record) bool {
		out = append(out, rec)
		return true
	}); err != nil {
		r.Fatal(err)
	}
	r.told = r.m.s.feed.Last()
	return out
}

// want compares the new records.
func (r *rig) want(lines string) *rig {
	r.Helper()
	var want []string
	for _, l := range strings.Split(strings.TrimSpace(lines), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			want = append(want, l)
		}
	}
	if d := cmp.Diff(want, r.new()); d != "" {
		r.Errorf("records (-want +got):\n%s", d)
	}
	return r
}

// brief writes a record as tests do: call, type, subject, hearers' states; an
// asterisk marks what no event of the switch told.
func brief(rec *Record) string {
	switch k := rec.Kind.(type) {
	case *fsmpb.Record_Call:
		c := k.Call
		s := fmt.Sprintf("%d %s", c.Call, words(c.Type.String()))
		if c.Reconstructed {
			s += "*"
		}
		if c.Device != "" {
			s += " " + c.Device
		}
		if c.ResultCall != 0 {
			s += fmt.Sprintf(" +%d=%d", c.SecondaryCall, c.ResultCall)
		}
		for i, h := range c.Heard {
			if i == 0 {
				s += " |"
			}
			s += " " + h.Device + "=" + stateWord(h.State)
		}
		return s
	case *fsmpb.Record_Unsynced:
		return fmt.Sprintf("%d unsynced %s %s>%s", k.Unsynced.Call, k.Unsynced.Device, stateWord(k.Unsynced.Held), stateWord(k.Unsynced.Switch))
	case *fsmpb.Record_Renamed:
		return fmt.Sprintf("%d renamed %s>%s", k.Renamed.Call, k.Renamed.From, k.Renamed.To)
	case *fsmpb.Record_Link:
		return fmt.Sprintf("link %s up %v", k.Link.Link, k.Link.Up)
	case *fsmpb.Record_Status:
		return strings.TrimSpace("status " + k.Status.Status + " " + k.Status.Device)
	case *fsmpb.Record_Agent:
		a := k.Agent
		s := fmt.Sprintf("agent %s %s@%s %s", words(a.Type.String()), a.AgentId, a.Group, a.Device)
		if a.Reconstructed {
			s += "*"
		}
		return s
	case *fsmpb.Record_Feature:
		f := k.Feature
		s := fmt.Sprintf("feature %s %s %v", words(f.Type.String()), f.Device, f.On)
		if f.Forward != nil {
			s += " " + f.Forward.Type + ">" + f.Forward.Destination
		}
		if f.Reconstructed {
			s += "*"
		}
		return s
	}
	return fmt.Sprintf("%T", rec.Kind)
}

// snapshot applies a snapshot of a device that was asked for after ordinal began.
// Each call is
//
//	name:state far=... calling=... called=... linkage=... parties=dev:state,...
func (r *rig) snapshot(device string, began uint64, calls ...string) *rig {
	r.Helper()
	s := &fsmpb.DeviceSnapshot{Device: device, Began: began, CallsKnown: true}
	for _, c := range calls {
		f := strings.Fields(c)
		name, st, _ := strings.Cut(f[0], ":")
		k := &fsmpb.SnapshotCall{Call: name, State: state(r, st)}
		for _, kv := range f[1:] {
			key, v, _ := strings.Cut(kv, "=")
			switch key {
			case "far":
				k.Far = party(v)
			case "calling":
				k.Calling = party(v)
			case "called":
				k.Called = party(v)
			case "linkage":
				k.Linkage = v
			case "data":
				k.Data = &fsmpb.CallData{Correlator: []byte(v)}
			case "parties":
				k.Detailed = true
				for _, p := range strings.Split(v, ",") {
					d, st, _ := strings.Cut(p, ":")
					k.Parties = append(k.Parties, &fsmpb.SnapshotParty{Device: d, State: state(r, st)})
				}
			default:
				r.Fatalf("key %q", key)
			}
		}
		s.Calls = append(s.Calls, k)
	}
	r.fact(&fsmpb.Fact{Body: &fsmpb.Fact_DeviceSnapshot{DeviceSnapshot: s}})
	return r
}

// verified tells whether a device is verified.
func (r *rig) verified(device string) bool {
	d, _ := r.m.s.Device("pbx", device)
	return d.GetVerifiedEpoch() == r.epoch
}

func (r *rig) wantVerified(device string, want bool) *rig {
	r.Helper()
	if got := r.verified(device); got != want {
		r.Errorf("device %s verified: %v, want %v", device, got, want)
	}
	return r
}

// calls writes the live calls.
func (r *rig) calls() string {
	var out []string
	for c := range r.m.s.Calls() {
		s := fmt.Sprint(c.Id)
		for _, x := range c.Connections {
			s += " " + x.Device + "=" + stateWord(x.State)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func (r *rig) wantCalls(want string) *rig {
	r.Helper()
	if got := r.calls(); got != want {
		r.Errorf("calls %q, want %q", got, want)
	}
	return r
}
