// Package xsi is BroadWorks' Xtended Services Interface, both ends: Xsi-Events
// (event channels, channel sets, subscriptions, and the events themselves) and
// Xsi-Actions (call control).
//
// # Documents
//
// Decode reads one XML document and Append writes one. Reading is lenient:
// children may be missing, strange or out of order, prefixes may be any or
// none, and what was forgiven is reported in Info. Writing is strict: the
// schema's order and spelling, and an error for what the schema requires and
// the struct lacks. Each document is one struct, and so is the content of each
// family of events; EventType says which event of the family it is. What the
// package doesn't know becomes an UnknownEvent, so that it can be acknowledged
// and skipped.
//
// # The client's end
//
// A Client speaks to one server. Client.Open opens an event channel: a streamed
// response that never ends. EventChannel.Run reads it, sends heartbeats and
// renews the channel, each to the very server that holds the stream, whatever
// its name resolves to meanwhile. An event is acknowledged only by a call of
// EventChannel.Respond: whoever consumes the event decides when, and whether
// with 200 or with 500. Client.Subscribe and its neighbours order events,
// Client.User controls calls. Renewals says when a subscription is half over,
// Sequences finds gaps.
//
// # The server's end
//
// OpenStream, ReadRequest, Reply and ReplyError are what a server adds to
// net/http.
//
// # What it never does
//
// It never acknowledges an event by itself, opens a channel again, makes a
// subscription on its own, or sends a request twice that may have been obeyed.
// It keeps no state of calls, logs nothing, expands no entity but the
// predefined ones, reads no document type, and bounds what a document, a
// stream or an answer may cost. It knows no clock but package time, and dials
// only through Options.Dial.
//
// Clauses (§) are those of the Xtended Services Interface specification,
// edition 2020.07.
package xsi
