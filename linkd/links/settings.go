package links

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/linkd/links/cstalink"
	"github.com/holdline/holdline/linkd/links/xsilink"
	"github.com/holdline/holdline/transport/csta"
)

// Standby says what a node keeps open to a switch that it doesn't drive.
type Standby string

// The standby modes.
const (
	// Hot is Warm with the monitors that the leader has: nothing that the switch
	// says while nobody leads is lost.
	Hot Standby = "hot"
	// Warm keeps an associated connection without monitors: on followers to the
	// links of the highest priority, on the leader to every link.
	Warm Standby = "warm"
	// Cold keeps none, for switches that allow one association only.
	Cold Standby = "cold"
)

// Settings are those of one link: the options of its switch, and its own ones
// over them. Lengths of time are written as Go does: 250ms, 10s.
//
//	name                 default       meaning
//	edition              auto          ECMA-323 edition: auto, 3, 4, 5, 6; auto is what the switch speaks
//	association          implicit      implicit, or explicit: StartApplicationSession (ECMA-354)
//	application          holdline      applicationID of an explicit association
//	session              60s           requested length of an explicit association; its timer is reset at a third
//	system_register      true          ask with SystemRegister to be told of status changes
//	filter               absent        filter in MonitorStart: absent, filtered-out or wanted: what a true bit means
//	standby              hot           hot, warm or cold
//	requests_per_second  1000          requests of all kinds but keepalives, up to a quarter of it at once; 0 = no limit
//	max_outstanding      32            requests without an answer at once
//	request_timeout      5s            an answer is waited for so long
//	write_timeout        5s            a frame must be written within it
//	keepalive            10s           silence after which the switch is asked for its status; 0 = never
//	keepalive_misses     2             unanswered ones after which the connection is closed
//	resync_rate          100           devices snapshotted per second in a resync
//	connect_timeout      2s            connection and association must be done within it
//	spares               1             operational links that stay open beside the one that is driven
//	failback             auto          auto: go back to a link of a higher priority; manual: only when told to
//	failback_after       1m            it must have worked for so long
//	restart_delay        5s            pause before a link that failed is tried again while another one works; doubles each time
//	retry_min            250ms         the same while none works
//	retry_max            10s           up to this, or the restart delay if that is longer
//	call_gap             0             least time between two requests about one call; 250ms at least while the switch says overload
//	device_gap           0             the same about one device
//	linger               30s           how long calls are kept when no link works: 0, or forever
//	stuck_calls          ask           ask about calls that are quiet for too long, or ignore them
//	stall_timeout        10s           facts may wait so long for the log before the link is dropped
//	unapplied_facts      4096          facts on their way through the log at once; then the link is read no further
//	handover_wait        250ms         a new leader waits so long for word from a living old one before it claims
//	handover_timeout     20s           then so long for its own monitors while the old one still reads
//	handover_settle      300ms         and so long again, up to ten times if it is behind, for what the old one had read before
//	handover_events      65536         events kept meanwhile
//	drain_timeout        30s           the old leader reads on so long until its link is claimed
type Settings struct {
	CSTA cstalink.Options // Link, Logger and BadFrame are not set here
	Xsi  xsilink.Options  // of a BroadWorks; see broadworks.go

	Standby            Standby
	ResyncRate         float64
	ConnectTimeout     time.Duration
	Spares             int
	Failback           bool // auto
	FailbackAfter      time.Duration
	RestartDelay       time.Duration
	CallGap, DeviceGap time.Duration
	AskStuck           bool
	RetryMin           time.Duration
	RetryMax           time.Duration
	UnappliedFacts     int
	HandoverWait       time.Duration
	HandoverTimeout    time.Duration
	HandoverSettle     time.Duration
	HandoverEvents     int
	DrainTimeout       time.Duration
}

// Defaults returns the settings of a switch without options.
func Defaults() Settings {
	return Settings{
		CSTA: cstalink.Options{
			ApplicationID: "holdline", Session: time.Minute, Register: true, Filter: cstalink.FilterAbsent,
			RequestTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second, MaxOutstanding: 32, PerSecond: 1000,
			Keepalive: 10 * time.Second, KeepaliveMisses: 2, Stall: 10 * time.Second,
		},
		Xsi: xsiDefaults(), Standby: Hot, ResyncRate: 100, ConnectTimeout: 2 * time.Second,
		Spares: 1, Failback: true, FailbackAfter: time.Minute, RestartDelay: 5 * time.Second, AskStuck: true,
		RetryMin: 250 * time.Millisecond, RetryMax: 10 * time.Second, UnappliedFacts: 4096,
		HandoverWait: 250 * time.Millisecond, HandoverTimeout: 20 * time.Second, HandoverSettle: 300 * time.Millisecond,
		HandoverEvents: 65536, DrainTimeout: 30 * time.Second,
	}
}

// settingsOf reads a link's settings. Options that can't be read keep their
// defaults; the error names each of them.
func settingsOf(sw *fsm.Switch, l *fsm.Link) (Settings, error) {
	s := Defaults()
	var bad error
	for _, o := range append(sw.GetSettings()[:len(sw.GetSettings()):len(sw.GetSettings())], l.GetSettings()...) {
		if err := s.set(o.Name, o.Value); err != nil && bad == nil {
			bad = fmt.Errorf("setting %s = %q of switch %s, link %s: %w", o.Name, o.Value, sw.GetName(), l.GetName(), err)
		}
	}
	s.CSTA.Associate = s.ConnectTimeout
	return s, bad
}

// Check tells whether a switch's or a link's option can be read.
func Check(name, value string) error {
	s := Defaults()
	return s.set(name, value)
}

func (s *Settings) set(name, value string) error {
	switch name {
	case "edition":
		return pick(&s.CSTA.Edition, value, map[string]csta.Edition{"auto": 0, "3": csta.Ed3, "4": csta.Ed4, "5": csta.Ed5, "6": csta.Ed6})
	case "association":
		return pick(&s.CSTA.Explicit, value, map[string]bool{"implicit": false, "explicit": true})
	case "application":
		s.CSTA.ApplicationID = value
	case "session":
		return span(&s.CSTA.Session, value, time.Second, 24*time.Hour)
	case "system_register":
		return pick(&s.CSTA.Register, value, map[string]bool{"true": true, "false": false})
	case "filter":
		return pick(&s.CSTA.Filter, value, map[string]cstalink.Filter{
			"absent": cstalink.FilterAbsent, "filtered-out": cstalink.FilterFilteredOut, "wanted": cstalink.FilterWanted,
		})
	case "standby":
		return pick(&s.Standby, value, map[string]Standby{"hot": Hot, "warm": Warm, "cold": Cold})
	case "requests_per_second":
		return within(&s.CSTA.PerSecond, value, 0, 100000)
	case "max_outstanding":
		return whole(&s.CSTA.MaxOutstanding, value, 1, 4096)
	case "request_timeout":
		return span(&s.CSTA.RequestTimeout, value, 10*time.Millisecond, time.Minute)
	case "write_timeout":
		return span(&s.CSTA.WriteTimeout, value, 10*time.Millisecond, time.Minute)
	case "keepalive":
		return span(&s.CSTA.Keepalive, value, 0, time.Hour)
	case "keepalive_misses":
		return whole(&s.CSTA.KeepaliveMisses, value, 0, 100)
	case "resync_rate":
		return within(&s.ResyncRate, value, 0.1, 100000)
	case "connect_timeout":
		return span(&s.ConnectTimeout, value, 10*time.Millisecond, time.Minute)
	case "spares":
		return whole(&s.Spares, value, 0, 100)
	case "failback":
		return pick(&s.Failback, value, map[string]bool{"auto": true, "manual": false})
	case "failback_after":
		return span(&s.FailbackAfter, value, 0, 24*time.Hour)
	case "restart_delay":
		return span(&s.RestartDelay, value, time.Millisecond, time.Hour)
	case "call_gap":
		return span(&s.CallGap, value, 0, 10*time.Second)
	case "device_gap":
		return span(&s.DeviceGap, value, 0, 10*time.Second)
	case "linger": // which the state machine reads
		if _, ok := fsm.ParseLinger(value); !ok {
			return fmt.Errorf("not a length of time in whole units up to 168h, like 90s or 1m30s, and neither 0 nor forever")
		}
	case "stuck_calls":
		return pick(&s.AskStuck, value, map[string]bool{"ask": true, "ignore": false})
	case "retry_min":
		return span(&s.RetryMin, value, time.Millisecond, time.Hour)
	case "retry_max":
		return span(&s.RetryMax, value, time.Millisecond, time.Hour)
	case "stall_timeout":
		return span(&s.CSTA.Stall, value, 100*time.Millisecond, time.Hour)
	case "unapplied_facts":
		return whole(&s.UnappliedFacts, value, 1, 1<<20)
	case "handover_wait":
		return span(&s.HandoverWait, value, 0, time.Minute)
	case "handover_timeout":
		return span(&s.HandoverTimeout, value, 0, time.Hour)
	case "handover_settle":
		return span(&s.HandoverSettle, value, 0, time.Minute)
	case "handover_events":
		return whole(&s.HandoverEvents, value, 1, 1<<24)
	case "drain_timeout":
		return span(&s.DrainTimeout, value, 0, time.Hour)
	default:
		return s.setXsi(name, value)
	}
	return nil
}

func pick[T any](to *T, value string, choices map[string]T) error {
	v, ok := choices[value]
	if !ok {
		return fmt.Errorf("not one of its values")
	}
	*to = v
	return nil
}

func span(to *time.Duration, value string, low, high time.Duration) error {
	d, err := time.ParseDuration(value)
	if value == "0" {
		d, err = 0, nil
	}
	if err != nil {
		return fmt.Errorf("not a length of time like 250ms or 10s")
	}
	return bound(to, d, low, high)
}

func whole(to *int, value string, low, high int) error {
	n, err := strconv.Atoi(value)
	if err != nil {
		return fmt.Errorf("not a whole number")
	}
	return bound(to, n, low, high)
}

func within(to *float64, value string, low, high float64) error {
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return fmt.Errorf("not a number")
	}
	return bound(to, n, low, high)
}

func bound[T cmp.Ordered](to *T, v, low, high T) error {
	if v < low || v > high || v != v {
		return fmt.Errorf("outside of %v to %v", low, high)
	}
	*to = v
	return nil
}
