package ctl

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api/apipb"
)

type sendProgress = func(*apipb.ResyncProgress) error

// script sends what follows and then ends with err; one script per stream.
func script(err error, sent ...*apipb.ResyncProgress) func(sendProgress) error {
	return func(send sendProgress) error {
		for _, p := range sent {
			if err := send(p); err != nil {
				return err
			}
		}
		return err
	}
}

// resyncs plays the scripts in turn and keeps what was asked.
func resyncs(f *fake, scripts ...func(sendProgress) error) *[]*apipb.ResyncRequest {
	asked := &[]*apipb.ResyncRequest{}
	f.resync = func(_ context.Context, q *apipb.ResyncRequest, send func(*apipb.ResyncProgress) error) error {
		f.mu.Lock()
		n := len(*asked)
		*asked = append(*asked, q)
		f.mu.Unlock()
		if n >= len(scripts) {
			return connect.NewError(connect.CodeInternal, errors.New("asked once too often"))
		}
		return scripts[n](send)
	}
	return asked
}

var gone = connect.NewError(connect.CodeUnavailable, errors.New("the node is shutting down"))

func TestResyncIsTakenUpAgain(t *testing.T) {
	f := newFake()
	asked := resyncs(f,
		script(gone, &apipb.ResyncProgress{Switch: "pbx1", Total: 200, Done: 50}),
		script(nil, &apipb.ResyncProgress{Switch: "pbx1", Total: 200, Done: 90}), // ended too soon
		script(nil, &apipb.ResyncProgress{Switch: "pbx1", Total: 200, Done: 200, Found: 2, Finished: true}),
	)
	r := run(t, []string{serve(t, f)}, "resync", "--switch", "pbx1")
	r.want(t, exitOK, "the stream from 127.0.0.1:7500 broke: the node is shutting down; taking it up again")
	if want := "pbx1    200      200   0        2      0         finished\n"; !strings.HasSuffix(r.out, want) {
		t.Errorf("%s, want at its end %s", r.out, want)
	}
	// It was started once; afterwards it was only followed.
	if n := len(*asked); n != 3 || (*asked)[0].FollowOnly || !(*asked)[1].FollowOnly || !(*asked)[2].FollowOnly {
		t.Errorf("%d requests: %v", n, *asked)
	}
}

func TestResyncJSONLines(t *testing.T) {
	r := run(t, []string{serve(t, newFake())}, "resync", "--json")
	r.want(t, exitOK, "")
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if len(lines) != 3 || !strings.Contains(lines[1], `"done":100,"cleared":1`) || !strings.Contains(lines[2], `"finished":true`) {
		t.Errorf("%q", lines)
	}
}

func TestHowAResyncEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		script func(sendProgress) error
		code   int
		text   string
	}{
		"failed":       {script(nil, &apipb.ResyncProgress{Switch: "pbx1", Finished: true, Error: "the link went down"}), exitFailed, "resync of pbx1: the link went down"},
		"unsynced":     {script(nil, &apipb.ResyncProgress{Switch: "pbx1", Unsynced: 2, Finished: true}), exitUnhealthy, "2 parts couldn't be synchronised"},
		"none runs":    {script(nil), exitOK, "no resync runs"},
		"not found":    {script(connect.NewError(connect.CodeNotFound, errors.New("no switch pbx9"))), exitFailed, "no switch pbx9"},
		"not possible": {script(connect.NewError(connect.CodeFailedPrecondition, errors.New("the link is down"))), exitRefused, "the link is down"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			resyncs(f, tc.script)
			run(t, []string{serve(t, f)}, "resync", "--follow").want(t, tc.code, tc.text)
		})
	}
}

// Ended between two streams: nobody saw how.
func TestResyncEndsUnseen(t *testing.T) {
	f := newFake()
	resyncs(f, script(gone, &apipb.ResyncProgress{Switch: "pbx1", Total: 2}), script(nil))
	run(t, []string{serve(t, f)}, "resync").want(t, exitFailed, "the resync ended while nobody was watching: linkctl status tells")
}

func TestResyncInterrupted(t *testing.T) {
	f := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.resync = func(ctx context.Context, _ *apipb.ResyncRequest, send func(*apipb.ResyncProgress) error) error {
		if err := send(&apipb.ResyncProgress{Switch: "pbx1", Total: 200, Done: 7}); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}
	t.Setenv("LINKCTL_ENDPOINTS", serve(t, f))
	out := &atLeast{what: `"done":7`, n: 1, done: cancel}
	var stderr bytes.Buffer
	code := Run(ctx, Std{strings.NewReader(""), out, &stderr}, []string{"linkctl", "resync", "--json"})
	if code != exitInterrupted || !strings.Contains(stderr.String(), "the resync goes on; linkctl resync --follow shows it") {
		t.Errorf("exit status %d, %s", code, stderr.String())
	}
}
