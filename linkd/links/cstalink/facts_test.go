package cstalink

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/transport/csta"
)

const (
	dev1000   = `<deviceIdentifier>1000</deviceIdentifier>`
	dev1001   = `<deviceIdentifier>1001</deviceIdentifier>`
	conn1000  = `<callID>77</callID><deviceID>1000</deviceID>`
	conn1001  = `<callID>77</callID><deviceID>1001</deviceID>`
	theEnds   = `<callingDevice>` + dev1000 + `</callingDevice><calledDevice>` + dev1001 + `</calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice>`
	theLink   = `<callLinkageData><globalCallData><globalCallSwitchingSubDomainName>d</globalCallSwitchingSubDomainName><globalCallLinkageID><globallyUniqueCallLinkageID>0A</globallyUniqueCallLinkageID></globalCallLinkageID></globalCallData></callLinkageData>`
	toldEnds  = ` calling:{kind:DEVICE id:"1000"} called:{kind:DEVICE id:"1001"} last_redirection:{kind:NOT_REQUIRED}`
	toldLink  = ` linkage:"<globallyUniqueCallLinkageID>0A</globallyUniqueCallLinkageID>"`
	correlate = `<correlatorData><string>3132</string></correlatorData>`
	userData  = `<userData><string>7A</string></userData>`
)

// Each event becomes one fact. via is the monitored device, 1000.
func TestEventFacts(t *testing.T) {
	for name, c := range map[string]struct{ xml, want string }{
		"ServiceInitiated": {
			`<ServiceInitiatedEvent NS>REF<initiatedConnection>` + conn1000 + `</initiatedConnection><initiatingDevice>` + dev1000 + `</initiatingDevice><localConnectionInfo>initiated</localConnectionInfo>` + correlate + `<cause>normal</cause>` + theLink + `</ServiceInitiatedEvent>`,
			`call:{type:SERVICE_INITIATED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:INITIATED has_local:true cause:"normal" data:{correlator:"12"} data_present:true` + toldLink + `}`,
		},
		"Originated": {
			`<OriginatedEvent NS>REF<originatedConnection>` + conn1000 + `</originatedConnection><callingDevice>` + dev1000 + `</callingDevice><calledDevice>` + dev1001 + `</calledDevice><originatingDevice>1009</originatingDevice><localConnectionInfo>connected</localConnectionInfo><cause>newCall</cause></OriginatedEvent>`,
			`call:{type:ORIGINATED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:CONNECTED has_local:true cause:"newCall" calling:{kind:DEVICE id:"1000"} called:{kind:DEVICE id:"1001"} originating:{kind:DEVICE id:"1009"}}`,
		},
		"Offered": {
			`<OfferedEvent NS>REF<offeredConnection>` + conn1001 + `</offeredConnection><offeredDevice>` + dev1001 + `</offeredDevice>` + theEnds + `<cause>newCall</cause></OfferedEvent>`,
			`call:{type:OFFERED via:"1000" subject:{call:"77" device:"1001"} device:{kind:DEVICE id:"1001"} cause:"newCall"` + toldEnds + `}`,
		},
		"Delivered": {
			`<DeliveredEvent NS>REF<connection>` + conn1001 + `</connection><alertingDevice>` + dev1001 + `</alertingDevice>` + theEnds + `<localConnectionInfo>connected</localConnectionInfo>` + correlate + userData + `<cause>newCall</cause><networkCallingDevice><restricted/></networkCallingDevice>` + theLink + `</DeliveredEvent>`,
			`call:{type:DELIVERED via:"1000" subject:{call:"77" device:"1001"} device:{kind:DEVICE id:"1001"} local:CONNECTED has_local:true cause:"newCall"` + toldEnds + ` data:{correlator:"12" user_data:"z"} data_present:true` + toldLink + ` network_calling:{kind:RESTRICTED}}`,
		},
		"Delivered, decorated as by OpenScape Voice": {
			`<DeliveredEvent NS>REF<connection><callID>00112233445566778899AABBCCDDEEFF</callID><deviceID>1001</deviceID></connection><alertingDevice><deviceIdentifier typeOfNumber="other">N&lt;1001&gt;Doe, Jane;displayNumber=1001;uid=1;noa=nk</deviceIdentifier></alertingDevice><callingDevice><notKnown/></callingDevice><calledDevice><deviceIdentifier> 1001 </deviceIdentifier></calledDevice><lastRedirectionDevice><notSpecified/></lastRedirectionDevice><cause>newCall</cause></DeliveredEvent>`,
			`call:{type:DELIVERED via:"1000" subject:{call:"00112233445566778899AABBCCDDEEFF" device:"1001"} device:{kind:DEVICE id:"1001" type_of_number:"other"} cause:"newCall" calling:{kind:NOT_KNOWN} called:{kind:DEVICE id:"1001"} last_redirection:{kind:NOT_SPECIFIED}}`,
		},
		"Established, without a device in its connection": {
			`<EstablishedEvent NS>REF<establishedConnection><callID>77</callID></establishedConnection><answeringDevice>` + dev1001 + `</answeringDevice>` + theEnds + `<localConnectionInfo>connected</localConnectionInfo><cause>normal</cause></EstablishedEvent>`,
			`call:{type:ESTABLISHED via:"1000" subject:{call:"77" device:"1001"} device:{kind:DEVICE id:"1001"} local:CONNECTED has_local:true cause:"normal"` + toldEnds + `}`,
		},
		"Bridged": {
			`<BridgedEvent NS>REF<bridgedConnection>` + conn1000 + `</bridgedConnection><bridgedAppearance>` + dev1000 + `</bridgedAppearance><localConnectionInfo>connected</localConnectionInfo><cause>normal</cause></BridgedEvent>`,
			`call:{type:BRIDGED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:CONNECTED has_local:true cause:"normal"}`,
		},
		"Held": {
			`<HeldEvent NS>REF<heldConnection>` + conn1000 + `</heldConnection><holdingDevice>` + dev1000 + `</holdingDevice><localConnectionInfo>hold</localConnectionInfo><cause>normal</cause></HeldEvent>`,
			`call:{type:HELD via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:HOLD has_local:true cause:"normal"}`,
		},
		"Retrieved, with a state that nobody knows": {
			`<RetrievedEvent NS>REF<retrievedConnection>` + conn1000 + `</retrievedConnection><retrievingDevice>` + dev1000 + `</retrievingDevice><localConnectionInfo>talking</localConnectionInfo><cause>normal</cause></RetrievedEvent>`,
			`call:{type:RETRIEVED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:STATE_UNKNOWN has_local:true cause:"normal"}`,
		},
		"Transferred": {
			`<TransferedEvent NS>REF<primaryOldCall>` + conn1000 + `</primaryOldCall><secondaryOldCall><callID>78</callID><deviceID>1000</deviceID></secondaryOldCall><transferringDevice>` + dev1000 + `</transferringDevice><transferredToDevice>` + dev1001 + `</transferredToDevice><transferredConnections><connectionListItem><newConnection><callID>78</callID><deviceID>2000</deviceID></newConnection><oldConnection><callID>77</callID><deviceID>2000</deviceID></oldConnection><endpoint><deviceID>2000</deviceID></endpoint></connectionListItem><connectionListItem><newConnection><callID>78</callID><deviceID>1001</deviceID></newConnection></connectionListItem></transferredConnections><localConnectionInfo>null</localConnectionInfo><cause>transfer</cause></TransferedEvent>`,
			`call:{type:TRANSFERRED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} has_local:true cause:"transfer" secondary_old:{call:"78" device:"1000"} other:{kind:DEVICE id:"1001"} connections:{new_connection:{call:"78" device:"2000"} old_connection:{call:"77" device:"2000"} endpoint:{kind:DEVICE id:"2000"}} connections:{new_connection:{call:"78" device:"1001"}}}`,
		},
		"Conferenced": {
			`<ConferencedEvent NS>REF<primaryOldCall>` + conn1000 + `</primaryOldCall><conferencingDevice>` + dev1000 + `</conferencingDevice><addedParty>` + dev1001 + `</addedParty><conferenceConnections><connectionListItem><newConnection>` + conn1001 + `</newConnection><endpoint><notKnown/></endpoint></connectionListItem></conferenceConnections><localConnectionInfo>connected</localConnectionInfo>` + userData + `<cause>conference</cause></ConferencedEvent>`,
			`call:{type:CONFERENCED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:CONNECTED has_local:true cause:"conference" other:{kind:DEVICE id:"1001"} connections:{new_connection:{call:"77" device:"1001"} endpoint:{kind:NOT_KNOWN}} data:{user_data:"z"} data_present:true}`,
		},
		"ConnectionCleared": {
			`<ConnectionClearedEvent NS>REF<droppedConnection>` + conn1001 + `</droppedConnection><releasingDevice><notKnown/></releasingDevice><localConnectionInfo>null</localConnectionInfo><cause>normalClearing</cause></ConnectionClearedEvent>`,
			`call:{type:CONNECTION_CLEARED via:"1000" subject:{call:"77" device:"1001"} device:{kind:NOT_KNOWN} has_local:true cause:"normalClearing"}`,
		},
		"CallCleared": {
			`<CallClearedEvent NS>REF<clearedCall><callID>77</callID></clearedCall><cause>normalClearing</cause></CallClearedEvent>`,
			`call:{type:CALL_CLEARED via:"1000" subject:{call:"77"} cause:"normalClearing"}`,
		},
		"Diverted": {
			`<DivertedEvent NS>REF<connection>` + conn1000 + `</connection><divertingDevice>` + dev1000 + `</divertingDevice><newDestination>` + dev1001 + `</newDestination>` + theEnds + `<localConnectionInfo>null</localConnectionInfo><cause>redirected</cause></DivertedEvent>`,
			`call:{type:DIVERTED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} has_local:true cause:"redirected"` + toldEnds + ` new_destination:{kind:DEVICE id:"1001"}}`,
		},
		"Queued": {
			`<QueuedEvent NS>REF<queuedConnection>` + conn1000 + `</queuedConnection><queue>` + dev1000 + `</queue>` + theEnds + `<numberQueued>4</numberQueued><callsInFront>3</callsInFront><localConnectionInfo>queued</localConnectionInfo><cause>enteringDistribution</cause></QueuedEvent>`,
			`call:{type:QUEUED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:QUEUED_STATE has_local:true cause:"enteringDistribution"` + toldEnds + ` number_queued:4 calls_in_front:3}`,
		},
		"Queued, none in front": {
			`<QueuedEvent NS>REF<queuedConnection>` + conn1000 + `</queuedConnection><queue>` + dev1000 + `</queue>` + theEnds + `<callsInFront>0</callsInFront><localConnectionInfo>queued</localConnectionInfo><cause>enteringDistribution</cause></QueuedEvent>`,
			`call:{type:QUEUED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:QUEUED_STATE has_local:true cause:"enteringDistribution"` + toldEnds + ` calls_in_front:0}`,
		},
		"Failed": {
			`<FailedEvent NS>REF<failedConnection>` + conn1001 + `</failedConnection><failingDevice>` + dev1001 + `</failingDevice>` + theEnds + `<localConnectionInfo>fail</localConnectionInfo><cause>busy</cause></FailedEvent>`,
			`call:{type:FAILED via:"1000" subject:{call:"77" device:"1001"} device:{kind:DEVICE id:"1001"} local:FAIL has_local:true cause:"busy"` + toldEnds + `}`,
		},
		"NetworkReached": {
			`<NetworkReachedEvent NS>REF<outboundConnection>` + conn1001 + `</outboundConnection><networkInterfaceUsed>` + dev1001 + `</networkInterfaceUsed>` + theEnds + `<localConnectionInfo>connected</localConnectionInfo><cause>normal</cause></NetworkReachedEvent>`,
			`call:{type:NETWORK_REACHED via:"1000" subject:{call:"77" device:"1001"} device:{kind:DEVICE id:"1001"} local:CONNECTED has_local:true cause:"normal"` + toldEnds + `}`,
		},
		"DigitsDialed": {
			`<DigitsDialedEvent NS>REF<dialingConnection>` + conn1000 + `</dialingConnection><dialingDevice>` + dev1000 + `</dialingDevice><dialingSequence>0049</dialingSequence><localConnectionInfo>initiated</localConnectionInfo><cause>normal</cause></DigitsDialedEvent>`,
			`call:{type:DIGITS_DIALED via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} local:INITIATED has_local:true cause:"normal" digits:"0049"}`,
		},
		"DigitsGenerated: the digits stay behind": {
			`<DigitsGeneratedEvent NS>REF<connection>` + conn1000 + `</connection><digitGeneratedList>4711</digitGeneratedList></DigitsGeneratedEvent>`,
			`call:{type:DIGITS_GENERATED via:"1000" subject:{call:"77" device:"1000"}}`,
		},
		"Record": {
			`<RecordEvent NS>REF<connection>` + conn1000 + `</connection><message>m7</message><length>5</length><cause>normal</cause></RecordEvent>`,
			`call:{type:RECORD via:"1000" subject:{call:"77" device:"1000"} cause:"normal" message:"m7"}`,
		},
		"Stop": {
			`<StopEvent NS>REF<connection>` + conn1000 + `</connection><message>m7</message><cause>endOfMessageDetected</cause></StopEvent>`,
			`call:{type:STOP via:"1000" subject:{call:"77" device:"1000"} cause:"endOfMessageDetected" message:"m7"}`,
		},
		"SuspendRecord": {
			`<SuspendRecordEvent NS>REF<connection>` + conn1000 + `</connection><message>m7</message></SuspendRecordEvent>`,
			`call:{type:SUSPEND_RECORD via:"1000" subject:{call:"77" device:"1000"} message:"m7"}`,
		},
		"CallInformation: the authorisation code stays behind": {
			`<CallInformationEvent NS>REF<connection>` + conn1000 + `</connection><device>` + dev1000 + `</device><accountInfo>3939</accountInfo><authCode>31323334</authCode>` + correlate + `</CallInformationEvent>`,
			`call:{type:CALL_INFORMATION via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} data:{correlator:"12" account_code:"99"} data_present:true}`,
		},
		"empty user data is data": {
			`<HeldEvent NS>REF<heldConnection>` + conn1000 + `</heldConnection><holdingDevice>` + dev1000 + `</holdingDevice><correlatorData><string/></correlatorData><cause>normal</cause></HeldEvent>`,
			`call:{type:HELD via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} cause:"normal" data:{} data_present:true}`,
		},
		"private data rides along": {
			`<HeldEvent NS>REF<heldConnection>` + conn1000 + `</heldConnection><holdingDevice>` + dev1000 + `</holdingDevice><cause>normal</cause><extensions><privateData><string>FF</string></privateData></extensions></HeldEvent>`,
			`call:{type:HELD via:"1000" subject:{call:"77" device:"1000"} device:{kind:DEVICE id:"1000"} cause:"normal" private:"\x12\x01\xff"}`,
		},
		"AgentLoggedOn: the password stays behind": {
			`<AgentLoggedOnEvent NS>REF<agentDevice>` + dev1000 + `</agentDevice><agentID>41000</agentID><acdGroup>7000</acdGroup><agentPassword>31323334</agentPassword><cause>normal</cause></AgentLoggedOnEvent>`,
			`agent:{type:AGENT_LOGGED_ON via:"1000" device:"1000" agent_id:"41000" group:"7000" cause:"normal"}`,
		},
		"AgentLoggedOff, without a device": {
			`<AgentLoggedOffEvent NS>REF<agentDevice><notKnown/></agentDevice><agentID>41000</agentID></AgentLoggedOffEvent>`,
			`agent:{type:AGENT_LOGGED_OFF via:"1000" device:"1000" agent_id:"41000"}`,
		},
		"AgentReady": {
			`<AgentReadyEvent NS>REF<agentDevice>` + dev1000 + `</agentDevice><agentID>41000</agentID></AgentReadyEvent>`,
			`agent:{type:AGENT_READY_EVENT via:"1000" device:"1000" agent_id:"41000"}`,
		},
		"AgentNotReady": {
			`<AgentNotReadyEvent NS>REF<agentDevice>` + dev1000 + `</agentDevice><agentID>41000</agentID></AgentNotReadyEvent>`,
			`agent:{type:AGENT_NOT_READY_EVENT via:"1000" device:"1000" agent_id:"41000"}`,
		},
		"AgentBusy": {
			`<AgentBusyEvent NS>REF<agentDevice>` + dev1000 + `</agentDevice><agentID>41000</agentID><pendingAgentState>agentNotReady</pendingAgentState></AgentBusyEvent>`,
			`agent:{type:AGENT_BUSY_EVENT via:"1000" device:"1000" agent_id:"41000" pending:AGENT_NOT_READY}`,
		},
		"AgentWorkingAfterCall": {
			`<AgentWorkingAfterCallEvent NS>REF<agentDevice>` + dev1000 + `</agentDevice><agentID>41000</agentID><pendingAgentState>agentReady</pendingAgentState></AgentWorkingAfterCallEvent>`,
			`agent:{type:AGENT_WORKING_AFTER_CALL_EVENT via:"1000" device:"1000" agent_id:"41000" pending:AGENT_READY}`,
		},
		"DoNotDisturb": {
			`<DoNotDisturbEvent NS>REF<device>` + dev1000 + `</device><doNotDisturbOn>1</doNotDisturbOn></DoNotDisturbEvent>`,
			`feature:{type:DO_NOT_DISTURB via:"1000" device:"1000" on:true}`,
		},
		"Forwarding": {
			`<ForwardingEvent NS>REF<device>` + dev1000 + `</device><forwardingType>forwardNoAns</forwardingType><forwardStatus>true</forwardStatus><forwardTo>1009</forwardTo></ForwardingEvent>`,
			`feature:{type:FORWARDING via:"1000" device:"1000" on:true forward:{type:"forwardNoAns" on:true destination:"1009"}}`,
		},
		"BackInService": {
			`<BackInServiceEvent NS>REF<device>` + dev1000 + `</device><cause>maintenance</cause></BackInServiceEvent>`,
			`feature:{type:BACK_IN_SERVICE via:"1000" device:"1000" cause:"maintenance"}`,
		},
		"OutOfService": {
			`<OutOfServiceEvent NS>REF<device>` + dev1000 + `</device></OutOfServiceEvent>`,
			`feature:{type:OUT_OF_SERVICE via:"1000" device:"1000"}`,
		},
		"PartiallyInService": {
			`<PartiallyInServiceEvent NS>REF<device>` + dev1000 + `</device></PartiallyInServiceEvent>`,
			`feature:{type:PARTIALLY_IN_SERVICE via:"1000" device:"1000"}`,
		},
		"Private": {
			`<PrivateEvent NS>REF<privateData><private><x xmlns="v">1</x></private></privateData></PrivateEvent>`,
			`private:{via:"1000" private:"\n\x12<x xmlns=\"v\">1</x>"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, ns := range []string{`xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6"`, ""} {
				xml := strings.NewReplacer("NS", ns, "REF", `<monitorCrossRefID>9</monitorCrossRefID>`).Replace(c.xml)
				m, info, err := csta.Decode([]byte(xml))
				if err != nil || info.Unknown != "" || info.BadValue != "" {
					t.Fatalf("decode: %v, unknown %q, bad %q", err, info.Unknown, info.BadValue)
				}
				ref, ok := crossRef(m)
				if !ok || ref != "9" {
					t.Fatalf("monitor %q, %v", ref, ok)
				}
				if d := cmp.Diff(c.want, text(eventFact(m, "1000"))); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
			}
		})
	}
}

func TestOtherMessagesAreNoEvents(t *testing.T) {
	for _, m := range []csta.Message{new(csta.SystemStatus), new(csta.MonitorStartResponse), new(csta.RouteRequest), &csta.UnknownMessage{Root: "FooEvent"}} {
		if ref, ok := crossRef(m); ok || ref != "" {
			t.Errorf("%s is an event of monitor %q", m.Name(), ref)
		}
		if f := eventFact(m, "1000"); f != nil {
			t.Errorf("%s became %v", m.Name(), f)
		}
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[string]string{
		"1000": "1000", " 1000\n": "1000", "N<+4989123>Jane;uid=7": "+4989123", "N< 12 >": "12", "N<12": "N<12", "": "", "sip:a@b": "sip:a@b",
	} {
		if got := number(csta.DeviceID{Value: in}); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
