package measure

import (
	"os"
	"runtime"
	"time"
)

// CPU measures the processor time of some processes over a while.
type CPU struct {
	pids  []int
	began time.Time
	load  time.Duration // by this process
	ours  time.Duration
	all   time.Duration
	known bool
}

// StartCPU begins to measure the processes and this one.
func StartCPU(pids []int) *CPU {
	c := &CPU{pids: append([]int{os.Getpid()}, pids...), began: time.Now()}
	c.load, c.ours = processTime(os.Getpid()), c.used()
	c.all, c.known = machineTime()
	return c
}

func (c *CPU) used() time.Duration {
	var sum time.Duration
	for _, pid := range c.pids {
		sum += processTime(pid)
	}
	return sum
}

// Used are shares of the time that the machine's processors had.
type Used struct {
	Ours   float64 `json:"ours"`   // by the measured processes, load included
	Load   float64 `json:"load"`   // of that, by the process that makes the load
	Others float64 `json:"others"` // by everything else: it took from what was measured
}

// Stop ends the measurement. Both shares are 0 where they aren't known.
func (c *CPU) Stop() Used {
	all, known := machineTime()
	if !c.known || !known {
		return Used{}
	}
	had := time.Since(c.began).Seconds() * float64(runtime.NumCPU())
	ours := (c.used() - c.ours).Seconds()
	load := (processTime(os.Getpid()) - c.load).Seconds()
	return Used{Ours: ours / had, Load: load / had, Others: max(0, (all-c.all).Seconds()-ours) / had}
}
