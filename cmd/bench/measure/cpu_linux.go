package measure

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of processor times in /proc: USER_HZ is 100 on every
// processor that Go runs on.
const tick = 10 * time.Millisecond

// processTime is the processor time that a process has used, 0 if it is gone.
func processTime(pid int) time.Duration {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The command's name stands in brackets and may hold anything; utime and
	// stime are the fields 14 and 15 (proc(5)).
	i := bytes.LastIndexByte(data, ')')
	fields := bytes.Fields(data[i+1:])
	if len(fields) < 13 {
		return 0
	}
	return ticks(fields[11]) + ticks(fields[12])
}

// machineTime is the time that all processors were busy since the start, and
// whether that is known.
func machineTime() (time.Duration, bool) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) < 9 || string(fields[0]) != "cpu" {
		return 0, false
	}
	var busy time.Duration
	for i, f := range fields[1:9] { // user nice system idle iowait irq softirq steal
		if i != 3 && i != 4 {
			busy += ticks(f)
		}
	}
	return busy, true
}

func ticks(field []byte) time.Duration {
	n, _ := strconv.ParseInt(string(field), 10, 64)
	return time.Duration(n) * tick
}
