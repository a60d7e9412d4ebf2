package fsm

import (
	"cmp"
	"slices"
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
