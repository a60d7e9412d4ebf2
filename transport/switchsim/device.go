package switchsim

import (
	"slices"
	"strconv"
	"strings"
)

type deviceKind string

const (
	station    deviceKind = "station"
	acdQueue   deviceKind = "queue"
	routePoint deviceKind = "routePoint"
	external   deviceKind = "external"
)

type service string

const (
	inService          service = "inService"
	outOfService       service = "outOfService"
	partiallyInService service = "partiallyInService"
)

// A device is anything that can have a connection.
type device struct {
	id       string
	kind     deviceKind
	manual   bool // never acts on its own
	dnd      bool
	service  service
	version  uint64
	forwards []forward // one per type, sorted by type
	agent    *agent    // who is logged on here
}

type forward struct {
	kind string // forwardingType
	to   string
}

func (d *device) forwardTo(kind string) (string, bool) {
	for _, f := range d.forwards {
		if f.kind == kind {
			return f.to, true
		}
	}
	return "", false
}

func (d *device) setForward(kind, to string, on bool) {
	d.forwards = slices.DeleteFunc(d.forwards, func(f forward) bool { return f.kind == kind })
	if on {
		d.forwards = append(d.forwards, forward{kind, to})
		slices.SortFunc(d.forwards, func(a, b forward) int { return strings.Compare(a.kind, b.kind) })
	}
}

// forwardingTypes are the values of forwardingType (ECMA-323). Those that the model acts on are marked.
var forwardingTypes = []string{
	"forwardImmediate", // acted on
	"forwardBusy",      // acted on
	"forwardNoAns",     // acted on
	"forwardDND",       // acted on
	"forwardBusyInt", "forwardBusyExt", "forwardNoAnsInt", "forwardNoAnsExt",
	"forwardImmInt", "forwardImmExt", "forwardDNDInt", "forwardDNDExt",
}

func (m *model) makeDevices() {
	add := func(id int, kind deviceKind, manual bool) *device {
		d := &device{id: strconv.Itoa(id), kind: kind, manual: manual, service: inService}
		m.devices[d.id] = d
		m.deviceOrder = append(m.deviceOrder, d)
		return d
	}
	for i := range m.opt.Agents {
		id := firstStation + i
		if i >= maxLowStations {
			id = firstExtension + i - maxLowStations
		}
		m.stations = append(m.stations, add(id, station, false))
	}
	for i := range m.opt.Manual {
		m.manuals = append(m.manuals, add(firstManual+i, station, true))
	}
	for i := range m.opt.RoutePoints {
		m.routePoints = append(m.routePoints, add(firstRoutePoint+i, routePoint, false))
	}
	for i := range m.opt.Queues {
		m.queues = append(m.queues, add(firstQueue+i, acdQueue, false))
	}
}

// device finds a device by its number. External parties exist as soon as they are dialled.
func (m *model) device(id string) *device {
	if d := m.devices[id]; d != nil {
		return d
	}
	if isExternal(id) {
		return &device{id: id, kind: external, manual: strings.HasPrefix(id, manualPrefix), service: inService}
	}
	return nil
}

// maxOutside is how many digits a number outside may have: more than E.164 allows, as identifiers in the field do.
const maxOutside = 200

func isExternal(id string) bool {
	digits, found := strings.CutPrefix(id, externalPrefix)
	return found && len(digits) >= 3 && len(digits) <= maxOutside && strings.Trim(digits, "0123456789") == ""
}

// callsAt returns the calls that the device has a connection in, oldest connection first.
func (m *model) callsAt(id string) []*call { return m.index[id] }

// active returns the device's call that isn't on hold, if any.
func (m *model) active(id string) *call {
	for _, c := range m.index[id] {
		if s := c.state(id); s != Hold {
			return c
		}
	}
	return nil
}

// busy reports whether another call can't be delivered to d now.
func (m *model) busy(d *device) bool {
	switch d.kind {
	case station:
		return !d.manual && m.active(d.id) != nil
	case external:
		return strings.HasPrefix(d.id, busyPrefix)
	}
	return false
}

func (m *model) setDND(d *device, on bool) {
	d.dnd = on
	m.tellDevice(d, event{kind: evDoNotDisturb, on: on})
}

func (m *model) setForwarding(d *device, kind, to string, on bool) {
	d.setForward(kind, to, on)
	m.tellDevice(d, event{kind: evForwarding, on: on, forwarding: kind, to: to})
}

func (m *model) setService(d *device, s service) {
	d.service = s
	kind := map[service]eventKind{inService: evBackInService, outOfService: evOutOfService, partiallyInService: evPartiallyInService}[s]
	m.tellDevice(d, event{kind: kind, cause: "maintenance"})
}
