// Command switchsim runs a simulated telephony switch that speaks CSTA XML or Xsi.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := app().RunContext(ctx, os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "switchsim:", err)
		stop()
		os.Exit(1)
	}
}

func app() *cli.App {
	return &cli.App{
		Name:            "switchsim",
		Usage:           "a simulated telephony switch that speaks CSTA XML over TCP, or Xsi over HTTP",
		Description:     description,
		HideHelpCommand: true,
		Flags:           flags(),
		Action:          run,
	}
}
