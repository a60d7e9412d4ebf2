package powerfs

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"
)

// childEnv makes the test's program write to the database of that path instead.
const childEnv = "POWERFS_TEST_BOLT"

var (
	bucket = []byte("numbers")
	key    = func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
)

// child checks that the numbers 1 to n are in the database, prints n, and then
// adds numbers, each printed when it is committed, until it is killed. It runs in
// a process of its own because bbolt maps its file into memory.
func child(path string) int {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		fmt.Println("open:", err)
		return 1
	}
	var n uint64
	err = db.View(func(tx *bbolt.Tx) error {
		for err := range tx.Check() {
			return err
		}
		b := tx.Bucket(bucket)
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			if n++; binary.BigEndian.Uint64(k) != n || len(v) != int(n%3000) {
				return fmt.Errorf("number %d is %x with %d bytes", n, k, len(v))
			}
			return nil
		})
	})
	for err == nil {
		fmt.Println(n)
		n++
		err = db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists(bucket)
			if err != nil {
				return err
			}
			return b.Put(key(n), make([]byte, n%3000))
		})
	}
	fmt.Println("write:", err)
	return 1
}

// A database that syncs as it should loses nothing that it called committed. This
// is also the test that mapped files show what was written.
//
// Planted once by hand: sync keeps every change unsynced. The second start then
// finds no database, or an invalid one.
func TestDatabaseLosesNothingCommitted(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	d, at := disk(t, Options{Rand: rnd, SyncTime: time.Millisecond})
	committed := uint64(0)
	unsynced := 0
	for round := range 10 {
		// The same program in another role; the process serves the disk meanwhile.
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+filepath.Join(at, "bolt.db"))
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		out, err := cmd.StdoutPipe()
		check(t, err)
		check(t, cmd.Start())
		until := committed + 1 + rnd.Uint64N(100)
		lines, killed := bufio.NewScanner(out), false
		for first := true; lines.Scan(); first = false {
			n, err := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 64)
			if err != nil {
				t.Errorf("round %d: %s", round, lines.Text())
				break
			}
			if first && n < committed {
				t.Errorf("round %d: %d numbers are left of %d committed", round, n, committed)
			}
			if committed = n; committed == until {
				time.Sleep(time.Duration(rnd.IntN(4000)) * time.Microsecond) // anywhere in a transaction
				check(t, cmd.Process.Kill())
				d.PowerOff()
				killed = true
			}
		}
		if err := cmd.Wait(); !killed || t.Failed() { // by itself it ends only where it can't go on
			t.Fatalf("round %d: the child ended with %v", round, err)
		}
		losses, err := d.PowerOn()
		check(t, err)
		for _, l := range losses {
			unsynced += l.Writes
		}
		t.Logf("round %d: %d committed; %v", round, committed, losses)
	}
	if unsynced == 0 {
		t.Error("no cut found an unsynced write: nothing was tested")
	}
}
