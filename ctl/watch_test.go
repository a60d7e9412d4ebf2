package ctl

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
)

func event(position string, kind string) *apipb.WatchEvent {
	return &apipb.WatchEvent{Position: position, TimeMs: now, Switch: "pbx1", Kind: kind, Event: "Delivered", Call: 4712, Device: "2002", Cause: "newCall"}
}

// watches plays one script per stream; the last one cancels and waits.
func watches(f *fake, cancel func(), scripts ...[]any) *[]*apipb.WatchRequest {
	asked := &[]*apipb.WatchRequest{}
	f.watch = func(ctx context.Context, q *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		f.mu.Lock()
		n := len(*asked)
		*asked = append(*asked, q)
		f.mu.Unlock()
		for _, step := range scripts[min(n, len(scripts)-1)] {
			switch step := step.(type) {
			case *apipb.WatchEvent:
				if err := send(step); err != nil {
					return err
				}
			case error:
				return step
			}
		}
		if n >= len(scripts)-1 {
			cancel()
			<-ctx.Done()
		}
		return ctx.Err()
	}
	return asked
}

// watched runs linkctl watch until its output has the last word, then interrupts it.
func watched(t *testing.T, f *fake, last string, args []string, scripts ...[]any) (out, stderr string, asked []*apipb.WatchRequest) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	all := watches(f, func() {}, scripts...)
	t.Setenv("LINKCTL_ENDPOINTS", serve(t, f))
	w := &atLeast{what: last, n: 1, done: cancel}
	var e bytes.Buffer
	if code := Run(ctx, Std{strings.NewReader(""), w, &e}, append([]string{"linkctl", "watch"}, args...)); code != exitInterrupted {
		t.Fatalf("exit status %d, want 130; stderr %s", code, e.String())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return w.String(), e.String(), *all
}

func TestWatchGoesOnAfterItsCursor(t *testing.T) {
	reconstructed := event("7.1", "call")
	reconstructed.Reconstructed, reconstructed.Text = true, "after resync\x1b"
	out, stderr, asked := watched(t, newFake(), "7.1", []string{"--switch", "pbx1", "--device", "2002", "--call", "4712", "--kind", "call,agent", "--after", "5.1"},
		[]any{event("5.2", "call"), event("6.1", "agent"), gone},
		[]any{gone}, // nothing came: the cursor stays
		[]any{&apipb.WatchEvent{Position: "6.9"}, gone}, // a position only
		[]any{reconstructed},
	)
	golden(t, "watch.txt", out)
	want := []*apipb.WatchRequest{}
	for _, after := range []string{"5.1", "6.1", "6.1", "6.9"} {
		want = append(want, &apipb.WatchRequest{Switch: "pbx1", Device: "2002", Call: 4712, Kinds: []string{"call", "agent"}, After: after})
	}
	if diff := cmp.Diff(want, asked, protocmp.Transform()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if !strings.Contains(stderr, "broke: the node is shutting down; trying again") || !strings.Contains(stderr, "back, going on after 6.9") {
		t.Errorf("stderr: %s", stderr)
	}
}

func TestWatchJSON(t *testing.T) {
	too := &apipb.WatchEvent{Position: "90.1", TimeMs: now, CursorTooOld: true}
	out, stderr, _ := watched(t, newFake(), "90.2", []string{"--json", "--after", "1.1"}, []any{too, &apipb.WatchEvent{Position: "90.1"}, event("90.2", "call")})
	golden(t, "watch.json", out)
	if !strings.Contains(stderr, "cursor too old: the records after 1.1 are gone; going on at 90.1. linkctl calls and dn list show what was missed") {
		t.Errorf("stderr: %s", stderr)
	}
}

func TestWatchFromStartOnlyOnce(t *testing.T) {
	_, _, asked := watched(t, newFake(), "2.1", []string{"--from-start"}, []any{event("1.1", "call"), gone}, []any{event("2.1", "call")})
	if len(asked) != 2 || !asked[0].FromStart || asked[1].FromStart || asked[1].After != "1.1" {
		t.Errorf("asked %v", asked)
	}
}

// A node that ends the feed without an error is as good as one that dies.
func TestWatchAfterACleanEnd(t *testing.T) {
	f := newFake()
	ended := false
	f.watch = func(ctx context.Context, q *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		if !ended {
			ended = true
			return send(event("1.1", "call"))
		}
		if err := send(event("1.2", "call")); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	t.Setenv("LINKCTL_ENDPOINTS", serve(t, f))
	var stderr bytes.Buffer
	code := Run(ctx, Std{strings.NewReader(""), &atLeast{what: "1.2", n: 1, done: cancel}, &stderr}, []string{"linkctl", "watch"})
	if code != exitInterrupted || !strings.Contains(stderr.String(), "the node ended the feed; trying again") {
		t.Errorf("exit status %d; %s", code, stderr.String())
	}
}

// A second node takes over when the first one is gone for good.
func TestWatchMovesToAnotherNode(t *testing.T) {
	first, second := newFake(), newFake()
	addr, stop := serveUntil(t, first)
	t.Cleanup(stop)
	otherAddr := serve(t, second)
	sent := make(chan struct{})
	first.watch = func(ctx context.Context, _ *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		if err := send(event("1.1", "call")); err != nil {
			return err
		}
		close(sent)
		<-ctx.Done()
		return ctx.Err()
	}
	watches(second, func() {}, []any{event("2.1", "call")})
	go func() { <-sent; stop() }()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &atLeast{what: "2.1", n: 1, done: cancel}
	var stderr bytes.Buffer
	t.Setenv("LINKCTL_ENDPOINTS", addr+","+otherAddr)
	code := Run(ctx, Std{strings.NewReader(""), out, &stderr}, []string{"linkctl", "watch"})
	if code != exitInterrupted || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("exit status %d; %s%s", code, out.String(), stderr.String())
	}
}

// Once a node says that the question is wrong, asking again is of no use.
func TestWatchGivesUpOnAnAnswer(t *testing.T) {
	f := newFake()
	watches(f, func() {}, []any{event("1.1", "call"), gone}, []any{connect.NewError(connect.CodeInvalidArgument, errors.New("1.1 is of another cluster"))})
	run(t, []string{serve(t, f)}, "watch").want(t, exitUsage, "1.1 is of another cluster")
	f = newFake()
	f.fail["Watch"] = api.NotLeader("", "")
	run(t, []string{serve(t, f)}, "watch", "--timeout", "500ms").want(t, exitNoLeader, "no leader")
}
