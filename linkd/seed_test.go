package linkd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clients/cstaserver"
	"github.com/holdline/holdline/linkd/config"
	"github.com/holdline/holdline/linkd/links"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/proto"
)

const frame = `
node {
  id       = "n1"
  data_dir = "/d"
}
cluster {
  peer "n1" { address = "h:1" }
}
csta_listener "l" {
  address = ":2"
  switch  = "pbx"
%s}
switch "pbx" {
%s  link "a" { address = "h:3" }
  dn_range {
    from = "1000"
    to   = "1004"
  }
  dn "1002" { aliases = ["+491002"] }
}
limits {
%s}
timers {
%s}
`

// What a file may say, the parts that it is for must take: the least and the
// most of each setting, and off where there is such.
func TestWhatAFileMaySayIsTaken(t *testing.T) {
	for name, c := range map[string]struct{ listener, sw, limits, timers string }{
		"defaults": {},
		"least": {
			"session_life = \"30s\"\nheartbeat = \"1s\"\nheartbeat_misses = 1\nmax_clients = 1\nqueue_records = 100\nqueue_bytes = 131072\nwrite_timeout = \"100ms\"\n",
			"monitor_release = \"0s\"\nrequests_per_second = 1\nrequest_timeout = \"100ms\"\nconnect_timeout = \"100ms\"\nreconnect_max = \"1s\"\nkeepalive = \"1s\"\nkeepalive_misses = 1\nresync_rate = 1\nsession = \"3s\"\n",
			"feed_records = 1024\nfeed_bytes = 1048576\nsessions = 1\nmonitors_per_session = 1\nintents = 16\ncall_data_bytes = 256\n",
			"tombstone = \"1s\"\nunclaimed_monitors = \"1s\"\nrequest = \"500ms\"\nroute_reply = \"200ms\"\n",
		},
		"most": {
			"session_life = \"24h\"\nheartbeat = \"10m\"\nheartbeat_misses = 10\nmax_clients = 10000\nqueue_records = 1000000\nqueue_bytes = 1073741824\nwrite_timeout = \"5m\"\n",
			"monitor_release = \"1h\"\nrequests_per_second = 10000\nrequest_timeout = \"1m\"\nconnect_timeout = \"1m\"\nreconnect_max = \"10m\"\nkeepalive = \"10m\"\nkeepalive_misses = 10\nresync_rate = 10000\nsession = \"24h\"\n",
			"feed_records = 4194304\nfeed_bytes = 4294967296\nsessions = 65536\nmonitors_per_session = 1000000\nintents = 100000\ncall_data_bytes = 65536\n",
			"tombstone = \"1h\"\nunclaimed_monitors = \"1h\"\nrequest = \"5m\"\nroute_reply = \"1m\"\n",
		},
		"off":   {listener: "heartbeat = \"0s\"\n", sw: "requests_per_second = 0\nkeepalive = \"0s\"\n"},
		"other": {"filter = \"true_passes\"\nresume = \"snapshot\"\nserve = \"any\"\nedition = 6\n", "filter = \"true_passes\"\nstandby = \"cold\"\nedition = 3\nassociation = \"explicit\"\napplication = \"acd\"\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := config.Parse("x.hcl", fmt.Appendf(nil, frame, c.listener, c.sw, c.limits, c.timers))
			if err != nil {
				t.Fatal(err)
			}
			if err := fsm.CheckSettings(settings(f)); err != nil {
				t.Error(err)
			}
			for _, o := range switchOptions(f.Switches[0]) {
				if err := links.Check(o.Name, o.Value); err != nil {
					t.Errorf("option %s = %s of the switch: %v", o.Name, o.Value, err)
				}
			}
			m, err := cstaserver.NewMetrics(prometheus.NewRegistry())
			if err != nil {
				t.Fatal(err)
			}
			o := listenerOptions(f.Listeners[0])
			if _, err := cstaserver.New(o, cstaserver.Deps{Metrics: m, Logger: hclog.NewNullLogger()}); err != nil {
				t.Error(err)
			}
			// Zero means a default to the parts, so it must not stand for off.
			if o.Heartbeat == 0 || settings(f).MonitorReleaseMs == 0 {
				t.Errorf("heartbeat %s, monitor release %d ms", o.Heartbeat, settings(f).MonitorReleaseMs)
			}
		})
	}
}

// The seed is what an empty cluster takes.
func TestSeedIsTaken(t *testing.T) {
	f, err := config.Parse("x.hcl", []byte(strings.ReplaceAll(frame, "%s", "")))
	if err != nil {
		t.Fatal(err)
	}
	m := fsm.New()
	first := &fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c", Settings: settings(f)}}}
	for i, c := range append([]*fsmpb.Command{first}, seed(f)...) {
		data, err := proto.Marshal(&fsmpb.Entry{TimeMs: 1, Level: 1, Commands: []*fsmpb.Command{c}})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := m.Apply(uint64(i+1), 1, data); err != nil || r[0].Err != nil {
			t.Fatalf("command %v: %v, %v", c, r, err)
		}
	}
	v := m.View()
	n := 0
	for range v.Devices("pbx") {
		n++
	}
	d, ok := v.Device("pbx", "+491002")
	if n != 5 || !ok || d.Id != "1002" {
		t.Errorf("%d devices, the alias leads to %q", n, d.GetId())
	}
}
