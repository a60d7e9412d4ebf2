package mirror

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// fact reads "via type call subject": "1000 HELD 77 1000".
func fact(s string) *fsmpb.Fact {
	w := strings.Fields(s)
	return &fsmpb.Fact{Body: &fsmpb.Fact_Call{Call: &fsmpb.CallEvent{
		Via: w[0], Type: fsmpb.EventType(fsmpb.EventType_value[w[1]]), Subject: &fsmpb.SwitchConn{Call: w[2], Device: w[3]},
	}}}
}

// agentFact reads "device type".
func agentFact(s string) *fsmpb.Fact {
	w := strings.Fields(s)
	return &fsmpb.Fact{Body: &fsmpb.Fact_Agent{Agent: &fsmpb.AgentEvent{
		Via: w[0], Device: w[0], Type: fsmpb.EventType(fsmpb.EventType_value[w[1]+"_EVENT"]),
	}}}
}

func words(f *fsmpb.Fact) string {
	if a := f.GetAgent(); a != nil {
		return a.Via + " " + strings.TrimSuffix(a.Type.String(), "_EVENT")
	}
	c := f.GetCall()
	if c == nil {
		return fmt.Sprintf("%T", f.Body)
	}
	return fmt.Sprintf("%s %s %s %s", c.Via, c.Type, c.Subject.Call, c.Subject.Device)
}

func monitorUp(device string) *fsmpb.Fact {
	return &fsmpb.Fact{Body: &fsmpb.Fact_Monitor{Monitor: &fsmpb.UpstreamMonitor{Device: device, Up: true}}}
}

// Each step is an event that our connection brings (+), a fact of the other one
// that takes effect (-), or a wait (~ms). The monitors come up before the first
// step; "~6000" lets everything be aligned that begins later. left is what would
// be put into a new epoch after a crash, all what would after a handover; after
// comes after the claim, and of that passes is told. @ and # are an agent's events of
// ours and of the other one, ? and ^ their monitors.
func TestMirror(t *testing.T) {
	for name, c := range map[string]struct {
		twoLinks   bool
		steps      string
		left, all  string // all: empty means as left
		after      string
		passes     string
		mismatches uint64
	}{
		"ours first":      {steps: "~6000;+1000 HELD 77 1000;-1000 HELD 77 1000"},
		"the other first": {steps: "~6000;-1000 HELD 77 1000;+1000 HELD 77 1000"},
		"what did not take effect is left, in its order": {
			steps: "~6000;+1000 HELD 77 1000;+1001 HELD 77 1000;+1000 RETRIEVED 77 1000;-1000 HELD 77 1000",
			left:  "1001 HELD 77 1000;1000 RETRIEVED 77 1000",
		},
		"a call that began after the monitor is aligned at once": {
			steps: "+1000 SERVICE_INITIATED 77 1000;-1000 SERVICE_INITIATED 77 1000;+1000 ORIGINATED 77 1000",
			left:  "1000 ORIGINATED 77 1000",
		},
		"one that may have begun before isn't": {
			steps: "-1000 HELD 77 1000;+1000 RETRIEVED 77 1000",
			all:   "1000 RETRIEVED 77 1000",
		},
		"it is once it was quiet": {
			steps: "-1000 HELD 77 1000;+1000 RETRIEVED 77 1000;-1000 RETRIEVED 77 1000;~6000;+1000 HELD 77 1000",
			left:  "1000 HELD 77 1000",
		},
		"hold and retrieve joined midway": { // the first two took effect through the other one before our monitor was up
			steps: "-1000 HELD 77 1000;-1000 RETRIEVED 77 1000;+1000 HELD 77 1000;-1000 HELD 77 1000;+1000 RETRIEVED 77 1000",
		},
		"what the other one passed over is void": {
			steps: "+1000 HELD 77 1000;+1000 RETRIEVED 77 1000;-1000 RETRIEVED 77 1000",
		},
		"aligned, that is a mismatch": {
			steps: "~6000;+1000 HELD 77 1000;+1000 RETRIEVED 77 1000;-1000 RETRIEVED 77 1000", mismatches: 1,
			all: "1000 HELD 77 1000;1000 RETRIEVED 77 1000",
		},
		"and so is an event that ours never brings": {
			steps: "~6000;-1000 HELD 77 1000;+1000 HELD 78 1000;-1000 HELD 78 1000;~6000;+1001 HELD 79 1001;-1001 HELD 79 1001;!", mismatches: 1,
		},
		"calls in another order": {
			steps: "~6000;+1000 HELD 77 1000;+1000 RETRIEVED 78 1000;-1000 RETRIEVED 78 1000;-1000 HELD 77 1000;+1000 HELD 78 1000",
			left:  "1000 HELD 78 1000",
		},
		"two links name the calls as they like": {
			twoLinks: true,
			steps:    "~6000;+1000 HELD 900 1000;-1000 HELD 77 1000;-1001 HELD 77 1001;+1001 HELD 900 1001;+1001 RETRIEVED 900 1001",
			left:     "1001 RETRIEVED 900 1001",
		},
		"a name is met at another device": {
			twoLinks: true,
			steps:    "~6000;-1001 DELIVERED 77 1001;-1000 HELD 77 1000;+1000 HELD 900 1000;+1001 DELIVERED 900 1001;+1001 ESTABLISHED 900 1001",
			left:     "1001 ESTABLISHED 900 1001",
		},
		"similar calls stay apart": {
			twoLinks: true,
			steps:    "~6000;+7000 QUEUED 900 7000;+7000 QUEUED 901 7000;-7000 QUEUED 76 7000;+7000 DIVERTED 900 7000;+7000 DIVERTED 901 7000;-7000 DIVERTED 76 7000",
			left:     "7000 QUEUED 901 7000;7000 DIVERTED 901 7000",
		},
		"on one link a name is a name": { // two similar calls, and each connection brings another one first
			steps: "~6000;+7000 QUEUED 901 7000;-7000 QUEUED 900 7000;+7000 QUEUED 900 7000",
			left:  "7000 QUEUED 901 7000",
		},
		"took effect before our monitor was known to be up": {
			steps: "?1002;-1002 SERVICE_INITIATED 77 1002;^1002;+1002 SERVICE_INITIATED 77 1002;+1002 ORIGINATED 77 1002",
			all:   "1002 ORIGINATED 77 1002",
		},
		"aligned again though it is never quiet": {
			steps: "-1000 HELD 77 1000;+1000 RETRIEVED 77 1000;-1000 RETRIEVED 77 1000;~2000;+1000 HELD 77 1000;-1000 HELD 77 1000;~2000;" +
				"+1000 RETRIEVED 77 1000;-1000 RETRIEVED 77 1000;~2000;+1000 HELD 77 1000;-1000 HELD 77 1000;+1000 RETRIEVED 77 1000",
			left: "1000 RETRIEVED 77 1000",
		},
		"not while something was passed over": {
			steps: "-1000 HELD 77 1000;~2000;+1000 HELD 77 1000;-1000 RETRIEVED 77 1000;~2500;+1000 RETRIEVED 77 1000;-1000 HELD 77 1000;~2000;" +
				"+1000 HELD 77 1000;+1000 RETRIEVED 77 1000",
			all: "1000 RETRIEVED 77 1000;1000 RETRIEVED 77 1000",
		},
		"agents disagree each for themselves": {
			steps: "~6000;@1001 AGENT_READY;@1000 AGENT_READY;@1000 AGENT_BUSY;#1000 AGENT_BUSY", mismatches: 1,
			left: "1001 AGENT_READY", all: "1001 AGENT_READY;1000 AGENT_READY;1000 AGENT_BUSY",
		},
		"our connection renames a call": {
			twoLinks: true, mismatches: 2,
			steps: "~6000;+1000 HELD 900 1000;-1000 HELD 77 1000;+1000 RETRIEVED 950 1000;-1000 RETRIEVED 77 1000;+1000 HELD 950 1000",
			all:   "1000 HELD 950 1000",
		},
		"a credit swallows its copy after the claim": {
			steps:  "~6000;-1000 HELD 77 1000;-1000 RETRIEVED 77 1000",
			after:  "1000 HELD 77 1000;1000 RETRIEVED 77 1000;1000 HELD 77 1000",
			passes: "1000 HELD 77 1000",
		},
		"not for long, if it isn't aligned": {
			steps:  "-1000 HELD 77 1000;~3000",
			after:  "1000 HELD 77 1000",
			passes: "1000 HELD 77 1000",
		},
		"a device that ours doesn't monitor": {
			steps: "~6000;-1999 HELD 77 1999;+1000 HELD 77 1000", left: "1000 HELD 77 1000",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := New("ours", 1000)
				for _, d := range []string{"1000", "1001", "7000"} {
					m.theirs[d] = time.Time{}
					m.Keep(monitorUp(d))
				}
				for _, s := range strings.Split(c.steps, ";") {
					switch rest := s[1:]; s[0] {
					case '+':
						m.Arrive(fact(rest), true)
					case '-':
						f := fact(rest)
						if f.Epoch = 1; c.twoLinks {
							f.Link = "theirs"
						} else {
							f.Link = "ours"
						}
						m.Commit(f)
					case '?': // the other one's monitor
						m.theirs[rest] = time.Now()
					case '^':
						m.Keep(monitorUp(rest))
					case '@':
						m.Arrive(agentFact(rest), true)
					case '#':
						f := agentFact(rest)
						f.Epoch, f.Link = 1, "ours"
						m.Commit(f)
					case '~':
						var ms int
						fmt.Sscan(rest, &ms)
						time.Sleep(time.Duration(ms) * time.Millisecond) // virtual
					case '!':
						m.Sweep()
					}
				}
				list := func(all bool) string {
					var out []string
					for _, f := range m.Left(all)[len(m.up):] { // after the monitors
						out = append(out, words(f))
					}
					return strings.Join(out, ";")
				}
				if d := cmp.Diff(c.left, list(false)); d != "" {
					t.Errorf("left (-want +got):\n%s", d)
				}
				if c.all == "" {
					c.all = c.left
				}
				if d := cmp.Diff(c.all, list(true)); d != "" {
					t.Errorf("all (-want +got):\n%s", d)
				}
				if m.mismatches != c.mismatches {
					t.Errorf("%d mismatches, want %d", m.mismatches, c.mismatches)
				}
				var passes []string
				for _, s := range strings.Split(c.after, ";") {
					if s != "" && !m.Arrive(fact(s), false) {
						passes = append(passes, s)
					}
				}
				if d := cmp.Diff(c.passes, strings.Join(passes, ";")); d != "" {
					t.Errorf("passes (-want +got):\n%s", d)
				}
			})
		})
	}
}

// The linkage ID keeps apart what only looks alike.
func TestMirror_Linkage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New("ours", 1000)
		m.Keep(monitorUp("7000"))
		m.theirs["7000"] = time.Time{}
		with := func(s, link, linkage string) *fsmpb.Fact {
			f := fact(s)
			f.Link, f.Epoch, f.GetCall().Linkage = link, 1, linkage
			return f
		}
		time.Sleep(2 * Quiet)
		m.Arrive(with("7000 QUEUED 900 7000", "", "A"), true)
		m.Arrive(with("7000 QUEUED 901 7000", "", "B"), true)
		m.Commit(with("7000 QUEUED 76 7000", "theirs", "Z"))
		if n := len(m.Left(false)); n != 3 {
			t.Errorf("an event of another call cancelled a copy: %d left", n)
		}
		m.Commit(with("7000 QUEUED 77 7000", "theirs", "B"))
		left := m.Left(false)
		if len(left) != 2 || left[1].GetCall().Linkage != "A" {
			t.Errorf("left %v", left)
		}
	})
}

// A standby that waits for long keeps within its bounds, and knows that nothing
// of what it forgot is aligned.
func TestMirror_IsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New("ours", 100)
		m.Keep(monitorUp("1000"))
		m.theirs["1000"] = time.Time{}
		time.Sleep(2 * Quiet)
		for i := range 1000 {
			if m.Full() {
				m.Forget()
			}
			m.Arrive(fact(fmt.Sprintf("1000 HELD %d 1000", i)), true)
		}
		if n := len(m.Left(true)); n > 101 {
			t.Errorf("%d are kept", n)
		}
		if n := len(m.Left(false)); n != 1 {
			t.Errorf("%d are aligned after an overflow", n-1)
		}
		for range 100 {
			m.Commit(&fsmpb.Fact{Link: "ours", Epoch: 1, Body: fact("1000 HELD 1 1000").Body})
			m.Arrive(fact("1000 HELD 2 1000"), false)
			time.Sleep(time.Second)
			m.Sweep()
		}
		if len(m.strands["1000"]) > 2 {
			t.Errorf("%d strands are kept", len(m.strands["1000"]))
		}
	})
}
