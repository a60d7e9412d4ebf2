package fsm

import (
	"cmp"
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// maxForwards bounds the forwarding settings of one device.
const maxForwards = 32

// featureEvent applies an event about do not disturb, forwarding or service. One
// that changes nothing is a copy and is not told again.
func (t *txn) featureEvent(src *source, e *fsmpb.FeatureEvent) {
	d, ok := t.Device(src.sw, cmp.Or(e.Device, e.Via))
	if !ok {
		return // nobody watches it
	}
	d = touchFeatures(src, d)
	changed := false
	switch e.Type {
	case fsmpb.EventType_DO_NOT_DISTURB:
		changed = d.Dnd != e.On
		d.Dnd = e.On
	case fsmpb.EventType_FORWARDING:
		if e.Forward == nil || len(e.Forward.Type) > maxName || len(e.Forward.Destination) > maxName {
			t.counters.Illegal++
			return
		}
		d.Forwarding, changed = setForward(d.Forwarding, e.Forward)
	case fsmpb.EventType_BACK_IN_SERVICE:
		d.Service, changed = serviceOf(d, fsmpb.ServiceState_IN_SERVICE)
	case fsmpb.EventType_OUT_OF_SERVICE:
		d.Service, changed = serviceOf(d, fsmpb.ServiceState_SERVICE_OUT)
	case fsmpb.EventType_PARTIALLY_IN_SERVICE:
		d.Service, changed = serviceOf(d, fsmpb.ServiceState_PARTIAL)
	default:
		t.counters.Illegal++
		return
	}
	t.putDevice(d)
	if !changed {
		t.counters.Twins++
		return
	}
	t.tellFeature(src.sw, &fsmpb.FeatureChange{Type: e.Type, Device: d.Id, On: e.On, Forward: e.Forward, Cause: e.Cause})
}

func (t *txn) tellFeature(sw string, ch *fsmpb.FeatureChange) {
	t.emit(&Record{Switch: sw, Kind: &fsmpb.Record_Feature{Feature: ch}})
}

// serviceOf follows the switch for devices whose service it decides. Out of
// service makes a device unroutable and changes nothing else.
func serviceOf(d *Device, told fsmpb.ServiceState) (fsmpb.ServiceState, bool) {
	if d.ServiceFrom != fsmpb.ServiceFrom_FROM_SWITCH {
		return d.Service, false
	}
	return told, d.Service != told
}

func byForwardType(a, b *fsmpb.Forward) int { return cmp.Compare(a.Type, b.Type) }

// setForward sets one kind of forwarding in a list that is sorted by type and
// holds only what is on. It returns a new list, and whether it differs.
func setForward(list []*fsmpb.Forward, f *fsmpb.Forward) ([]*fsmpb.Forward, bool) {
	i, had := slices.BinarySearchFunc(list, f, byForwardType)
	switch {
	case !f.On && !had:
		return list, false
	case !f.On:
		return slices.Delete(slices.Clone(list), i, i+1), true
	case had && proto.Equal(list[i], f):
		return list, false
	case had:
		list = slices.Clone(list)
		list[i] = f
		return list, true
	case len(list) >= maxForwards:
		return list, false
	}
	return slices.Insert(slices.Clone(list), i, f), true
}

// dnd makes a device's do not disturb that of a snapshot.
func (r *resync) dnd(on bool) {
	d, ok := r.devices.get(deviceKey(r.src.sw, r.device))
	if !ok || d.Dnd == on {
		return
	}
	if r.featuresTouched(d) {
		r.conflict = true
		return
	}
	d = copyDevice(d)
	d.Dnd = on
	r.putDevice(d)
	r.tellFeature(r.src.sw, &fsmpb.FeatureChange{Type: fsmpb.EventType_DO_NOT_DISTURB, Device: d.Id, On: on, Reconstructed: true})
}

// forwarding makes a device's forwarding that of a snapshot.
func (r *resync) forwarding(told []*fsmpb.Forward) {
	d, ok := r.devices.get(deviceKey(r.src.sw, r.device))
	if !ok {
		return
	}
	var want []*fsmpb.Forward
	for _, f := range told {
		if f.GetOn() && len(f.Type) <= maxName && len(f.Destination) <= maxName {
			want, _ = setForward(want, f)
		}
	}
	var changes []*fsmpb.Forward
	for _, f := range d.Forwarding {
		if _, ok := slices.BinarySearchFunc(want, f, byForwardType); !ok {
			changes = append(changes, &fsmpb.Forward{Type: f.Type, Destination: f.Destination})
		}
	}
	for _, f := range want {
		if i, ok := slices.BinarySearchFunc(d.Forwarding, f, byForwardType); !ok || !proto.Equal(d.Forwarding[i], f) {
			changes = append(changes, f)
		}
	}
	if len(changes) == 0 {
		return
	}
	if r.featuresTouched(d) {
		r.conflict = true
		return
	}
	d = copyDevice(d)
	d.Forwarding = want
	r.putDevice(d)
	for _, f := range changes {
		r.tellFeature(r.src.sw, &fsmpb.FeatureChange{Type: fsmpb.EventType_FORWARDING, Device: d.Id, On: f.On, Forward: f, Reconstructed: true})
	}
}
