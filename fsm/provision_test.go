package fsm

import (
	"strings"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

func putDevices(seed bool, ds ...*fsmpb.DeviceSetup) *fsmpb.Command {
	return &fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: "pbx", Devices: ds, Seed: seed}}}
}

func TestProvisioningKeepsState(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	r.monitored("1000")
	before, _ := r.m.View().Device("pbx", "1000")
	r.ok(putDevices(false, &fsmpb.DeviceSetup{Id: "1000", Kind: fsmpb.DeviceKind_ACD, Site: "north"}))
	after, _ := r.m.View().Device("pbx", "1000")
	want := proto.CloneOf(before)
	want.Kind, want.Site, want.Version = fsmpb.DeviceKind_ACD, "north", r.index
	diff(t, "device", after, want)

	sw, _ := r.m.View().Switch("pbx")
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &Switch{
		Name: "pbx", Protocol: "xsi", Epoch: 99, LinkUp: false, Settings: []*fsmpb.Option{{Name: "b"}, {Name: "a", Value: "1"}}}}}})
	got, _ := r.m.View().Switch("pbx")
	wantSwitch := proto.CloneOf(sw)
	wantSwitch.Protocol, wantSwitch.Settings = "xsi", []*fsmpb.Option{{Name: "a", Value: "1"}, {Name: "b"}}
	diff(t, "switch", got, wantSwitch)

	l, _ := r.m.View().Link("l1")
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: "l1", Switch: "pbx", Address: "h:1", Priority: 2, Epoch: 77}}}})
	gotLink, _ := r.m.View().Link("l1")
	wantLink := proto.CloneOf(l)
	wantLink.Address, wantLink.Priority = "h:1", 2
	diff(t, "link", gotLink, wantLink)
}

func TestSeedCreatesOnly(t *testing.T) {
	r := newStand(t)
	r.ok(putDevices(false, &fsmpb.DeviceSetup{Id: "1000", Site: "changed by an operator"}))
	r.ok(putDevices(true, &fsmpb.DeviceSetup{Id: "1000", Site: "seed"}, &fsmpb.DeviceSetup{Id: "3000", Site: "seed"}))
	a, _ := r.m.View().Device("pbx", "1000")
	b, _ := r.m.View().Device("pbx", "3000")
	if a.Site != "changed by an operator" || b.GetSite() != "seed" {
		t.Errorf("sites: %q, %q", a.Site, b.GetSite())
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: "l1", Switch: "pbx", Address: "h:1"}}}})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: "l1", Switch: "pbx", Address: "seed:1"}, Seed: true}}})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &Switch{Name: "pbx", Protocol: "seed"}, Seed: true}}})
	l, _ := r.m.View().Link("l1")
	s, _ := r.m.View().Switch("pbx")
	if l.Address != "h:1" || s.Protocol != "csta" {
		t.Errorf("a seed changed what was there: %v, %v", l, s)
	}
}

func TestAliasesAreUnique(t *testing.T) {
	r := newStand(t)
	r.ok(putDevices(false, &fsmpb.DeviceSetup{Id: "1000", Aliases: []string{"x", "y"}}))
	for _, bad := range [][]*fsmpb.DeviceSetup{
		{{Id: "1001", Aliases: []string{"x"}}},                                       // another device's alias
		{{Id: "1001", Aliases: []string{"1000"}}},                                    // another device
		{{Id: "1001", Aliases: []string{"z"}}, {Id: "z"}},                            // a device of the batch
		{{Id: "1001", Aliases: []string{"z"}}, {Id: "1002", Aliases: []string{"z"}}}, // twice in the batch
		{{Id: "x"}}, // a device under another's alias
		{{Id: "1001"}, {Id: "1001"}},
		{{Id: ""}},
		{{Id: "a\x00b"}},
		{{Id: "1001", Aliases: []string{""}}},
	} {
		r.refused(putDevices(false, bad...), "operation", "invalidParameterValue")
	}
	if d, ok := r.m.View().Device("pbx", "z"); ok {
		t.Errorf("a refused batch left %v", d)
	}
	// Aliases may change hands within a batch.
	r.ok(putDevices(false, &fsmpb.DeviceSetup{Id: "1001", Aliases: []string{"x"}}, &fsmpb.DeviceSetup{Id: "1000", Aliases: []string{"y"}}))
	if got := r.m.View().DeviceID("pbx", "x"); got != "1001" {
		t.Errorf("x leads to %s, want 1001", got)
	}
	r.ok(putDevices(false, &fsmpb.DeviceSetup{Id: "1000", Aliases: []string{"x"}}, &fsmpb.DeviceSetup{Id: "1001"}))
	if got := r.m.View().DeviceID("pbx", "x"); got != "1000" {
		t.Errorf("x leads to %s, want 1000", got)
	}
	res := r.refused(putDevices(false, &fsmpb.DeviceSetup{Id: "1002", Aliases: []string{"x"}}), "operation", "invalidParameterValue")
	for _, word := range []string{"1002", `"x"`, "1000", "pbx"} {
		if !strings.Contains(res.Err.Text, word) {
			t.Errorf("refusal %q doesn't name %s", res.Err.Text, word)
		}
	}
}

func TestDeletedDeviceStaysWhileWatched(t *testing.T) {
	r := newStand(t)
	c := r.connect("ts1", "n")
	x := c.start(&fsmpb.StartMonitor{Device: "1000"})
	del := func(ids ...string) {
		r.ok(&fsmpb.Command{Kind: &fsmpb.Command_DeleteDevices{DeleteDevices: &fsmpb.DeleteDevices{Switch: "pbx", Devices: ids}}})
	}
	del("1000", "1001", "nobody")
	if _, ok := r.m.View().Device("pbx", "1001"); ok {
		t.Error("1001 is still there")
	}
	if d, ok := r.m.View().Device("pbx", "1000"); !ok || d.Provisioned {
		t.Errorf("1000, which a client watches: %v", d)
	}
	r.monitored("1000")
	c.stop(x)
	r.wait(30_000)
	r.in(func(t *txn) { t.upstreamMonitor(r.link(), &fsmpb.UpstreamMonitor{Device: "1000"}) })
	if _, ok := r.m.View().Device("pbx", "1000"); ok {
		t.Error("1000 is still there without clients")
	}
}

func TestDeleteSwitch(t *testing.T) {
	r := newStand(t)
	r.call("A", part("1000", talking))
	r.end(r.call("B", part("1000", talking)), 0)
	c := r.connect("ts1", "n")
	c.start(&fsmpb.StartMonitor{Device: "1000"})
	c.request(&fsmpb.Request{Service: fsmpb.Service_ESCAPE})
	del := &fsmpb.Command{Kind: &fsmpb.Command_DeleteSwitch{DeleteSwitch: &fsmpb.DeleteSwitch{Name: "pbx"}}}
	r.refused(del, "operation", "requestIncompatibleWithObject")
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_EndSession{EndSession: &fsmpb.EndSession{Session: c.session}}})
	r.ok(del)
	r.ok(del)
	v := r.m.View()
	for what, n := range map[string]int{"switches": v.switches.len(), "links": v.links.len(), "devices": v.devices.len(), "calls": v.calls.len(),
		"tombstones": v.tombstones.len(), "intents": v.intents.len(), "deadlines": v.deadlines.len(), "names": v.names.len(), "due": v.due.len()} {
		if n != 0 {
			t.Errorf("%d %s are left", n, what)
		}
	}
}

func TestLinksAndNodes(t *testing.T) {
	r := newStand(t)
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: "l9", Switch: "nowhere"}}}}, "operation", "objectNotKnown")
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{}}}, "operation", "invalidParameterValue")
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &Switch{Name: "s", Settings: []*fsmpb.Option{{Name: "a"}, {Name: "a"}}}}}},
		"operation", "invalidParameterValue")
	del := func(name string) *fsmpb.Command {
		return &fsmpb.Command{Kind: &fsmpb.Command_DeleteLink{DeleteLink: &fsmpb.DeleteLink{Name: name}}}
	}
	r.refused(del("l1"), "operation", "requestIncompatibleWithObject")
	r.ok(del("l2"))
	r.ok(del("l2"))
	if _, ok := r.m.View().Link("l2"); ok {
		t.Error("l2 is still there")
	}
	r.refused(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{}}}, "operation", "invalidParameterValue")
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &Node{Id: "n1", Site: "north", Level: 1}}}})
	if n, _ := r.m.View().Node("n1"); n.GetSite() != "north" {
		t.Errorf("node: %v", n)
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_DeleteNode{DeleteNode: &fsmpb.DeleteNode{Id: "n1"}}})
	if _, ok := r.m.View().Node("n1"); ok {
		t.Error("n1 is still there")
	}
}

func TestBootstrapOnce(t *testing.T) {
	r := newStand(t)
	boot := func(id string, records uint32) *fsmpb.Command {
		return &fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: id, Settings: &fsmpb.Settings{FeedRecords: records}}}}
	}
	r.refused(boot("", 0), "operation", "invalidParameterValue")
	r.refused(boot("c", 1), "operation", "valueOutOfRange")
	r.ok(boot("c1", 2000))
	r.ok(boot("c2", 3000))
	v := r.m.View()
	if v.ClusterID() != "c1" || v.Settings().FeedRecords != 2000 || v.Settings().Sessions != 1024 {
		t.Errorf("cluster %s with settings %v", v.ClusterID(), v.Settings())
	}
}

func TestSettingsRanges(t *testing.T) {
	for _, f := range settings {
		for _, x := range []struct {
			v  int64
			ok bool
		}{{0, true}, {f.least, true}, {f.top, true}, {f.def, true}, {f.top + 1, false}, {-1, false}} {
			s := new(fsmpb.Settings)
			f.set(s, x.v)
			if err := CheckSettings(s); (err == nil) != x.ok {
				t.Errorf("%s = %d: %v", f.name, x.v, err)
			} else if err != nil && !strings.Contains(err.Error(), f.name) {
				t.Errorf("%q doesn't name %s", err, f.name)
			}
		}
	}
	full := DefaultSettings()
	if n, want := full.ProtoReflect().Descriptor().Fields().Len(), len(settings); n != want {
		t.Errorf("%d settings have a range, the schema has %d", want, n)
	}
}

func TestRaiseLevel(t *testing.T) {
	r := newStand(t)
	r.m.s.level = 0 // as if this build's level had not been committed yet
	raise := func(l uint32) *fsmpb.Command {
		return &fsmpb.Command{Kind: &fsmpb.Command_RaiseLevel{RaiseLevel: &fsmpb.RaiseLevel{Level: l}}}
	}
	node := func(id string, l uint32) {
		r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &Node{Id: id, Level: l}}}})
	}
	r.refused(raise(1), "operation", "invalidParameterValue")
	node("n1", 1)
	node("n2", 0)
	r.refused(raise(1), "operation", "invalidParameterValue")
	node("n2", 1)
	r.ok(raise(1))
	r.ok(raise(0))
	if l := r.m.View().Level(); l != 1 {
		t.Errorf("level %d, want 1", l)
	}
	node("n1", MaxLevel+1)
	node("n2", MaxLevel+1)
	data, _ := proto.Marshal(&fsmpb.Entry{Commands: []*fsmpb.Command{raise(MaxLevel + 1)}})
	if _, err := r.m.Apply(r.index+1, r.term, data); err == nil || !strings.Contains(err.Error(), "newer release") {
		t.Errorf("a level that this build doesn't know: %v", err)
	}
}
