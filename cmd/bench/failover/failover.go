package failover

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/cmd/bench/measure"
	"github.com/holdline/holdline/cmd/bench/peers"
)

// Scenario is a way for a leader to go.
type Scenario string

// The scenarios.
const (
	Crash   Scenario = "crash"   // SIGKILL
	Planned Scenario = "planned" // leadership is handed over: the longest gap
	Frozen  Scenario = "frozen"  // SIGSTOP
	Silent  Scenario = "silent"  // its host's cable is pulled
)

// Scenarios are all of them.
var Scenarios = []Scenario{Crash, Planned, Frozen, Silent}

// Subjects are what can be measured.
var Subjects = []string{"holdline", "raft", "etcd"}

// Options say what to measure.
type Options struct {
	Self, Linkd string // programs
	Dir         string // for data; emptied as it goes
	Subjects    []string
	Scenarios   []Scenario
	Kills       int     // of each subject in each scenario
	Rate        float64 // events or writes a second meanwhile
	Devices     int     // that each T-Server monitors
	Restart     time.Duration
	// Timing is Holdline's profile, SilentTiming the one for silent hosts.
	Timing, SilentTiming string
	Standby              string // of followers; empty: linkd's default
	// RequestsPerSecond and ResyncRate are what the switch permits.
	RequestsPerSecond, ResyncRate int
	// Places gives hosts for three nodes, and the address at which they reach
	// this process.
	Places func(Scenario) ([]*hosts.Host, string, error)
	Say    func(format string, args ...any) // progress
}

// Row is one figure of one subject in one scenario.
type Row struct {
	Subject  string          `json:"subject"`
	Scenario Scenario        `json:"scenario"`
	What     string          `json:"what"`
	Times    measure.Summary `json:"times"`
	Each     []measure.MS    `json:"each_ms"`          // in the order in which they were measured
	Failed   []string        `json:"failed,omitempty"` // times that nothing came, or not in time
}

// What a row tells of.
const (
	Attached = "(a) client of every node"
	Share    = "(b) strict T-Server, Holdline's share"
	Whole    = "(b) strict T-Server, the whole"
	Own      = "(b) strict T-Server, its own pauses once it could be served"
	Newcomer = "    until a node says normal to a newcomer"
	GapEnded = "    from the request until the gap at (a) ended"
	step     = "    until: "
	Write    = "first committed write"
)

// rows collects times by what they are.
type rows struct {
	order []string
	times map[string]measure.Times
}

func (r *rows) add(what string, d time.Duration) {
	if r.times == nil {
		r.times = map[string]measure.Times{}
	}
	if _, ok := r.times[what]; !ok {
		r.order = append(r.order, what)
	}
	r.times[what] = append(r.times[what], d)
}

// last is what was added last of each figure that isn't a step on the way.
func (r *rows) last() (line string) {
	for _, what := range r.order {
		if ts := r.times[what]; !strings.HasPrefix(what, " ") {
			line += fmt.Sprintf(" %.0f", measure.Milliseconds(ts[len(ts)-1]))
		}
	}
	return line
}

func (r *rows) rows(subject string, s Scenario, failed []string) (out []Row) {
	for _, what := range r.order {
		row := Row{Subject: subject, Scenario: s, What: what, Failed: failed}
		for _, d := range r.times[what] {
			row.Each = append(row.Each, measure.Milliseconds(d))
		}
		row.Times = r.times[what].Summary() // sorts
		out = append(out, row)
	}
	return out
}

// stage is a subject that runs under load.
type stage interface {
	// settle waits until everything is as it was before the last time.
	settle(ctx context.Context) error
	// strike takes the leader away once, adds the times that it took to r, and
	// brings the node back.
	strike(ctx context.Context, s Scenario, r *rows) error
	Close()
}

// Limits of one strike and of what follows it; a subject that fails more often
// than maxFailed can't be measured.
const (
	strikeLimit = time.Minute
	settleLimit = time.Minute
	maxFailed   = 3
)

// Run measures every subject in every scenario.
func Run(ctx context.Context, o Options) (out []Row, err error) {
	for _, s := range o.Scenarios {
		for _, subject := range o.Subjects {
			rows, err := o.measure(ctx, subject, s)
			if err != nil {
				return out, fmt.Errorf("%s, %s: %w", subject, s, err)
			}
			out = append(out, rows...)
		}
	}
	return out, nil
}

func (o Options) measure(ctx context.Context, subject string, s Scenario) (_ []Row, err error) {
	dir := filepath.Join(o.Dir, subject)
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	places, here, err := o.Places(s)
	if err != nil {
		return nil, err
	}
	o.Say("%s, %s: %d times", subject, s, o.Kills)
	var st stage
	defer func() {
		if st != nil {
			st.Close()
		}
		if err == nil {
			err = os.RemoveAll(dir) // else it may tell what went wrong
		}
	}()
	var r rows
	var failed []string
	for n := range o.Kills {
		if st == nil {
			if err := os.RemoveAll(dir); err != nil {
				return nil, err
			}
			if st, err = o.start(ctx, subject, s, dir, places, here); err != nil {
				return nil, err
			}
		}
		if err := o.once(ctx, st, s, &r); err != nil {
			if failed = append(failed, fmt.Sprintf("time %d: %v", n+1, err)); ctx.Err() != nil || len(failed) == maxFailed {
				return nil, errors.New(strings.Join(failed, "; "))
			}
			o.Say("  %2d: FAILED: %v; starting anew", n+1, err)
			st.Close()
			st = nil
			continue
		}
		o.Say("  %2d:%s ms", n+1, r.last())
	}
	return r.rows(subject, s, failed), nil
}

// once waits until nothing is left of the time before, and takes the leader away.
func (o Options) once(ctx context.Context, st stage, s Scenario, r *rows) error {
	if err := bounded(ctx, settleLimit, st.settle); err != nil {
		return fmt.Errorf("before: %w", err)
	}
	// Heartbeats and pauses must not keep step with the strikes.
	if err := pause(ctx, 100*time.Millisecond+rand.N(400*time.Millisecond)); err != nil {
		return err
	}
	return bounded(ctx, strikeLimit, func(ctx context.Context) error { return st.strike(ctx, s, r) })
}

func (o Options) start(ctx context.Context, subject string, s Scenario, dir string, places []*hosts.Host, here string) (stage, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	p := peers.Options{Self: o.Self, Dir: dir, Hosts: places}
	switch subject {
	case "holdline":
		return startHoldline(ctx, o, s, dir, places, here)
	case "raft":
		return startRaft(ctx, p, o.Rate)
	case "etcd":
		return startEtcd(ctx, p, o.Rate)
	}
	return nil, errors.New("no such subject")
}

func bounded(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %v", limit))
	defer cancel()
	return f(ctx)
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func until(ctx context.Context, ch <-chan time.Time, what string) (time.Time, error) {
	select {
	case at := <-ch:
		return at, nil
	case <-ctx.Done():
		return time.Time{}, fmt.Errorf("%s didn't come: %w", what, context.Cause(ctx))
	}
}
