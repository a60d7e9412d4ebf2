package ctl

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
)

const globalCategory = "For every command:"

// globalFlags are taken before the command and after it. Only those before it
// read the environment, so that a flag anywhere wins over a variable.
func globalFlags(root bool) []cli.Flag {
	category := ""
	env := func(name string) []string { return []string{"LINKCTL_" + name} }
	if !root {
		category = globalCategory
		env = func(string) []string { return nil }
	}
	return []cli.Flag{
		&cli.StringFlag{Name: "endpoints", Category: category, EnvVars: env("ENDPOINTS"), Value: "127.0.0.1:" + api.DefaultPort,
			Usage: "API addresses of the nodes, `a,b,c`: tried in turn; without a port " + api.DefaultPort},
		&cli.BoolFlag{DisableDefaultText: true, Name: "json", Category: category, EnvVars: env("JSON"), Usage: "answer in JSON (docs/cli-json.md)"},
		&cli.DurationFlag{Name: "timeout", Category: category, EnvVars: env("TIMEOUT"), Value: 10 * time.Second,
			Usage: "how long one request may take over all endpoints"},
		&cli.PathFlag{Name: "cacert", Category: category, EnvVars: env("CACERT"), Usage: "speak TLS; the CA that signed the nodes' certificates, a PEM `file`"},
		&cli.PathFlag{Name: "cert", Category: category, EnvVars: env("CERT"), Usage: "own certificate, a PEM `file`"},
		&cli.PathFlag{Name: "key", Category: category, EnvVars: env("KEY"), Usage: "own certificate's key, a PEM `file`"},
		&cli.BoolFlag{DisableDefaultText: true, Name: "stale", Category: category, EnvVars: env("STALE"), Usage: "let any node answer from what it has applied, with or without a leader"},
		&cli.BoolFlag{DisableDefaultText: true, Name: "no-color", Category: category, EnvVars: env("NO_COLOR"), Usage: "no colours; there are none without a terminal, or with NO_COLOR set"},
	}
}

// holder is the context whose command took the flag: the innermost one wins.
func holder(c *cli.Context, flag string) *cli.Context {
	root := c
	for _, at := range c.Lineage() {
		if at.Command == nil {
			continue
		}
		if at.IsSet(flag) {
			return at
		}
		root = at
	}
	return root
}

// cmd is one run of one command.
type cmd struct {
	*cli.Context
	std   Std
	out   *printer
	api   *api.Client
	stale bool
}

// do makes a command's action of run.
func do(run func(context.Context, *cmd) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		text := func(flag string) string { return holder(c, flag).String(flag) }
		yes := func(flag string) bool { return holder(c, flag).Bool(flag) }

		timeout := holder(c, "timeout").Duration("timeout")
		if timeout <= 0 {
			return usagef("--timeout %s: give a time above zero, for example 10s", timeout)
		}
		conf, err := api.ClientTLS(text("cacert"), text("cert"), text("key"))
		if err != nil {
			return usageError{err.Error()}
		}
		client, err := api.NewClient(api.ClientConfig{
			Endpoints: strings.Split(text("endpoints"), ","),
			TLS:       conf,
			Timeout:   timeout,
		})
		if err != nil {
			return usagef("--endpoints: %v", err)
		}
		defer client.Close()
		std := Std{In: c.App.Reader, Out: c.App.Writer, Err: c.App.ErrWriter}
		return run(c.Context, &cmd{
			Context: c,
			std:     std,
			out:     &printer{w: std.Out, json: yes("json"), color: isTerminal(std.Out) && !yes("no-color") && os.Getenv("NO_COLOR") == ""},
			api:     client,
			stale:   yes("stale"),
		})
	}
}

// read says whether the leader has to answer.
func (c *cmd) read() *apipb.Read { return &apipb.Read{Leader: !c.stale} }

// isTerminal tells whether a person looks at w.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
