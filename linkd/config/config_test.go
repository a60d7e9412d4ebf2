package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFullFile(t *testing.T) {
	got, err := Load(filepath.Join("testdata", "full.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Node: Node{
			ID: "n1", Site: "east", DataDir: "/var/lib/holdline", LogStore: "bolt",
			RaftListen: ":7500", RaftAdvertise: "n1.example:7500",
			APIListen: "127.0.0.1:7501", HTTPListen: "127.0.0.1:7502",
			Timing: LAN, LogLevel: "debug", LogFormat: "text",
		},
		TLS: &TLS{Cert: "/etc/holdline/n1.pem", Key: "/etc/holdline/n1.key", CA: "/etc/holdline/ca.pem"},
		Cluster: Cluster{Peers: []Peer{
			{ID: "n1", Address: "n1.example:7500"},
			{ID: "n2", Address: "n2.example:7500"},
			{ID: "n3", Address: "n3.example:7500"},
		}},
		Listeners: []CSTAListener{{
			Name: "north", Address: ":7410", Switch: "pbx", Edition: 5, StatusFirst: false,
			Filter: TruePasses, Resume: "snapshot", Serve: "any", SessionLife: 5 * time.Minute,
			Heartbeat: 0, HeartbeatMisses: 3, MaxClients: 10, QueueRecords: 500, QueueBytes: 1 << 20,
			WriteTimeout: 2 * time.Second,
		}},
		Clients: []Client{{Name: "tserver1", Addresses: []string{"10.1.2.3", "10.2.0.0/16", "2001:db8::1"}, Applications: []string{"TS1"}}},
		Switches: []Switch{{
			Name: "pbx", Protocol: "csta", Edition: 3, Filter: TruePasses, Standby: "cold",
			Association: "explicit", Application: "acd", Session: 90 * time.Second,
			MonitorRelease: 0, RequestsPerSecond: 0, RequestTimeout: 1500 * time.Millisecond,
			ConnectTimeout: 2 * time.Second, ReconnectMax: 30 * time.Second,
			Keepalive: 15 * time.Second, KeepaliveMisses: 1, ResyncRate: 7,
			Spares: 2, Failback: "manual", FailbackAfter: 90 * time.Second, RestartDelay: 7 * time.Second,
			CallGap: 100 * time.Millisecond, DeviceGap: 200 * time.Millisecond, Linger: "forever", StuckCalls: "ignore",
			Links: []Link{
				{Name: "a", Address: "10.9.0.1:1040", Priority: 1},
				{Name: "b", Address: "[2001:db8::9]:1040", Priority: 2, Disabled: true, Keepalive: "3s", KeepaliveMisses: 4},
			},
			DNs: []DN{
				{Number: "1000", Kind: "station", Aliases: []string{"+4930123400", "sip:1000@example.net"},
					ServiceFrom: "client", OwnerClients: []string{"tserver1"}, Site: "east"},
				{Number: "9000", Kind: "route_point", ServiceFrom: "switch", DefaultRoute: "1000"},
			},
			Ranges: []Range{{From: "0100", To: "0199", Kind: "acd", ServiceFrom: "register", Site: "west"}},
		}},
		Limits: Limits{
			EntryBytes: 65536, FeedRecords: 5000, FeedBytes: 1 << 32, Sessions: 12, MonitorsPerSession: 34,
			Intents: 56, CallDataBytes: 1024, HandshakesPending: 8,
		},
		Timers: Timers{
			Tombstone: 90 * time.Second, UnclaimedMonitors: 45 * time.Second, Request: 20 * time.Second,
			RouteReply:    250 * time.Millisecond,
			StuckAlerting: 30 * time.Second, StuckQueued: 5 * time.Minute, StuckHeld: 6 * time.Minute, StuckConnected: 2 * time.Hour,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	// The file sets everything: none of its values is a default by chance.
	for _, s := range settingsOf(reflect.TypeFor[Limits]()) {
		if v := reflect.ValueOf(got.Limits).Field(s.index).Int(); v == s.number(s.tag.Get("default")) {
			t.Errorf("limits.%s is its default in the test file", s.name)
		}
	}
}

const small = `
node {
  id       = "n1"
  data_dir = "d"
}
cluster {
  peer "n1" { address = "h:7400" }
}
`

func TestDefaults(t *testing.T) {
	c, err := Parse("x.hcl", []byte(small+`
csta_listener "l" {
  address = ":1"
  switch  = "s"
}
switch "s" {
  link "a" { address = "h:1" }
  dn "1" {}
}
`))
	if err != nil {
		t.Fatal(err)
	}
	if n := c.Node; n.RaftAdvertise != "h:7400" || n.Timing != Metro || n.RaftListen != ":7400" || n.LogFormat != "json" {
		t.Errorf("node %+v", n)
	}
	l, s := c.Listeners[0], c.Switches[0]
	if l.Edition != 4 || !l.StatusFirst || l.Filter != TrueBlocks || l.SessionLife != 3*time.Minute || l.Heartbeat != 30*time.Second || l.HeartbeatMisses != 2 || l.MaxClients != 1000 {
		t.Errorf("listener %+v", l)
	}
	if s.Protocol != "csta" || s.Standby != "hot" || s.Links[0].Priority != 1 || s.DNs[0].Kind != "station" || s.DNs[0].ServiceFrom != "switch" {
		t.Errorf("switch %+v", s)
	}
	if c.Limits.EntryBytes != 262144 || c.Timers.Tombstone != time.Minute || c.TLS != nil {
		t.Errorf("%+v %+v %v", c.Limits, c.Timers, c.TLS)
	}
	d := Default()
	if diff := cmp.Diff(d.Limits, c.Limits); diff != "" {
		t.Error(diff)
	}
}

// Each snippet is put behind a file that is right (11 lines); want holds the
// whole error.
func TestErrors(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"syntax", "limits {", `x.hcl:10:8: Unclosed configuration block: There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.`},
		{"unknown setting", "limits {\n  sesions = 5\n}", `x.hcl:11:3: limits has no setting "sesions": did you mean sessions? Allowed: entry_bytes, feed_records, feed_bytes, sessions, monitors_per_session, intents, call_data_bytes, handshakes_pending`},
		{"unknown block", "swtch \"a\" {\n}", `x.hcl:10:1: the file has no block "swtch": did you mean switch? Allowed: node, tls, cluster, csta_listener, client, switch, limits, timers`},
		{"setting at top", "log_level = \"info\"", `x.hcl:10:1: the file has no setting "log_level": none is allowed here`},
		{"setting twice", "limits {\n  sessions = 5\n  sessions = 6\n}", `x.hcl:12:3: Attribute redefined: The argument "sessions" was already set at x.hcl:11,3-11. Each argument may be set only once.`},
		{"block twice", "limits {}\nlimits {}", `x.hcl:11:1: second block limits: only one is allowed, the first is in line 10`},
		{"block as setting", "limits = {}", `x.hcl:10:1: limits is a block: write limits { ... } without "="`},
		{"setting as block", "limits {\n  sessions {}\n}", `x.hcl:11:3: sessions is a setting: write sessions = ...`},
		{"text for number", "limits {\n  sessions = \"5\"\n}", `x.hcl:11:14: sessions is "5", but must be a whole number: 1..65536`},
		{"fraction", "limits {\n  sessions = 2.5\n}", `x.hcl:11:14: sessions is 2.5, but must be a whole number: 1..65536`},
		{"out of range", "limits {\n  sessions = 0\n}", `x.hcl:11:14: sessions is 0, but must be 1..65536`},
		{"huge", "limits {\n  sessions = 99999999999999999999\n}", `x.hcl:11:14: sessions is 1e+20, but must be a whole number: 1..65536`},
		{"null", "limits {\n  sessions = null\n}", `x.hcl:11:14: sessions is null, but must be a whole number: 1..65536`},
		{"variable", "limits {\n  sessions = many\n}", `x.hcl:11:14: sessions must be written out: a whole number; variables and functions are not known here`},
		{"bare duration", "timers {\n  request = 5\n}", `x.hcl:11:13: request is 5, but must be a duration like "500ms" or "30s": 500ms..5m`},
		{"no unit", "timers {\n  request = \"5\"\n}", `x.hcl:11:13: request is "5", but must be a duration like "500ms" or "30s": 500ms..5m`},
		{"long duration", "timers {\n  request = \"6m\"\n}", `x.hcl:11:13: request is 6m, but must be 500ms..5m`},
		{"negative", "timers {\n  tombstone = \"-1s\"\n}", `x.hcl:11:15: tombstone is -1s, but must be 1s..1h`},
		{"off or range", listener("heartbeat = \"10ms\""), `x.hcl:13:15: heartbeat is 10ms, but must be 0 (off) or 1s..10m`},
		{"number for bool", listener("status_first = 1"), `x.hcl:13:18: status_first is 1, but must be true or false`},
		{"choice", listener("filter = \"inverse\""), `x.hcl:13:12: filter is "inverse", but must be "true_blocks" or "true_passes"`},
		{"edition", listener("edition = 2"), `x.hcl:13:13: edition is 2, but must be 3..6`},
		{"missing", "csta_listener \"l\" {\n  address = \":1\"\n}", `x.hcl:10:1: csta_listener "l" has no switch: add switch = <1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit>`},
		{"no label", "csta_listener {\n  address = \":1\"\n  switch = \"s\"\n}", `x.hcl:10:1: csta_listener has 0 labels: write csta_listener "name" { ... }`},
		{"bad label", "client \"a b\" {\n  applications = [\"x\"]\n}", `x.hcl:10:8: name is "a b", but must be 1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit`},
		{"name twice", "client \"a\" {\n  applications = [\"x\"]\n}\nclient \"a\" {\n  applications = [\"y\"]\n}", `x.hcl:13:8: second client "a": names must differ, the first is in line 10`},
		{"no list", "client \"a\" {\n  applications = \"x\"\n}", `x.hcl:11:18: applications is "x", but must be a list of texts like ["a", "b"]: 1 to 255 bytes`},
		{"list of numbers", "client \"a\" {\n  applications = [1]\n}", `x.hcl:11:18: applications is a tuple, but must be a list of texts like ["a", "b"]: 1 to 255 bytes`},
		{"twice in a list", "client \"a\" {\n  applications = [\"x\", \"x\"]\n}", `x.hcl:11:18: applications has "x" twice: once is enough`},
		{"bad prefix", "client \"a\" {\n  addresses = [\"10.0.0.0/33\"]\n}", `x.hcl:11:15: addresses is "10.0.0.0/33", but must be an IP address or a prefix like 10.1.0.0/16`},
		{"client without identity", "client \"a\" {}", `x.hcl:10:1: client "a" can't be told apart: set addresses, applications or both`},
		{"identity twice", "client \"a\" {\n  applications = [\"x\"]\n}\nclient \"b\" {\n  applications = [\"x\"]\n}", `x.hcl:14:18: client "b" has the application "x" of client "a": it must lead to one client`},
		{"address taken", "csta_listener \"l\" {\n  address = \":7500\"\n  switch = \"s\"\n}", `x.hcl:11:13: address of csta_listener "l" :7500 is taken by api_listen: each needs its own`},
		{"port", "csta_listener \"l\" {\n  address = \":70000\"\n  switch = \"s\"\n}", `x.hcl:11:13: address is ":70000", but must be host:port or :port`},
		{"link address", "switch \"s\" {\n  link \"a\" {\n    address = \":1040\"\n  }\n}", `x.hcl:12:15: address is ":1040", but must be host:port`},
		{"no link", "switch \"s\" {}", `x.hcl:10:1: switch "s" has no link: add link "a" { address = "host:port" }`},
		{"in a nested block", "switch \"s\" {\n  link \"a\" {\n    adress = \"h:1\"\n    address = \"h:1\"\n  }\n}", `x.hcl:12:5: switch "s" link "a" has no setting "adress": did you mean address? Allowed: address, priority, disabled, keepalive, keepalive_misses`},
		{"link twice in the cluster", pbx("p", "") + pbx("q", ""), `x.hcl:15:6: link "a" exists in switch "p": link names are unique in the cluster`},
		{"route of a station", pbx("p", "dn \"1\" {\n default_route = \"2\"\n}"), `x.hcl:13:18: dn "1" is a station: default_route is for kind = "route_point"`},
		{"owner without sign-on", pbx("p", "dn \"1\" {\n owner_clients = [\"t\"]\n}"), `x.hcl:13:18: dn "1" takes its service from "switch": owner_clients is for service_from = "client"`},
		{"alias of another", pbx("p", "dn \"1\" {\n aliases = [\"2\"]\n}\ndn \"2\" {}"), `x.hcl:15:4: dn "2": "2" already names dn "1"`},
		{"dn with a space", pbx("p", "dn \"1 2\" {}"), `x.hcl:12:4: number is "1 2", but must be 1 to 64 printable ASCII characters without space`},
		{"range of different lengths", pbx("p", "dn_range {\n from = \"1\"\n to = \"22\"\n}"), `x.hcl:14:7: dn_range from 1 to 22: both need the same number of digits`},
		{"range backwards", pbx("p", "dn_range {\n from = \"30\"\n to = \"22\"\n}"), `x.hcl:14:7: dn_range from 30 to 22 runs backwards: exchange them`},
		{"large range", pbx("p", "dn_range {\n from = \"000000\"\n to = \"100000\"\n}"), `x.hcl:14:7: dn_range from 000000 to 100000 holds 100001 numbers: at most 100000 are allowed`},
		{"ranges overlap", pbx("p", "dn_range {\n from = \"10\"\n to = \"20\"\n}\ndn_range {\n from = \"20\"\n to = \"30\"\n}"), `x.hcl:17:9: dn_range from 20 to 30 overlaps the one from 10 to 20 in line 12`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse("x.hcl", []byte(small+"\n"+tc.in+"\n"))
			if err == nil {
				t.Fatal("no error")
			}
			if got := err.Error(); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func listener(line string) string {
	return "csta_listener \"l\" {\n  address = \":1\"\n  switch = \"s\"\n  " + line + "\n}"
}

func pbx(name, more string) string {
	return "switch \"" + name + "\" {\nlink \"a\" { address = \"h:1\" }\n" + more + "\n}\n"
}

func TestNodeErrors(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"empty file", "", "x.hcl:1:1: the file has no block node: add node { ... }\nx.hcl:1:1: the file has no block cluster: add cluster { ... }"},
		{"no ID", "node {\n  data_dir = \"d\"\n}\ncluster {\n  peer \"n1\" {\n    address = \"h:1\"\n  }\n}",
			"x.hcl:1:1: node has no id: add id = <1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit>"},
		{"empty data_dir", "node {\n  id = \"n1\"\n  data_dir = \"\"\n}\ncluster {\n  peer \"n1\" {\n    address = \"h:1\"\n  }\n}",
			`x.hcl:3:14: data_dir is empty: set it`},
		{"two peers", "node {\n  id = \"n1\"\n  data_dir = \"d\"\n}\ncluster {\n  peer \"n1\" {\n    address = \"h:1\"\n  }\n  peer \"n2\" {\n    address = \"h:2\"\n  }\n}",
			`x.hcl:5:1: cluster has 2 peers: allowed are 1, 3, 5 or 7, an even number survives no more failures than one fewer`},
		{"not a peer", "node {\n  id = \"n9\"\n  data_dir = \"d\"\n}\ncluster {\n  peer \"n1\" {\n    address = \"h:1\"\n  }\n}",
			`x.hcl:2:8: node "n9" is not among the peers of cluster: add peer "n9" { ... }, or set raft_advertise if it shall join later`},
		{"advertises another address", "node {\n  id = \"n1\"\n  data_dir = \"d\"\n  raft_advertise = \"h:2\"\n}\ncluster {\n  peer \"n1\" {\n    address = \"h:1\"\n  }\n}",
			`x.hcl:4:20: raft_advertise is h:2, but the other nodes dial h:1, the address of peer "n1": make them equal or leave raft_advertise out`},
		{"one address for two", "node {\n  id = \"n1\"\n  data_dir = \"d\"\n}\ncluster {\n  peer \"n1\" {\n    address = \"h:1\"\n  }\n  peer \"n2\" {\n    address = \"h:1\"\n  }\n  peer \"n3\" {\n    address = \"h:3\"\n  }\n}",
			`x.hcl:10:15: peer "n2" has the address h:1 of peer "n1": each needs its own`},
		{"several, in the file's order", "node {\n  timing = \"fast\"\n  idd = 1\n}\ncluster {}",
			"x.hcl:1:1: node has no id: add id = <1 to 63 letters, digits, '.', '_' or '-', the first a letter or digit>\n" +
				"x.hcl:1:1: node has no data_dir: add data_dir = <any text>\n" +
				"x.hcl:2:12: timing is \"fast\", but must be \"lan\", \"metro\" or \"wan\"\n" +
				"x.hcl:3:3: node has no setting \"idd\": did you mean id? Allowed: id, site, data_dir, log_store, raft_listen, raft_advertise, api_listen, http_listen, timing, log_level, log_format"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Parse("x.hcl", []byte(tc.in))
			var all Errors
			if !errors.As(err, &all) {
				t.Fatalf("%v is no Errors", err)
			}
			if got := err.Error(); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
	if _, err := Load("nosuch.hcl"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestRangeNumbers(t *testing.T) {
	got := slices.Collect(Range{From: "0098", To: "0101"}.Numbers())
	if want := []string{"0098", "0099", "0100", "0101"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(small + pbx("p", "dn_range {\n from = \"10\"\n to = \"20\"\n}")))
	f.Add([]byte(small + listener("heartbeat = 5")))
	f.Add([]byte("node \"a\" \"b\" { id = [1, {}] }\ncluster { peer {} }"))
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := Parse("f.hcl", src)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v and %v", c, err)
		}
		if err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Fatal("an error without a text")
		}
	})
}
