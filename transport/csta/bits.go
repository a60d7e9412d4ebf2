package csta

import mathbits "math/bits"

// bits is an element whose children are booleans.
type bits struct {
	names        []string // in the schema's order
	present, set uint64
}

func (b *bits) fields(c *coder) {
	if c.writing {
		c.putBits(b.names, b.present, b.set)
		return
	}
	for i, name := range b.names {
		var set bool
		if c.waits(name) && c.readBoolean(name, &set) {
			b.present |= 1 << i
			b.set &^= 1 << i
			if set {
				b.set |= 1 << i
			}
		}
	}
}

func (c *coder) putBits(names []string, present, set uint64) {
	for ; present != 0; present &= present - 1 {
		i := mathbits.TrailingZeros64(present)
		value := "false"
		if set&(1<<i) != 0 {
			value = "true"
		}
		c.element(names[i], value)
	}
}

// StatusBits is a set of status values.
type StatusBits uint16

// The bits of a status filter, in the schema's order. The element of
// StatusBitMessageLost is messageLost, whereas the status is messagesLost.
const (
	StatusBitInitializing StatusBits = 1 << iota
	StatusBitEnabled
	StatusBitNormal
	StatusBitMessageLost
	StatusBitDisabled
	StatusBitPartiallyDisabled
	StatusBitOverloadImminent
	StatusBitOverloadReached
	StatusBitOverloadRelieved
)

var statusBits = [...]string{"initializing", "enabled", "normal", "messageLost", "disabled", "partiallyDisabled",
	"overloadImminent", "overloadReached", "overloadRelieved"}

// StatusFilter says which status values a registration reports. Its polarity
// is for the listener's configuration to say, as with MonitorFilter. The zero
// StatusFilter is absent.
type StatusFilter struct {
	Present StatusBits // bits whose element is present
	Set     StatusBits // bits that are true, a subset of Present
}

func (f *StatusFilter) fields(c *coder) {
	b := bits{statusBits[:], uint64(f.Present), uint64(f.Set)}
	b.fields(c)
	f.Present, f.Set = StatusBits(b.present), StatusBits(b.set)
}

// RequestBits is a set of system services.
type RequestBits uint8

// The services that SystemRegister asks for, in the schema's order.
const (
	RegisterSystemStatus RequestBits = 1 << iota
	RegisterRequestSystemStatus
	RegisterSwitchingFunctionCapsChanged
	RegisterSwitchingFunctionDevicesChanged
)

var requestBits = [...]string{"systemStatus", "requestSystemStatus", "switchingFunctionCapsChanged",
	"switchingFunctionDevicesChanged"}

// RequestTypes says which system services are asked for. The zero RequestTypes
// is absent.
type RequestTypes struct {
	Present RequestBits // bits whose element is present
	Set     RequestBits // bits that are true, a subset of Present
}

func (t *RequestTypes) fields(c *coder) {
	b := bits{requestBits[:], uint64(t.Present), uint64(t.Set)}
	b.fields(c)
	t.Present, t.Set = RequestBits(b.present), RequestBits(b.set)
}

// CharacteristicBits is a set of characteristics of a call.
type CharacteristicBits uint16

// The characteristics, in the schema's order. The element of MaintenanceCall
// is maintainanceCall.
const (
	AcdCall CharacteristicBits = 1 << iota
	LowPriorityCall
	PriorityCall
	HighPriorityCall
	MaintenanceCall
	DirectAgent
	AssistCall
	VoiceUnitCall
	PrivateCall
	PersonalCall
	SensitiveCall
	ConfidentialCall
	EncryptedCall // edition 6
)

var characteristicBits = [...]string{"acdCall", "lowPriorityCall", "priorityCall", "highPriorityCall",
	"maintainanceCall", "directAgent", "assistCall", "voiceUnitCall", "privateCall", "personalCall",
	"sensitiveCall", "confidentialCall", "encryptedCall"}

// CallCharacteristics are a call's characteristics. The zero
// CallCharacteristics is absent.
type CallCharacteristics struct {
	Present CharacteristicBits // bits whose element is present
	Set     CharacteristicBits // bits that are true, a subset of Present
}

func (h *CallCharacteristics) fields(c *coder) {
	b := bits{characteristicBits[:], uint64(h.Present), uint64(h.Set)}
	if c.writing && c.ed < Ed6 {
		b.present &^= uint64(EncryptedCall)
	}
	b.fields(c)
	if !c.writing {
		h.Present, h.Set = CharacteristicBits(b.present), CharacteristicBits(b.set)
	}
}

func (c *coder) characteristics(h *CallCharacteristics) {
	const name = "callCharacteristics"
	if *h != (CallCharacteristics{}) || c.may(name) {
		c.groupNow(name, true, h)
	}
}
