package e2e

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/linkd/drill"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/switchsim"
)

// intents is a cluster whose leaders die or stand still while a request is on its
// way. Its client is never connected to the node that leads.
type intents struct {
	*rig
	proxies []*proxy
	from    int // of the next client
}

// TestRequestInFlight breaks the leader at each point of a request's way.
func TestRequestInFlight(t *testing.T) {
	s := &intents{from: 30}
	s.rig = start(t, drill.SceneOptions{
		TServers: 1, Extra: "timers {\n  request = \"2s\"\n}\n",
		Through: func(link string) string {
			p := newProxy(t, link)
			s.proxies = append(s.proxies, p)
			return p.listener.Addr().String()
		},
	})
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"killed right after the commit", s.killedAfterCommit},
		{"killed after the write", s.killedAfterWrite},
		{"killed before the outcome", s.killedBeforeOutcome},
		{"answered by another leader", s.otherServices},
		{"frozen between check and write", s.frozenBeforeWrite},
		{"frozen at any moment", s.frozenAnywhere},
	} {
		t.Run(test.name, test.run)
		s.heal(t)
	}
	s.noViolations(t)
	for i, from := range []string{"1900", "1902", "1904"} {
		to := fmt.Sprint(1901 + 2*i)
		s.do(t, switchsim.Move{Action: "dial", Device: from, To: to})
		s.do(t, switchsim.Move{Action: "answer", Device: to})
	}
	s.compare(t)
}

// heal ends all calls and faults, and brings all nodes back.
func (s *intents) heal(t *testing.T) {
	t.Helper()
	for _, p := range s.proxies {
		p.release()
	}
	if err := s.Switch.Break(switchsim.Fault{Kind: "clear"}); err != nil {
		t.Fatal(err)
	}
	for _, call := range s.Switch.Truth().Calls {
		s.do(t, switchsim.Move{Action: "clearcall", Call: call.ID})
	}
	for _, n := range s.Cluster.Nodes {
		_ = n.Signal(syscall.SIGCONT)
		if !n.Running() {
			if err := n.Start(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, n := range s.Cluster.Nodes {
		ready(t, n)
	}
	s.findLeader(t)
	for _, n := range s.Cluster.Nodes {
		o := s.Cluster.Operators()[n.ID]
		eventually(t, "the end of all calls and requests on "+n.ID, func() bool {
			status, err := o.Status(t.Context(), connect.NewRequest(&apipb.StatusRequest{Local: true}))
			return err == nil && status.Msg.Calls == 0 && status.Msg.Intents == 0
		})
	}
}

// client opens a client on a follower.
func (s *intents) client(t *testing.T, devices ...string) (*client, *drill.Process) {
	t.Helper()
	s.from++
	n := s.followers()[s.from%2]
	c := open(t, n.CSTA["tserver1"], fmt.Sprintf("127.0.0.%d", s.from), 4)
	c.monitor(t, devices...)
	for _, q := range s.Switch.Requests() {
		s.counts[q.Service] = s.asked(q.Service)
	}
	return c, n
}

// asked counts how often the switch was asked for a service, whatever it did.
func (s *intents) asked(service string) int {
	n := 0
	for _, q := range s.Switch.Requests() {
		if q.Service == service {
			n++
		}
	}
	return n
}

// times is how often the switch was asked since the client was opened. More than
// once is what must never be.
func (s *intents) times(t *testing.T, service string) int {
	t.Helper()
	n := s.asked(service) - s.counts[service]
	if n > 1 {
		t.Errorf("the switch was asked %d times for %s", n, service)
	}
	return n
}

const makeCall = "<callingDevice>1900</callingDevice><calledDirectoryNumber>1901</calledDirectoryNumber>"

// makeCall asks for a call, and returns when there is what is waited for, or an
// answer. A node that has to wait for the processor may lose its leader at any
// time: it refuses before the switch is asked, and is asked again.
func (s *intents) makeCall(t *testing.T, c *client, what string, there func() bool) string {
	t.Helper()
	invoke := c.send("MakeCall", makeCall)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ctx.Err() == nil { // as fast as it can: what follows is to come right after
		switch e := c.answerTo(invoke); {
		case e != nil && e.at("systemResourceAvailibility").text == "networkOutOfService":
			s.findLeader(t)
			invoke = c.send("MakeCall", makeCall)
		case e != nil || there():
			return invoke
		}
	}
	t.Fatalf("still waiting for %s", what)
	return ""
}

// committed says whether a node has a request in its state.
func (s *intents) committed(t *testing.T, n *drill.Process) bool {
	r, err := s.Cluster.Operators()[n.ID].Intents(t.Context(), connect.NewRequest(&apipb.IntentsRequest{}))
	return err == nil && len(r.Msg.Intents) > 0
}

func (s *intents) thereIsACall() bool { return len(s.Switch.Truth().Calls) == 1 }

// answered gives the answer to MakeCall and fails unless it is true: positive
// with the call that there is, or an error.
func (s *intents) answered(t *testing.T, c *client, invoke string, executed int) *element {
	t.Helper()
	e := c.answer(t, "MakeCall", invoke)
	switch {
	case e.name == "MakeCallResponse":
		if executed != 1 {
			t.Errorf("%v, but the switch made %d calls", e, executed)
		} else { // its events may follow the answer
			eventually(t, "the call of "+e.String(), func() bool { return e.conn("callingDevice") == c.callAt(t, "1900")+"/1900" })
		}
	case e.name == "CSTAErrorCode" && executed > 0 && e.at("operation").text != "generic":
		t.Errorf("%v says that nothing was done, and it was", e)
	}
	t.Logf("executed %d times, answered %v", executed, e)
	return e
}

// killedAfterCommit kills the leader as soon as a follower knows of the request,
// while the switch is slow to carry it out: it never does.
func (s *intents) killedAfterCommit(t *testing.T) {
	if err := s.Switch.Break(switchsim.Fault{Kind: "slow", Services: []string{"MakeCall"}, DelayMS: 60000}); err != nil {
		t.Fatal(err)
	}
	c, n := s.client(t, "1900", "1901")
	invoke := s.makeCall(t, c, "the commit", func() bool { return s.committed(t, n) })
	s.leader.Kill()
	e := s.answered(t, c, invoke, 0)
	if e.name != "CSTAErrorCode" {
		t.Errorf("nothing was done, and the answer is %v", e)
	}
	s.times(t, "MakeCall")
	s.answersAgain(t, c)
	c.clean(t)
}

// answersAgain waits for the new leader, and makes a call through it.
func (s *intents) answersAgain(t *testing.T, c *client) {
	t.Helper()
	s.findLeader(t)
	if err := s.Switch.Break(switchsim.Fault{Kind: "clear"}); err != nil {
		t.Fatal(err)
	}
	var e *element
	eventually(t, "a call by the new leader", func() bool {
		e = c.ask(t, "MakeCall", "<callingDevice>1910</callingDevice><calledDirectoryNumber>1911</calledDirectoryNumber>")
		return e.name == "MakeCallResponse"
	})
	c.must(t, "ClearConnection", conn("connectionToBeCleared", e.at("callingDevice", "callID").text, "1910"))
}

// killedAfterWrite kills the leader after it wrote the request, of which nothing
// comes to the switch.
func (s *intents) killedAfterWrite(t *testing.T) {
	c, _ := s.client(t, "1900", "1901")
	held := s.holdBack("<MakeCall ")
	invoke := c.send("MakeCall", makeCall)
	s.await(t, held)
	s.leader.Kill()
	for _, p := range s.proxies { // it is lost with its connection
		p.drop()
	}
	if e := s.answered(t, c, invoke, 0); e.name != "CSTAErrorCode" {
		t.Errorf("nothing was done, and the answer is %v", e)
	}
	if n := s.times(t, "MakeCall"); n != 0 {
		t.Errorf("a successor sent it again")
	}
	s.answersAgain(t, c)
	c.clean(t)
}

// holdBack has the proxies keep back a frame; either link may be the active one.
func (s *intents) holdBack(text string) <-chan struct{} {
	held := make(chan struct{})
	a, b := s.proxies[0].holdBack(text), s.proxies[1].holdBack(text)
	go func() {
		select {
		case <-a:
		case <-b:
		case <-time.After(2 * patience):
		}
		close(held)
	}()
	return held
}

func (s *intents) await(t *testing.T, held <-chan struct{}) {
	t.Helper()
	select {
	case <-held:
	case <-time.After(patience):
		t.Fatal("the leader never wrote the request")
	}
}

// killedBeforeOutcome kills the leader after the switch carried the request out
// and before anybody heard so.
func (s *intents) killedBeforeOutcome(t *testing.T) {
	c, _ := s.client(t, "1900", "1901")
	if err := s.Switch.Break(switchsim.Fault{Kind: "mute", Services: []string{"MakeCall"}, Execute: true, Count: 1}); err != nil {
		t.Fatal(err)
	}
	invoke := s.makeCall(t, c, "the switch to make the call", s.thereIsACall)
	s.leader.Kill()
	if e := s.answered(t, c, invoke, 1); e.name != "MakeCallResponse" {
		t.Errorf("the call is there, and the answer is %v", e)
	}
	s.times(t, "MakeCall")
	for device, events := range map[string][]string{"1900": {"OriginatedEvent", "DeliveredEvent"}, "1901": {"DeliveredEvent"}} {
		for _, name := range events {
			c.event(t, name, device)
		}
	}
	s.findLeader(t)
	s.answerCall(t, c)
	c.event(t, "EstablishedEvent", "1900")
	c.event(t, "EstablishedEvent", "1901")
	c.clean(t)
}

// answerCall answers the call at 1901, as soon as the new leader can.
func (s *intents) answerCall(t *testing.T, c *client) {
	t.Helper()
	eventually(t, "the call to be answered by the new leader", func() bool {
		return c.ask(t, "AnswerCall", conn("callToBeAnswered", c.callAt(t, "1901"), "1901")).name == "AnswerCallResponse"
	})
}

// otherServices does the same with requests that change a call or a device: each
// finds out what became of it from what the switch shows.
func (s *intents) otherServices(t *testing.T) {
	c, _ := s.client(t, "1900", "1901", "1902")
	id := c.must(t, "MakeCall", makeCall).at("callingDevice", "callID").text
	c.must(t, "AnswerCall", conn("callToBeAnswered", id, "1901"))
	c.event(t, "EstablishedEvent", "1900")
	if err := s.Switch.Break(switchsim.Fault{Kind: "mute", Services: []string{"HoldCall", "SetDoNotDisturb", "GenerateDigits"}, Execute: true}); err != nil {
		t.Fatal(err)
	}
	hold := c.send("HoldCall", conn("callToBeHeld", id, "1900"))
	dnd := c.send("SetDoNotDisturb", "<device>1902</device><doNotDisturbOn>true</doNotDisturbOn>")
	digits := c.send("GenerateDigits", conn("connectionToSendDigits", id, "1901")+"<charactersToSend>1</charactersToSend>")
	services := []string{"HoldCall", "SetDoNotDisturb", "GenerateDigits"}
	eventually(t, "all three at the switch", func() bool {
		for _, service := range services {
			if s.asked(service) == s.counts[service] {
				return false
			}
		}
		return true
	})
	s.leader.Kill()
	if e := c.answer(t, "HoldCall", hold); e.name != "HoldCallResponse" {
		t.Errorf("it is held, and the answer is %v", e)
	}
	if e := c.answer(t, "SetDoNotDisturb", dnd); e.name != "SetDoNotDisturbResponse" {
		t.Errorf("it is on, and the answer is %v", e)
	}
	if e := c.answer(t, "GenerateDigits", digits); e.at("operation").text != "generic" {
		t.Errorf("digits leave no trace, and the answer is %v", e)
	}
	for _, service := range services {
		s.times(t, service)
	}
	s.findLeader(t)
	c.clean(t)
	if err := s.Switch.Break(switchsim.Fault{Kind: "clear"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "do not disturb to be off by the new leader", func() bool {
		return c.ask(t, "SetDoNotDisturb", "<device>1902</device><doNotDisturbOn>false</doNotDisturbOn>").name == "SetDoNotDisturbResponse"
	})
}

// frozenBeforeWrite stops the leader's process with the request checked and, as
// the switch sees it, not written, and lets both go on when another leads and the
// client has its answer. The switch carries it out once, late.
func (s *intents) frozenBeforeWrite(t *testing.T) {
	c, _ := s.client(t, "1900", "1901")
	held := s.holdBack("<MakeCall ")
	invoke := c.send("MakeCall", makeCall)
	s.await(t, held)
	frozen := s.leader
	if err := frozen.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	e := s.answered(t, c, invoke, 0)
	if e.at("operation").text != "generic" {
		t.Errorf("nobody can know, and the answer is %v", e)
	}
	if n := s.times(t, "MakeCall"); n != 0 {
		t.Errorf("a successor sent it again")
	}
	for _, p := range s.proxies {
		p.release()
	}
	eventually(t, "the late call", func() bool { return s.asked("MakeCall") > s.counts["MakeCall"] })
	c.event(t, "DeliveredEvent", "1901") // of which the client hears as of any other
	if err := frozen.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	ready(t, frozen)
	s.findLeader(t)
	if s.leader == frozen {
		t.Logf("%s leads again", frozen.ID)
	}
	s.answerCall(t, c)
	c.event(t, "EstablishedEvent", "1900")
	if n := s.times(t, "MakeCall"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	s.compare(t)
	c.clean(t)
}

// frozenAnywhere stops the leader a little later each time.
func (s *intents) frozenAnywhere(t *testing.T) {
	for i := range 3 {
		c, n := s.client(t, "1900", "1901")
		moment := func() bool {
			return i == 0 || i == 1 && s.committed(t, n) || i == 2 && s.thereIsACall()
		}
		invoke := s.makeCall(t, c, "the moment to stand still", moment)
		frozen := s.leader
		if err := frozen.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		c.answer(t, "MakeCall", invoke)
		if err := frozen.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
		ready(t, frozen)
		s.findLeader(t)
		s.answered(t, c, invoke, s.times(t, "MakeCall"))
		s.times(t, "MakeCall")
		c.clean(t)
		c.close()
		s.heal(t)
	}
}
