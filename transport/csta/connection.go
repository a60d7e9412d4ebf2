package csta

// ConnectionID names one device's part in one call. Either part may be
// missing; the zero ConnectionID is absent.
type ConnectionID struct {
	CallID string
	Device DeviceID // the element is deviceID
}

// Connection returns the ConnectionID of a call and a device's number.
func Connection(callID, number string) ConnectionID {
	return ConnectionID{CallID: callID, Device: DeviceID{Value: number}}
}

// IsZero reports whether the connection is absent.
func (id *ConnectionID) IsZero() bool { return id.CallID == "" && id.Device.IsZero() }

func (id *ConnectionID) fields(c *coder) {
	c.text("callID", &id.CallID, opt)
	c.device("deviceID", &id.Device, opt)
}

// connection is a ConnectionID.
func (c *coder) connection(name string, id *ConnectionID, need bool) {
	if need || !id.IsZero() || c.may(name) {
		c.connectionNow(name, id)
	}
}

//go:noinline
func (c *coder) connectionNow(name string, id *ConnectionID) {
	switch {
	case !c.writing:
		c.groupNow(name, true, id)
	case id.IsZero():
		c.absent(name)
	default:
		c.start(name)
		id.fields(c)
		c.end(name)
	}
}

// LocalConnectionState is a connection's state.
type LocalConnectionState string

// The connection states, complete.
const (
	StateNull      LocalConnectionState = "null"
	StateInitiated LocalConnectionState = "initiated"
	StateAlerting  LocalConnectionState = "alerting"
	StateConnected LocalConnectionState = "connected"
	StateHold      LocalConnectionState = "hold"
	StateQueued    LocalConnectionState = "queued"
	StateFail      LocalConnectionState = "fail"
)

// Valid reports whether the standard has this state.
func (s LocalConnectionState) Valid() bool {
	switch s {
	case StateNull, StateInitiated, StateAlerting, StateConnected, StateHold, StateQueued, StateFail:
		return true
	}
	return false
}

// localState is localConnectionInfo of an event.
func (c *coder) localState(s *LocalConnectionState) {
	if c.marks != nil { // each receiver gets its own device's
		c.marks.state = c.n
		return
	}
	word(c, "localConnectionInfo", s, opt)
}

// crossRef is monitorCrossRefID, the first child of each event.
func (c *coder) crossRef(id *string) {
	if c.marks != nil { // each receiver gets its own
		c.marks.ref = c.n
		return
	}
	c.text("monitorCrossRefID", id, req)
}

// ConnectionListItem is one connection of a transferred or conferenced call.
type ConnectionListItem struct {
	NewConnection           ConnectionID
	OldConnection           ConnectionID
	Endpoint                Endpoint
	AssociatedNID           Endpoint // never DeviceRestricted
	ResultingConnectionInfo RawXML   // ConnectionInformation
}

func (i *ConnectionListItem) fields(c *coder) {
	c.connection("newConnection", &i.NewConnection, opt)
	c.connection("oldConnection", &i.OldConnection, opt)
	c.group("endpoint", i.Endpoint.Kind != DeviceAbsent, &i.Endpoint, opt)
	c.group("associatedNID", i.AssociatedNID.Kind != DeviceAbsent, &i.AssociatedNID, opt)
	c.raw("resultingConnectionInfo", &i.ResultingConnectionInfo)
}

// Endpoint is the device at a connection's end. It differs from a
// SubjectDeviceID in its element's name, deviceID.
type Endpoint struct {
	Kind   DeviceKind // DeviceIdentifier, DeviceNotKnown, DeviceRestricted; 0 is absent
	Device DeviceID   // with DeviceIdentifier only
}

func (e *Endpoint) fields(c *coder) {
	c.alternative("deviceID", &e.Kind, &e.Device, DeviceIdentifier)
	c.alternative("notKnown", &e.Kind, nil, DeviceNotKnown)
	c.alternative("restricted", &e.Kind, nil, DeviceRestricted)
}

func connectionList(c *coder, name string, v *[]ConnectionListItem, need bool) {
	list(c, name, "connectionListItem", v, need)
}
