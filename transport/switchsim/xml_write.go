package switchsim

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// A writer builds one message by hand, ASCII only, so that bytes and characters count alike.
type writer struct {
	b       []byte
	edition int
}

func newWriter(edition int) *writer { return &writer{edition: edition} }

// root opens a message in the association's edition of CSTA; end it with close.
func (w *writer) root(name string) {
	w.b = append(w.b, `<?xml version="1.0" encoding="UTF-8"?><`...)
	w.b = append(w.b, name...)
	w.b = append(w.b, ` xmlns="`...)
	w.b = append(w.b, cstaName(w.edition)...)
	w.b = append(w.b, `">`...)
}

// emptyRoot writes a message that says nothing.
func (w *writer) emptyRoot(name string) {
	w.root(name)
	w.b = append(w.b[:len(w.b)-1], '/', '>')
}

func (w *writer) open(name string) {
	w.b = append(w.b, '<')
	w.b = append(w.b, name...)
	w.b = append(w.b, '>')
}

func (w *writer) close(name string) {
	w.b = append(w.b, '<', '/')
	w.b = append(w.b, name...)
	w.b = append(w.b, '>')
}

func (w *writer) empty(name string) {
	w.b = append(w.b, '<')
	w.b = append(w.b, name...)
	w.b = append(w.b, '/', '>')
}

func (w *writer) text(name, value string) {
	w.open(name)
	w.escape(value)
	w.close(name)
}

func (w *writer) number(name string, n int) { w.text(name, strconv.Itoa(n)) }

func (w *writer) boolean(name string, v bool) { w.text(name, strconv.FormatBool(v)) }

// within writes an element around what inside writes.
func (w *writer) within(name string, inside func()) {
	w.open(name)
	inside()
	w.close(name)
}

func (w *writer) escape(s string) {
	for _, r := range s {
		switch {
		case r < 0x20 && r != '\t' && r != '\n' && r != '\r':
			// not allowed in XML at all
		case r == '<' || r == '>' || r == '&' || r == '"' || r == '\'' || r < 0x20 || r > 0x7e:
			w.b = append(w.b, '&', '#')
			w.b = strconv.AppendInt(w.b, int64(r), 10)
			w.b = append(w.b, ';')
		default:
			w.b = append(w.b, byte(r))
		}
	}
}

// connection writes a ConnectionID, callID first.
func (w *writer) connection(name, call, device string) {
	w.open(name)
	w.text("callID", call)
	if device != "" {
		w.text("deviceID", device)
	}
	w.close(name)
}

// subject writes a SubjectDeviceID, CallingDeviceID or CalledDeviceID.
func (w *writer) subject(name, device string) {
	w.open(name)
	if device == "" {
		w.empty("notKnown")
	} else {
		w.text("deviceIdentifier", device)
	}
	w.close(name)
}

// redirection writes a RedirectionDeviceID.
func (w *writer) redirection(device string) {
	w.open("lastRedirectionDevice")
	if device == "" {
		w.empty("notRequired")
	} else {
		w.text("numberDialed", device)
	}
	w.close("lastRedirectionDevice")
}

// data writes correlatorData or userData if there is any.
func (w *writer) data(name string, data []byte) {
	if data == nil {
		return
	}
	w.open(name)
	w.text("string", hexBinary(data))
	w.close(name)
}

func (w *writer) linkage(name, id string) {
	w.within(name, func() {
		w.within("globalCallData", func() {
			w.within("globalCallLinkageID", func() { w.text("globallyUniqueCallLinkageID", id) })
		})
	})
}

func hexBinary(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
