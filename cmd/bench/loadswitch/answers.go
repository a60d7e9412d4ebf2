package loadswitch

import (
	"strconv"
	"strings"

	"github.com/holdline/holdline/cmd/bench/wire"
)

// answer answers one request. An answer is queued in the same moment in which
// what it tells is so, so that it has its place among the events.
func (a *association) answer(f wire.Frame) {
	name := string(wire.Root(f.Body))
	switch name {
	case "SystemStatus":
		a.say(f.Invoke, "SystemStatusResponse", "")
	case "RequestSystemStatus":
		a.say(f.Invoke, "RequestSystemStatusResponse", "<systemStatus>normal</systemStatus>")
	case "SystemRegister":
		a.say(f.Invoke, "SystemRegisterResponse", "<sysStatRegisterID>1</sysStatRegisterID>")
	case "MonitorStart":
		a.monitorStart(f)
	case "MonitorStop":
		a.monitorStop(f)
	case "SnapshotDevice":
		a.about(f, "snapshotObject", func(st *station) { a.say(f.Invoke, "SnapshotDeviceResponse", st.snapshotDevice()) })
	case "SnapshotCall":
		a.about(f, "deviceID", func(st *station) { a.snapshotCall(f, st) })
	case "GetAgentState":
		a.about(f, "device", func(*station) { a.say(f.Invoke, "GetAgentStateResponse", "<agentStateList/>") })
	case "GetDoNotDisturb":
		a.about(f, "device", func(*station) {
			a.say(f.Invoke, "GetDoNotDisturbResponse", "<doNotDisturbOn>false</doNotDisturbOn>")
		})
	case "GetForwarding":
		a.about(f, "device", func(*station) { a.say(f.Invoke, "GetForwardingResponse", "<forwardingList/>") })
	default:
		if !strings.HasSuffix(name, "Response") && name != "CSTAErrorCode" {
			a.refuse(f, "serviceNotSupported")
		}
	}
}

func (a *association) refuse(f wire.Frame, value string) {
	a.say(f.Invoke, "CSTAErrorCode", "<operation>"+value+"</operation>")
}

// about answers a request about the station that one of its elements names.
func (a *association) about(f wire.Frame, element string, answer func(*station)) {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	st := a.s.byNumber[string(wire.Value(f.Body, element))]
	if st == nil {
		a.refuse(f, "invalidDeviceID")
		return
	}
	answer(st)
}

func (a *association) monitorStart(f wire.Frame) {
	a.about(f, "deviceObject", func(st *station) {
		a.s.refs++
		ref := strconv.Itoa(a.s.refs)
		st.monitors = append(st.monitors, monitor{a, ref})
		a.say(f.Invoke, "MonitorStartResponse", "<monitorCrossRefID>"+ref+"</monitorCrossRefID><monitorExistingCalls>true</monitorExistingCalls>")
	})
}

func (a *association) monitorStop(f wire.Frame) {
	ref := string(wire.Value(f.Body, "monitorCrossRefID"))
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	for _, st := range a.s.stations {
		left := without(st.monitors, func(m monitor) bool { return m.a == a && m.ref == ref })
		if len(left) < len(st.monitors) {
			st.monitors = left
			a.say(f.Invoke, "MonitorStopResponse", "")
			return
		}
	}
	a.refuse(f, "invalidMonitorCrossRefID")
}

// states are those of the call's two connections; far is empty once it has left.
func (st *station) states() (own, far string) {
	if st.next == 0 {
		return "", ""
	}
	last := wire.Script[st.next-1]
	if strings.HasPrefix(last.Event, "far ") {
		return last.State, ""
	}
	return last.State, "connected"
}

func (st *station) snapshotDevice() string {
	own, far := st.states()
	if own == "" {
		return "<crossRefIDorSnapshotData><snapshotData/></crossRefIDorSnapshotData>"
	}
	endpoint, states := "", "<localConnectionState>"+own+"</localConnectionState>"
	if far != "" {
		endpoint = "<endpointDevice><deviceIdentifier>" + st.far + "</deviceIdentifier></endpointDevice>"
		states += "<localConnectionState>" + far + "</localConnectionState>"
	}
	return "<crossRefIDorSnapshotData><snapshotData><snapshotDeviceResponseInfo>" +
		"<connectionIdentifier><callID>" + strconv.FormatUint(st.call.ID, 10) + "</callID><deviceID>" + st.number + "</deviceID></connectionIdentifier>" +
		endpoint + "<localCallState><compoundCallState>" + states + "</compoundCallState></localCallState>" +
		string(wire.AppendLinkage(nil, st.call.ID)) +
		"</snapshotDeviceResponseInfo></snapshotData></crossRefIDorSnapshotData>"
}

func (a *association) snapshotCall(f wire.Frame, st *station) {
	own, far := st.states()
	id := strconv.FormatUint(st.call.ID, 10)
	if own == "" || string(wire.Value(f.Body, "callID")) != id {
		a.refuse(f, "invalidCallID")
		return
	}
	part := func(device, state string) string {
		return "<snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>" + device + "</deviceIdentifier></deviceOnCall>" +
			"<callIdentifier><callID>" + id + "</callID><deviceID>" + device + "</deviceID></callIdentifier>" +
			"<localConnectionInfo>" + state + "</localConnectionInfo></snapshotCallResponseInfo>"
	}
	parts := part(st.number, own)
	if far != "" {
		parts += part(st.far, far)
	}
	a.say(f.Invoke, "SnapshotCallResponse", "<crossRefIDorSnapshotData><snapshotData>"+parts+"</snapshotData></crossRefIDorSnapshotData>"+
		"<callingDevice><deviceIdentifier>"+st.far+"</deviceIdentifier></callingDevice>"+
		"<calledDevice><deviceIdentifier>"+st.number+"</deviceIdentifier></calledDevice>"+string(wire.AppendLinkage(nil, st.call.ID)))
}
