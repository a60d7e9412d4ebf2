package switchsim

import (
	"bytes"
	"net"
	"testing"
)

// FuzzReadFrame: no bytes make the frame reader panic or return what wasn't framed.
func FuzzReadFrame(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x0c9999<x/>"))
	f.Add([]byte("\x00\x00\x00\x080001"))
	f.Add([]byte("\x01\x00\x00\x0c0001<x/>"))
	f.Add([]byte("\x00\x00\xff\xff0001<x/>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		id, body, err := readFrame(bytes.NewReader(data))
		if err == nil && !bytes.Equal(makeFrame(id, body), data[:headerSize+len(body)]) {
			t.Errorf("read %04d %q of %q", id, body, data)
		}
	})
}

// FuzzReceive: no message makes the switch panic or break its model, and every request of the standard that breaks the
// rules is a violation or refused.
func FuzzReceive(f *testing.F) {
	for _, body := range []string{
		"<MonitorStart NS><monitorObject><deviceObject>1900</deviceObject></monitorObject></MonitorStart>",
		"<MonitorStart NS><monitorObject><callObject><callID>770001</callID></callObject></monitorObject><requestedMonitorFilter><callcontrol><held>true</held></callcontrol></requestedMonitorFilter></MonitorStart>",
		"<MakeCall NS><callingDevice>1901</callingDevice><calledDirectoryNumber>6000</calledDirectoryNumber><userData><string>41</string></userData></MakeCall>",
		"<AnswerCall NS><callToBeAnswered><callID>770001</callID><deviceID>1900</deviceID></callToBeAnswered></AnswerCall>",
		"<ClearCall NS><callToBeCleared><callID>770001</callID></callToBeCleared></ClearCall>",
		"<SnapshotDevice NS><snapshotObject>1900</snapshotObject></SnapshotDevice>",
		"<SnapshotCall NS><snapshotObject><callID>770001</callID></snapshotObject></SnapshotCall>",
		"<DeflectCall NS><callToBeDiverted><callID>770001</callID><deviceID>1900</deviceID></callToBeDiverted><newDestination><device>7000</device></newDestination></DeflectCall>",
		"<SetAgentState NS><device>1000</device><requestedAgentState>loggedOff</requestedAgentState></SetAgentState>",
		"<GetAgentState NS><acdGroup>7000</acdGroup></GetAgentState>",
		"<SetForwarding NS><device>1000</device><activateForward>false</activateForward></SetForwarding>",
		"<RouteRegister NS/>", "<RouteSelect NS><crossRefIdentifier>5001</crossRefIdentifier><routeSelected>1900</routeSelected></RouteSelect>",
		"<SystemRegister NS/>", "<SystemStatus NS/>", "<Escape NS><privateData><private/></privateData></Escape>",
		`<StartApplicationSession xmlns="http://www.ecma-international.org/standards/ecma-354/appl_session"><applicationInfo><applicationID>a</applicationID></applicationInfo><requestedProtocolVersions><protocolVersion>http://www.ecma-international.org/standards/ecma-323/csta/ed6</protocolVersion></requestedProtocolVersions></StartApplicationSession>`,
		"<!DOCTYPE x><x/>", "<a><b></a>", "",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		body = bytes.ReplaceAll(body, []byte("NS"), []byte(`xmlns="`+ns(6)+`"`))
		s, err := New(Options{Links: []net.Listener{newPipeListener()}, Clock: stillClock{}, Keepalive: -1, ClientFirst: true})
		if err != nil {
			t.Fatal(err)
		}
		near, far := net.Pipe()
		defer near.Close()
		s.mu.Lock()
		s.model.place(s.model.arrive("+15551112222", "1900"), "1900", "newCall")
		s.mu.Unlock()
		s.locked(func() { s.welcome(s.links[0], far) })
		s.locked(func() {
			for _, a := range s.links[0].associations {
				a.receive(1, body)
			}
			checkModel(t, s.model)
		})
		s.Close()
		near.Close()
		s.work.Wait()
	})
}
