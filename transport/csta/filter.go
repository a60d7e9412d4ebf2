package csta

// FilterBits is a set of events that a monitor filter names.
type FilterBits uint64

// The bits, in the schema's order, group by group.
const (
	// callcontrol
	FilterBridged FilterBits = 1 << iota
	FilterCallCleared
	FilterConferenced
	FilterConnectionCleared
	FilterDelivered
	FilterDigitsDialed
	FilterDiverted
	FilterEstablished
	FilterFailed
	FilterHeld
	FilterNetworkCapabilitiesChanged
	FilterNetworkReached
	FilterOffered
	FilterOriginated
	FilterQueued
	FilterRetrieved
	FilterServiceInitiated
	FilterTransferred
	// callAssociated
	FilterCallInformation
	FilterCharging
	FilterDigitsGenerated
	FilterTelephonyTonesGenerated
	FilterServiceCompletionFailure
	// mediaAttachment
	FilterMediaAttached
	FilterMediaDetached
	// physicalDeviceFeature
	FilterButtonInformation
	FilterButtonPress
	FilterDisplayUpdated
	FilterHookswitch
	FilterLampMode
	FilterMessageWaiting
	FilterMicrophoneGain
	FilterMicrophoneMute
	FilterRingerStatus
	FilterSpeakerMute
	FilterSpeakerVolume
	// logicalDeviceFeature
	FilterAgentBusy
	FilterAgentLoggedOn
	FilterAgentLoggedOff
	FilterAgentNotReady
	FilterAgentReady
	FilterAgentWorkingAfterCall
	FilterAutoAnswer
	FilterAutoWorkMode
	FilterCallBack
	FilterCallBackMessage
	FilterCallerIDStatus
	FilterDoNotDisturb
	FilterForwarding
	FilterPresenceState // edition 6
	FilterRouteingMode
	// maintenance
	FilterBackInService
	FilterDeviceCapabilityChanged
	FilterOutOfService
	FilterPartiallyInService
)

// FilterGroups is a set of the groups of a monitor filter.
type FilterGroups uint8

// The groups, in the schema's order.
const (
	GroupCallControl FilterGroups = 1 << iota
	GroupCallAssociated
	GroupMediaAttachment
	GroupPhysicalDeviceFeature
	GroupLogicalDeviceFeature
	GroupMaintenance
	GroupVoice   // its bits are not read
	GroupPrivate // its bits are not read
)

// MonitorFilter says which events a monitor sends or doesn't send: whether a
// bit that is true means "not sent" (ECMA-269 12.2.23) or "sent" is for the
// listener's configuration to say. The zero MonitorFilter is absent.
type MonitorFilter struct {
	Groups  FilterGroups // groups whose element is present
	Present FilterBits   // bits whose element is present
	Set     FilterBits   // bits that are true, a subset of Present
}

// IsZero reports whether the filter is absent.
func (f *MonitorFilter) IsZero() bool { return *f == MonitorFilter{} }

var filterGroups = [...]struct {
	name string
	bits []string
}{
	{"callcontrol", []string{"bridged", "callCleared", "conferenced", "connectionCleared", "delivered", "digitsDialed",
		"diverted", "established", "failed", "held", "networkCapabilitiesChanged", "networkReached", "offered",
		"originated", "queued", "retrieved", "serviceInitiated", "transferred"}},
	{"callAssociated", []string{"callInformation", "charging", "digitsGenerated", "telephonyTonesGenerated",
		"serviceCompletionFailure"}},
	{"mediaAttachment", []string{"mediaAttached", "mediaDetached"}},
	{"physicalDeviceFeature", []string{"buttonInformation", "buttonPress", "displayUpdated", "hookswitch", "lampMode",
		"messageWaiting", "microphoneGain", "microphoneMute", "ringerStatus", "speakerMute", "speakerVolume"}},
	{"logicalDeviceFeature", []string{"agentBusy", "agentLoggedOn", "agentLoggedOff", "agentNotReady", "agentReady",
		"agentWorkingAfterCall", "autoAnswer", "autoWorkMode", "callBack", "callBackMessage", "callerIDStatus",
		"doNotDisturb", "forwarding", "presenceState", "routeingMode"}},
	{"maintenance", []string{"backInService", "deviceCapabilityChanged", "outOfService", "partiallyInService"}},
	{"voice", nil},
	{"private", nil},
}

func (f *MonitorFilter) fields(c *coder) {
	shift := 0
	for i := range filterGroups {
		switch {
		case c.writing:
			if f.Groups&(1<<i) != 0 || f.Present>>shift != 0 {
				f.writeGroup(c, i, shift)
			}
		case c.waits(filterGroups[i].name):
			f.readGroup(c, i, shift)
		}
		shift += len(filterGroups[i].bits)
	}
}

// writeGroup writes a group whose first bit is the one at shift.
func (f *MonitorFilter) writeGroup(c *coder, group, shift int) {
	g := &filterGroups[group]
	mask := FilterBits(1)<<len(g.bits) - 1
	present := f.Present >> shift & mask
	if c.ed < Ed6 {
		present &^= FilterPresenceState >> shift & mask
	}
	if f.Groups&(1<<group) == 0 && present == 0 {
		return
	}
	c.start(g.name)
	c.putBits(g.bits, uint64(present), uint64(f.Set>>shift))
	c.end(g.name)
}

func (f *MonitorFilter) readGroup(c *coder, group, shift int) {
	g := &filterGroups[group]
	mask := FilterBits(1)<<len(g.bits) - 1
	b := bits{g.bits, uint64(f.Present >> shift & mask), uint64(f.Set >> shift & mask)}
	c.groupNow(g.name, true, &b)
	f.Groups |= 1 << group
	f.Present |= FilterBits(b.present) << shift
	f.Set = f.Set&^(mask<<shift) | FilterBits(b.set)<<shift
}

func (c *coder) filter(name string, f *MonitorFilter) { c.group(name, !f.IsZero(), f, opt) }
