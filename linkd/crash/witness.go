package crash

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/raft"
)

// method is the peer call by which nodes tell each other of evidence.
const method = "crash"

const (
	// gather is how long a majority waits for the reports of the others, so that
	// all see the same order.
	gather = 10 * time.Millisecond
	// How long one call may take, and how long it is tried.
	callLimit = 250 * time.Millisecond
	tellLimit = 2 * time.Second
)

// Report is what one node says of a process that ended.
type Report struct {
	Process   Process
	Term      uint64 // of the witness
	LastTerm  uint64 // of its last log entry
	LastIndex uint64
	Links     int
	// Successor: the witness counts, but can't replace the leader at once. It is
	// the leader's own node, restarted, or it stands for election already.
	Successor bool
}

// death is a process's end, as those see it who followed it in one term.
type death struct {
	process Process
	term    uint64
}

func (r Report) death() death { return death{r.Process, r.Term} }

// inquest is what is known of one process's end.
type inquest struct {
	reports map[string]Report // by witness
	acted   bool
}

// found notes this node's own evidence and tells the other voters.
func (w *Watch) found(p Process) {
	r := w.report(p)
	w.mu.Lock()
	first := w.dead.add(p)
	w.mu.Unlock()
	if !first {
		return
	}
	w.count.deaths.Add(1)
	w.o.Noticed(FoundDead, p)
	w.log.Warn("the leader's process has ended", "leader", p.Node, "boot", p.Boot, "term", r.Term)
	w.record(w.o.Port.NodeID(), r)
	for _, s := range voters(w.o.Configuration()) {
		id := string(s.ID)
		if id == w.o.Port.NodeID() {
			continue
		}
		w.spawn(func(ctx context.Context) { w.tell(ctx, id, string(s.Address), r) })
	}
}

// report is this node's own report.
func (w *Watch) report(p Process) Report {
	last, _ := strconv.ParseUint(w.o.Raft.Stats()["last_log_term"], 10, 64)
	return Report{Process: p, Term: w.o.Raft.CurrentTerm(), LastTerm: last, LastIndex: w.o.Raft.LastIndex(), Links: w.o.Links()}
}

// tell gives a report to another voter and takes the one that it answers with. A
// node that can't be told now is told again: it may just be starting.
func (w *Watch) tell(ctx context.Context, id, address string, r Report) {
	data, err := json.Marshal(r)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tellLimit)
	defer cancel()
	for wait := pauseMax; ctx.Err() == nil; wait *= 2 {
		answer, err := w.call(ctx, address, data)
		if err != nil {
			w.log.Debug("can't tell of the leader's end", "node", id, "error", err)
			pause(ctx, wait)
			continue
		}
		var theirs Report
		if json.Unmarshal(answer, &theirs) == nil && theirs.Process == r.Process {
			w.record(id, theirs)
		}
		return
	}
}

func (w *Watch) call(ctx context.Context, address string, data []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	return w.o.Port.Call(ctx, address, method, data)
}

// hear takes another node's report. It answers with this node's own if it has
// one, and otherwise looks for itself.
func (w *Watch) hear(_ context.Context, from string, data []byte) ([]byte, error) {
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("read a report of a node's end: %w", err)
	}
	w.count.heard.Add(1)
	var own Report
	if _, follows := w.leads(r.Process); r.Process.Node == w.o.Port.NodeID() {
		if r.Process.Boot != w.o.Port.BootID() {
			own = w.report(r.Process)
			own.Successor = true
		}
	} else if w.Dead(r.Process) {
		own = w.report(r.Process)
	} else if follows {
		w.suspectNow(r.Process)
	}
	w.record(from, r)
	return json.Marshal(own)
}

const maxCases = 64

// record notes a report and, once a majority of the voters has evidence of the
// same process's end, has this node do its part.
func (w *Watch) record(witness string, r Report) {
	all := voters(w.o.Configuration())
	votes := func(id string) bool {
		return slices.ContainsFunc(all, func(s raft.Server) bool { return string(s.ID) == id })
	}
	self := w.o.Port.NodeID()
	if !votes(witness) {
		return
	}
	w.mu.Lock()
	c := w.cases[r.death()]
	if c == nil {
		if len(w.cases) >= maxCases {
			clear(w.cases)
		}
		c = &inquest{reports: make(map[string]Report)}
		w.cases[r.death()] = c
	}
	if _, told := c.reports[witness]; !told {
		c.reports[witness] = r
	}
	own, mine := c.reports[self]
	agreed := 0
	for id := range c.reports {
		if votes(id) {
			agreed++
		}
	}
	act := mine && !c.acted && votes(self) && agreed > len(all)/2
	if act {
		c.acted = true
	}
	complete := len(c.reports) >= len(all)-1 // the dead one has none to give
	w.mu.Unlock()
	if !act {
		return
	}
	w.o.Noticed(Agreed, r.Process)
	w.spawn(func(ctx context.Context) {
		if !complete {
			pause(ctx, gather)
		}
		w.stand(ctx, own)
	})
}

// ahead are those that come before this node among those that could replace a process;
// ok says whether it is one of them.
func (w *Watch) ahead(own Report) (ids []string, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.cases[own.death()]
	if c == nil {
		return nil, false
	}
	ids = order(c.reports)
	place := slices.Index(ids, w.o.Port.NodeID())
	return ids[:max(place, 0)], place >= 0
}

// rank is a witness's place among those that could replace the leader; negative if
// it isn't one of them.
func rank(self string, reports map[string]Report) int { return slices.Index(order(reports), self) }

// order are those that could replace the leader: the longest log first, then the most
// links, then the first ID.
func order(reports map[string]Report) []string {
	var ids []string
	for id, r := range reports {
		if !r.Successor {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		x, y := reports[a], reports[b]
		return cmp.Or(cmp.Compare(y.LastTerm, x.LastTerm), cmp.Compare(y.LastIndex, x.LastIndex), cmp.Compare(y.Links, x.Links), cmp.Compare(a, b))
	})
	return ids
}

func voters(c raft.Configuration) []raft.Server {
	return slices.DeleteFunc(slices.Clone(c.Servers), func(s raft.Server) bool { return s.Suffrage != raft.Voter })
}
