package powerfs

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		os.Exit(child(path))
	}
	goleak.VerifyTestMain(m)
}

// disk mounts an empty disk and returns its folder.
func disk(t *testing.T, o Options) (*Disk, string) {
	t.Helper()
	at := t.TempDir()
	d, err := Mount(t.TempDir(), at, o)
	if errors.Is(err, ErrUnavailable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, at
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func cut(t *testing.T, d *Disk) []Loss {
	t.Helper()
	d.PowerOff()
	losses, err := d.PowerOn()
	check(t, err)
	return losses
}

func content(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	check(t, err)
	return string(b)
}

func TestOnlyWhatWasSyncedOutlivesACut(t *testing.T) {
	type step func(t *testing.T, f *os.File)
	write := func(s string, off int64) step {
		return func(t *testing.T, f *os.File) {
			_, err := f.WriteAt([]byte(s), off)
			check(t, err)
		}
	}
	truncate := func(n int64) step { return func(t *testing.T, f *os.File) { check(t, f.Truncate(n)) } }
	sync := func(t *testing.T, f *os.File) { check(t, f.Sync()) }
	datasync := func(t *testing.T, f *os.File) { check(t, unix.Fdatasync(int(f.Fd()))) }
	for name, tc := range map[string]struct {
		steps       []step
		seen, after string
	}{
		"written":              {[]step{write("abc", 0)}, "abc", ""},
		"synced":               {[]step{write("abc", 0), sync}, "abc", "abc"},
		"data synced":          {[]step{write("abc", 0), datasync}, "abc", "abc"},
		"overwritten":          {[]step{write("abcdef", 0), sync, write("XY", 1), write("Z", 2)}, "aXZdef", "abcdef"},
		"longer by writing":    {[]step{write("abc", 0), sync, write("de", 3), write("Q", 1)}, "aQcde", "abc"},
		"longer":               {[]step{write("abc", 0), sync, truncate(5)}, "abc\x00\x00", "abc"},
		"longer, synced":       {[]step{write("abc", 0), truncate(5), datasync}, "abc\x00\x00", "abc\x00\x00"},
		"shorter":              {[]step{write("abcdef", 0), sync, truncate(2), write("Q", 3)}, "ab\x00Q", "abcdef"},
		"synced between":       {[]step{write("abc", 0), sync, write("X", 0), sync, write("Y", 1)}, "XYc", "Xbc"},
		"with a gap, unsynced": {[]step{write("a", 0), sync, write("z", 3)}, "a\x00\x00z", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			d, at := disk(t, Options{})
			path := filepath.Join(at, "file")
			f, err := os.Create(path)
			check(t, err)
			for _, s := range tc.steps {
				s(t, f)
			}
			check(t, f.Close())
			if got := content(t, path); got != tc.seen {
				t.Errorf("before the cut the file holds %q, want %q", got, tc.seen)
			}
			cut(t, d)
			if got := content(t, path); got != tc.after {
				t.Errorf("after the cut the file holds %q, want %q", got, tc.after)
			}
		})
	}
}

// What a program does with a file that it opens anew counts, too.
func TestTruncatedOnOpenAndRenamedUnsynced(t *testing.T) {
	d, at := disk(t, Options{})
	old, name := filepath.Join(at, "f.tmp"), filepath.Join(at, "dir", "f")
	check(t, os.Mkdir(filepath.Join(at, "dir"), 0o700))
	f, err := os.Create(old)
	check(t, err)
	_, err = f.WriteString("synced")
	check(t, err)
	check(t, f.Sync())
	check(t, f.Close())
	check(t, os.WriteFile(old, []byte("new"), 0o600)) // truncates
	check(t, os.Rename(old, name))
	if got := content(t, name); got != "new" {
		t.Errorf("before the cut: %q", got)
	}
	cut(t, d)
	if got := content(t, name); got != "synced" {
		t.Errorf("after the cut: %q, want what was synced before the file was truncated", got)
	}
}

func TestNothingReachesADiskWithoutPower(t *testing.T) {
	d, at := disk(t, Options{})
	path := filepath.Join(at, "file")
	f, err := os.Create(path)
	check(t, err)
	_, err = f.WriteString("a")
	check(t, err)
	d.PowerOff()
	if err := f.Sync(); !errors.Is(err, unix.EIO) {
		t.Errorf("sync without power: %v, want EIO", err)
	}
	if _, err := f.WriteString("b"); !errors.Is(err, unix.EIO) {
		t.Errorf("write without power: %v, want EIO", err)
	}
	check(t, f.Close())
	_, err = d.PowerOn()
	check(t, err)
	if got := content(t, path); got != "" {
		t.Errorf("after the cut: %q", got)
	}
}

// An unsynced write is lost, torn between sectors, or whole; all three happen.
func TestUnsyncedWritesAreTorn(t *testing.T) {
	d, at := disk(t, Options{Rand: rand.New(rand.NewPCG(1, 2))})
	path := filepath.Join(at, "file")
	const size, writes = 4 * sector, 64
	f, err := os.Create(path)
	check(t, err)
	_, err = f.Write(bytes.Repeat([]byte{'.'}, size*writes))
	check(t, err)
	check(t, f.Sync())
	for i := range int64(writes) {
		_, err := f.WriteAt(bytes.Repeat([]byte{'x'}, size), i*size)
		check(t, err)
	}
	check(t, f.Close())
	losses := cut(t, d)
	if len(losses) != 1 || losses[0].File != "file" || losses[0].Writes != writes {
		t.Fatalf("losses %v, want %d writes to one file", losses, writes)
	}
	var lost, torn, whole int
	got := []byte(content(t, path))
	for i := range writes {
		part := got[i*size : (i+1)*size]
		kept := bytes.Count(part, []byte("x"))
		if !bytes.Equal(part, append(bytes.Repeat([]byte{'x'}, kept), bytes.Repeat([]byte{'.'}, size-kept)...)) || kept%sector != 0 {
			t.Errorf("write %d is not torn between sectors: %q", i, part)
		}
		switch kept {
		case 0:
			lost++
		case size:
			whole++
		default:
			torn++
		}
	}
	if lost != losses[0].Lost || torn != losses[0].Torn || lost == 0 || torn == 0 || whole == 0 {
		t.Errorf("%d lost, %d torn, %d whole; reported: %v", lost, torn, whole, losses[0])
	}
}

// Raft's snapshots are files that are written, synced and renamed, and the checksum
// is found out when they are opened: after a cut they must be whole.
func TestSnapshotOutlivesACut(t *testing.T) {
	d, at := disk(t, Options{Rand: rand.New(rand.NewPCG(5, 6))})
	open := func() *raft.FileSnapshotStore {
		s, err := raft.NewFileSnapshotStoreWithLogger(at, 2, hclog.NewNullLogger())
		check(t, err)
		return s
	}
	state := func(index uint64) []byte { return bytes.Repeat([]byte{byte(index)}, 300_000) }
	for index := uint64(1); index < 4; index++ {
		sink, err := open().Create(1, index, 1, raft.Configuration{}, 0, nil)
		check(t, err)
		_, err = sink.Write(state(index))
		check(t, err)
		check(t, sink.Close())
		cut(t, d)
		list, err := open().List()
		check(t, err)
		if want := min(int(index), 2); len(list) != want || list[0].Index != index {
			t.Fatalf("after snapshot %d and a cut there are %d, want %d with it in front", index, len(list), want)
		}
		for _, m := range list {
			_, r, err := open().Open(m.ID)
			check(t, err)
			got, err := io.ReadAll(r)
			check(t, err)
			check(t, r.Close())
			if !bytes.Equal(got, state(m.Index)) {
				t.Errorf("snapshot %d is not what was written", m.Index)
			}
		}
	}
}

func TestLockKeepsASecondOut(t *testing.T) {
	_, at := disk(t, Options{})
	path := filepath.Join(at, "lock")
	first, err := os.Create(path)
	check(t, err)
	defer first.Close()
	second, err := os.Open(path)
	check(t, err)
	defer second.Close()
	check(t, unix.Flock(int(first.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	if err := unix.Flock(int(second.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
		t.Errorf("second lock: %v", err)
	}
	check(t, unix.Flock(int(first.Fd()), unix.LOCK_UN))
	check(t, unix.Flock(int(second.Fd()), unix.LOCK_EX|unix.LOCK_NB))
}
