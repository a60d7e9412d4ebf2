package csta

import (
	mathbits "math/bits"
	"strings"
	"testing"
)

// The standard's filter, group by group and bit by bit.
const wholeFilter = `callcontrol: bridged callCleared conferenced connectionCleared delivered digitsDialed diverted established failed held networkCapabilitiesChanged networkReached offered originated queued retrieved serviceInitiated transferred
callAssociated: callInformation charging digitsGenerated telephonyTonesGenerated serviceCompletionFailure
mediaAttachment: mediaAttached mediaDetached
physicalDeviceFeature: buttonInformation buttonPress displayUpdated hookswitch lampMode messageWaiting microphoneGain microphoneMute ringerStatus speakerMute speakerVolume
logicalDeviceFeature: agentBusy agentLoggedOn agentLoggedOff agentNotReady agentReady agentWorkingAfterCall autoAnswer autoWorkMode callBack callBackMessage callerIDStatus doNotDisturb forwarding presenceState routeingMode
maintenance: backInService deviceCapabilityChanged outOfService partiallyInService
voice:
private:`

func TestMonitorFilter_EveryBit(t *testing.T) {
	var all strings.Builder
	bit := FilterBits(1)
	for i, line := range strings.Split(wholeFilter, "\n") {
		group, names, _ := strings.Cut(line, ":")
		all.WriteString("<" + group + ">")
		for name := range strings.FieldsSeq(names) {
			all.WriteString("<" + name + ">true</" + name + ">")
			one := "<" + group + "><" + name + ">true</" + name + "></" + group + ">"
			m, info := decode(t, `<MonitorStart `+ns6+`><requestedMonitorFilter>`+one+`</requestedMonitorFilter></MonitorStart>`)
			want := MonitorFilter{Groups: 1 << i, Present: bit, Set: bit}
			if got := m.(*MonitorStart).RequestedMonitorFilter; got != want || info.Leniencies != 0 {
				t.Errorf("%s/%s: %+v, %v", group, name, got, info.Leniencies)
			}
			bit <<= 1
		}
		all.WriteString("</" + group + ">")
	}
	if bit != FilterPartiallyInService<<1 {
		t.Errorf("the standard has %d bits", mathbits.Len64(uint64(bit))-1)
	}
	body := `<ChangeMonitorFilterResponse ` + ns6 + `><actualFilterList>` + all.String() + `</actualFilterList></ChangeMonitorFilterResponse>`
	m, _ := decode(t, body)
	f := m.(*ChangeMonitorFilterResponse).ActualFilterList
	if f != (MonitorFilter{Groups: 1<<8 - 1, Present: bit - 1, Set: bit - 1}) {
		t.Errorf("%+v", f)
	}
	if got := encode(t, m, Ed6); got != body {
		t.Errorf("got %s", got)
	}
}

// The last of two equal bits counts, and no bit of a group counts in another.
func TestMonitorFilter_Lenient(t *testing.T) {
	m, info := decode(t, `<MonitorStart `+ns6+`><requestedMonitorFilter><maintenance><outOfService>true</outOfService><held>true</held></maintenance>`+
		`<callcontrol><held>true</held><held>0</held></callcontrol><callcontrol><failed>1</failed></callcontrol></requestedMonitorFilter></MonitorStart>`)
	want := MonitorFilter{Groups: GroupMaintenance | GroupCallControl, Present: FilterOutOfService | FilterHeld | FilterFailed,
		Set: FilterOutOfService | FilterFailed}
	if got := m.(*MonitorStart).RequestedMonitorFilter; got != want {
		t.Errorf("%+v", got)
	}
	if info.Unknown != "held" || info.Leniencies != LenientUnknown|LenientOrder {
		t.Errorf("%+v", info)
	}
	if (&MonitorFilter{}).IsZero() == want.IsZero() {
		t.Error("IsZero")
	}
}

func TestBits_EveryName(t *testing.T) {
	for element, names := range map[string]string{
		"requestedStatusFilter": "initializing enabled normal messageLost disabled partiallyDisabled overloadImminent overloadReached overloadRelieved",
		"requestTypes":          "systemStatus requestSystemStatus switchingFunctionCapsChanged switchingFunctionDevicesChanged",
		"callCharacteristics":   "acdCall lowPriorityCall priorityCall highPriorityCall maintainanceCall directAgent assistCall voiceUnitCall privateCall personalCall sensitiveCall confidentialCall encryptedCall",
	} {
		var all strings.Builder
		for name := range strings.FieldsSeq(names) {
			all.WriteString("<" + name + ">true</" + name + ">")
		}
		root, before := "SystemRegister", ""
		if element == "callCharacteristics" {
			root = "MakeCall"
			before = "<callingDevice>1</callingDevice><calledDirectoryNumber>2</calledDirectoryNumber>"
		}
		body := "<" + root + " " + ns6 + ">" + before + "<" + element + ">" + all.String() + "</" + element + "></" + root + ">"
		m, info := decode(t, body)
		if got := encode(t, m, Ed6); got != body || info.Leniencies != 0 {
			t.Errorf("%v\n got %s\nwant %s", info.Leniencies, got, body)
		}
		n := len(strings.Fields(names))
		switch m := m.(type) {
		case *SystemRegister:
			if element == "requestTypes" && m.RequestTypes.Set != 1<<n-1 || element != "requestTypes" && m.RequestedStatusFilter.Set != 1<<n-1 {
				t.Errorf("%+v", m)
			}
		case *MakeCall:
			if m.CallCharacteristics.Set != 1<<n-1 {
				t.Errorf("%+v", m)
			}
		}
	}
}
