package measure

import (
	"os"
	"testing"
	"time"
)

func TestProcessTimeGrowsWithWork(t *testing.T) {
	before := processTime(os.Getpid())
	deadline := time.Now().Add(10 * time.Second)
	for n := 0; processTime(os.Getpid()) <= before; n++ {
		if time.Now().After(deadline) {
			t.Fatalf("after %d looks this process has still used %v", n, before)
		}
	}
	if got := processTime(1 << 30); got != 0 {
		t.Errorf("a process that isn't there used %v", got)
	}
	if all, ok := machineTime(); !ok || all <= 0 {
		t.Errorf("the machine was busy for %v, known %v", all, ok)
	}
}
