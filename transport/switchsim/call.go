package switchsim

import "strconv"

// State is a local connection state (ECMA-269 6.1.5, spelled as ECMA-323 spells it).
type State string

// The connection states.
const (
	Null      State = "null"
	Initiated State = "initiated"
	Alerting  State = "alerting"
	Connected State = "connected"
	Hold      State = "hold"
	Queued    State = "queued"
	Fail      State = "fail"
)

type callID uint64

func (id callID) String() string { return strconv.FormatUint(uint64(id), 10) }

// A connection is one device's part in one call.
type connection struct {
	device string
	state  State
	since  uint64 // sequence of the change that made the state

	offered   bool // alerting, but it doesn't ring yet
	recording recording
}

// A call is at least one connection, or it is over.
type call struct {
	id      callID
	linkage string // survives renames, hexBinary
	began   uint64
	version uint64 // sequence of the last change
	conns   []*connection

	calling, called, lastRedirection string // device IDs, "" = not known
	correlator, user                 []byte
	account                          string
	acdQueue                         string // the queue that distributed the call
	controller                       string // of a conference, with whom it ends by BroadWorks' rules
	script                           bool   // made by the traffic, which goes on acting in it
	over                             bool
	endReason                        string
	hops                             int    // diversions so far
	next                             *timer // what the people in a traffic call do next
	purpose                          func() // what a consultation is for, once the consulted party answers
}

func (c *call) at(device string) *connection {
	for _, k := range c.conns {
		if k.device == device {
			return k
		}
	}
	return nil
}

func (c *call) state(device string) State {
	if k := c.at(device); k != nil {
		return k.state
	}
	return Null
}

func (c *call) remove(device string) {
	for i, k := range c.conns {
		if k.device == device {
			c.conns = append(c.conns[:i:i], c.conns[i+1:]...)
			return
		}
	}
}

// others returns the devices in the call except one, in the order in which they joined.
func (c *call) others(device string) []string {
	var ids []string
	for _, k := range c.conns {
		if k.device != device {
			ids = append(ids, k.device)
		}
	}
	return ids
}

// far returns the party that device talks to: the first other one, or "".
func (c *call) far(device string) string {
	if o := c.others(device); len(o) > 0 {
		return o[0]
	}
	return ""
}

// talking reports whether somebody is in the call who keeps it alive.
func (c *call) talking() bool {
	for _, k := range c.conns {
		if k.state == Connected || k.state == Hold {
			return true
		}
	}
	return false
}
