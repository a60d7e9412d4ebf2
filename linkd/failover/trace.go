package failover

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Kind is why a node took over.
type Kind string

// The kinds.
const (
	Crash   Kind = "crash"   // a majority found that the leader's process had ended
	Planned Kind = "planned" // the leader handed over
	Silence Kind = "silence" // the leader was not heard of for its time
	Start   Kind = "start"   // nobody led before, as far as this node knows
)

// Step is what was reached.
type Step string

// The steps in their usual order. Those of a switch come once for each.
const (
	LastHeard   Step = "old leader last heard"
	StreamEnded Step = "stream ended"
	FoundDead   Step = "process found ended"
	Standing    Step = "majority agreed" // that it has ended or is silent; this node stands for election
	Asked       Step = "asked to lead"   // by the old leader
	Elected     Step = "elected"
	Applied     Step = "log applied"
	Chosen      Step = "link chosen"
	Claimed     Step = "link claimed"
	MonitorsUp  Step = "monitors up"
	Normal      Step = "normal"
	Attached    Step = "session attached"
	Told        Step = "event told"
	Verified    Step = "all verified"
)

// Mark is a step that was reached.
type Mark struct {
	Step   Step
	Switch string // empty: of the node
	At     time.Time
}

// Trace is one takeover.
type Trace struct {
	Term  uint64
	Kind  Kind
	Marks []Mark // in the order in which they came; the first is when it began
}

// fresh is how old the signs of an old leader's end may be to belong to an
// election.
const fresh = 10 * time.Second

// maxMarks bounds a trace: a cluster may have many switches.
const maxMarks = 512

// Recorder makes the traces of one node.
type Recorder struct {
	steps *prometheus.HistogramVec

	// open says that a takeover's first told event is still to come: it is looked
	// at for each event.
	open atomic.Bool

	mu    sync.Mutex
	signs []Mark // before the election
	kind  Kind   // that they tell of
	last  Trace
	seen  map[[2]string]bool // steps of last, by step and switch
}

// New makes a Recorder. metrics may be nil.
func New(metrics prometheus.Registerer) (*Recorder, error) {
	r := &Recorder{steps: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "holdline", Subsystem: "failover", Name: "step_seconds",
		Help:    "Time from the first sign that the old leader was gone to each step of this node's takeovers.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
	}, []string{"kind", "step"})}
	if metrics == nil {
		return r, nil
	}
	return r, metrics.Register(r.steps)
}

// Sign notes what came before an election that may follow, and what kind it would
// be; an empty kind leaves that open. Only the first sign of each step counts.
func (r *Recorder) Sign(step Step, kind Kind, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.signs) > 0 && time.Since(r.signs[len(r.signs)-1].At) > fresh {
		r.signs, r.kind = nil, ""
	}
	if kind != "" {
		r.kind = kind
	}
	for _, m := range r.signs {
		if m.Step == step {
			return
		}
	}
	r.signs = append(r.signs, Mark{Step: step, At: at})
}

// Other says that another node leads: what was noted belongs to its takeover.
func (r *Recorder) Other() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signs, r.kind = nil, ""
}

// Elected begins the trace of a takeover: this node was elected in a term.
func (r *Recorder) Elected(term uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	t := Trace{Term: term, Kind: r.kind}
	for _, m := range r.signs {
		// When it was last heard is the beginning only where nothing else told.
		if now.Sub(m.At) <= fresh && (m.Step != LastHeard || t.Kind == "" || t.Kind == Silence) {
			t.Marks = append(t.Marks, m)
		}
	}
	slices.SortStableFunc(t.Marks, func(a, b Mark) int { return a.At.Compare(b.At) })
	switch {
	case len(t.Marks) == 0:
		t.Kind = Start
	case t.Kind == "":
		t.Kind = Silence
	}
	r.signs, r.kind = nil, ""
	r.last, r.seen = t, make(map[[2]string]bool)
	r.open.Store(true)
	for _, m := range t.Marks {
		r.observe(m)
	}
	r.markLocked(Elected, "", now)
}

// Mark notes a step of the takeover that goes on, for a switch or, if that is
// empty, for the node.
func (r *Recorder) Mark(step Step, sw string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.markLocked(step, sw, time.Now())
}

// Told notes the first event that a client was told after a takeover. It costs
// next to nothing once that was noted.
func (r *Recorder) Told(sw string) {
	if r.open.Load() {
		r.Mark(Told, sw)
		r.open.Store(false)
	}
}

func (r *Recorder) markLocked(step Step, sw string, at time.Time) {
	key := [2]string{string(step), sw}
	if r.last.Term == 0 || r.seen[key] || len(r.last.Marks) >= maxMarks {
		return
	}
	r.seen[key] = true
	m := Mark{step, sw, at}
	r.last.Marks = append(r.last.Marks, m)
	r.observe(m)
}

func (r *Recorder) observe(m Mark) {
	began := m.At
	if len(r.last.Marks) > 0 {
		began = r.last.Marks[0].At
	}
	r.steps.WithLabelValues(string(r.last.Kind), string(m.Step)).Observe(m.At.Sub(began).Seconds())
}

// Last is the trace of this node's last takeover; ok is false if there was none.
func (r *Recorder) Last() (t Trace, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t = r.last
	t.Marks = append([]Mark(nil), t.Marks...)
	return t, t.Term != 0
}
