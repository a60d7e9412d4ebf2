package fsm

import (
	"fmt"
	"sync"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// MaxLevel is the highest feature level that this build understands.
const MaxLevel = 3

// HashEvery is the number of applied entries between two state hashes.
const HashEvery = 1024

// Machine is the state machine. Apply and Restore are called by one goroutine
// at a time; View by any.
type Machine struct {
	mu   sync.Mutex
	s    *State
	view *State // of the present state; nil after a change
	sums sums
}

// New makes an empty machine.
func New() *Machine {
	s := newState()
	return &Machine{s: s, sums: newSums(s)}
}

// Result is what became of one command of an entry.
type Result struct {
	// ID is what the command minted or found: a link epoch, a session or
	// attachment, a monitor, an intent.
	ID uint64
	// Err is nil if the command took effect or was a repetition of one that did.
	Err *Refusal
}

// Refusal says why a command changed nothing. Category and Value are those of a
// CSTAErrorCode (ECMA-323); Text is for operators.
type Refusal struct{ Category, Value, Text string }

// Gap tells that commands of the same source before this one are missing:
// Result.ID is the last ordinal that was taken.
func (r *Refusal) Gap() bool { return r.Category == FactGap || r.Value == "invalidMsgID" }

func (r *Refusal) Error() string { return r.Category + "/" + r.Value + ": " + r.Text }

// View is an immutable picture of the state after the last applied entry.
func (m *Machine) View() *State {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.view == nil {
		m.view = m.s.copy()
	}
	return m.view
}

// TimeMS is the log time of the last applied entry, ms since the Unix epoch.
func (m *Machine) TimeMS() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.s.timeMS
}

// Apply applies the data of the log entry at index and returns one Result a
// command. An error means that this node can't go on: the entry can't be read,
// needs a newer build, or shows that the state differs from the other nodes'.
func (m *Machine) Apply(index, term uint64, data []byte) ([]Result, error) {
	e, err := ReadEntry(index, data)
	if err != nil {
		return nil, err
	}
	return m.ApplyEntry(index, term, e)
}

// ApplyEntry is Apply of an entry that was read. The state keeps parts of it:
// nobody may change it afterwards.
func (m *Machine) ApplyEntry(index, term uint64, e *fsmpb.Entry) ([]Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.view = nil
	t := m.begin(index, term, e.TimeMs)
	results := make([]Result, len(e.Commands))
	for i, c := range e.Commands {
		r, err := t.apply(c)
		if err != nil {
			return nil, fmt.Errorf("apply command %d of log entry %d: %w", i, index, err)
		}
		results[i] = r
	}
	t.end()
	if left := m.s.entries % HashEvery; left == 0 {
		m.takeHash()
	} else {
		m.sums.keepUp(HashEvery - left)
	}
	return results, nil
}

func (m *Machine) begin(index, term uint64, timeMS int64) *txn {
	s := m.s
	newTerm := term > s.term
	s.index, s.term = index, term
	s.timeMS = max(s.timeMS, timeMS) // log time never goes back
	s.entries++
	t := &txn{State: s}
	if newTerm {
		t.newTerm()
	}
	return t
}
