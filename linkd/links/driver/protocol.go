package driver

// The protocols of switches that there is a driver for, as Switch.Protocol names
// them.
const (
	CSTA       = "csta"       // CSTA XML; also what an empty name means
	BroadWorks = "broadworks" // Xsi-Events and Xsi-Actions
)

// Forgets tells whether a switch of a protocol may lose calls without a word: then a
// client's snapshot is asked of the switch each time, however well the state is known.
func Forgets(protocol string) bool { return protocol == BroadWorks }

// Drives tells whether there is a driver for a protocol at a feature level of the
// cluster: a driver's facts must mean the same to every node.
func Drives(protocol string, level uint32) bool {
	switch protocol {
	case "", CSTA:
		return true
	case BroadWorks:
		return level >= 2
	}
	return false
}
