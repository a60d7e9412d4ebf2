package fsm

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// Provisioning changes the provisioned part of an object and never its state.

// maxName bounds the length of a name or a device ID, in bytes.
const maxName = 256

// goodName tells whether a text can name an object: the keys of the tables are
// joined with NUL.
func goodName(s string) bool {
	return s != "" && len(s) <= maxName && !strings.Contains(s, sep)
}

func badName(what, s string) Result {
	return refuse("operation", "invalidParameterValue", "%s name %.40q: give 1 to %d bytes without NUL", what, s, maxName)
}

func (t *txn) bootstrap(c *fsmpb.Bootstrap) Result {
	if t.clusterID != "" {
		return Result{}
	}
	if !goodName(c.ClusterId) {
		return badName("cluster", c.ClusterId)
	}
	full, err := withDefaults(c.Settings)
	if err != nil {
		return refuse("operation", "valueOutOfRange", "bootstrap: %v", err)
	}
	t.clusterID, t.State.settings = c.ClusterId, full
	return Result{}
}

// options sorts a copy of an object's own settings by name; false if two have
// one name.
func options(o []*fsmpb.Option) ([]*fsmpb.Option, bool) {
	var out []*fsmpb.Option
	for _, x := range o {
		if x != nil {
			out = append(out, &fsmpb.Option{Name: x.Name, Value: x.Value})
		}
	}
	slices.SortStableFunc(out, func(a, b *fsmpb.Option) int { return cmp.Compare(a.Name, b.Name) })
	for i := 1; i < len(out); i++ {
		if out[i].Name == out[i-1].Name {
			return nil, false
		}
	}
	return out, true
}

func (t *txn) putSwitch(c *fsmpb.PutSwitch) Result {
	in := c.Switch
	if !goodName(in.GetName()) {
		return badName("switch", in.GetName())
	}
	own, ok := options(in.Settings)
	if !ok {
		return refuse("operation", "invalidParameterValue", "switch %s: a setting is given twice", in.Name)
	}
	s, exists := t.switches.get(in.Name)
	switch {
	case exists && c.Seed:
		return Result{}
	case exists:
		s = proto.CloneOf(s)
	default:
		s = &Switch{Name: in.Name, Status: "disabled", SinceMs: t.timeMS}
	}
	s.Protocol, s.Settings = in.Protocol, own
	t.switches.put(s.Name, s)
	return Result{}
}

func (t *txn) putLink(c *fsmpb.PutLink) Result {
	in := c.Link
	if !goodName(in.GetName()) {
		return badName("link", in.GetName())
	}
	if _, ok := t.switches.get(in.Switch); !ok {
		return refuse("operation", "objectNotKnown", "link %s: no switch %.40q; add it first", in.Name, in.Switch)
	}
	own, ok := options(in.Settings)
	if !ok {
		return refuse("operation", "invalidParameterValue", "link %s: a setting is given twice", in.Name)
	}
	l, exists := t.links.get(in.Name)
	switch {
	case exists && c.Seed:
		return Result{}
	case exists && l.Switch != in.Switch:
		return refuse("operation", "invalidParameterValue", "link %s belongs to switch %s: delete it there before you add it to %s", in.Name, l.Switch, in.Switch)
	case exists:
		l = proto.CloneOf(l)
	default:
		l = &Link{Name: in.Name, Switch: in.Switch, SinceMs: t.timeMS}
	}
	l.Address, l.Priority, l.Disabled, l.Settings = in.Address, in.Priority, in.Disabled, own
	t.links.put(l.Name, l)
	return Result{}
}

// deleteSwitch takes a switch out with all that belongs to it. Clients must have
// gone first: their sessions would have nothing to be about.
func (t *txn) deleteSwitch(name string) Result {
	if _, ok := t.switches.get(name); !ok {
		return Result{}
	}
	n := 0
	for s := range t.Sessions() {
		if s.Switch == name {
			n++
		}
	}
	if n > 0 {
		return refuse("operation", "requestIncompatibleWithObject", "delete switch %s: %d sessions are open; disconnect its clients and wait until their sessions end", name, n)
	}
	for _, r := range slices.Collect(t.Routes()) {
		if r.Switch == name {
			t.dropRoute(r.Id)
		}
	}
	for _, i := range t.intentsOf(name) {
		t.intents.delete(i.Id)
		t.clearDeadline(fsmpb.DeadlineKind_INTENT, intentKey(i.Id))
	}
	for _, c := range slices.Collect(t.Calls()) {
		if c.Switch == name {
			t.dropCall(c.Id)
			t.clearDeadline(fsmpb.DeadlineKind_TOMBSTONE, strconv.FormatUint(c.Id, 10))
		}
	}
	for _, b := range slices.Collect(values(t.tombstones.all())) {
		if b.Switch == name {
			t.dropTombstone(b.Call)
		}
	}
	for _, d := range slices.Collect(t.Devices(name)) {
		t.clearDeadline(fsmpb.DeadlineKind_MONITOR_RELEASE, deviceKey(name, d.Id))
		t.dropDevice(name, d.Id)
	}
	for _, l := range slices.Collect(t.Links()) {
		if l.Switch == name {
			t.links.delete(l.Name)
		}
	}
	t.clearDeadline(fsmpb.DeadlineKind_LINGER, name)
	t.switches.delete(name)
	t.emit(&Record{Switch: name, Kind: &fsmpb.Record_Status{Status: &fsmpb.StatusChange{Status: "disabled", Reason: "switch deleted"}}})
	return Result{}
}

// deleteLink takes a link out. The one in use must be let go first.
func (t *txn) deleteLink(name string) Result {
	l, ok := t.links.get(name)
	if !ok {
		return Result{}
	}
	if s, ok := t.switches.get(l.Switch); ok && s.Link == name && s.LinkUp {
		return refuse("operation", "requestIncompatibleWithObject", "delete link %s: switch %s is driven through it; disable it first", name, s.Name)
	}
	t.links.delete(name)
	return Result{}
}

func (t *txn) putNode(n *Node) Result {
	if !goodName(n.GetId()) {
		return badName("node", n.GetId())
	}
	t.nodes.put(n.Id, proto.CloneOf(n))
	return Result{}
}

func (t *txn) deleteNode(id string) Result {
	t.nodes.delete(id)
	return Result{}
}
