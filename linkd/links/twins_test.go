package links

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

// Each step is a copy that the new connection brings (+), a fact of the old epoch
// that takes effect (-), or a wait (~ms). What is left at the claim, and what
// passes after it, is told.
func TestTwins(t *testing.T) {
	for name, c := range map[string]struct {
		twoLinks bool
		steps    string // before the claim
		left     string
		after    string // copies after the claim
		passes   string
	}{
		"copy first, then the commit": {
			steps: "+1000 HELD 77 1000;-1000 HELD 77 1000",
		},
		"commit first, then the copy": {
			steps: "-1000 HELD 77 1000;+1000 HELD 77 1000",
		},
		"what did not take effect is left, in order": {
			steps: "+1000 HELD 77 1000;+1001 HELD 77 1000;+1000 RETRIEVED 77 1000;-1000 HELD 77 1000",
			left:  "1001 HELD 77 1000;1000 RETRIEVED 77 1000",
		},
		"the same again is not the same": {
			steps: "+1000 HELD 77 1000;+1000 RETRIEVED 77 1000;+1000 HELD 77 1000;-1000 HELD 77 1000;-1000 RETRIEVED 77 1000",
			left:  "1000 HELD 77 1000",
		},
		"what the old one passed over is void": {
			steps: "+1000 HELD 77 1000;+1000 RETRIEVED 77 1000;-1000 RETRIEVED 77 1000",
		},
		"a commit from before the monitor swallows nothing later": {
			steps: "-1000 HELD 77 1000;+1000 RETRIEVED 77 1000;-1000 RETRIEVED 77 1000;+1000 HELD 77 1000",
			left:  "1000 HELD 77 1000",
		},
		"a credit lives a while after the claim": {
			steps:  "-1000 HELD 77 1000;-1000 RETRIEVED 77 1000",
			after:  "1000 HELD 77 1000;1000 RETRIEVED 77 1000;1000 HELD 77 1000",
			passes: "1000 HELD 77 1000",
		},
		"but not for ever": {
			steps:  "-1000 HELD 77 1000;~3000",
			after:  "1000 HELD 77 1000",
			passes: "1000 HELD 77 1000",
		},
		"another call is another event": {
			steps: "+1000 HELD 78 1000;-1000 HELD 77 1000",
			left:  "1000 HELD 78 1000",
		},
		"two links name the calls as they like": {
			twoLinks: true,
			steps:    "+1000 HELD 900 1000;-1000 HELD 77 1000;+1001 HELD 77 1001;-1001 HELD 77 1001;+1001 RETRIEVED 900 1001",
			left:     "1001 HELD 77 1001;1001 RETRIEVED 900 1001", // 900 is 77 by now, so that 77 can't be
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTwins(!c.twoLinks)
				var kept []*keptFact
				for _, s := range strings.Split(c.steps, ";") {
					switch rest := s[1:]; s[0] {
					case '+':
						k := &keptFact{fact: fact(rest), at: time.Now()}
						if !w.arrive(k.fact, k) {
							kept = append(kept, k)
						}
					case '-':
						w.commit(fact(rest))
					case '~':
						var ms int
						fmt.Sscan(rest, &ms)
						time.Sleep(time.Duration(ms) * time.Millisecond) // virtual
					}
				}
				var left []string
				for _, k := range kept {
					if !k.void {
						left = append(left, words(k.fact))
					}
				}
				if d := cmp.Diff(c.left, strings.Join(left, ";")); d != "" {
					t.Errorf("left (-want +got):\n%s", d)
				}
				var passes []string
				for _, s := range strings.Split(c.after, ";") {
					if s != "" && !w.arrive(fact(s), nil) {
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

func words(f *fsmpb.Fact) string {
	c := f.GetCall()
	return fmt.Sprintf("%s %s %s %s", c.Via, c.Type, c.Subject.Call, c.Subject.Device)
}

// The linkage ID binds two names, and keeps apart what only looks alike.
func TestTwinsByLinkage(t *testing.T) {
	w := newTwins(false)
	with := func(s, linkage string) *fsmpb.Fact {
		f := fact(s)
		f.GetCall().Linkage = linkage
		return f
	}
	a := &keptFact{fact: with("7000 DIVERTED 900 7000", "A")}
	b := &keptFact{fact: with("7000 DIVERTED 901 7000", "B")}
	w.arrive(a.fact, a)
	w.arrive(b.fact, b)
	w.commit(with("7000 DIVERTED 76 7000", "Z")) // from before
	if a.void || b.void {
		t.Error("an event of another call cancelled a copy")
	}
	w.commit(with("7000 DIVERTED 77 7000", "A"))
	if !a.void || b.void {
		t.Errorf("a void %v, b void %v", a.void, b.void)
	}
}

func TestTwinsOfAgentsAndFeatures(t *testing.T) {
	agent := func(typ fsmpb.EventType, id string) *fsmpb.Fact {
		return &fsmpb.Fact{Body: &fsmpb.Fact_Agent{Agent: &fsmpb.AgentEvent{Type: typ, Via: "1000", Device: "1000", AgentId: id}}}
	}
	dnd := func(on bool) *fsmpb.Fact {
		return &fsmpb.Fact{Body: &fsmpb.Fact_Feature{Feature: &fsmpb.FeatureEvent{Type: fsmpb.EventType_DO_NOT_DISTURB, Via: "1000", On: on}}}
	}
	w := newTwins(true)
	w.commit(agent(fsmpb.EventType_AGENT_READY_EVENT, "41000"))
	w.commit(dnd(true))
	if w.arrive(agent(fsmpb.EventType_AGENT_NOT_READY_EVENT, "41000"), nil) {
		t.Error("another state swallowed")
	}
	w = newTwins(true)
	w.commit(dnd(true))
	if w.arrive(dnd(false), nil) {
		t.Error("off swallowed by on")
	}
	w.commit(dnd(true))
	if !w.arrive(dnd(true), nil) {
		t.Error("copy passed")
	}
	up := &fsmpb.Fact{Body: &fsmpb.Fact_Monitor{Monitor: &fsmpb.UpstreamMonitor{Device: "1000", Up: true}}}
	w.commit(up)
	if w.arrive(up, nil) {
		t.Error("what is no event has no twin")
	}
}
