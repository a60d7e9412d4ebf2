package fsm

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/holdline/holdline/fsm/fsmpb"
	"go.uber.org/goleak"
)

// The environment of a child that replays a log: the log's file, the file for
// its result, and the seed of the places where it snapshots and restores.
const (
	envLog     = "HOLDLINE_FSM_REPLAY"
	envResult  = "HOLDLINE_FSM_RESULT"
	envRestore = "HOLDLINE_FSM_RESTORE"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(envLog); file != "" {
		if err := replayChild(file, os.Getenv(envResult), os.Getenv(envRestore)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func writeLog(w io.Writer, log [][]byte) error {
	b := bufio.NewWriter(w)
	for _, data := range log {
		if _, err := b.Write(binary.AppendUvarint(nil, uint64(len(data)))); err != nil {
			return err
		}
		if _, err := b.Write(data); err != nil {
			return err
		}
	}
	return b.Flush()
}

func readLog(in io.Reader) (log [][]byte, err error) {
	r := bufio.NewReader(in)
	for {
		n, err := binary.ReadUvarint(r)
		if err == io.EOF {
			return log, nil
		}
		if err != nil {
			return nil, err
		}
		data := make([]byte, n)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, err
		}
		log = append(log, data)
	}
}

// replay applies a log to a new machine, which is replaced by one that restored
// its snapshot after the entries that again chooses. It returns the machine and
// a digest of every record and every result.
func replay(log [][]byte, again func(i int) bool) (*Machine, []byte, error) {
	m, sum := New(), sha256.New()
	var seen Position
	for i, data := range log {
		results, err := m.Apply(uint64(i+1), termAt(i), data)
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintln(sum, i)
		for _, r := range results {
			fmt.Fprintln(sum, r.ID, r.Err)
		}
		v := m.View()
		if err := v.Feed().After(seen, func(r *fsmpb.Record) bool {
			b, _ := deterministic.Marshal(r)
			sum.Write(b)
			return true
		}); err != nil && err != ErrCursorTooOld {
			return nil, nil, err
		}
		seen = v.Feed().Last()
		if again(i) {
			var b bytes.Buffer
			if err := v.WriteSnapshot(&b); err != nil {
				return nil, nil, err
			}
			m = New()
			if err := m.Restore(&b); err != nil {
				return nil, nil, err
			}
		}
	}
	return m, sum.Sum(nil), nil
}

func replayChild(file, result, restore string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	log, err := readLog(f)
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(restore, 10, 64)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(n, 2))
	m, sum, err := replay(log, func(int) bool { return n > 0 && rng.IntN(60) == 0 })
	if err != nil {
		return err
	}
	out := bytes.NewBuffer(sum)
	if err := m.View().WriteSnapshot(out); err != nil {
		return err
	}
	return os.WriteFile(result, out.Bytes(), 0o600)
}

// Equal logs give byte-equal snapshots and feeds in processes that differ in
// GOMAXPROCS and time zone, and that snapshot and restore at random places.
func TestEqualLogsGiveEqualStates(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for n := range uint64(3) {
		h := &history{choices: seed(n), m: New(), now: 1_700_000_000_000}
		log, err := h.run(4000)
		if err != nil {
			t.Fatalf("seed %d: %v", n, err)
		}
		reportCoverage(t, h.m)
		dir := t.TempDir()
		file := filepath.Join(dir, "log")
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := writeLog(f, log); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		want := snapshotOf(t, h.m)
		var first []byte
		for i, env := range [][]string{
			{"GOMAXPROCS=1", "TZ=UTC", envRestore + "=0"},
			{"GOMAXPROCS=7", "TZ=Asia/Kathmandu", fmt.Sprint(envRestore, "=", n+1)},
			{"GOMAXPROCS=2", "TZ=America/St_Johns", "GODEBUG=randautoseed=0", fmt.Sprint(envRestore, "=", n+100)},
		} {
			result := filepath.Join(dir, fmt.Sprint("result", i))
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), append(env, envLog+"="+file, envResult+"="+result)...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("seed %d, %v: %v\n%s", n, env, err, out)
			}
			got, err := os.ReadFile(result)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got
			}
			if !bytes.Equal(got, first) {
				t.Errorf("seed %d: %v came to another state, feed or result", n, env)
			}
			if !bytes.Equal(got[sha256.Size:], want) {
				t.Errorf("seed %d: %v came to another snapshot than the process that made the log", n, env)
			}
		}
	}
}

// reportCoverage fails if a history left a part of the state untouched.
func reportCoverage(t *testing.T, m *Machine) {
	t.Helper()
	v := m.View()
	c := v.Counters()
	for what, n := range map[string]uint64{"sessions": c.Session, "attachments": c.Attachment, "records": v.Feed().Total(), "hashes": v.hashIndex} {
		if n == 0 {
			t.Errorf("the history made no %s", what)
		}
	}
	t.Logf("counters: %v; now %d calls, %d sessions, %d monitors, %d intents, %d routes, %d records ever",
		c, v.CallCount(), v.sessions.len(), v.monitors.len(), v.intents.len(), v.routes.len(), v.Feed().Total())
}

// Every state on the way survives a snapshot, with all that is worked out from it.
func TestRandomHistoriesSurviveSnapshots(t *testing.T) {
	for n := range uint64(10) {
		h := &history{choices: seed(1000 + n), m: New(), now: 1_700_000_000_000}
		for i := range 300 {
			e := h.entry()
			if i == 0 {
				e = h.setUp()
			}
			data, err := deterministic.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.m.Apply(uint64(i+1), termAt(i), data); err != nil {
				t.Fatalf("seed %d, entry %d: %v\n%v", n, i, err, e)
			}
			checkRestored(t, h.m)
			if t.Failed() {
				t.Fatalf("seed %d, entry %d: %v", n, i, e)
			}
		}
	}
}
