package powerfs

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
)

// sector is what a disk writes at once: a write is torn only between sectors.
const sector = 512 // bytes

// Loss is what a cut did to one file.
type Loss struct {
	File   string
	Writes int // that were not synced, changes of length included
	Lost   int // of these, nothing reached the disk
	Torn   int // a part reached the disk
}

func (l Loss) String() string {
	return fmt.Sprintf("%s: of %d unsynced writes %d lost, %d torn", l.File, l.Writes, l.Lost, l.Torn)
}

// file is one file of the folder behind a disk. The folder holds what was written
// last, and unsynced how to get back from there to what was synced.
type file struct {
	disk     *Disk
	name     string
	backing  *os.File
	opens    int
	unsynced []change // oldest first
	changes  uint64   // made so far
}

// change is an unsynced write, or a change of length.
type change struct {
	number  uint64
	off     int64 // of the write; the new length
	data    []byte
	resize  bool
	before  []byte // what was at off
	oldSize int64
}

func (f *file) read(dest []byte, off int64) (int, error) {
	n, err := f.backing.ReadAt(dest, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

func (f *file) write(data []byte, off int64) (int, error) {
	return len(data), f.change(change{off: off, data: append([]byte(nil), data...)}, len(data))
}

func (f *file) resize(size int64) error {
	info, err := f.backing.Stat()
	if err != nil {
		return err
	}
	return f.change(change{off: size, resize: true}, int(max(0, info.Size()-size)))
}

// change makes a change and remembers the n bytes that it does away with.
func (f *file) change(c change, n int) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.off {
		return syscall.EIO
	}
	info, err := f.backing.Stat()
	if err != nil {
		return err
	}
	c.oldSize, c.before = info.Size(), make([]byte, n)
	n, err = f.read(c.before, c.off)
	if err != nil {
		return err
	}
	c.before = c.before[:n]
	f.changes++
	c.number = f.changes
	f.unsynced = append(f.unsynced, c)
	return c.redo(f.backing, len(c.data))
}

// redo makes a change again, of a write the first n bytes.
func (c change) redo(backing *os.File, n int) error {
	if c.resize {
		return backing.Truncate(c.off)
	}
	_, err := backing.WriteAt(c.data[:n], c.off)
	return err
}

func (c change) undo(backing *os.File) error {
	if err := backing.Truncate(c.oldSize); err != nil {
		return err
	}
	_, err := backing.WriteAt(c.before, c.off)
	return err
}

// sync makes durable what was written before it began.
func (f *file) sync() syscall.Errno {
	f.disk.mu.Lock()
	last := f.changes
	f.disk.mu.Unlock()
	time.Sleep(f.disk.o.SyncTime)
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.off {
		return syscall.EIO
	}
	for len(f.unsynced) > 0 && f.unsynced[0].number <= last {
		f.unsynced = f.unsynced[1:]
	}
	return fs.OK
}

// discard goes back to what was synced. Then it makes some of the unsynced
// changes again, as a disk may have got to any of them first.
func (f *file) discard(rnd *rand.Rand) (Loss, error) {
	loss := Loss{File: f.name, Writes: len(f.unsynced)}
	var errs []error
	for i := len(f.unsynced) - 1; i >= 0; i-- {
		errs = append(errs, f.unsynced[i].undo(f.backing))
	}
	for _, c := range f.unsynced {
		sectors := (len(c.data) + sector - 1) / sector
		switch {
		case rnd == nil || rnd.IntN(2) == 0:
			loss.Lost++
		case rnd.IntN(2) == 0 && sectors > 1:
			loss.Torn++
			errs = append(errs, c.redo(f.backing, sector*(1+rnd.IntN(sectors-1))))
		default:
			errs = append(errs, c.redo(f.backing, len(c.data)))
		}
	}
	f.unsynced = nil
	return loss, errors.Join(errs...)
}
