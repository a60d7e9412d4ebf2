package machine

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/holdline/holdline/cmd/bench/measure"
)

// Facts are what is known of a machine.
type Facts struct {
	At         time.Time       `json:"at"`
	Processor  string          `json:"processor"`
	Processors int             `json:"processors"`
	System     string          `json:"system"`
	Go         string          `json:"go"`
	Sync       measure.Summary `json:"sync"` // an append of 512 octets and its sync
}

// Look finds the facts out; dir is on the disk that will be used.
func Look(dir string) (Facts, error) {
	f := Facts{
		At: time.Now().UTC().Truncate(time.Second), Processor: field("/proc/cpuinfo", "model name"), Processors: runtime.NumCPU(),
		System: strings.TrimSpace(runtime.GOOS + " " + runtime.GOARCH + " " + first("/proc/sys/kernel/osrelease")), Go: runtime.Version(),
	}
	times, err := syncs(dir, 300)
	if err != nil {
		return f, err
	}
	f.Sync = times.Summary()
	return f, nil
}

func (f Facts) String() string {
	return fmt.Sprintf("%s: %d processors %s; %s; %s; append of 512 octets and sync p50 %.2f ms, p99 %.2f ms",
		f.At.Format(time.DateTime), f.Processors, f.Processor, f.System, f.Go, f.Sync.P50, f.Sync.P99)
}

// syncs measures how long the disk takes to keep a little more of a file.
func syncs(dir string, n int) (times measure.Times, err error) {
	file, err := os.CreateTemp(dir, "sync-")
	if err != nil {
		return nil, err
	}
	defer func() {
		file.Close()
		os.Remove(file.Name())
	}()
	block := make([]byte, 512)
	for range n {
		began := time.Now()
		if _, err := file.Write(block); err != nil {
			return nil, err
		}
		if err := file.Sync(); err != nil {
			return nil, fmt.Errorf("measure the disk: %w", err)
		}
		times = append(times, time.Since(began))
	}
	return times, nil
}

// field is the value of the first line "name : value" of a file; empty if there
// is none.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func first(file string) string {
	data, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(data), "\n")
	return line
}
