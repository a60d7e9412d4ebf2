package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	raftboltdb "github.com/hashicorp/raft-boltdb/v2"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/metadb"
	"github.com/hashicorp/raft-wal/migrate"
	"github.com/hashicorp/raft-wal/segment"
	"github.com/hashicorp/raft-wal/types"
)

// LogStore names what holds the Raft log. The vote is in bbolt in any case.
type LogStore string

const (
	// WAL is hashicorp/raft-wal: segment files that are only appended to, one
	// sync a write. The default.
	WAL LogStore = "wal"
	// Bolt is hashicorp/raft-boltdb: one file that never shrinks, two syncs a
	// write.
	Bolt LogStore = "bolt"
)

const (
	walDir = "wal"
	// moveBatch is how many octets of entries go into one write while a log is
	// moved into segment files.
	moveBatch = 1 << 20
)

// openLogs opens the log of a data directory in the store that is wanted. Where
// the other one holds it, it is moved first. While entries are in bbolt they are
// the log, so that a move which was cut short starts again: a move out of bbolt
// deletes them last, and a move into it is one transaction.
func openLogs(dir string, want LogStore, bolt *raftboltdb.BoltStore, log hclog.Logger) (_ raft.LogStore, _ io.Closer, err error) {
	at := filepath.Join(dir, walDir)
	last, err := bolt.LastIndex()
	if err != nil {
		return nil, nil, fmt.Errorf("read the log in %s: %w", fileName, err)
	}
	inBolt := last > 0
	if inBolt {
		if err := removeAll(dir, at); err != nil {
			return nil, nil, err
		}
	}
	if _, err := os.Stat(at); want == Bolt && errors.Is(err, os.ErrNotExist) {
		return bolt, nopCloser{}, nil
	}
	segments, err := openWAL(dir, at, log)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			segments.Close()
		}
	}()
	switch {
	case want == Bolt:
		log.Info("moving the Raft log", "from", at, "to", fileName)
		// All of it in one batch: one transaction.
		if err := move(bolt, segments, math.MaxInt); err != nil {
			return nil, nil, fmt.Errorf("move the log from %s to %s: %w", at, fileName, err)
		}
		if err := segments.Close(); err != nil {
			return nil, nil, fmt.Errorf("close the log in %s: %w", at, err)
		}
		return bolt, nopCloser{}, removeAll(dir, at)
	case inBolt:
		log.Info("moving the Raft log", "from", fileName, "to", at)
		if err := move(segments, bolt, moveBatch); err != nil {
			return nil, nil, fmt.Errorf("move the log from %s to %s: %w", fileName, at, err)
		}
		if err := bolt.DeleteRange(0, last); err != nil {
			return nil, nil, fmt.Errorf("delete the log in %s, after it was moved to %s: %w", fileName, at, err)
		}
	}
	return segments, segments, nil
}

func openWAL(dir, at string, log hclog.Logger) (*wal.WAL, error) {
	if err := os.Mkdir(at, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	if err := syncDir(dir); err != nil { // the new name must survive a loss of power
		return nil, err
	}
	if err := finishRotation(at); err != nil {
		return nil, damaged(at, err)
	}
	segments, err := wal.Open(at, wal.WithLogger(log.Named("wal")))
	if err != nil {
		return nil, damaged(at, err)
	}
	return segments, nil
}

func damaged(at string, err error) error {
	return fmt.Errorf("open the log in %s (if it is damaged, move the directory away and join as a new node): %w", at, err)
}

// finishRotation begins a new segment after one that a process, when it ended, had
// sealed in its file but not yet in the list of segments. wal.Open of v0.4.2 takes
// such a segment for one that can be appended to, and then every write fails with
// "segment is sealed".
func finishRotation(at string) (err error) {
	list := &metadb.BoltMetaDB{}
	defer func() { err = errors.Join(err, list.Close()) }()
	state, err := list.Load(at)
	if err != nil || len(state.Segments) == 0 {
		return err
	}
	tail := &state.Segments[len(state.Segments)-1]
	if !tail.SealTime.IsZero() {
		return nil
	}
	file, err := segment.NewFiler(at, fs.New()).RecoverTail(*tail)
	if errors.Is(err, os.ErrNotExist) {
		return nil // wal.Open makes it
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	sealed, index, err := file.Sealed()
	if err != nil || !sealed {
		return err
	}
	now := time.Now()
	next := types.SegmentInfo{
		ID: state.NextSegmentID, BaseIndex: file.LastIndex() + 1, MinIndex: file.LastIndex() + 1,
		Codec: tail.Codec, SizeLimit: tail.SizeLimit, CreateTime: now,
	}
	tail.SealTime, tail.MaxIndex, tail.IndexStart = now, file.LastIndex(), index
	state.NextSegmentID++
	state.Segments = append(state.Segments, next)
	return list.CommitState(state)
}

// move copies a log that may be empty.
func move(to, from raft.LogStore, batch int) error {
	last, err := from.LastIndex()
	if err != nil || last == 0 {
		return err
	}
	return migrate.CopyLogs(context.Background(), to, from, batch, nil)
}

func removeAll(dir, at string) error {
	if err := os.RemoveAll(at); err != nil {
		return err
	}
	return syncDir(dir)
}

type nopCloser struct{}

func (nopCloser) Close() error { return nil }
