package rounds

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/holdline/holdline/cmd/bench/load"
	"github.com/holdline/holdline/cmd/bench/measure"
)

// FeltOptions say under which load to look at what users feel.
type FeltOptions struct {
	Rate    int           // events a second
	AtLeast time.Duration // for so long
	AtMost  time.Duration // and, until each node took a snapshot, for so long at most
	Burst   int           // events at once
	Bursts  int           // how often
}

// Felt is what users feel.
type Felt struct {
	Steady load.OpenFigures `json:"steady"`
	Bursts []Burst          `json:"bursts"`
	// Median time of a burst, until its last event has arrived.
	Absorbed measure.MS `json:"absorbed_ms"`
}

// Burst is one of them.
type Burst struct {
	Events   int             `json:"events"`
	Absorbed measure.MS      `json:"absorbed_ms"`
	Latency  measure.Summary `json:"latency"`
}

// RunFelt measures it on a cluster of its own.
func RunFelt(ctx context.Context, o Options, f FeltOptions) (felt Felt, err error) {
	dir := filepath.Join(o.Dir, "felt")
	if err := os.RemoveAll(dir); err != nil {
		return felt, err
	}
	rig, err := load.Start(ctx, load.Options{Linkd: o.Linkd, Dir: dir, Standby: o.Standby})
	if err != nil {
		return felt, err
	}
	defer func() {
		rig.Close()
		if err == nil {
			err = os.RemoveAll(dir) // else it may tell what went wrong
		}
	}()
	var absorbed []float64
	for i := range f.Bursts {
		took, latency, err := rig.Burst(ctx, f.Burst)
		if err != nil {
			return felt, err
		}
		o.Say("burst %d of %d: %d events absorbed in %d ms", i+1, f.Bursts, f.Burst, took.Milliseconds())
		felt.Bursts = append(felt.Bursts, Burst{f.Burst, measure.Milliseconds(took), latency})
		absorbed = append(absorbed, float64(measure.Milliseconds(took)))
	}
	felt.Absorbed = measure.MS(measure.Median(absorbed))
	if f.Rate == 0 {
		return felt, nil
	}
	o.Say("%d events/s, until every node has taken a snapshot, %v at most", f.Rate, f.AtMost)
	felt.Steady, err = rig.Open(ctx, f.Rate, f.AtLeast, f.AtMost, func(passed time.Duration, snapshots []int) {
		o.Say("  %3.0f s, snapshots by node: %v", passed.Seconds(), snapshots)
	})
	return felt, err
}
