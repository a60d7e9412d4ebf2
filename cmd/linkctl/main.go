// Command linkctl looks after a Holdline cluster; see docs/linkctl.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/holdline/holdline/ctl"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends it at once
	os.Exit(ctl.Run(ctx, ctl.Std{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Args))
}
