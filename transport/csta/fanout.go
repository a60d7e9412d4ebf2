package csta

import "bytes"

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
	return new(Encoder).EventXML(head, m, ed)
}

// EventXML is NewEventXML with this Encoder.
func (e *Encoder) EventXML(head string, m Message, ed Edition) (*EventXML, error) {
	event := &EventXML{}
	xml, err := e.append(append(e.event[:0], head...), m, ed, &event.marks)
	if err != nil {
		return nil, err
	}
	if event.marks.ref == 0 {
		return nil, &MissingError{Message: m.Name(), Element: "monitorCrossRefID"}
	}
	event.xml = bytes.Clone(xml)
	if e.event = xml; cap(xml) > MaxFrame {
		e.event = nil // an exception that is not to be kept
	}
	return event, nil
}

// Len returns how many octets Append appends for a reference that needs no
// escape.
func (e *EventXML) Len(monitorCrossRefID string, state LocalConnectionState) int {
	n := len(e.xml) + len("<monitorCrossRefID></monitorCrossRefID>") + len(monitorCrossRefID)
	if e.marks.state != 0 && state != "" {
		n += len("<localConnectionInfo></localConnectionInfo>") + len(state)
	}
	return n
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
