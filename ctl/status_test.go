package ctl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"

	"github.com/holdline/holdline/transport/api/apipb"
)

// lost makes a member one that can't be asked.
func lost(f *fake, i int) {
	m := f.status.Members[i]
	f.status.Members[i] = &apipb.Member{Id: m.Id, Site: m.Site, Address: m.Address, Voter: m.Voter, State: "unreachable", Error: "dial tcp 10.0.0.3:7500: connection refused"}
}

func TestHealth(t *testing.T) {
	for name, tc := range map[string]struct {
		change   func(*fake)
		health   string
		code     int
		problems []string
	}{
		"ok": {func(*fake) {}, "ok", exitOK, []string{}},
		"a member is down": {func(f *fake) { lost(f, 2) }, "degraded", exitUnhealthy,
			[]string{"member n3 can't be asked: dial tcp 10.0.0.3:7500: connection refused"}},
		"two are down": {func(f *fake) { lost(f, 2); lost(f, 1) }, "unhealthy", exitUnhealthy,
			[]string{"member n2 can't be asked: dial tcp 10.0.0.3:7500: connection refused", "member n3 can't be asked: dial tcp 10.0.0.3:7500: connection refused", "2 of 3 voters can't be asked: there may be no majority"}},
		"a non-voter is down": {func(f *fake) { f.status.Members[2].Voter = false; lost(f, 2) }, "degraded", exitUnhealthy,
			[]string{"member n3 can't be asked: dial tcp 10.0.0.3:7500: connection refused"}},
		"no leader": {func(f *fake) { f.status.Leader, f.status.LeaderAddress = "", "" }, "no_leader", exitNoLeader,
			[]string{"no leader is known to n1: changes wait until a majority of the voters is up"}},
		"states differ": {func(f *fake) { f.status.Members[2].Hash = "0000" }, "unhealthy", exitUnhealthy,
			[]string{"members hold different states: n1 and n3 after entry 183296"}},
		"hashes of different entries": {func(f *fake) { f.status.Members[2].Hash, f.status.Members[2].HashIndex = "0000", 9 }, "ok", exitOK, []string{}},
		"the leader isn't ready": {func(f *fake) { f.status.Ready, f.status.NotReady = false, []string{"taking over pbx1"} }, "unhealthy", exitUnhealthy,
			[]string{"n1 isn't ready: taking over pbx1"}},
		"a follower isn't ready": {func(f *fake) { f.status.Ready, f.status.Applied.IsLeader = false, false }, "degraded", exitUnhealthy,
			[]string{"n1 isn't ready: no reason given"}},
		"messages were lost": {func(f *fake) { f.status.Switches[0].Status = "messagesLost" }, "degraded", exitUnhealthy,
			[]string{"switch pbx1 is messagesLost"}},
		"the switch is disabled": {func(f *fake) {
			f.status.Switches[0].Status, f.status.Switches[0].Reason = "disabled", "all links are down"
		}, "unhealthy", exitUnhealthy,
			[]string{"switch pbx1 is disabled: all links are down"}},
		"a link is down": {func(f *fake) { f.links.Links[2].State, f.links.Links[2].LastError = "down", "no route to host" }, "degraded", exitUnhealthy,
			[]string{"link pbx1-b of switch pbx1 on n3 is down: no route to host"}},
		"links can't be listed": {func(f *fake) { f.fail["Links"] = connect.NewError(connect.CodeInternal, errors.New("oops")) }, "degraded", exitUnhealthy,
			[]string{"the links couldn't be listed: list the links: failed: 127.0.0.1:7500: oops"}},
		"worst of several": {func(f *fake) { f.status.Switches[0].Status = "disabled"; lost(f, 2) }, "unhealthy", exitUnhealthy,
			[]string{"member n3 can't be asked: dial tcp 10.0.0.3:7500: connection refused", "switch pbx1 is disabled"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			tc.change(f)
			addr := serve(t, f)
			r := run(t, []string{addr}, "status", "--json")
			var got struct {
				Health   string
				Problems []string
				Members  []struct{ ID, State, Error string }
			}
			if err := json.Unmarshal([]byte(r.out), &got); err != nil {
				t.Fatalf("the answer isn't complete: %v\n%s", err, r.out)
			}
			if got.Health != tc.health || r.code != tc.code {
				t.Errorf("health %s, exit status %d; want %s, %d", got.Health, r.code, tc.health, tc.code)
			}
			if diff := cmp.Diff(tc.problems, got.Problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if len(got.Members) != 3 {
				t.Errorf("%d members in the answer, want all 3", len(got.Members))
			}
			screen := run(t, []string{addr}, "status")
			for _, p := range tc.problems {
				if !strings.Contains(screen.out, "! "+p+"\n") {
					t.Errorf("the screen doesn't say %q:\n%s", p, screen.out)
				}
			}
		})
	}
}

// One member down: the answer is complete all the same.
func TestStatusWithAMemberDown(t *testing.T) {
	f := newFake()
	lost(f, 2)
	addr := serve(t, f)
	for form, args := range map[string][]string{"txt": {"status"}, "json": {"status", "--json"}} {
		r := run(t, []string{closedPort(t), addr}, args...)
		r.want(t, exitUnhealthy, "degraded: 1 problem")
		golden(t, "status-member-down."+form, strings.ReplaceAll(r.out, addr, "127.0.0.1:7500"))
	}
}

func TestStatusCounters(t *testing.T) {
	r := run(t, []string{serve(t, newFake())}, "status", "--counters")
	if !strings.Contains(r.out, "facts_applied    90210\n") {
		t.Errorf("no counters in\n%s", r.out)
	}
}

// atLeast ends a context once the output has n times what it waits for.
type atLeast struct {
	bytes.Buffer
	what string
	n    int
	done context.CancelFunc
}

func (a *atLeast) Write(p []byte) (int, error) {
	n, err := a.Buffer.Write(p)
	if strings.Count(a.String(), a.what) >= a.n {
		a.done()
	}
	return n, err
}

func TestStatusIsWatchedThroughFailures(t *testing.T) {
	f := newFake()
	addr := serve(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &atLeast{what: `"health":"ok"`, n: 3, done: cancel}
	var stderr bytes.Buffer
	t.Setenv("LINKCTL_ENDPOINTS", addr)
	code := Run(ctx, Std{strings.NewReader(""), out, &stderr}, []string{"linkctl", "--json", "status", "--watch", "1ms"})
	if code != exitInterrupted || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("exit status %d, want 130; stderr %s", code, stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("not one JSON document a line: %s", line)
		}
	}

	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	complaints := &atLeast{what: "no node could answer", n: 2, done: cancel}
	t.Setenv("LINKCTL_ENDPOINTS", closedPort(t))
	if code := Run(ctx, Std{strings.NewReader(""), &stderr, complaints}, []string{"linkctl", "status", "--watch", "1ms"}); code != exitInterrupted {
		t.Errorf("exit status %d, want 130: it should go on while nobody answers", code)
	}
}
