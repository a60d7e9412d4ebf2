package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdline/holdline/cmd/bench/machine"
	"github.com/holdline/holdline/cmd/bench/peers"
	"github.com/holdline/holdline/cmd/bench/rounds"
	"github.com/urfave/cli/v2"
)

func throughputCommand() *cli.Command {
	return &cli.Command{
		Name:  "throughput",
		Usage: "measure events/s and their times, of Holdline and of its peers",
		Description: "Each subject runs as three processes with durable logs, one subject at a time, in alternation.\n\n" +
			"Examples:\n" +
			"  bench throughput                                                  everything, as `make bench` does\n" +
			"  bench throughput --rounds 1 --subjects holdline,raft --steady 0   a quick look\n" +
			"  bench throughput --subjects '' --bursts 0                         only the steady rate",
		Flags: append(common(),
			&cli.StringFlag{Name: "subjects", Value: strings.Join(rounds.Subjects(), ","), Usage: "`NAMES` of what is measured, with commas; empty: nothing but what users feel"},
			&cli.IntSliceFlag{Name: "parallel", Value: cli.NewIntSlice(1, 64, 1024), Usage: "calls in parallel, 1 to 1024; may be given more than once"},
			&cli.IntFlag{Name: "rounds", Value: 3, Usage: "rounds; medians are taken"},
			&cli.DurationFlag{Name: "warm", Value: 500 * time.Millisecond, Usage: "time before each measurement that doesn't count"},
			&cli.DurationFlag{Name: "length", Value: 2500 * time.Millisecond, Usage: "time of each measurement"},
			&cli.Float64Flag{Name: "disturbed", Value: 0.1, Usage: "share of the processors (0 to 1) from which on other work counts as a disturbance"},
			&cli.IntFlag{Name: "tries", Value: 3, Usage: "how often a disturbed measurement is made before it counts all the same"},
			&cli.IntFlag{Name: "steady", Value: 6000, Usage: "events/s of the steady rate; 0: leave it out"},
			&cli.DurationFlag{Name: "steady-min", Value: 20 * time.Second, Usage: "shortest time of the steady rate"},
			&cli.DurationFlag{Name: "steady-max", Value: 250 * time.Second, Usage: "longest time of the steady rate; nodes take a snapshot 120 to 240 s after their start"},
			&cli.IntFlag{Name: "burst", Value: 10000, Usage: "events of a burst"},
			&cli.IntFlag{Name: "bursts", Value: 3, Usage: "number of bursts; 0: leave them out"},
		),
		OnUsageError: usageError,
		Action:       throughput,
	}
}

func throughput(c *cli.Context) error {
	w, err := newWork(c)
	if err != nil {
		return err
	}
	defer w.close()
	o := rounds.Options{
		Self: w.self, Linkd: w.linkd, Dir: w.data, Standby: c.String("standby"), Parallel: c.IntSlice("parallel"), Rounds: c.Int("rounds"), Warm: c.Duration("warm"),
		Length: c.Duration("length"), Disturbed: c.Float64("disturbed"), Tries: c.Int("tries"), Say: w.say,
	}
	if o.Subjects, err = names(c.String("subjects"), rounds.Subjects()); err != nil {
		return err
	}
	for _, n := range o.Parallel {
		if n < 1 || n > 1024 {
			return fmt.Errorf("%w: %d calls in parallel: use 1 to 1024", errUsage, n)
		}
	}
	felt := rounds.FeltOptions{
		Rate: c.Int("steady"), AtLeast: c.Duration("steady-min"), AtMost: c.Duration("steady-max"), Burst: c.Int("burst"), Bursts: c.Int("bursts"),
	}
	r := rounds.Report{Rounds: o.Rounds, Length: o.Length.Seconds(), Payload: peers.Payload}
	if r.Machine, err = machine.Look(w.data); err != nil {
		return err
	}
	w.say("%s", r.Machine)
	if len(o.Subjects) > 0 {
		if r.Result, err = rounds.Run(c.Context, o); err != nil {
			return err
		}
	}
	if felt.Rate > 0 || felt.Bursts > 0 {
		f, err := rounds.RunFelt(c.Context, o, felt)
		if err != nil {
			return fmt.Errorf("what users feel: %w", err)
		}
		r.Felt = &f
	}
	r.Finish()
	return w.publish("throughput.json", r, r.Machine, r.Tables())
}

// names splits a list of names, each of which must be known.
func names(list string, known []string) ([]string, error) {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		switch name = strings.TrimSpace(name); {
		case name == "":
		case !slices.Contains(known, name):
			return nil, errors.Join(errUsage, fmt.Errorf("%q: use some of %s", name, strings.Join(known, ", ")))
		default:
			out = append(out, name)
		}
	}
	return out, nil
}
