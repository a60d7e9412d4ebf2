package switchsim

import (
	"strconv"
	"strings"
	"time"
)

const (
	xsiNamespace = "http://schema.broadsoft.com/xsi"
	xsiInstance  = "http://www.w3.org/2001/XMLSchema-instance"
	xsiHead      = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
)

// xsiWriter writes the documents of Xsi: events with the prefix "xsi:", which BroadWorks binds to its own namespace,
// everything else without one. It knows nothing of the client's codec.
type xsiWriter struct {
	strings.Builder
	prefix string
}

func newXsiWriter(events bool) *xsiWriter {
	if events {
		return &xsiWriter{prefix: "xsi:"}
	}
	return &xsiWriter{}
}

var xsiEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// start opens an element; attrs are names and values in turn.
func (w *xsiWriter) start(name string, attrs ...string) {
	w.WriteString("<" + w.prefix + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		w.WriteString(" " + attrs[i] + `="` + xsiEscapes.Replace(attrs[i+1]) + `"`)
	}
	w.WriteString(">")
}

func (w *xsiWriter) end(name string) { w.WriteString("</" + w.prefix + name + ">") }

// text writes a leaf, unless it is empty.
func (w *xsiWriter) text(name, value string, attrs ...string) {
	if value == "" {
		return
	}
	w.start(name, attrs...)
	w.WriteString(xsiEscapes.Replace(value))
	w.end(name)
}

// number writes a leaf, unless it is 0.
func (w *xsiWriter) number(name string, n int64) {
	if n != 0 {
		w.text(name, strconv.FormatInt(n, 10))
	}
}

// moment writes a time in milliseconds, unless it is zero.
func (w *xsiWriter) moment(name string, t time.Time) {
	if !t.IsZero() {
		w.number(name, t.UnixMilli())
	}
}

// flag writes an empty element if it is set.
func (w *xsiWriter) flag(name string, set bool) {
	if set {
		w.WriteString("<" + w.prefix + name + "/>")
	}
}

// within writes an element and what f writes into it.
func (w *xsiWriter) within(name string, f func(), attrs ...string) {
	w.start(name, attrs...)
	f()
	w.end(name)
}

// typed gives an element's attributes the type of the schema that it has.
func (w *xsiWriter) typed(name string) []string {
	if w.prefix == "" {
		return []string{"xmlns:xsi1", xsiInstance, "xsi1:type", name}
	}
	return []string{"xsi1:type", w.prefix + name}
}

// xsiDocument is a whole document that isn't an event.
func xsiDocument(root string, body func(w *xsiWriter)) string {
	w := newXsiWriter(false)
	body(w)
	if w.Len() == 0 {
		return xsiHead + "<" + root + ` xmlns="` + xsiNamespace + `"/>`
	}
	return xsiHead + "<" + root + ` xmlns="` + xsiNamespace + `">` + w.String() + "</" + root + ">"
}

// xsiEvent is a whole event of a kind: SubscriptionEvent, ChannelTerminatedEvent or ErrorEvent.
func xsiEvent(kind string, body func(w *xsiWriter)) string {
	w := newXsiWriter(true)
	body(w)
	return xsiHead + `<xsi:Event xmlns:xsi="` + xsiNamespace + `" xmlns:xsi1="` + xsiInstance + `" xsi1:type="xsi:` + kind + `">` +
		w.String() + "</xsi:Event>"
}
