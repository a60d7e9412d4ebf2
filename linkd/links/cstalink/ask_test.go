package cstalink

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
	"github.com/holdline/holdline/linkd/secret"
)

func answerOrder(call string) func() (*driver.Order, error) {
	return func() (*driver.Order, error) {
		return &driver.Order{
			Request: &fsmpb.Request{Service: fsmpb.Service_ANSWER_CALL},
			First:   &fsmpb.SwitchConn{Call: call, Device: "1001"},
		}, nil
	}
}

func TestOutcomesStandInTheOrderOfTheFrames(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		watch(f, c, s, "1001", "7")
		var got error
		c.Execute(42, answerOrder("77"), func(err error) { got = err })
		id := f.expect(`<AnswerCall NS><callToBeAnswered><callID>77</callID><deviceID>1001</deviceID></callToBeAnswered></AnswerCall>`)
		// The answer may come after the events that the request causes.
		f.event(`<EstablishedEvent NS><monitorCrossRefID>7</monitorCrossRefID><establishedConnection><callID>77</callID><deviceID>1001</deviceID></establishedConnection><answeringDevice><deviceIdentifier>1001</deviceIdentifier></answeringDevice><callingDevice><notKnown/></callingDevice><calledDevice><notKnown/></calledDevice><lastRedirectionDevice><notKnown/></lastRedirectionDevice><localConnectionInfo>connected</localConnectionInfo><cause>normal</cause></EstablishedEvent>`)
		f.say(id, `<AnswerCallResponse NS/>`)
		f.event(`<HeldEvent NS><monitorCrossRefID>7</monitorCrossRefID><heldConnection><callID>77</callID><deviceID>1001</deviceID></heldConnection><holdingDevice><deviceIdentifier>1001</deviceIdentifier></holdingDevice><localConnectionInfo>hold</localConnectionInfo><cause>normal</cause></HeldEvent>`)
		want(t, s.told(),
			`call:{type:ESTABLISHED via:"1001" subject:{call:"77" device:"1001"} device:{kind:DEVICE id:"1001"} local:CONNECTED has_local:true cause:"normal" calling:{kind:NOT_KNOWN} called:{kind:NOT_KNOWN} last_redirection:{kind:NOT_KNOWN}}`,
			`outcome:{intent:42 result:DONE}`,
			`call:{type:HELD via:"1001" subject:{call:"77" device:"1001"} device:{kind:DEVICE id:"1001"} local:HOLD has_local:true cause:"normal"}`)
		if got != nil {
			t.Errorf("done with %v", got)
		}
	})
}

func TestRefusalIsAnOutcome(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		c.Execute(1, answerOrder("77"), func(error) {})
		id, _ := f.read()
		f.say(id, `<CSTAErrorCode NS><stateIncompatibility>noCallToAnswer</stateIncompatibility></CSTAErrorCode>`)
		want(t, s.told(), `outcome:{intent:1 result:REFUSED category:"stateIncompatibility" value:"noCallToAnswer"}`)
	})
}

func TestNeverAnsweredThenLate(t *testing.T) {
	linked(t, func(o *Options) { o.Keepalive = 0 }, func(f *fake, c *Conn, s *sink) {
		var got error
		c.Execute(9, answerOrder("77"), func(err error) { got = err })
		id, _ := f.read()
		time.Sleep(5 * time.Second) // virtual
		want(t, s.told())
		if !errors.Is(got, driver.ErrTimeout) || !driver.Written(got) {
			t.Errorf("done with %v, want a timeout of a request that was written", got)
		}
		if n := c.Info().Outstanding; n != 0 {
			t.Errorf("%d outstanding", n)
		}
		f.say(id, `<AnswerCallResponse NS/>`)
		want(t, s.told(), `outcome:{intent:9 result:DONE}`)
	})
}

func TestCheckRightBeforeTheWrite(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		no := errors.New("no longer leading")
		var got error
		c.Execute(9, func() (*driver.Order, error) { return nil, no }, func(err error) { got = err })
		f.quiet(time.Second)
		if !errors.Is(got, no) || driver.Written(got) {
			t.Errorf("done with %v", got)
		}
		want(t, s.told())
	})
}

func TestHaltKeepsRequestsFromBeingWritten(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		watch(f, c, s, "1000", "1")
		c.Halt()
		var got error
		c.Execute(9, answerOrder("77"), func(err error) { got = err })
		f.quiet(time.Second)
		if !errors.Is(got, driver.ErrNotNow) || driver.Written(got) {
			t.Errorf("done with %v", got)
		}
		f.event(`<PrivateEvent NS><monitorCrossRefID>1</monitorCrossRefID></PrivateEvent>`)
		want(t, s.told(), `private:{via:"1000"}`) // facts go on
		f.say("0001", `<SystemStatus NS><systemStatus>normal</systemStatus></SystemStatus>`)
		f.expect(`<SystemStatusResponse NS/>`) // and the association lives
	})
}

func TestSecretsGoIntoTheMessageOnly(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		c.Execute(5, func() (*driver.Order, error) {
			return &driver.Order{
				Request: &fsmpb.Request{Service: fsmpb.Service_SET_AGENT_STATE, Device: "1000", Option: "loggedOn", AgentId: "41000", Group: "7000", Secret: true},
				Secret:  secret.Secret{Password: []byte("1234")},
			}, nil
		}, func(error) {})
		id := f.expect(`<SetAgentState NS><device>1000</device><requestedAgentState>loggedOn</requestedAgentState><agentID>41000</agentID><password>31323334</password><group>7000</group></SetAgentState>`)
		f.say(id, `<SetAgentStateResponse NS><pendingAgentState>agentNotReady</pendingAgentState></SetAgentStateResponse>`)
		want(t, s.told(), `outcome:{intent:5 result:DONE option:"agentNotReady"}`)
	})
}

func TestPaceAndOutstanding(t *testing.T) {
	linked(t, func(o *Options) { o.PerSecond, o.MaxOutstanding, o.Keepalive = 2, 6, 0 }, func(f *fake, c *Conn, s *sink) {
		began := time.Now()
		for i := range 8 {
			c.Execute(uint64(i+1), answerOrder(fmt.Sprint(i)), func(error) {})
		}
		var ids []string
		for range 6 {
			id, _ := f.read()
			ids = append(ids, id)
		}
		if d := time.Since(began); d != time.Second {
			t.Errorf("6 requests at 2 a second, 4 of them at once, took %v, want 1s", d)
		}
		f.quiet(2 * time.Second) // 6 are outstanding
		f.say(ids[3], `<AnswerCallResponse NS/>`)
		if _, body := f.read(); body == "" {
			t.Error("nothing follows")
		}
		want(t, s.told(), `outcome:{intent:4 result:DONE}`)
	})
}

// Requests of clients overtake those of a resync.
func TestTrafficGoesFirst(t *testing.T) {
	linked(t, func(o *Options) { o.MaxOutstanding = 1 }, func(f *fake, c *Conn, s *sink) {
		for i := range 3 {
			c.Snapshot(fmt.Sprint(1000+i), driver.Ask{}, func(bool) {})
		}
		id := f.expect(`<SnapshotDevice NS><snapshotObject>1000</snapshotObject></SnapshotDevice>`)
		c.Execute(1, answerOrder("77"), func(error) {})
		f.say(id, `<SnapshotDeviceResponse NS><crossRefIDorSnapshotData><snapshotData/></crossRefIDorSnapshotData></SnapshotDeviceResponse>`)
		f.expect(`<AnswerCall NS><callToBeAnswered><callID>77</callID><deviceID>1001</deviceID></callToBeAnswered></AnswerCall>`)
	})
}

// While the switch is overloaded snapshots go on one at a time, behind everything
// else: a new leader must come to know what is so.
func TestOverloadHoldsResyncBack(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		f.say("0001", `<SystemStatus NS><systemStatus>overloadReached</systemStatus></SystemStatus>`)
		f.expect(`<SystemStatusResponse NS/>`)
		f.say("0002", `<SystemStatus NS><systemStatus>messagesLost</systemStatus></SystemStatus>`)
		f.expect(`<SystemStatusResponse NS/>`)
		if got := c.Status(); got != "overloadReached" {
			t.Errorf("lost messages ended the overload: %s", got)
		}
		c.Snapshot("1000", driver.Ask{}, func(bool) {})
		c.Snapshot("1001", driver.Ask{}, func(bool) {})
		first := f.expect(`<SnapshotDevice NS><snapshotObject>1000</snapshotObject></SnapshotDevice>`)
		f.quiet(2 * time.Second)
		c.Execute(1, answerOrder("77"), func(error) {})
		request := f.expect(`<AnswerCall NS><callToBeAnswered><callID>77</callID><deviceID>1001</deviceID></callToBeAnswered></AnswerCall>`)
		f.say(first, `<SnapshotDeviceResponse NS><crossRefIDorSnapshotData><snapshotData/></crossRefIDorSnapshotData></SnapshotDeviceResponse>`)
		f.quiet(time.Second)
		f.say(request, `<AnswerCallResponse NS/>`)
		f.expect(`<SnapshotDevice NS><snapshotObject>1001</snapshotObject></SnapshotDevice>`)
		c.Snapshot("1002", driver.Ask{}, func(bool) {})
		f.quiet(time.Second)
		f.say("0003", `<SystemStatus NS><systemStatus>overloadRelieved</systemStatus></SystemStatus>`)
		f.expect(`<SystemStatusResponse NS/>`)
		f.expect(`<SnapshotDevice NS><snapshotObject>1002</snapshotObject></SnapshotDevice>`)
	})
}

func TestConnectionEndsWithRequestsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options()
		o.MaxOutstanding = 1
		f, c := associated(t, o)
		c.Lead(new(sink))
		var errs []error
		for i := range 2 {
			c.Execute(uint64(i), answerOrder("7"), func(err error) { errs = append(errs, err) })
		}
		f.read()
		f.c.Close()
		<-c.Done()
		c.Close()
		// The one that was written may have been obeyed: nothing is known of it.
		if len(errs) != 1 || !errors.Is(errs[0], driver.ErrNotWritten) || driver.Written(errs[0]) {
			t.Errorf("told %v, want that one was not written", errs)
		}
	})
}

func TestRoutingDialogue(t *testing.T) {
	linked(t, nil, func(f *fake, c *Conn, s *sink) {
		aborted := false
		c.Route("6000", func(up, answered bool) {
			if !up || !answered {
				t.Error("not up")
			}
		}, func() { aborted = true })
		id := f.expect(`<RouteRegister NS><routeingDevice>6000</routeingDevice></RouteRegister>`)
		f.say(id, `<RouteRegisterResponse NS><routeRegisterReqID>31</routeRegisterReqID></RouteRegisterResponse>`)
		f.say("0005", `<RouteRequest NS><crossRefIdentifier>900</crossRefIdentifier><routeRegisterReqID>31</routeRegisterReqID><currentRoute><deviceIdentifier>6000</deviceIdentifier></currentRoute><callingDevice><deviceIdentifier>+15550001</deviceIdentifier></callingDevice><routedCall><callID>77</callID><deviceID>6000</deviceID></routedCall><replyTimeout>2000</replyTimeout><correlatorData><string>3132</string></correlatorData></RouteRequest>`)
		want(t, s.told(),
			`router_up:{device:"6000" up:true switch_registration:"31"}`,
			`route_requested:{switch_route:"900" device:"6000" call:{call:"77" device:"6000"} calling:{kind:DEVICE id:"+15550001"} current:{kind:DEVICE id:"6000"} reply_timeout_ms:2000 data:{correlator:"12"}}`)
		c.Execute(8, func() (*driver.Order, error) {
			return &driver.Order{Request: &fsmpb.Request{Service: fsmpb.Service_ROUTE_SELECT, SwitchRoute: "900", Destination: "7000", On: true}}, nil
		}, func(error) {})
		f.expect(`<RouteSelect NS><crossRefIdentifier>900</crossRefIdentifier><routeRegisterReqID>31</routeRegisterReqID><routeSelected>7000</routeSelected><routeUsedReq>true</routeUsedReq></RouteSelect>`)
		want(t, s.told(), `outcome:{intent:8 result:DONE}`) // it has no answer
		f.say("0006", `<RouteUsed NS><crossRefIdentifier>900</crossRefIdentifier><routeUsed><deviceIdentifier>7000</deviceIdentifier></routeUsed></RouteUsed>`)
		f.say("0007", `<ReRoute NS><crossRefIdentifier>900</crossRefIdentifier><replyTimeout>1500</replyTimeout></ReRoute>`)
		f.say("0008", `<RouteEnd NS><crossRefIdentifier>900</crossRefIdentifier><errorValue><operation>routeingTimerExpired</operation></errorValue></RouteEnd>`)
		f.say("0009", `<RouteRegisterAbort NS><routeRegisterReqID>31</routeRegisterReqID></RouteRegisterAbort>`)
		want(t, s.told(),
			`route_ended:{switch_route:"900" used:{kind:DEVICE id:"7000"} is_used:true}`,
			`route_ended:{switch_route:"900" reroute:true reply_timeout_ms:1500}`,
			`route_ended:{switch_route:"900" reason:"operation/routeingTimerExpired"}`,
			`router_up:{device:"6000"}`)
		if !aborted {
			t.Error("the abort was not told")
		}
	})
}
