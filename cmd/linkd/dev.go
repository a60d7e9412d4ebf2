package main

import (
	"fmt"
	"os"

	"github.com/holdline/holdline/linkd/drill"
	"github.com/urfave/cli/v2"
)

func devCommand() *cli.Command {
	return &cli.Command{
		Name:  "dev",
		Usage: "run three nodes, a simulated switch and two T-Servers on this machine",
		Description: "Everything runs on loopback and in a temporary folder; Ctrl-C ends it and leaves nothing behind.\n\n" +
			"Examples:\n" +
			"  linkd dev                                look around, with linkctl or the ports that it prints\n" +
			"  linkd dev --drill                        kill the leader and compare what switch, nodes and clients believe\n" +
			"  linkd dev --drill --plant skip-resync    the same with a fault in the new leader: the drill must find it\n" +
			"  linkd dev --drill --protocol broadworks  kill the leader, then an Application Server of a simulated BroadWorks",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "protocol", Value: drill.CSTA, Usage: "the simulated switch's `PROTOCOL`: csta or broadworks"},
			&cli.BoolFlag{Name: "drill", Usage: "kill the leader once, of a BroadWorks an Application Server as well; compare the three truths, and end; exit status 1 if they differ"},
			&cli.StringFlag{Name: "plant", Usage: "plant a `FAULT` for the drill to find: skip-resync"},
			&cli.Float64Flag{Name: "calls-per-second", Value: 20, Usage: "new calls of the simulated traffic, per second (0 to 200)"},
			&cli.IntFlag{Name: "agents", Value: 200, Usage: "stations with an agent (10 to 800)"},
			&cli.Uint64Flag{Name: "seed", Value: 1, Usage: "of the simulated traffic"},
			&cli.BoolFlag{Name: "keep", Usage: "keep the nodes' data and logs, and say where they are"},
		},
		Before:       exactly(0, "no argument"),
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			o := drill.DevOptions{
				Out: c.App.Writer, Protocol: c.String("protocol"), Drill: c.Bool("drill"), Plant: c.String("plant"), Keep: c.Bool("keep"),
				Rate: c.Float64("calls-per-second"), Agents: c.Int("agents"), Seed: c.Uint64("seed"),
			}
			if err := o.Check(); err != nil {
				return fmt.Errorf("%w: %w", errUsage, err)
			}
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program, to run it as a node: %w", err)
			}
			o.Linkd = self
			return drill.Dev(c.Context, o)
		},
	}
}
