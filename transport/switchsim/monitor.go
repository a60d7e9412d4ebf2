package switchsim

import "slices"

// A monitor is a client's order for the events of one device, or of calls.
type monitor struct {
	ref      string // monitorCrossRefID
	device   string // the monitored device, "" for a call object
	callType bool
	filter   []filterBit
	filtered map[eventKind]bool
}

// filterBit is one boolean of a MonitorFilter as it was asked for.
type filterBit struct {
	group, name string
	value       bool
}

func readFilter(n *node) []filterBit {
	if n == nil {
		return nil
	}
	var bits []filterBit
	for _, group := range n.children {
		for _, bit := range group.children {
			value := bit.value() == "true" || bit.value() == "1"
			bits = append(bits, filterBit{group.name, bit.name, value})
		}
	}
	return bits
}

// setFilter says what the monitor leaves out. In ECMA-269 true means filtered out; an inverting switch means the opposite.
func (m *monitor) setFilter(bits []filterBit, invert bool) {
	m.filter, m.filtered = bits, map[eventKind]bool{}
	for _, b := range bits {
		m.filtered[eventKind(b.name)] = b.value != invert
	}
}

func writeFilter(w *writer, element string, bits []filterBit) {
	w.within(element, func() {
		for len(bits) > 0 {
			group := bits[0].group
			w.within(group, func() {
				for len(bits) > 0 && bits[0].group == group {
					w.boolean(bits[0].name, bits[0].value)
					bits = bits[1:]
				}
			})
		}
	})
}

func (a *association) addMonitor(m *monitor, c *call) {
	a.monitors[m.ref] = m
	if m.device != "" {
		a.byDevice[m.device] = append(a.byDevice[m.device], m)
	}
	if c != nil {
		a.follow(m, c.id)
	}
}

func (a *association) removeMonitor(m *monitor) {
	delete(a.monitors, m.ref)
	isIt := func(other *monitor) bool { return other == m }
	if m.device != "" {
		a.byDevice[m.device] = slices.DeleteFunc(a.byDevice[m.device], isIt)
	}
	for id, followers := range a.byCall {
		if followers = slices.DeleteFunc(followers, isIt); len(followers) == 0 {
			delete(a.byCall, id)
		} else {
			a.byCall[id] = followers
		}
	}
}

// follow lets a call-type monitor hear of a call from now on.
func (a *association) follow(m *monitor, id callID) {
	if !slices.Contains(a.byCall[id], m) {
		a.byCall[id] = append(a.byCall[id], m)
	}
}
