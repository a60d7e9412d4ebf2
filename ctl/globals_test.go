package ctl

import (
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdline/holdline/transport/api"
)

// A flag wins wherever it stands; the innermost wins over the outer, and any
// flag over a variable.
func TestWhereFlagsMayStand(t *testing.T) {
	addr, other := serve(t, newFake()), closedPort(t)
	t.Setenv("LINKCTL_TIMEOUT", "2s")
	for _, tc := range []struct {
		env  string
		args []string
	}{
		{addr, []string{"leader", "show"}},
		{other, []string{"--endpoints", addr, "leader", "show"}},
		{other, []string{"leader", "--endpoints", addr, "show"}},
		{other, []string{"leader", "show", "--endpoints", addr}},
		{other, []string{"--endpoints", other, "leader", "show", "--endpoints", addr}},
		{other, []string{"--endpoints", other, "leader", "show", "--endpoints", other + "," + addr}},
		{" " + other + ", " + addr, []string{"leader", "show"}},
	} {
		r := run(t, []string{tc.env}, tc.args...)
		if r.code != exitOK || !strings.HasPrefix(r.out, "n1") {
			t.Errorf("%v with %s: %+v", tc.args, tc.env, r)
		}
	}
}

func TestVariables(t *testing.T) {
	addr := serve(t, newFake())
	t.Setenv("LINKCTL_JSON", "true")
	if r := run(t, []string{addr}, "leader", "show"); !strings.HasPrefix(r.out, "{") {
		t.Errorf("LINKCTL_JSON isn't heard: %+v", r)
	}
	if r := run(t, []string{addr}, "leader", "show", "--json=false"); !strings.HasPrefix(r.out, "n1") {
		t.Errorf("a flag doesn't win over its variable: %+v", r)
	}
	t.Setenv("LINKCTL_TIMEOUT", "soon")
	run(t, []string{addr}, "leader", "show").want(t, exitUsage, "LINKCTL_TIMEOUT")
}

func TestStaleReadsNeedNoLeader(t *testing.T) {
	f := newFake()
	f.status.Applied.IsLeader, f.status.Applied.Node = false, "n2"
	r := run(t, []string{serve(t, f)}, "calls", "--stale")
	r.want(t, exitOK, "")
	if !strings.Contains(r.out, "(as n2 had it at entry 184201, 2026-05-04 10:20:30.123)") {
		t.Errorf("it should say whose answer that is:\n%s", r.out)
	}
}

func TestTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(api.NewHandler(newFake()))
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := srv.Listener.Addr().String()
	run(t, []string{addr}, "leader", "show", "--cacert", ca).want(t, exitOK, "")
	run(t, []string{"https://" + addr}, "--cacert", ca, "leader", "show").want(t, exitOK, "")
	run(t, []string{addr}, "leader", "show").want(t, exitUnreachable, "if it speaks TLS, a CA certificate is needed here")
}
