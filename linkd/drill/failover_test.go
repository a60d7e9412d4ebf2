package drill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/switchsim"
)

// linkd is the program under test, built once.
var linkd string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "holdline-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	linkd = filepath.Join(dir, "linkd")
	if out, err := exec.Command("go", "build", "-o", linkd, "github.com/holdline/holdline/cmd/linkd").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build linkd: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// stage is a running scene with what the tests do to it.
type stage struct {
	*Scene
	t   *testing.T
	ctx context.Context
	rnd *rand.Rand
}

func newStage(t *testing.T, o SceneOptions) *stage {
	t.Helper()
	if testing.Short() {
		t.Skip("runs three real processes")
	}
	patience := 8 * time.Minute
	if soak() {
		patience = 2 * time.Hour
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	o.Linkd, o.TServers = linkd, 2
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Agents == 0 {
		o.Agents = 200
	}
	o.TServerLogger = hclog.New(&hclog.LoggerOptions{Name: "tserver", Output: t.Output(), Level: hclog.Info})
	scene, err := NewScene(o)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{Scene: scene, t: t, ctx: ctx, rnd: rand.New(rand.NewPCG(o.Seed, 7))}
	t.Cleanup(func() {
		scene.Close()
		if t.Failed() {
			s.showLogs(o.Dir)
		}
	})
	starting, cancelStart := context.WithTimeout(ctx, startLimit)
	defer cancelStart()
	if err := scene.Start(starting); err != nil {
		t.Fatal(err)
	}
	return s
}

// showLogs prints what the nodes warned of.
func (s *stage) showLogs(dir string) {
	logs, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, name := range logs {
		data, _ := os.ReadFile(name)
		lines := strings.Split(string(data), "\n")
		lines = slices.DeleteFunc(lines, func(l string) bool {
			return !strings.Contains(l, "[WARN]") && !strings.Contains(l, "[ERROR]") && !strings.Contains(l, "panic") && !strings.Contains(l, "leading")
		})
		s.t.Logf("%s:\n%s", filepath.Base(name), strings.Join(lines[max(0, len(lines)-8):], "\n"))
	}
}

func (s *stage) do(m switchsim.Move) string {
	s.t.Helper()
	done, err := s.Switch.Do(m)
	if err != nil {
		s.t.Fatalf("move %+v: %v", m, err)
	}
	return done.Call
}

// wholeCall is a call from its beginning to its end, at stations that nobody else
// uses.
func (s *stage) wholeCall() {
	s.t.Helper()
	call := s.do(switchsim.Move{Action: "dial", Device: "1910", To: "1911"})
	s.do(switchsim.Move{Action: "answer", Device: "1911", Call: call})
	s.do(switchsim.Move{Action: "clearcall", Call: call})
}

// place puts one call into each state that a failover must not disturb, at
// stations that nobody else uses, and returns them by state.
func (s *stage) place() map[string]string {
	s.t.Helper()
	calls := map[string]string{}
	calls["ringing"] = s.do(switchsim.Move{Action: "inbound", To: "1900"})
	calls["held"] = s.do(switchsim.Move{Action: "inbound", To: "1901"})
	s.do(switchsim.Move{Action: "answer", Device: "1901", Call: calls["held"]})
	s.do(switchsim.Move{Action: "hold", Device: "1901", Call: calls["held"]})
	calls["consulting"] = s.do(switchsim.Move{Action: "inbound", To: "1902"})
	s.do(switchsim.Move{Action: "answer", Device: "1902", Call: calls["consulting"]})
	calls["consultation"] = s.do(switchsim.Move{Action: "consult", Device: "1902", Call: calls["consulting"], To: "1903"})
	first := s.do(switchsim.Move{Action: "inbound", To: "1904"})
	s.do(switchsim.Move{Action: "answer", Device: "1904", Call: first})
	second := s.do(switchsim.Move{Action: "consult", Device: "1904", Call: first, To: "1905"})
	s.do(switchsim.Move{Action: "answer", Device: "1905", Call: second})
	calls["conference"] = s.do(switchsim.Move{Action: "conference", Device: "1904", Call: first, Other: second})
	return calls
}

// clear ends the placed calls at the switch.
func (s *stage) clear(calls map[string]string) {
	for _, call := range calls {
		_, _ = s.Switch.Do(switchsim.Move{Action: "clearcall", Call: call})
	}
}

// identities are our call IDs by the switch's.
func (s *stage) identities() map[string]uint64 {
	s.t.Helper()
	ids := map[string]uint64{}
	truth, err := s.Sides().Truth(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, node := range s.Cluster.Operators() {
		calls, err := allCalls(s.ctx, node)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, c := range calls {
			for _, n := range c.Names {
				ids[truth.named(n.Call)] = c.Id
			}
		}
		break
	}
	return ids
}

// recovered waits until every client has its monitors back and hears new events,
// and the new leader has compared everything with the switch.
func (s *stage) recovered() {
	s.t.Helper()
	limit, cancel := context.WithTimeout(s.ctx, startLimit)
	defer cancel()
	if _, err := s.Cluster.Leader(limit); err != nil {
		s.t.Fatal(err)
	}
	for _, c := range s.TServers {
		if err := c.WaitNewEvent(limit); err != nil {
			s.t.Fatal(err)
		}
	}
	for {
		if leader, err := s.Cluster.Leader(limit); err == nil {
			st, err := leader.status(limit)
			if err == nil && st.Applied.IsLeader && !slices.ContainsFunc(st.Switches, func(sw *apipb.SwitchStatus) bool { return sw.Unverified > 0 }) {
				return
			}
		}
		if err := sleep(limit, 20*time.Millisecond); err != nil {
			s.t.Fatal("the new leader did not compare everything with the switch in time")
		}
	}
}

// judge compares the three truths and fails on any difference.
func (s *stage) judge(when string) {
	s.t.Helper()
	v, err := Compare(s.ctx, s.Sides())
	if err != nil {
		s.t.Fatalf("%s: %v", when, err)
	}
	for _, c := range s.TServers {
		r := c.Report()
		v.Desync = append(v.Desync, r.Faults...)
		s.t.Logf("%s: %s: %d events, %d repeated, the oldest %v before its link was lost", when, c.Name(), r.Events, r.Repeats, r.Oldest)
		if r.Lost > 0 {
			s.t.Logf("%s: %s was told messagesLost %d times", when, c.Name(), r.Lost)
		}
	}
	s.t.Logf("%s: %s", when, v)
	if err := v.Err(); err != nil {
		s.story(v.Desync)
		s.t.Fatalf("%s: %v\n%s", when, err, v.Summary(20))
	}
	if violations := s.Switch.Violations(); len(violations) > 0 {
		s.t.Fatalf("%s: the switch was sent %d messages against the standard, first: %+v", when, len(violations), violations[0])
	}
}

// breakLeader breaks the leader between two looks at the identifiers, with
// calls in every state up and at least so many events of the switch in the gap.
func (s *stage) breakLeader(when string, how func(*Process), events int) {
	s.t.Helper()
	placed := s.place()
	defer s.clear(placed)
	if err := sleep(s.ctx, 300*time.Millisecond+time.Duration(s.rnd.IntN(700))*time.Millisecond); err != nil {
		s.t.Fatal(err)
	}
	leader, err := s.Cluster.Leader(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	ids := s.identities()
	var xrefs []map[string]string
	for _, c := range s.TServers {
		xrefs = append(xrefs, c.Xrefs())
	}
	from := s.Switch.Truth()
	if !slices.ContainsFunc(from.Calls, func(c switchsim.CallTruth) bool {
		return slices.ContainsFunc(c.Connections, func(x switchsim.ConnectionTruth) bool { return x.State == "queued" })
	}) {
		s.t.Log("no call is queued at this moment")
	}
	how(leader)
	for s.Switch.Truth().Seq < from.Seq+uint64(events) {
		s.wholeCall()
	}
	s.recovered()
	s.judge(when)
	after := s.identities()
	same := 0
	for name, id := range ids {
		if now, ok := after[name]; ok {
			same++
			if now != id && s.stayed(from, s.Switch.Truth(), name) && !(s.o.Protocol == BroadWorks && joined(s.Switch.Truth(), name)) {
				s.story([]string{fmt.Sprintf("call %d, call %d", id, now)})
				s.t.Errorf("%s: call %s was call %d and is call %d", when, name, id, now)
			}
		}
	}
	for state, name := range placed {
		if after[name] == 0 {
			s.t.Errorf("%s: the %s call %s is gone", when, state, name)
		}
	}
	if same == 0 {
		s.t.Errorf("%s: no call lived through it", when)
	}
	for i, c := range s.TServers {
		for device, xref := range c.Xrefs() {
			if xrefs[i][device] != xref {
				s.t.Errorf("%s: %s: monitor of %s had cross reference ID %s and has %s", when, c.Name(), device, xrefs[i][device], xref)
			}
		}
	}
}

// stayed tells whether a monitored device has had a part in a call from one reading
// to another. A call that moved on to other devices altogether while nobody
// listened may come back as a new one, linked to the old.
func (s *stage) stayed(before, after switchsim.Truth, call string) bool {
	parts := func(t switchsim.Truth) (devices []string) {
		for _, c := range t.Calls {
			if c.ID == call {
				for _, x := range c.Connections {
					devices = append(devices, x.Device)
				}
			}
		}
		return devices
	}
	now := parts(after)
	return slices.ContainsFunc(parts(before), func(d string) bool { return slices.Contains(now, d) && slices.Contains(s.Devices, d) })
}

// joined tells whether another call went into a call. The tracking IDs of a BroadWorks
// don't say which of our two lives on then: it is the one that was held.
func joined(t switchsim.Truth, call string) bool {
	return slices.ContainsFunc(t.Ended, func(e switchsim.EndedCall) bool { return e.Into == call })
}

func (s *stage) restart(n *Process) {
	s.t.Helper()
	if err := n.Start(); err != nil {
		s.t.Fatal(err)
	}
	limit, cancel := context.WithTimeout(s.ctx, startLimit)
	defer cancel()
	if err := n.WaitReady(limit); err != nil {
		s.t.Fatal(err)
	}
}

// soak tells whether there is time for long runs: make soak.
func soak() bool { return os.Getenv("HOLDLINE_SOAK") != "" }

// times is how often a test breaks something: in a soak, or in minutes.
func times(long, short int) int {
	if soak() {
		return long
	}
	return short
}

func TestLeaderKilledAgainAndAgain(t *testing.T) {
	s := newStage(t, SceneOptions{Rate: 50, Seed: 11})
	for i := range times(20, 6) {
		var dead *Process
		s.breakLeader(fmt.Sprintf("kill %d", i+1), func(p *Process) { p.Kill(); dead = p }, 20)
		s.restart(dead)
	}
}

func TestLeaderStops(t *testing.T) {
	s := newStage(t, SceneOptions{Rate: 50, Seed: 12})
	for i := range times(5, 3) {
		var left *Process
		s.breakLeader(fmt.Sprintf("SIGTERM %d", i+1), func(p *Process) {
			limit, cancel := context.WithTimeout(s.ctx, startLimit)
			defer cancel()
			if err := p.Terminate(limit); err != nil {
				t.Errorf("stopping %s: %v", p.ID, err)
			}
			left = p
		}, 0)
		s.restart(left)
	}
}

// A leader that stands still and comes back reads what waited in its sockets
// and hands it on, if nobody has claimed its link by then.
func TestLeaderIsFrozen(t *testing.T) {
	s := newStage(t, SceneOptions{Rate: 50, Seed: 15})
	for i := range times(5, 2) {
		var frozen *Process
		s.breakLeader(fmt.Sprintf("frozen leader %d", i+1), func(p *Process) {
			if err := p.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			frozen = p
			// The frozen node is no side of the comparison; its sockets stay open.
			limit, cancel := context.WithTimeout(s.ctx, startLimit)
			defer cancel()
			if err := s.otherLeader(limit, p); err != nil {
				t.Fatal(err)
			}
			if err := p.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
		}, 20)
		if !frozen.Running() {
			t.Errorf("the node that was frozen ended")
		}
	}
}

// otherLeader waits until another node leads.
func (s *stage) otherLeader(ctx context.Context, not *Process) error {
	for {
		for _, n := range s.Cluster.Nodes {
			if n == not || !n.Running() {
				continue
			}
			if st, err := n.status(ctx); err == nil && st.Applied.IsLeader && len(st.NotReady) == 0 {
				return nil
			}
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

func TestFollowersAndAllNodesRestarted(t *testing.T) {
	s := newStage(t, SceneOptions{Rate: 50, Seed: 13})
	leader, err := s.Cluster.Leader(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range s.Cluster.Nodes {
		if n != leader {
			n.Kill()
			s.restart(n)
			s.judge("follower " + n.ID + " restarted")
		}
	}
	for round := range 2 {
		s.breakLeader(fmt.Sprintf("all three killed, round %d", round+1), func(*Process) {
			for _, n := range s.Cluster.Nodes {
				n.Kill()
			}
			for _, n := range s.Cluster.Nodes {
				if err := n.Start(); err != nil {
					t.Fatal(err)
				}
			}
			for _, n := range s.Cluster.Nodes {
				limit, cancel := context.WithTimeout(s.ctx, startLimit)
				if err := n.WaitReady(limit); err != nil {
					t.Error(err)
				}
				cancel()
			}
		}, 20)
	}
}

func TestLeaderTransferLosesNoEvent(t *testing.T) {
	s := newStage(t, SceneOptions{Rate: 20, Agents: 100, Seed: 14, Journal: true})
	since := s.mark()
	for i := range times(10, 4) {
		s.breakLeader(fmt.Sprintf("transfer %d", i+1), func(p *Process) {
			limit, cancel := context.WithTimeout(s.ctx, startLimit)
			defer cancel()
			if _, err := p.operator.TransferLeader(limit, connect.NewRequest(&apipb.TransferLeaderRequest{})); err != nil {
				t.Fatal(err)
			}
		}, 0)
	}
	s.everyEventTold(since)
}
