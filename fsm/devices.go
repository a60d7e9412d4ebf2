package fsm

import (
	"slices"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// putDevices provisions devices, all of them or none.
func (t *txn) putDevices(c *fsmpb.PutDevices) Result {
	if _, ok := t.switches.get(c.Switch); !ok {
		return refuse("operation", "objectNotKnown", "devices: no switch %.40q; add it first", c.Switch)
	}
	batch := make(map[string]bool, len(c.Devices))
	var put []*fsmpb.DeviceSetup
	for _, in := range c.Devices {
		if !goodName(in.GetId()) {
			return badName("device", in.GetId())
		}
		if batch[in.Id] {
			return refuse("operation", "invalidParameterValue", "device %s is given twice", in.Id)
		}
		if d, ok := t.devices.get(deviceKey(c.Switch, in.Id)); ok && d.Provisioned && c.Seed {
			continue
		}
		batch[in.Id] = true
		put = append(put, in)
	}
	if r := t.checkAliases(c.Switch, put, batch); r.Err != nil {
		return r
	}
	for _, in := range put {
		d, ok := t.devices.get(deviceKey(c.Switch, in.Id))
		if ok {
			d = proto.CloneOf(d)
		} else {
			d = &Device{Switch: c.Switch, Id: in.Id}
		}
		d.Provisioned = true
		d.Kind, d.ServiceFrom, d.Site, d.DefaultRoute = in.Kind, in.ServiceFrom, in.Site, in.DefaultRoute
		d.Aliases, d.OwnerClients = slices.Clone(in.Aliases), slices.Clone(in.OwnerClients)
		t.putDevice(d)
	}
	return Result{}
}

// checkAliases refuses a name that would lead to two devices of the switch. A
// device of the batch gives up the aliases that it has now.
func (t *txn) checkAliases(sw string, put []*fsmpb.DeviceSetup, batch map[string]bool) Result {
	taken := func(name, by, other string) Result {
		return refuse("operation", "invalidParameterValue", "device %s of switch %s: the name %.40q already leads to device %s; take it from there first", by, sw, name, other)
	}
	owner := make(map[string]string)
	for _, in := range put {
		if to, ok := t.aliases.get(deviceKey(sw, in.Id)); ok && !batch[to] {
			return taken(in.Id, in.Id, to)
		}
		for _, a := range in.Aliases {
			if !goodName(a) {
				return badName("alias", a)
			}
			if to, ok := t.aliases.get(deviceKey(sw, a)); ok && to != in.Id && !batch[to] {
				return taken(a, in.Id, to)
			}
			if _, ok := t.devices.get(deviceKey(sw, a)); ok || batch[a] {
				return taken(a, in.Id, a)
			}
			if to, ok := owner[a]; ok {
				return taken(a, in.Id, to)
			}
			owner[a] = in.Id
		}
	}
	return Result{}
}

// deleteDevices takes devices out of the provisioning. One that clients still
// watch, or that has a part in a call, stays until that is over.
func (t *txn) deleteDevices(c *fsmpb.DeleteDevices) Result {
	for _, id := range c.Devices {
		d, ok := t.devices.get(deviceKey(c.Switch, id))
		if !ok || !d.Provisioned {
			continue
		}
		d = proto.CloneOf(d)
		d.Provisioned = false
		d.Kind, d.ServiceFrom, d.Site, d.DefaultRoute = 0, 0, "", ""
		d.Aliases, d.OwnerClients = nil, nil
		t.putDevice(d)
		t.reapDevice(d)
	}
	return Result{}
}

// reapDevice drops a device that came with a monitor and that nothing holds any
// more: no client, no upstream monitor, no call.
func (t *txn) reapDevice(d *Device) {
	sw, _ := t.switches.get(d.Switch)
	up := sw.GetEpoch() != 0 && d.MonitoredEpoch == sw.GetEpoch()
	if !d.Provisioned && d.Monitors == 0 && !up && len(d.Calls) == 0 {
		t.clearDeadline(fsmpb.DeadlineKind_MONITOR_RELEASE, deviceKey(d.Switch, d.Id))
		t.dropDevice(d.Switch, d.Id)
	}
}
