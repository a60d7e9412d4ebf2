package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/holdline/holdline/cmd/bench/failover"
	"github.com/holdline/holdline/cmd/bench/hosts"
	"github.com/holdline/holdline/cmd/bench/machine"
	"github.com/urfave/cli/v2"
)

// insideFlag tells this program that it has a network namespace of its own.
const insideFlag = "--inside"

func failoverCommand() *cli.Command {
	var all []string
	for _, s := range failover.Scenarios {
		all = append(all, string(s))
	}
	return &cli.Command{
		Name:  "failover",
		Usage: "measure how long nothing comes when the leader is gone",
		Description: "Silent hosts need Linux and its network namespaces; without them that scenario is left out and the output says so.\n\n" +
			"Examples:\n" +
			"  bench failover                                                   everything, as `make bench-failover` does\n" +
			"  bench failover --kills 5 --subjects holdline --scenarios crash   a quick look",
		Flags: append(common(),
			&cli.StringFlag{Name: "subjects", Value: strings.Join(failover.Subjects, ","), Usage: "`NAMES` of what is measured, with commas"},
			&cli.StringFlag{Name: "scenarios", Value: strings.Join(all, ","), Usage: "`NAMES` of the ways to go, with commas"},
			&cli.IntFlag{Name: "kills", Value: 30, Usage: "how often each leader goes in each way"},
			&cli.Float64Flag{Name: "rate", Value: 1000, Usage: "events or writes a second meanwhile, 100 to 10000"},
			&cli.IntFlag{Name: "devices", Value: 200, Usage: "devices that a T-Server monitors, 1 to 1024"},
			&cli.DurationFlag{Name: "restart", Value: 100 * time.Millisecond, Usage: "pause of the strict T-Server after a round in which no link was normal"},
			&cli.StringFlag{Name: "timing", Usage: "Holdline's timing `PROFILE` (default: linkd's own, metro)"},
			&cli.StringFlag{Name: "timing-silent", Value: "lan", Usage: "Holdline's timing `PROFILE` where hosts fall silent"},
			&cli.IntFlag{Name: "requests-per-second", Usage: "requests a second that the switch permits (default: linkd's own)"},
			&cli.IntFlag{Name: "resync-rate", Usage: "devices a second of a resync (default: linkd's own)"},
			&cli.BoolFlag{Name: "inside", Hidden: true, Usage: "this process has a network namespace of its own"},
		),
		OnUsageError: usageError,
		Action:       runFailover,
	}
}

func runFailover(c *cli.Context) error {
	w, err := newWork(c)
	if err != nil {
		return err
	}
	defer w.close()
	o := failover.Options{
		Self: w.self, Linkd: w.linkd, Dir: w.data, Kills: c.Int("kills"), Rate: c.Float64("rate"), Devices: c.Int("devices"), Restart: c.Duration("restart"),
		Timing: c.String("timing"), Standby: c.String("standby"), SilentTiming: c.String("timing-silent"), RequestsPerSecond: c.Int("requests-per-second"), ResyncRate: c.Int("resync-rate"),
		Places: places(), Say: w.say,
	}
	if o.Subjects, err = names(c.String("subjects"), failover.Subjects); err != nil {
		return err
	}
	var known []string
	for _, s := range failover.Scenarios {
		known = append(known, string(s))
	}
	chosen, err := names(c.String("scenarios"), known)
	if err != nil {
		return err
	}
	for _, s := range chosen {
		o.Scenarios = append(o.Scenarios, failover.Scenario(s))
	}
	if o.Kills < 1 || o.Rate < 100 || o.Rate > 10000 || o.Devices < 1 || o.Devices > 1024 {
		return fmt.Errorf("%w: a number is out of its range, see bench failover --help", errUsage)
	}
	if c.Bool("inside") {
		rows, err := failover.Run(c.Context, o)
		if err != nil {
			return err
		}
		w.failed = false
		return json.NewEncoder(c.App.Writer).Encode(rows)
	}
	r := failover.Report{Kills: o.Kills, Rate: o.Rate, Devices: o.Devices, Timing: map[string]string{}}
	for _, s := range o.Scenarios {
		r.Timing[string(s)] = cmp.Or(o.Timing, "metro")
	}
	if r.Machine, err = machine.Look(w.data); err != nil {
		return err
	}
	w.say("%s", r.Machine)
	silent := slices.Contains(o.Scenarios, failover.Silent)
	o.Scenarios = slices.DeleteFunc(o.Scenarios, func(s failover.Scenario) bool { return s == failover.Silent })
	if r.Rows, err = failover.Run(c.Context, o); err != nil {
		return err
	}
	if silent {
		r.Timing[string(failover.Silent)] = o.SilentTiming
		rows, err := inside(c, w)
		if errors.Is(err, hosts.ErrNone) {
			r.LeftOut = append(r.LeftOut, fmt.Sprintf("Silent hosts are left out: %v.", err))
			w.say("silent hosts are left out: %v", err)
		} else if err != nil {
			return err
		}
		r.Rows = append(r.Rows, rows...)
	}
	r.Finish()
	return w.publish("failover.json", r, r.Machine, r.Tables())
}

// places are hosts on loopback, or with cables for those that fall silent; the
// latter are made once.
func places() func(failover.Scenario) ([]*hosts.Host, string, error) {
	var cabled []*hosts.Host
	return func(s failover.Scenario) (_ []*hosts.Host, _ string, err error) {
		if s != failover.Silent {
			return hosts.Loopback(3), "127.0.0.1", nil
		}
		if cabled == nil {
			if cabled, err = hosts.Network(3); err != nil {
				return nil, "", err
			}
		}
		for _, h := range cabled {
			if err := h.Return(); err != nil {
				return nil, "", err
			}
		}
		return cabled, hosts.Gateway, nil
	}
}

// inside measures silent hosts in a process with a network of its own.
func inside(c *cli.Context, w *work) ([]failover.Row, error) {
	args := []string{"failover", insideFlag, "--scenarios", string(failover.Silent), "--linkd", w.linkd, "--out", w.data}
	for _, name := range []string{"subjects", "timing-silent", "standby"} {
		args = append(args, "--"+name, c.String(name))
	}
	for _, name := range []string{"kills", "devices", "requests-per-second", "resync-rate"} {
		args = append(args, "--"+name, strconv.Itoa(c.Int(name)))
	}
	args = append(args, "--rate", fmt.Sprint(c.Float64("rate")), "--restart", c.Duration("restart").String())
	if c.Bool("keep") {
		args = append(args, "--keep")
	}
	cmd := exec.CommandContext(c.Context, w.self, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	var out, lines bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &echo{to: c.App.ErrWriter, kept: &lines}
	if err := hosts.Inside(cmd); err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", hosts.ErrNone, err)
	}
	if err := cmd.Wait(); err != nil {
		if strings.Contains(lines.String(), hosts.ErrNone.Error()) {
			return nil, hosts.ErrNone
		}
		return nil, fmt.Errorf("silent hosts: %w", err)
	}
	var rows []failover.Row
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		return nil, fmt.Errorf("silent hosts: %w", err)
	}
	return rows, nil
}

// echo passes on what is written, and keeps it.
type echo struct {
	to   interface{ Write([]byte) (int, error) }
	kept *bytes.Buffer
}

func (e *echo) Write(b []byte) (int, error) {
	e.kept.Write(b)
	return e.to.Write(b)
}
