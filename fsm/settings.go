package fsm

import (
	"fmt"

	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

// setting is one of the replicated limits and times: its name as operators
// write it, its default, and the least and the most that it may be. A value of
// zero stands for the default.
type setting struct {
	name            string
	def, least, top int64
	get             func(*fsmpb.Settings) int64
	set             func(*fsmpb.Settings, int64)
}

const (
	second = 1000 // ms
	minute = 60 * second
	hour   = 60 * minute
)

var settings = []setting{
	{"feed_records", 131_072, 1024, 4 << 20, // records kept in the feed
		func(s *fsmpb.Settings) int64 { return int64(s.FeedRecords) }, func(s *fsmpb.Settings, v int64) { s.FeedRecords = uint32(v) }},
	{"feed_bytes", 128 << 20, 1 << 20, 4 << 30, // encoded bytes kept in the feed
		func(s *fsmpb.Settings) int64 { return clampInt64(s.FeedBytes) }, func(s *fsmpb.Settings, v int64) { s.FeedBytes = uint64(v) }},
	{"sessions", 1024, 1, 65_536, // sessions in the cluster
		func(s *fsmpb.Settings) int64 { return int64(s.Sessions) }, func(s *fsmpb.Settings, v int64) { s.Sessions = uint32(v) }},
	{"monitors_per_session", 50_000, 1, 1_000_000, // monitors and route registrations of one session
		func(s *fsmpb.Settings) int64 { return int64(s.MonitorsPerSession) }, func(s *fsmpb.Settings, v int64) { s.MonitorsPerSession = uint32(v) }},
	{"intents", 4096, 1, 1_000_000, // requests without an outcome, in the cluster
		func(s *fsmpb.Settings) int64 { return int64(s.Intents) }, func(s *fsmpb.Settings, v int64) { s.Intents = uint32(v) }},
	{"call_data_bytes", 16 << 10, 256, 128 << 10, // of one call: correlator, user data and variables
		func(s *fsmpb.Settings) int64 { return int64(s.CallDataBytes) }, func(s *fsmpb.Settings, v int64) { s.CallDataBytes = uint32(v) }},
	{"tombstone_ms", minute, second, hour, // an ended call's identifiers are remembered
		func(s *fsmpb.Settings) int64 { return s.TombstoneMs }, func(s *fsmpb.Settings, v int64) { s.TombstoneMs = v }},
	{"unclaimed_ms", 30 * second, second, hour, // after an attachment, until unclaimed monitors end
		func(s *fsmpb.Settings) int64 { return s.UnclaimedMs }, func(s *fsmpb.Settings, v int64) { s.UnclaimedMs = v }},
	{"intent_ms", 10 * second, 100, 5 * minute, // a request's deadline, from its commit
		func(s *fsmpb.Settings) int64 { return s.IntentMs }, func(s *fsmpb.Settings, v int64) { s.IntentMs = v }},
	{"monitor_release_ms", 30 * second, 1, 24 * hour, // an upstream monitor outlives its last client
		func(s *fsmpb.Settings) int64 { return s.MonitorReleaseMs }, func(s *fsmpb.Settings, v int64) { s.MonitorReleaseMs = v }},
	{"route_ms", 10 * second, 100, 5 * minute, // reply time of a routing dialogue if the switch names none
		func(s *fsmpb.Settings) int64 { return s.RouteMs }, func(s *fsmpb.Settings, v int64) { s.RouteMs = v }},
	{"twin_ms", 5 * second, 10, minute, // how long a later copy of an event may take
		func(s *fsmpb.Settings) int64 { return s.TwinMs }, func(s *fsmpb.Settings, v int64) { s.TwinMs = v }},
	{"stuck_alerting_ms", minute, second, 24 * hour, // in this state without an event, until the switch is asked
		func(s *fsmpb.Settings) int64 { return s.StuckAlertingMs }, func(s *fsmpb.Settings, v int64) { s.StuckAlertingMs = v }},
	{"stuck_queued_ms", 10 * minute, second, 24 * hour,
		func(s *fsmpb.Settings) int64 { return s.StuckQueuedMs }, func(s *fsmpb.Settings, v int64) { s.StuckQueuedMs = v }},
	{"stuck_held_ms", 10 * minute, second, 24 * hour,
		func(s *fsmpb.Settings) int64 { return s.StuckHeldMs }, func(s *fsmpb.Settings, v int64) { s.StuckHeldMs = v }},
	{"stuck_connected_ms", hour, second, 7 * 24 * hour,
		func(s *fsmpb.Settings) int64 { return s.StuckConnectedMs }, func(s *fsmpb.Settings, v int64) { s.StuckConnectedMs = v }},
	{"snapshot_tries", 3, 1, 100, // snapshots that may fail to settle a device before messagesLost
		func(s *fsmpb.Settings) int64 { return int64(s.SnapshotTries) }, func(s *fsmpb.Settings, v int64) { s.SnapshotTries = uint32(v) }},
}

func clampInt64(v uint64) int64 { return int64(min(v, 1<<63-1)) }

// DefaultSettings are the settings of a new cluster.
func DefaultSettings() *fsmpb.Settings {
	s, _ := withDefaults(nil)
	return s
}

// CheckSettings says which setting is out of its range, and what the range is.
// Zero stands for the default and is always right.
func CheckSettings(s *fsmpb.Settings) error {
	_, err := withDefaults(s)
	return err
}

// withDefaults copies settings with each zero replaced by its default.
func withDefaults(s *fsmpb.Settings) (*fsmpb.Settings, error) {
	out := new(fsmpb.Settings)
	if s != nil {
		out = proto.CloneOf(s)
		out.ProtoReflect().SetUnknown(nil)
	}
	for _, f := range settings {
		v := f.get(out)
		if v == 0 {
			v = f.def
			f.set(out, v)
		}
		if v < f.least || v > f.top {
			return nil, fmt.Errorf("setting %s is %d: choose %d to %d, or 0 for the default of %d", f.name, v, f.least, f.top, f.def)
		}
	}
	return out, nil
}

func (t *txn) putSettings(s *fsmpb.Settings) Result {
	full, err := withDefaults(s)
	if err != nil {
		return refuse("operation", "valueOutOfRange", "change settings: %v", err)
	}
	t.State.settings = full
	return Result{}
}
