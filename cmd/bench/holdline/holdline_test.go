package holdline

import (
	"os"
	"testing"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/config"
	"github.com/holdline/holdline/linkd/store"
	"google.golang.org/protobuf/proto"
)

func TestConfigurationsAreLinkds(t *testing.T) {
	nodes, err := layOut(Options{Dir: t.TempDir(), Hosts: hosts.Loopback(3), Link: "127.0.0.1:1040", Stations: 1024, Timing: "lan", Standby: "warm", RequestsPerSecond: 5000})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, n := range nodes {
		c, err := config.Load(n.config)
		if err != nil {
			t.Fatal(err)
		}
		if c.Node.ID != n.ID || len(c.Cluster.Peers) != 3 || c.Cluster.Peers[i].Address != n.Raft || string(c.Node.Timing) != "lan" {
			t.Errorf("node %s: %+v", n.ID, c.Node)
		}
		if sw := c.Switches[0]; sw.Standby != "warm" || sw.RequestsPerSecond != 5000 || sw.ResyncRate != 100 {
			t.Errorf("node %s: switch %+v", n.ID, sw)
		}
		if r := c.Switches[0].Ranges[0]; r.From != "20000" || r.To != "21023" {
			t.Errorf("node %s: stations %s to %s", n.ID, r.From, r.To)
		}
		if len(c.Listeners) != 2 || string(c.Listeners[0].Serve) != "leader" || string(c.Listeners[1].Serve) != "any" || c.Listeners[1].Address != n.Any {
			t.Errorf("node %s: listeners %+v", n.ID, c.Listeners)
		}
		for _, at := range []string{n.Raft, n.API, n.HTTP, n.TServer, n.Any, n.Profile} {
			if seen[at] {
				t.Errorf("%s is used twice", at)
			}
			seen[at] = true
		}
	}
}

func TestReadLogCountsEvents(t *testing.T) {
	n := &Node{ID: "n1", Data: t.TempDir()}
	disk, err := store.Open(n.Data, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	event := &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{Link: "a", Body: &fsmpb.Fact_Call{Call: &fsmpb.CallEvent{Via: "20000"}}}}}
	status := &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{Link: "a", Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{}}}}}
	progress := &fsmpb.Command{Kind: &fsmpb.Command_SessionProgress{SessionProgress: &fsmpb.SessionProgress{}}}
	var bytes int
	for i, commands := range [][]*fsmpb.Command{nil, {event, event, status}, {progress}, {event, progress}} {
		l := &raft.Log{Index: uint64(i + 1), Term: 1, Type: raft.LogConfiguration}
		if commands != nil {
			l.Type = raft.LogCommand
			if l.Data, err = proto.Marshal(&fsmpb.Entry{Commands: commands}); err != nil {
				t.Fatal(err)
			}
			if i != 2 {
				bytes += len(l.Data)
			}
		}
		if err := disk.Logs.StoreLog(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := disk.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := n.ReadLog()
	want := Audit{Entries: 3, Events: 3, EntryBytes: float64(bytes) / 2, EventBytes: float64(proto.Size(event)), PerEntry: 1.5, Progress: 2, FromTheFirst: true}
	if err != nil || got != want {
		t.Errorf("got %+v, want %+v, %v", got, want, err)
	}
	if err := os.RemoveAll(n.Data); err != nil {
		t.Fatal(err)
	}
	if _, err := n.ReadLog(); err == nil {
		t.Error("a log that isn't there can be read")
	}
}
