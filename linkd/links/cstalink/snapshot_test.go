package cstalink

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/linkd/links/driver"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

const (
	askDevice = `<SnapshotDevice NS><snapshotObject>1000</snapshotObject></SnapshotDevice>`
	askAgents = `<GetAgentState NS><device>1000</device></GetAgentState>`
	askDND    = `<GetDoNotDisturb NS><device>1000</device></GetDoNotDisturb>`
	askFwd    = `<GetForwarding NS><device>1000</device></GetForwarding>`
	noCalls   = `<SnapshotDeviceResponse NS><crossRefIDorSnapshotData><snapshotData/></crossRefIDorSnapshotData></SnapshotDeviceResponse>`
	oneCall   = `<SnapshotDeviceResponse NS><crossRefIDorSnapshotData><snapshotData><snapshotDeviceResponseInfo><connectionIdentifier><callID>77</callID><deviceID>1000</deviceID></connectionIdentifier><endpointDevice><deviceIdentifier>1001</deviceIdentifier></endpointDevice><localCallState><compoundCallState><localConnectionState>hold</localConnectionState><localConnectionState>connected</localConnectionState></compoundCallState></localCallState></snapshotDeviceResponseInfo></snapshotData></crossRefIDorSnapshotData></SnapshotDeviceResponse>`
	askCall   = `<SnapshotCall NS><snapshotObject><callID>77</callID><deviceID>1000</deviceID></snapshotObject></SnapshotCall>`
	parties   = `<SnapshotCallResponse NS><crossRefIDorSnapshotData><snapshotData><snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>1000</deviceIdentifier></deviceOnCall><callIdentifier><callID>77</callID><deviceID>1000</deviceID></callIdentifier><localConnectionInfo>hold</localConnectionInfo></snapshotCallResponseInfo><snapshotCallResponseInfo><deviceOnCall><deviceIdentifier>1001</deviceIdentifier></deviceOnCall><callIdentifier><callID>77</callID><deviceID>1001</deviceID></callIdentifier><localConnectionInfo>connected</localConnectionInfo></snapshotCallResponseInfo></snapshotData></crossRefIDorSnapshotData><callingDevice><deviceIdentifier>1000</deviceIdentifier></callingDevice><calledDevice><deviceIdentifier>1001</deviceIdentifier></calledDevice></SnapshotCallResponse>`
	told77    = `calls:{call:"77" state:HOLD far:{kind:DEVICE id:"1001"} detailed:true parties:{device:"1000" state:HOLD} parties:{device:"1001" state:CONNECTED} calling:{kind:DEVICE id:"1000"} called:{kind:DEVICE id:"1001"}}`
	refused   = `<CSTAErrorCode NS><operation>serviceNotSupported</operation></CSTAErrorCode>`
)

func TestSnapshotSpansFromItsRequestToItsLastAnswer(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		watch(f, c, s, "1000", "5")
		s.Fact(nil) // two facts before
		s.Fact(nil)
		ok := false
		c.Snapshot("1000", driver.Ask{Agents: true, Features: true}, func(a bool) { ok = a })
		id := f.expect(askDevice)
		f.event(dndEvent) // inside the span
		agents, dnd, fwd := f.expect(askAgents), f.expect(askDND), f.expect(askFwd)
		f.say(id, oneCall)
		call := f.expect(askCall)
		f.say(agents, `<GetAgentStateResponse NS><agentStateList><agentStateEntry><agentID>41000</agentID><loggedOnState>true</loggedOnState><agentInfo><agentInfoItem><acdGroup>7000</acdGroup><agentState>agentBusy</agentState><pendingAgentState>agentNotReady</pendingAgentState></agentInfoItem></agentInfo></agentStateEntry></agentStateList></GetAgentStateResponse>`)
		f.say(dnd, `<GetDoNotDisturbResponse NS><doNotDisturbOn>true</doNotDisturbOn></GetDoNotDisturbResponse>`)
		f.say(fwd, `<GetForwardingResponse NS><forwardingList><forwardListItem><forwardingType>forwardBusy</forwardingType><forwardStatus>true</forwardStatus><forwardDN>1009</forwardDN></forwardListItem></forwardingList></GetForwardingResponse>`)
		got := s.told()
		want(t, got[2:], `feature:{type:DO_NOT_DISTURB via:"1000" device:"1000" on:true}`)
		f.say(call, parties)
		want(t, s.told(), `device_snapshot:{device:"1000" began:2 `+told77+` calls_known:true agents_known:true agents:{agent_id:"41000" group:"7000" state:AGENT_BUSY pending:AGENT_NOT_READY logged_on:true} dnd_known:true dnd:true forwarding_known:true forwarding:{type:"forwardBusy" on:true destination:"1009"}}`)
		if !ok {
			t.Error("not done")
		}
	})
}

// A call is asked for in detail once for all its devices.
func TestDetailsServeForAWhile(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		for i := range 2 {
			c.Snapshot("1000", driver.Ask{}, func(bool) {})
			f.say(f.expect(askDevice), oneCall)
			if i == 0 {
				f.say(f.expect(askCall), parties)
				want(t, s.told(), `device_snapshot:{device:"1000" `+told77+` calls_known:true}`)
			}
		}
		want(t, s.told(), `device_snapshot:{device:"1000" calls:{call:"77" state:HOLD far:{kind:DEVICE id:"1001"}} calls_known:true}`)
		c.Snapshot("1000", driver.Ask{Again: true}, func(bool) {}) // it was of no use
		f.say(f.expect(askDevice), oneCall)
		f.say(f.expect(askCall), parties)
		want(t, s.told(), `device_snapshot:{device:"1000" `+told77+` calls_known:true}`)
		time.Sleep(detailLife) // virtual
		c.Snapshot("1000", driver.Ask{}, func(bool) {})
		for {
			_, body := f.read()
			if contains(body, "RequestSystemStatus") {
				continue
			}
			break
		}
	})
}

// What was told before events were lost serves nobody.
func TestDetailsEndWithLostEvents(t *testing.T) {
	for _, status := range []string{"messagesLost", "enabled"} {
		linked(t, nil, func(f *fake, c *Conn, s *sink) {
			c.Snapshot("1000", driver.Ask{}, func(bool) {})
			f.say(f.expect(askDevice), oneCall)
			f.say(f.expect(askCall), parties)
			f.say("0000", `<SystemStatus NS><systemStatus>`+status+`</systemStatus></SystemStatus>`)
			synctest.Wait()
			c.Snapshot("1000", driver.Ask{}, func(bool) {})
			for {
				id, body := f.read()
				if contains(body, "<SnapshotDevice ") {
					f.say(id, oneCall)
				}
				if contains(body, "<SnapshotCall ") {
					break
				}
			}
		})
	}
}

func TestSegmentedSnapshot(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		c.Snapshot("1000", driver.Ask{}, func(bool) {})
		f.say(f.expect(askDevice), `<SnapshotDeviceResponse NS><crossRefIDorSnapshotData><serviceCrossRefID>s1</serviceCrossRefID></crossRefIDorSnapshotData></SnapshotDeviceResponse>`)
		segment := func(n, last, call string) string {
			return `<SnapshotDeviceData NS><serviceCrossRefID>s1</serviceCrossRefID><segmentID>` + n + `</segmentID><lastSegment>` + last + `</lastSegment><snapshotData><snapshotDeviceResponseInfo><connectionIdentifier><callID>` + call + `</callID><deviceID>1000</deviceID></connectionIdentifier><localCallState><compoundCallState><localConnectionState>queued</localConnectionState></compoundCallState></localCallState></snapshotDeviceResponseInfo></snapshotData></SnapshotDeviceData>`
		}
		f.event(segment("1", "false", "78"))
		time.Sleep(4 * time.Second) // virtual: each segment starts the time limit again
		f.event(segment("2", "true", "79"))
		for _, call := range []string{"78", "79"} {
			id, body := f.read()
			if !contains(body, "<callID>"+call) {
				t.Errorf("asked %s", body)
			}
			f.say(id, `<CSTAErrorCode NS><operation>privilegeViolationSpecifiedDevice</operation></CSTAErrorCode>`)
		}
		want(t, s.told(), `device_snapshot:{device:"1000" calls:{call:"78" state:QUEUED_STATE} calls:{call:"79" state:QUEUED_STATE} calls_known:true}`)
	})
}

func TestBrokenSegmentsAreNoSnapshot(t *testing.T) {
	linked(t, func(o *Options) { o.Keepalive = 0 }, func(f *fake, c *Conn, s *sink) {
		for _, segment := range []string{
			`<SnapshotDeviceData NS><serviceCrossRefID>s1</serviceCrossRefID><segmentID>2</segmentID><lastSegment>true</lastSegment></SnapshotDeviceData>`,
			"", // the rest never comes
		} {
			done := make(chan bool, 1)
			c.Snapshot("1000", driver.Ask{}, func(ok bool) { done <- ok })
			f.say(f.expect(askDevice), `<SnapshotDeviceResponse NS><crossRefIDorSnapshotData><serviceCrossRefID>s1</serviceCrossRefID></crossRefIDorSnapshotData></SnapshotDeviceResponse>`)
			f.event(`<SnapshotDeviceData NS><serviceCrossRefID>s1</serviceCrossRefID><segmentID>0</segmentID><lastSegment>false</lastSegment></SnapshotDeviceData>`)
			if segment != "" {
				f.event(segment)
			}
			if <-done {
				t.Error("taken for whole")
			}
			want(t, s.told())
		}
	})
}

// A call that ends between SnapshotDevice and SnapshotCall is in flux.
func TestCallEndsDuringTheSnapshot(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		c.Snapshot("1000", driver.Ask{}, func(bool) {})
		f.say(f.expect(askDevice), oneCall)
		f.say(f.expect(askCall), `<CSTAErrorCode NS><operation>invalidCallID</operation></CSTAErrorCode>`)
		want(t, s.told(), `device_snapshot:{device:"1000" calls_known:true}`)
	})
}

func TestSnapshotOfAnUnknownDevice(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		c.Snapshot("1000", driver.Ask{}, func(bool) {})
		f.say(f.expect(askDevice), `<CSTAErrorCode NS><operation>invalidDeviceID</operation></CSTAErrorCode>`)
		want(t, s.told(), `device_snapshot:{device:"1000" error:"operation/invalidDeviceID" unknown_device:true}`)
	})
}

// What the switch doesn't support is not asked again.
func TestUnsupportedServices(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		for i := range 2 {
			c.Snapshot("1000", driver.Ask{Features: true}, func(bool) {})
			f.say(f.expect(askDevice), noCalls)
			if i == 0 {
				f.say(f.expect(askDND), refused)
				f.say(f.expect(askFwd), refused)
			}
			want(t, s.told(), `device_snapshot:{device:"1000" calls_known:true}`)
		}
	})
}

func TestSnapshotWithoutAnswer(t *testing.T) {
	linked(t, func(o *Options) { o.Keepalive = 0 }, func(f *fake, c *Conn, s *sink) {
		done := make(chan bool, 1)
		c.Snapshot("1000", driver.Ask{Features: true}, func(ok bool) { done <- ok })
		f.expect(askDevice)
		f.say(f.expect(askDND), refused)
		f.say(f.expect(askFwd), refused)
		if <-done {
			t.Error("no answer was taken for one")
		}
		want(t, s.told())
	})
}
