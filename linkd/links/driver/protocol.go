package driver

// The protocols of switches that there is a driver for, as Switch.Protocol names
// them.
const (
	CSTA = "csta" // CSTA XML; also what an empty name means
)

// Drives tells whether there is a driver for a protocol.
func Drives(protocol string) bool {
	switch protocol {
	case "", CSTA:
		return true
	}
	return false
}
