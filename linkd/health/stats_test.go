package health

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestRegisterStats(t *testing.T) {
	type stats struct {
		Accepted    uint64
		TimedOut    uint64
		RaftStreams int
		Name        string
	}
	now := stats{Accepted: 7, TimedOut: 2, RaftStreams: 3}
	reg := prometheus.NewRegistry()
	if err := RegisterStats(reg, "holdline_raftnet", func() stats { return now }); err != nil {
		t.Fatal(err)
	}
	get := start(t, Config{Ready: func() []string { return nil }, Gatherer: reg})
	now.Accepted++
	_, body := get("/metrics")
	for _, want := range []string{
		"# TYPE holdline_raftnet_accepted_total counter\nholdline_raftnet_accepted_total 8\n",
		"# TYPE holdline_raftnet_timed_out_total counter\nholdline_raftnet_timed_out_total 2\n",
		"# TYPE holdline_raftnet_raft_streams gauge\nholdline_raftnet_raft_streams 3\n",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q:\n%s", want, body)
		}
	}
	if strings.Contains(body, "name") {
		t.Errorf("shows a text:\n%s", body)
	}
	if err := RegisterStats(reg, "holdline_raftnet", func() stats { return now }); err == nil {
		t.Error("registered twice")
	}
	if err := RegisterStats(reg, "x", func() int { return 0 }); err == nil {
		t.Error("registered a number")
	}
}
