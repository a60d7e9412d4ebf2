package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/holdline/holdline/cmd/bench/machine"
	"github.com/holdline/holdline/cmd/bench/report"
	"github.com/urfave/cli/v2"
)

// common are the flags of every command that measures.
func common() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "linkd", Usage: "`PROGRAM` that is measured (default: linkd beside this program)"},
		&cli.StringFlag{Name: "out", Value: "bench-out", Usage: "`DIR` for results; the nodes' data lie there, too, while it runs"},
		&cli.StringFlag{Name: "standby", Usage: "`MODE` of followers' links: hot, warm or cold (default: linkd's own)"},
		&cli.BoolFlag{Name: "json", Usage: "print the results as JSON instead of tables"},
		&cli.BoolFlag{Name: "keep", Usage: "keep the nodes' logs when something fails"},
	}
}

// work is what every command that measures needs.
type work struct {
	c           *cli.Context
	self, linkd string
	out, data   string
	began       time.Time
	failed      bool
}

func newWork(c *cli.Context) (*work, error) {
	if c.NArg() != 0 {
		return nil, fmt.Errorf("%w: %s takes no argument", errUsage, c.Command.Name)
	}
	w := &work{c: c, out: c.String("out"), began: time.Now(), failed: true}
	var err error
	if w.self, err = os.Executable(); err != nil {
		return nil, fmt.Errorf("find this program, to run it as a node: %w", err)
	}
	if w.linkd = c.String("linkd"); w.linkd == "" {
		w.linkd = filepath.Join(filepath.Dir(w.self), "linkd")
	}
	if w.linkd, err = filepath.Abs(w.linkd); err != nil {
		return nil, err
	}
	if _, err := os.Stat(w.linkd); err != nil {
		return nil, fmt.Errorf("%w: build linkd (make build) or name it with --linkd: %w", errUsage, err)
	}
	if w.out, err = filepath.Abs(w.out); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(w.out, 0o755); err != nil {
		return nil, err
	}
	if w.data, err = os.MkdirTemp(w.out, "data-"); err != nil {
		return nil, err
	}
	return w, nil
}

// close leaves no data behind.
func (w *work) close() {
	if w.failed && w.c.Bool("keep") {
		w.say("the nodes' files are kept in %s", w.data)
		return
	}
	os.RemoveAll(w.data)
}

// say tells how far it is, on standard error.
func (w *work) say(format string, args ...any) {
	passed := time.Since(w.began)
	fmt.Fprintf(w.c.App.ErrWriter, "%02d:%02d "+format+"\n", append([]any{int(passed.Minutes()), int(passed.Seconds()) % 60}, args...)...)
}

// publish files what was measured and prints it on standard output.
func (w *work) publish(name string, v any, m machine.Facts, tables []*report.Table) error {
	w.failed = false
	if err := report.File(w.out, name, v); err != nil {
		return err
	}
	if w.c.Bool("json") {
		e := json.NewEncoder(w.c.App.Writer)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	fmt.Fprintln(w.c.App.Writer, m)
	for _, t := range tables {
		t.Print(w.c.App.Writer)
	}
	fmt.Fprintf(w.c.App.Writer, "\nAll of it: %s\n", filepath.Join(w.out, name))
	return nil
}

// errUsage is a mistake in the command line: exit status 2.
var errUsage = errors.New("usage")

func usageError(_ *cli.Context, err error, _ bool) error {
	return fmt.Errorf("%w: %w: see --help", errUsage, err)
}
