package csta

// marks are the places in an event's XML where its receivers' copies differ;
// 0 is nowhere.
type marks struct{ ref, state int }

// EventXML is an event that is encoded once and sent to many receivers, each
// with the cross reference ID of its own monitor and the connection state of
// its own device. It does not change and may be used by many goroutines.
type EventXML struct {
	xml   []byte
	marks marks
}

// NewEventXML encodes an event for the receivers of one edition. head is put
// in front of it: Declaration or "". MonitorCrossRefID and LocalConnectionInfo
// of m don't matter. The errors are those of Append, and one for a message
// that is not an event.
func NewEventXML(head string, m Message, ed Edition) (*EventXML, error) {
	e := &EventXML{}
	xml, err := new(Encoder).append([]byte(head), m, ed, &e.marks)
	if err != nil {
		return nil, err
	}
	if e.marks.ref == 0 {
		return nil, &MissingError{Message: m.Name(), Element: "monitorCrossRefID"}
	}
	e.xml = xml
	return e, nil
}

// Append appends the event as one receiver gets it. state is left out if it is
// "" or if the event has no localConnectionInfo.
func (e *EventXML) Append(dst []byte, monitorCrossRefID string, state LocalConnectionState) []byte {
	dst = append(dst, e.xml[:e.marks.ref]...)
	dst = append(dst, "<monitorCrossRefID>"...)
	dst = appendText(dst, monitorCrossRefID)
	dst = append(dst, "</monitorCrossRefID>"...)
	rest := e.xml[e.marks.ref:]
	if e.marks.state != 0 && state != "" {
		before := e.marks.state - e.marks.ref
		dst = append(dst, rest[:before]...)
		rest = rest[before:]
		dst = append(dst, "<localConnectionInfo>"...)
		dst = appendText(dst, string(state))
		dst = append(dst, "</localConnectionInfo>"...)
	}
	return append(dst, rest...)
}

// AppendFrame appends the event as one receiver gets it in a frame.
func (e *EventXML) AppendFrame(dst []byte, monitorCrossRefID string, state LocalConnectionState) ([]byte, error) {
	start := len(dst)
	return endFrame(e.Append(beginFrame(dst), monitorCrossRefID, state), start, EventInvokeID)
}
