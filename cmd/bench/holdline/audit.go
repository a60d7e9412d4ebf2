package holdline

import (
	"errors"
	"fmt"
	"os"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/store"
	"google.golang.org/protobuf/proto"
)

// Audit is what a node that has ended holds in its log.
type Audit struct {
	Entries      int     `json:"entries"`
	Events       int     `json:"events"`         // facts about calls
	EntryBytes   float64 `json:"entry_bytes"`    // of an entry with events, on average
	EventBytes   float64 `json:"event_bytes"`    // of one event in its entry
	PerEntry     float64 `json:"per_entry"`      // events in an entry with events
	Progress     int     `json:"progress"`       // entries with delivered positions
	FromTheFirst bool    `json:"from_the_first"` // nothing is missing before the log's first entry
}

// ReadLog reads a stopped node's log.
func (n *Node) ReadLog() (a Audit, err error) {
	if _, err := os.Stat(n.Data); err != nil {
		return a, fmt.Errorf("read the log of %s: %w", n.ID, err)
	}
	disk, err := store.Open(n.Data, store.Options{})
	if err != nil {
		return a, fmt.Errorf("read the log of %s: %w", n.ID, err)
	}
	defer func() { err = errors.Join(err, disk.Close()) }()
	logs := disk.Logs
	first, err := logs.FirstIndex()
	if err != nil {
		return a, err
	}
	last, err := logs.LastIndex()
	if err != nil {
		return a, err
	}
	a.FromTheFirst = first == 1
	with := 0
	var bytes, entryBytes int
	for i := first; i <= last && last > 0; i++ {
		var l raft.Log
		if err := logs.GetLog(i, &l); err != nil {
			return a, fmt.Errorf("read entry %d of %s: %w", i, n.ID, err)
		}
		if l.Type != raft.LogCommand {
			continue
		}
		a.Entries++
		var e fsmpb.Entry
		if err := proto.Unmarshal(l.Data, &e); err != nil {
			return a, fmt.Errorf("read entry %d of %s: %w", i, n.ID, err)
		}
		events, progress := 0, false
		for _, c := range e.Commands {
			if c.GetFact().GetCall() != nil {
				events++
				bytes += proto.Size(c)
			}
			progress = progress || c.GetSessionProgress() != nil
		}
		if progress {
			a.Progress++
		}
		if a.Events += events; events > 0 {
			with++
			entryBytes += len(l.Data)
		}
	}
	if with > 0 {
		a.EntryBytes, a.EventBytes, a.PerEntry = float64(entryBytes)/float64(with), float64(bytes)/float64(a.Events), float64(a.Events)/float64(with)
	}
	return a, nil
}
