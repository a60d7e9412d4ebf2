package powerfs

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// ErrUnavailable: FUSE can't be had here. A test skips itself.
var ErrUnavailable = errors.New("FUSE can't be had here")

// Options say how a disk behaves.
type Options struct {
	// Rand decides which unsynced writes reach the disk when the power is cut, and
	// which of them are torn; nil: none reaches it.
	Rand *rand.Rand
	// SyncTime is how long a sync takes; 0: no time.
	SyncTime time.Duration
}

// Disk is a mounted file system.
type Disk struct {
	o           Options
	backing, at string
	server      *fuse.Server // nil while not mounted

	mu    sync.Mutex
	off   bool
	files map[uint64]*file // by inode; open, or with unsynced writes
}

// Mount makes the folder at a disk that keeps its files in the folder backing.
// Both must exist. It fails with ErrUnavailable where FUSE can't be had. Close
// it, whatever happens: a folder that stays mounted can't be removed.
func Mount(backing, at string, o Options) (*Disk, error) {
	d := &Disk{o: o, backing: backing, at: at, files: map[uint64]*file{}}
	if err := d.mount(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Disk) mount() (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("mount a disk at %s: %w", d.at, err)
		}
	}()
	if err := available(); err != nil {
		return err
	}
	base, err := fs.NewLoopbackRoot(d.backing)
	if err != nil {
		return err
	}
	loopback, ok := base.(*fs.LoopbackNode)
	if !ok {
		return fmt.Errorf("the root of a loopback file system is a %T", base)
	}
	// Nobody but this file system changes the folder behind it, so the kernel may
	// keep what it knows. Written pages go through its cache, which is also what
	// mapped files show.
	keep := time.Minute
	d.server, err = fs.Mount(d.at, &node{LoopbackNode: loopback, disk: d}, &fs.Options{
		EntryTimeout: &keep, AttrTimeout: &keep,
		MountOptions: fuse.MountOptions{
			FsName: d.backing, Name: "powerfs", MaxWrite: 1 << 20,
			DirectMount: true, DirectMountStrict: os.Geteuid() == 0,
			ExplicitDataCacheControl: true,
		},
	})
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENODEV) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if err != nil {
		return err
	}
	return keepFromChildren()
}

// available tells what is missing that FUSE needs.
func available() error {
	device, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if os.Geteuid() != 0 {
		_, three := exec.LookPath("fusermount3")
		_, two := exec.LookPath("fusermount")
		if three != nil && two != nil {
			return fmt.Errorf("%w: only root can mount without fusermount", ErrUnavailable)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return device.Close()
}

// keepFromChildren marks the kernel's end of the file systems close-on-exec, which
// go-fuse leaves out for one that it mounted itself. A child that inherits it
// keeps the file system alive after this process has died, and whoever uses that
// file system then waits for ever.
func keepFromChildren() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, e := range entries {
		var fd int
		if _, err := fmt.Sscan(e.Name(), &fd); err != nil {
			continue
		}
		if name, err := os.Readlink(filepath.Join("/proc/self/fd", e.Name())); err == nil && name == "/dev/fuse" {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// PowerOff cuts the power: from now on nothing is written to a file, and a sync
// that is under way fails. Kill the programs that use the disk right before, so that
// none hears of the failure.
func (d *Disk) PowerOff() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
}

// PowerOn discards what was not synced when the power was cut and mounts the disk
// again. The programs that used it must have ended.
func (d *Disk) PowerOn() ([]Loss, error) {
	if err := d.unmount(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	var losses []Loss
	var errs []error
	for ino, f := range d.files {
		loss, err := f.discard(d.o.Rand)
		errs = append(errs, err, f.backing.Close())
		if loss.Writes > 0 {
			losses = append(losses, loss)
		}
		delete(d.files, ino)
	}
	d.off = false
	d.mu.Unlock()
	slices.SortFunc(losses, func(a, b Loss) int { return strings.Compare(a.File, b.File) })
	if err := errors.Join(errs...); err != nil {
		return losses, fmt.Errorf("discard what was not synced on %s: %w", d.at, err)
	}
	return losses, d.mount()
}

// Close unmounts the disk. Everything written stays in the folder behind it.
func (d *Disk) Close() error {
	err := d.unmount()
	d.mu.Lock()
	defer d.mu.Unlock()
	errs := []error{err}
	for ino, f := range d.files {
		errs = append(errs, f.backing.Close())
		delete(d.files, ino)
	}
	return errors.Join(errs...)
}

func (d *Disk) unmount() error {
	if d.server == nil {
		return nil
	}
	err := d.server.Unmount()
	if err != nil {
		// Somebody has a file open. Take the disk away all the same; the file system
		// ends with the last open file, and nobody may wait for that.
		err = fmt.Errorf("unmount %s, which is still in use: %w", d.at, errors.Join(err, unix.Unmount(d.at, unix.MNT_DETACH)))
	}
	d.server = nil
	return err
}
