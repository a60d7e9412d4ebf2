// Command bench measures Holdline, and its peers beside it: how many events go
// from a switch's socket to a T-Server's in a second and how long each takes,
// and how long nothing comes when the leader is gone. docs/benchmarks.md says
// how to read what it prints.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/holdline/holdline/cmd/bench/peers"
	"github.com/urfave/cli/v2"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := app().RunContext(ctx, os.Args)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil:
		return
	case interrupted:
		if !slices.Contains(os.Args, insideFlag) { // the process that started it says so
			fmt.Fprintln(os.Stderr, "bench: interrupted; everything that it started has ended")
		}
		os.Exit(130)
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	if errors.Is(err, errUsage) {
		os.Exit(2)
	}
	os.Exit(1)
}

func app() *cli.App {
	return &cli.App{
		Name:            "bench",
		Usage:           "measure Holdline and its peers",
		HideHelpCommand: true,
		HideVersion:     true,
		Writer:          os.Stdout,
		ErrWriter:       os.Stderr,
		Commands:        []*cli.Command{throughputCommand(), failoverCommand(), profileCommand(), nodeCommand()},
		ExitErrHandler:  func(*cli.Context, error) {}, // decided in main
		OnUsageError:    usageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fmt.Errorf("%w: unknown command %q: see bench --help", errUsage, c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
	}
}

// nodeCommand makes this program a node of a peer; nobody but it calls it.
func nodeCommand() *cli.Command {
	return &cli.Command{
		Name: "node", Hidden: true, OnUsageError: usageError,
		Action: func(c *cli.Context) error { return peers.Node(c.Args().First()) },
	}
}
