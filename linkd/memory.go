package linkd

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Go collects garbage each time that the heap has doubled. A node's state is small
// beside what events leave behind, so that it would collect many times a second
// under load. So the heap may always grow by memorySpare, until the state is larger
// than that.
const (
	memorySpare = 256 << 20
	memoryMost  = 1600 // GOGC at most
	memoryEvery = 2 * time.Second
)

// paceMemory sets how often garbage is collected, until ctx ends. GOGC in the
// environment is obeyed instead.
func paceMemory(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	usual := debug.SetGCPercent(100)
	defer debug.SetGCPercent(usual)
	for now := usual; ; {
		metrics.Read(live)
		next := gcPercent(live[0].Value.Uint64())
		if next < now-now/8 || next > now+now/8 {
			now = next
			debug.SetGCPercent(now)
		}
		select {
		case <-time.After(memoryEvery):
		case <-ctx.Done():
			return
		}
	}
}

// gcPercent is the GOGC with which a heap of which so many bytes are in use grows by
// memorySpare until the next collection.
func gcPercent(live uint64) int {
	return int(min(max(memorySpare*100/max(live, 1), 100), memoryMost))
}
