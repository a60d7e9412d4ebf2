package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	"github.com/holdline/holdline/linkd/drill/powerfs"
)

// Set, these make the test's program append to a log instead: the data directory
// and its log store.
const (
	childDir  = "STORE_TEST_DIR"
	childLogs = "STORE_TEST_LOGS"
)

// kept is how many entries the child leaves at least. After each entry whose index
// is a multiple of rewrites it removes the last ones, rewritten before that one, and
// writes them again.
const kept, rewrites, rewritten = 40, 17, 5

// entry is large now and then, so that segment files are full soon.
func entry(n uint64, logs LogStore) *raft.Log {
	size := n % 3000
	if n%4 == 0 && logs == WAL {
		size = 2 << 20
	}
	return &raft.Log{Index: n, Term: 1, Data: bytes.Repeat([]byte{byte(n)}, int(size))}
}

// child checks that a log has every entry up to the last one, prints its index,
// and then goes on, each index printed when it is stored, until it is killed.
func child() error {
	logs := LogStore(os.Getenv(childLogs))
	s, err := Open(os.Getenv(childDir), Options{Logs: logs})
	if err != nil {
		return err
	}
	first, err := s.Logs.FirstIndex()
	if err != nil {
		return err
	}
	last, err := s.Logs.LastIndex()
	if err != nil {
		return err
	}
	for i := first; i <= last && last > 0; i++ {
		var got raft.Log
		if err := s.Logs.GetLog(i, &got); err != nil {
			return fmt.Errorf("entry %d of %d to %d: %w", i, first, last, err)
		}
		if !bytes.Equal(got.Data, entry(i, logs).Data) {
			return fmt.Errorf("entry %d has %d octets, or others", i, len(got.Data))
		}
	}
	for n := last; ; {
		fmt.Println(n)
		n++
		if err := s.Logs.StoreLog(entry(n, logs)); err != nil {
			return err
		}
		switch {
		case n%50 == 0: // as after a snapshot
			if err := s.Logs.DeleteRange(1, n-kept); err != nil {
				return err
			}
		case n%rewrites == 0: // as with another leader's entries
			if err := s.Logs.DeleteRange(n-rewritten, n); err != nil {
				return err
			}
			for i := n - rewritten; i <= n; i++ {
				if err := s.Logs.StoreLog(entry(i, logs)); err != nil {
					return err
				}
			}
		}
	}
}

// Planted once by hand: sync keeps every change unsynced. At the second start entries
// are missing, or the directory can't be opened, or the child panics.
func TestLossOfPowerLosesNoStoredEntry(t *testing.T) {
	for logs, rounds := range map[LogStore]int{WAL: 10, Bolt: 3} {
		t.Run(string(logs), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(5, 6))
			backing, at := t.TempDir(), t.TempDir()
			d, err := powerfs.Mount(backing, at, powerfs.Options{Rand: rnd, SyncTime: time.Millisecond})
			if errors.Is(err, powerfs.ErrUnavailable) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			}()
			stored, unsynced := uint64(0), 0
			for round := range rounds {
				// In a process of its own, as bbolt maps its file into memory.
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), childDir+"="+at, childLogs+"="+string(logs))
				cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
				out, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				var trouble bytes.Buffer
				cmd.Stderr = &trouble
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				until := stored + 1 + rnd.Uint64N(80)
				lines, killed := bufio.NewScanner(out), false
				for first := true; lines.Scan(); first = false {
					n, err := strconv.ParseUint(lines.Text(), 10, 64)
					if err != nil {
						t.Errorf("round %d: %s", round, lines.Text())
						break
					}
					least := stored
					if (stored+1)%rewrites == 0 { // the last ones were perhaps being written again
						least -= rewritten
					}
					if first && n < least {
						t.Errorf("round %d: the log ends with %d, stored were %d", round, n, stored)
					}
					if stored = n; stored == until {
						time.Sleep(time.Duration(rnd.IntN(4000)) * time.Microsecond) // anywhere in a write
						if err := cmd.Process.Kill(); err != nil {
							t.Fatal(err)
						}
						d.PowerOff()
						killed = true
					}
				}
				if err := cmd.Wait(); !killed || t.Failed() { // by itself it ends only where it can't go on
					t.Fatalf("round %d: the child ended with %v: %s", round, err, &trouble)
				}
				losses, err := d.PowerOn()
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range losses {
					unsynced += l.Writes
				}
				t.Logf("round %d: %d stored; %v", round, stored, losses)
			}
			if unsynced == 0 {
				t.Error("no cut found an unsynced write: nothing was tested")
			}
		})
	}
}
