package crash

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/transport/raftnet"
)

// How long a process is asked whether it still lives.
const (
	window    = 200 * time.Millisecond // after the end of a stream
	pauseMin  = time.Millisecond       // between two dials; doubles
	pauseMax  = 10 * time.Millisecond
	dialLimit = 100 * time.Millisecond // one dial and its hello

	drainLimit = 20 * time.Millisecond // how long its last words are waited for
)

// Raft is what must be known of this node's Raft.
type Raft interface {
	LeaderWithID() (raft.ServerAddress, raft.ServerID)
	State() raft.RaftState
	CurrentTerm() uint64
	LastIndex() uint64
	LastContact() time.Time
	Stats() map[string]string
}

// Port is this node's way to the others.
type Port interface {
	NodeID() string
	BootID() string
	Probe(ctx context.Context, address string) (nodeID, bootID string, err error)
	Call(ctx context.Context, address, method string, payload []byte) ([]byte, error)
	Handle(method string, h raftnet.Handler)
	OnRaftStreamEnd(f func(raftnet.Peer))
	RaftPeers() []raftnet.Peer
}

// Options of a Watch. All must be set but those that say otherwise.
type Options struct {
	Port   Port
	Raft   Raft
	Logger hclog.Logger
	// Configuration is the cluster's newest one that this node knows.
	Configuration func() raft.Configuration
	// Elect has this node's Raft start an election now.
	Elect func(ctx context.Context) error
	// Patience is how long the leader may be silent: Raft's heartbeat timeout.
	// Without it Raft alone decides.
	Patience time.Duration
	// Links is how many links this node could drive at once. May be nil.
	Links func() int
	// Noticed is told of each step, for those who measure. May be nil.
	Noticed func(Step, Process)
}

// Step is what was noticed of a leader's end.
type Step string

// The steps, in their order.
const (
	StreamEnded Step = "stream ended"   // a Raft stream of the leader's ended
	FoundDead   Step = "found dead"     // this node has evidence
	Agreed      Step = "majority found" // a majority of the voters has evidence
	Standing    Step = "standing"       // this node starts an election
	Missed      Step = "missed"         // the same, for a majority doesn't hear the leader
)

// Process is one life of a node: another boot ID is another process.
type Process struct{ Node, Boot string }

// Watch is the crash detection of one node.
type Watch struct {
	o     Options
	log   hclog.Logger
	count counters
	stood atomic.Uint64 // the last term that this node ended because its leader was silent

	mu      sync.Mutex
	suspect map[Process]bool // to be looked at
	wake    chan struct{}    // one slot
	dead    ended
	cases   map[death]*inquest
	running sync.WaitGroup
	ctx     context.Context // of Run
	over    bool            // Run is over
}

// New makes a Watch; it works while Run runs.
func New(o Options) *Watch {
	if o.Links == nil {
		o.Links = func() int { return 0 }
	}
	if o.Noticed == nil {
		o.Noticed = func(Step, Process) {}
	}
	return &Watch{
		o: o, log: o.Logger, suspect: make(map[Process]bool), wake: make(chan struct{}, 1),
		cases: make(map[death]*inquest), dead: ended{life: make(map[Process]bool)},
	}
}

// Run watches until ctx ends, and returns when its goroutines are done.
func (w *Watch) Run(ctx context.Context) {
	w.mu.Lock()
	w.ctx = ctx
	w.mu.Unlock()
	defer w.finish()
	w.o.Port.Handle(method, w.hear)
	w.o.Port.Handle(silence, w.answer)
	w.o.Port.Handle(stands, w.standing)
	w.o.Port.OnRaftStreamEnd(func(p raftnet.Peer) { w.streamEnded(Process{p.NodeID, p.BootID}) })
	w.spawn(w.listen)
	for {
		select {
		case <-w.wake:
		case <-ctx.Done():
			return
		}
		for _, p := range w.suspects() {
			w.look(ctx, p)
		}
	}
}

// spawn runs f unless Run is over.
func (w *Watch) spawn(f func(ctx context.Context)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx := w.ctx; ctx != nil && !w.over {
		w.running.Go(func() { f(ctx) })
	}
}

// finish waits for all that was spawned; nothing is, once the context is over.
func (w *Watch) finish() {
	w.mu.Lock()
	w.over = true
	w.mu.Unlock()
	w.running.Wait()
}

// Dead tells whether a process is known to have ended.
func (w *Watch) Dead(p Process) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead.has(p)
}

func (w *Watch) streamEnded(p Process) {
	w.count.streamEnds.Add(1)
	if _, ok := w.leads(p); ok {
		w.o.Noticed(StreamEnded, p)
		w.suspectNow(p)
	}
}

// suspectNow has a process looked at. Reports that come while it is being looked
// at are one more look.
func (w *Watch) suspectNow(p Process) {
	w.mu.Lock()
	if !w.dead.has(p) {
		w.suspect[p] = true
	}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *Watch) suspects() []Process {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := make([]Process, 0, len(w.suspect))
	for p := range w.suspect {
		list = append(list, p)
	}
	clear(w.suspect)
	return list
}

// leads tells whether a process is the leader that this node follows, and where
// its node is. A later process of that node that sends Raft's calls may be it; one that
// is known to have ended, and whose stream isn't read to its end yet, is not.
func (w *Watch) leads(p Process) (address string, ok bool) {
	at, id := w.o.Raft.LeaderWithID()
	if at == "" || string(id) != p.Node || p.Node == w.o.Port.NodeID() || w.o.Raft.State() != raft.Follower {
		return "", false
	}
	for _, peer := range w.o.Port.RaftPeers() {
		if peer.NodeID == p.Node && peer.BootID != p.Boot && !w.Dead(Process{Node: peer.NodeID, Boot: peer.BootID}) {
			return "", false
		}
	}
	return string(at), true
}

// look asks at the leader's address until there is evidence, the window is over,
// or nobody follows it any more.
func (w *Watch) look(ctx context.Context, p Process) {
	ctx, cancel := context.WithTimeout(ctx, window)
	defer cancel()
	w.count.looks.Add(1)
	for wait := pauseMin; ; wait = min(2*wait, pauseMax) {
		address, ok := w.leads(p)
		if !ok {
			return
		}
		if w.gone(ctx, p, address) {
			w.drain(ctx, p)
			w.found(p)
			return
		}
		if pause(ctx, wait); ctx.Err() != nil {
			w.log.Info("the leader's stream ended, and its process still answers or can't be reached: heartbeats decide", "leader", p.Node)
			return
		}
	}
}

// drain waits until the streams of a process that has ended are read to their end:
// what it sent last makes this node's log longer, and the longest log shall lead.
func (w *Watch) drain(ctx context.Context, p Process) {
	ctx, cancel := context.WithTimeout(ctx, drainLimit)
	defer cancel()
	for ctx.Err() == nil && slices.ContainsFunc(w.o.Port.RaftPeers(), func(q raftnet.Peer) bool { return p == Process{q.NodeID, q.BootID} }) {
		pause(ctx, pauseMin)
	}
}

// gone tells whether a process has ended: nobody listens where it did, or another
// process answers there.
func (w *Watch) gone(ctx context.Context, p Process, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	id, boot, err := w.o.Port.Probe(ctx, address)
	if err != nil {
		return errors.Is(err, syscall.ECONNREFUSED)
	}
	return id == p.Node && boot != p.Boot
}

// ended is a bounded set of processes that are known to have ended.
type ended struct {
	life  map[Process]bool
	order []Process
}

const maxEnded = 256

func (e *ended) has(p Process) bool { return e.life[p] }

func (e *ended) add(p Process) (first bool) {
	if e.life[p] {
		return false
	}
	e.life[p] = true
	e.order = append(e.order, p)
	if len(e.order) > maxEnded {
		delete(e.life, e.order[0])
		e.order = e.order[1:]
	}
	return true
}
