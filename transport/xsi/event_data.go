package xsi

import (
	"fmt"
	"reflect"
)

// EventData is what an event tells: a *CallEvent, a *CallSnapshot and so on,
// or an *UnknownEvent. Events that say the same kind of thing share a struct,
// and their Type tells them apart.
type EventData interface {
	// EventType is the event's name in the schema.
	EventType() EventType
	fielder
}

// UnknownEvent is an event that is not known. Its content was not looked at;
// it can be acknowledged like any other.
type UnknownEvent struct{ Type EventType }

// EventType is the name that it came with, "" if it had none.
func (e *UnknownEvent) EventType() EventType { return e.Type }

func (e *UnknownEvent) fields(*coder) {}

// eventData is the child whose type says what it holds.
func eventData(c *coder, name string, v *EventData) {
	if !c.handles(name, *v != nil, req) {
		return
	}
	if c.mode == reading {
		*v = c.readEventData()
		c.advance()
		return
	}
	if !fits(*v) {
		c.fail(&TypeError{Type: (*v).EventType(), Data: *v})
		return
	}
	c.within(name, &typedData{*v})
}

// typedData puts the type into the start tag.
type typedData struct{ EventData }

func (t *typedData) attributes(c *coder) { c.xsiType(string(t.EventType())) }

// fits reports whether events of the type are told by the struct at hand.
func fits(d EventData) bool {
	t := d.EventType()
	return t.Known() && reflect.TypeOf(eventTypes[t](t)) == reflect.TypeOf(d)
}

// TypeError is an event to be sent whose type is not known, or not one that its
// struct tells.
type TypeError struct {
	Type EventType
	Data EventData
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("write xsi event: a %T doesn't tell of a %q", e.Data, e.Type)
}

func (c *coder) readEventData() EventData {
	name, exact := c.scan.xsiType()
	if !exact {
		c.info.Leniencies |= LenientType
	}
	t := EventType(name)
	if schemas, ok := eventSpellings[t]; ok {
		c.info.Leniencies |= LenientSpelling
		t = schemas
	}
	if makeData, ok := eventTypes[t]; ok {
		d := makeData(t)
		c.children(d)
		return d
	}
	c.scan.skip()
	return &UnknownEvent{Type: t}
}
