// Command linkdprofile is linkd's node with Go's profiles served on loopback, to
// find out what bounds a figure. It isn't what is measured.
package main

import (
	"context"
	"fmt"
	"net/http"
	_ "net/http/pprof" // serves /debug/pprof
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/linkd"
	"github.com/holdline/holdline/linkd/config"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: linkdprofile CONFIG ADDRESS")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "linkdprofile:", err)
		os.Exit(1)
	}
}

func run(file, address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, err := config.Load(file)
	if err != nil {
		return err
	}
	profiles := &http.Server{Addr: address}
	go func() { _ = profiles.ListenAndServe() }() // ends with the process
	logger := hclog.New(&hclog.LoggerOptions{Name: c.Node.ID, Level: hclog.LevelFromString(c.Node.LogLevel), Output: os.Stderr})
	return linkd.Run(ctx, c, "profile", logger, linkd.Faults{})
}
