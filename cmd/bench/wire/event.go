package wire

import (
	"bytes"
	"strconv"
)

// ID names one event of the load: it travels in the call's correlator data,
// which reaches the T-Server unchanged.
type ID uint64

// NewID is the event n of a slot. A slot is a device with its calls.
func NewID(slot int, n uint32) ID { return ID(slot)<<32 | ID(n) }

// Slot is whose event it is.
func (id ID) Slot() int { return int(id >> 32) }

// N is its place among the slot's events, which are numbered from 1.
func (id ID) N() uint32 { return uint32(id) }

const hexDigits = "0123456789ABCDEF"

// tail fills the correlator up to what call centres put there: the event is
// then about as long in the log as the payload of the peers.
const tail = "4B554E44452D303032333831393620303830302D3434312D37" // KUNDE-00238196 0800-441-7

func appendCorrelator(buf []byte, id ID) []byte {
	buf = append(buf, `<correlatorData><string>`...)
	for shift := 60; shift >= 0; shift -= 4 {
		buf = append(buf, hexDigits[id>>shift&15])
	}
	buf = append(buf, tail...)
	return append(buf, `</string></correlatorData>`...)
}

var correlator = []byte("<correlatorData>")

// EventID finds the load's ID in an event, whoever wrote it. It reports false
// if there is none.
func EventID(body []byte) (ID, bool) {
	i := bytes.Index(body, correlator)
	if i < 0 {
		return 0, false
	}
	body = body[i+len(correlator):]
	open := bytes.IndexByte(body, '>')
	if open < 0 || len(body) < open+1+16 {
		return 0, false
	}
	var id ID
	for _, c := range body[open+1 : open+17] {
		switch {
		case c >= '0' && c <= '9':
			id = id<<4 | ID(c-'0')
		case c >= 'A' && c <= 'F':
			id = id<<4 | ID(c-'A'+10)
		case c >= 'a' && c <= 'f':
			id = id<<4 | ID(c-'a'+10)
		default:
			return 0, false
		}
	}
	return id, true
}

// Call is a call from outside at one station: one monitor, one copy of each
// event.
type Call struct {
	ID     uint64 // as the switch names it
	Device string
	Far    string // who calls
}

// Step is where a call has come to.
type Step int

// Script is the life of a call: each step is one event, and after the last the
// next call begins.
var Script = []struct {
	Event string
	State string // of the device's connection from here on
}{
	{"DeliveredEvent", "alerting"},
	{"EstablishedEvent", "connected"},
	{"HeldEvent", "hold"},
	{"RetrievedEvent", "connected"},
	{"HeldEvent", "hold"},
	{"RetrievedEvent", "connected"},
	{"far ConnectionClearedEvent", "connected"}, // the caller hangs up first
	{"ConnectionClearedEvent", "null"},
}

// forms say how an event names its connection and its subject (ECMA-323,
// reference of each event), and whether the ends of the call follow.
var forms = map[string]struct {
	root, connection, subject string
	far, ends                 bool
}{
	"DeliveredEvent":             {root: "DeliveredEvent", connection: "connection", subject: "alertingDevice", ends: true},
	"EstablishedEvent":           {root: "EstablishedEvent", connection: "establishedConnection", subject: "answeringDevice", ends: true},
	"HeldEvent":                  {root: "HeldEvent", connection: "heldConnection", subject: "holdingDevice"},
	"RetrievedEvent":             {root: "RetrievedEvent", connection: "retrievedConnection", subject: "retrievingDevice"},
	"ConnectionClearedEvent":     {root: "ConnectionClearedEvent", connection: "droppedConnection", subject: "releasingDevice"},
	"far ConnectionClearedEvent": {root: "ConnectionClearedEvent", connection: "droppedConnection", subject: "releasingDevice", far: true},
}

// AppendEvent appends the frame of a step's event, as a monitor hears it.
func AppendEvent(buf []byte, c Call, step Step, id ID, crossRef string) []byte {
	s := Script[step]
	f := forms[s.Event]
	subject := c.Device
	if f.far {
		subject = c.Far
	}
	buf, at := Begin(buf, EventInvoke)
	buf = openRoot(buf, f.root)
	buf = element(buf, "monitorCrossRefID", crossRef)
	buf = appendConnection(buf, f.connection, c.ID, subject)
	buf = appendDevice(buf, f.subject, subject)
	if f.ends {
		buf = appendDevice(buf, "callingDevice", c.Far)
		buf = appendDevice(buf, "calledDevice", c.Device)
		buf = append(buf, `<lastRedirectionDevice><notRequired/></lastRedirectionDevice>`...)
	}
	buf = element(buf, "localConnectionInfo", s.State)
	buf = appendCorrelator(buf, id)
	buf = append(buf, `<cause>normal</cause>`...)
	buf = AppendLinkage(buf, c.ID)
	buf = closeTag(buf, f.root)
	return End(buf, at)
}

func element(buf []byte, name, text string) []byte {
	buf = append(buf, '<')
	buf = append(buf, name...)
	buf = append(buf, '>')
	buf = append(buf, text...)
	return closeTag(buf, name)
}

func appendConnection(buf []byte, name string, call uint64, device string) []byte {
	buf = append(buf, '<')
	buf = append(buf, name...)
	buf = append(buf, `><callID>`...)
	buf = strconv.AppendUint(buf, call, 10)
	buf = append(buf, `</callID>`...)
	buf = element(buf, "deviceID", device)
	return closeTag(buf, name)
}

func appendDevice(buf []byte, name, device string) []byte {
	buf = append(buf, '<')
	buf = append(buf, name...)
	buf = append(buf, '>')
	buf = element(buf, "deviceIdentifier", device)
	return closeTag(buf, name)
}

// AppendLinkage appends the ID by which a call is known on all links.
func AppendLinkage(buf []byte, call uint64) []byte {
	buf = append(buf, `<callLinkageData><globalCallData><globalCallLinkageID><globallyUniqueCallLinkageID>`...)
	buf = strconv.AppendUint(buf, call, 10)
	return append(buf, `</globallyUniqueCallLinkageID></globalCallLinkageID></globalCallData></callLinkageData>`...)
}
