package replica

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// heardClock notes the log times that it is told.
type heardClock struct{ told []int64 }

func (c *heardClock) Observe(ms int64) { c.told = append(c.told, ms) }
func (c *heardClock) NowMS() int64     { return 0 }

func entry(t *testing.T, index uint64, level uint32, commands ...*fsmpb.Command) *raft.Log {
	t.Helper()
	data, err := proto.Marshal(&fsmpb.Entry{TimeMs: int64(index) * 1000, Level: level, Commands: commands})
	if err != nil {
		t.Fatal(err)
	}
	return &raft.Log{Index: index, Term: 1, Type: raft.LogCommand, Data: data}
}

func bootstrap() *fsmpb.Command {
	return &fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c1"}}}
}

func putSwitch(name string) *fsmpb.Command {
	return &fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: name, Protocol: "csta"}}}}
}

func none(t *testing.T) func(error) {
	return func(err error) { t.Errorf("the node was told to stop: %v", err) }
}

func TestBatchIsAppliedInOrderAndToldOnce(t *testing.T) {
	clock := new(heardClock)
	r := New(clock, none(t))
	changed := r.Changed()
	answers := r.ApplyBatch([]*raft.Log{
		entry(t, 1, 1, bootstrap()),
		{Index: 2, Type: raft.LogNoop},
		entry(t, 3, 1, putSwitch("pbx"), putSwitch("pbx2")),
	})
	select {
	case <-changed:
	default:
		t.Error("readers were not woken")
	}
	if len(answers) != 3 || len(answers[0].([]fsm.Result)) != 1 || answers[1] != nil || len(answers[2].([]fsm.Result)) != 2 {
		t.Errorf("answers %v", answers)
	}
	if len(clock.told) != 1 || clock.told[0] != 3000 {
		t.Errorf("log times %v, want that of the last entry once", clock.told)
	}
	v, err := r.WaitFor(t.Context(), func(s *fsm.State) bool { _, ok := s.Switch("pbx2"); return ok })
	if err != nil || v.Index() != 3 || v.ClusterID() != "c1" {
		t.Errorf("view at %d of cluster %q, %v", v.Index(), v.ClusterID(), err)
	}
}

func TestWaitForEndsWithItsContext(t *testing.T) {
	r := New(new(heardClock), none(t))
	gone := errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if _, err := r.WaitFor(ctx, func(*fsm.State) bool { return false }); !errors.Is(err, gone) {
		t.Errorf("err = %v", err)
	}
}

// A follower that can't understand the log must not go on with the entries that
// it does understand, nor keep the result for its next start.
func TestNothingIsAppliedAfterAnError(t *testing.T) {
	var stops []error
	r := New(new(heardClock), func(err error) { stops = append(stops, err) })
	r.Apply(entry(t, 1, 1, bootstrap()))
	answers := r.ApplyBatch([]*raft.Log{
		entry(t, 2, fsm.MaxLevel+1, putSwitch("new")),
		entry(t, 3, 1, putSwitch("after")),
	})
	r.Apply(entry(t, 4, 1, putSwitch("later")))
	if len(stops) != 1 || !strings.Contains(stops[0].Error(), "feature level") {
		t.Fatalf("the node was told to stop %d times: %v", len(stops), stops)
	}
	for i, a := range answers {
		if err, ok := a.(error); !ok || !errors.Is(err, stops[0]) {
			t.Errorf("entry %d was answered %v", i+2, a)
		}
	}
	if v := r.View(); v.Index() != 1 {
		t.Errorf("the state is at entry %d, want 1", v.Index())
	}
	if _, err := r.Snapshot(); err == nil {
		t.Error("a state that stopped gave a snapshot")
	}
}

func TestSnapshotRestoresTheState(t *testing.T) {
	r := New(new(heardClock), none(t))
	r.ApplyBatch([]*raft.Log{entry(t, 1, 1, bootstrap()), entry(t, 2, 1, putSwitch("pbx"))})
	shot, err := r.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	r.Apply(entry(t, 3, 1, putSwitch("later"))) // not in the snapshot
	store := raft.NewInmemSnapshotStore()
	sink, err := store.Create(raft.SnapshotVersionMax, 2, 1, raft.Configuration{}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := shot.Persist(sink); err != nil {
		t.Fatal(err)
	}
	shot.Release()
	_, stored, err := store.Open(sink.ID())
	if err != nil {
		t.Fatal(err)
	}
	clock := new(heardClock)
	other := New(clock, none(t))
	if err := other.Restore(stored); err != nil {
		t.Fatal(err)
	}
	v := other.View()
	_, pbx := v.Switch("pbx")
	_, later := v.Switch("later")
	if v.Index() != 2 || !pbx || later {
		t.Errorf("restored at %d: pbx %t, later %t", v.Index(), pbx, later)
	}
	if len(clock.told) != 1 || clock.told[0] != 2000 {
		t.Errorf("log times %v, want the snapshot's", clock.told)
	}
}

// Raft hands memberships to a BatchingFSM among the entries.
func TestMembershipIsKept(t *testing.T) {
	r := New(new(heardClock), none(t))
	want := raft.Configuration{Servers: []raft.Server{{ID: "n1", Address: "a:1", Suffrage: raft.Voter}}}
	r.ApplyBatch([]*raft.Log{{Index: 1, Type: raft.LogConfiguration, Data: raft.EncodeConfiguration(want)}})
	if got := r.Configuration(); len(got.Servers) != 1 || got.Servers[0] != want.Servers[0] {
		t.Errorf("configuration %v", got)
	}
}

func TestFactsAreWatched(t *testing.T) {
	r := New(new(heardClock), none(t))
	r.ApplyBatch([]*raft.Log{
		entry(t, 1, 1, bootstrap(), putSwitch("pbx"),
			&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &fsmpb.Link{Name: "a", Switch: "pbx", Address: "h:1"}}}}),
		entry(t, 2, 1, &fsmpb.Command{Kind: &fsmpb.Command_ClaimLink{ClaimLink: &fsmpb.ClaimLink{Switch: "pbx", Link: "a", Node: "n1", Term: 1}}}),
	})
	fact := func(ordinal uint64) *fsmpb.Command {
		return &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{Link: "a", Epoch: 1, Ordinal: ordinal,
			Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{Status: "normal"}}}}}
	}
	var seen []uint64
	stop := r.WatchFacts(func(f *fsmpb.Fact) { seen = append(seen, f.Ordinal) })
	// The second 1 is a repetition, the 4 leaves a gap: neither takes effect.
	r.Apply(entry(t, 3, 1, fact(1), fact(1), fact(2), fact(4)))
	stop()
	r.Apply(entry(t, 4, 1, fact(3)))
	if len(seen) < 2 || seen[0] != 1 || seen[len(seen)-1] != 2 {
		t.Errorf("saw the facts %v", seen)
	}
	if v := r.View(); func() uint64 { l, _ := v.Link("a"); return l.LastOrdinal }() != 3 {
		t.Error("facts were not applied")
	}
}
