package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/holdline/holdline/cmd/bench/load"
	"github.com/urfave/cli/v2"
)

func profileCommand() *cli.Command {
	return &cli.Command{
		Name:  "profile",
		Usage: "take processor profiles of Holdline's nodes under load",
		Description: "--linkd names a program built from cmd/bench/linkdprofile. Read a profile with go tool pprof.\n\n" +
			"Example:\n  bench profile --linkd bin/linkdprofile --parallel 1024",
		Flags: append(common(),
			&cli.IntFlag{Name: "parallel", Value: 1024, Usage: "calls in parallel, 1 to 1024; 0: the steady rate"},
			&cli.IntFlag{Name: "steady", Value: 6000, Usage: "events/s of the steady rate"},
			&cli.DurationFlag{Name: "length", Value: 10 * time.Second, Usage: "time of the profile"},
			&cli.StringFlag{Name: "of", Value: "profile", Usage: "`KIND` of profile, as /debug/pprof calls it: profile, mutex, block, allocs, heap, trace"},
		),
		OnUsageError: usageError,
		Action:       profile,
	}
}

func profile(c *cli.Context) error {
	w, err := newWork(c)
	if err != nil {
		return err
	}
	defer w.close()
	rig, err := load.Start(c.Context, load.Options{Linkd: w.linkd, Dir: w.data, Standby: c.String("standby"), Profile: true})
	if err != nil {
		return err
	}
	defer rig.Close()
	leader, err := rig.Cluster.Leader(c.Context)
	if err != nil {
		return err
	}
	const warm = time.Second
	taken := make(chan error, len(rig.Cluster.Nodes))
	for _, n := range rig.Cluster.Nodes {
		name := n.ID
		if n == leader {
			name += "-leader"
		}
		file := filepath.Join(w.out, fmt.Sprintf("%s-%d-%s.pprof", c.String("of"), c.Int("parallel"), name))
		url := fmt.Sprintf("http://%s/debug/pprof/%s?seconds=%d", n.Profile, c.String("of"), int(c.Duration("length").Seconds()))
		time.AfterFunc(warm, func() { taken <- take(c.Context, url, file) })
		w.say("%s", file)
	}
	if n := c.Int("parallel"); n > 0 {
		f, err := rig.Closed(c.Context, n, warm, c.Duration("length"))
		if err != nil {
			return err
		}
		w.say("%.0f events/s, p50 %.2f ms, p99 %.2f ms while it was taken", f.PerSecond, f.Latency.P50, f.Latency.P99)
	} else {
		f, err := rig.Open(c.Context, c.Int("steady"), c.Duration("length")+warm, c.Duration("length")+warm, func(time.Duration, []int) {})
		if err != nil {
			return err
		}
		w.say("%.0f events/s, p50 %.2f ms, p99 %.2f ms while it was taken", f.PerSecond, f.Latency.P50, f.Latency.P99)
	}
	for range rig.Cluster.Nodes {
		if err := <-taken; err != nil {
			return err
		}
	}
	return nil
}

func take(ctx context.Context, url, file string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("take a profile: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("take a profile: %s", resp.Status)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(f, resp.Body)
	return err
}
