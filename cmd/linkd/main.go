// Command linkd runs a Holdline node, or a whole cluster to look at.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/linkd"
	"github.com/holdline/holdline/linkd/config"
	"github.com/urfave/cli/v2"
)

// version is set by the build.
var version = "dev"

// errUsage is a mistake in the command line: exit status 2.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := app().RunContext(ctx, os.Args)
	stop()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "linkd:", err)
	if errors.Is(err, errUsage) || errors.As(err, new(config.Errors)) {
		os.Exit(2)
	}
	os.Exit(1)
}

func app() *cli.App {
	return &cli.App{
		Name:            "linkd",
		Usage:           "keep a contact centre's CTI links, calls and clients alive",
		Version:         version,
		HideHelpCommand: true,
		Writer:          os.Stdout,
		ErrWriter:       os.Stderr,
		Description:     "Start with `linkd dev`: three nodes, a simulated switch and two T-Servers on this machine.",
		Commands:        []*cli.Command{runCommand(), checkCommand(), devCommand()},
		// What urfave/cli would print and exit with by itself is decided in main.
		ExitErrHandler: func(*cli.Context, error) {},
		OnUsageError:   usageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return fmt.Errorf("%w: unknown command %q: see linkd --help", errUsage, c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
	}
}

func usageError(_ *cli.Context, err error, _ bool) error {
	return fmt.Errorf("%w: %w: see --help", errUsage, err)
}

// exactly refuses surplus arguments: urfave/cli takes a flag after an argument
// for an argument, and would ignore it.
func exactly(n int, what string) cli.BeforeFunc {
	return func(c *cli.Context) error {
		if c.NArg() != n {
			return fmt.Errorf("%w: %s takes %s; flags come before arguments", errUsage, c.Command.Name, what)
		}
		return nil
	}
}

func runCommand() *cli.Command {
	return &cli.Command{
		Name:  "run",
		Usage: "run this machine's node until SIGTERM or SIGINT",
		Description: "Leadership is handed over before the node stops.\n\n" +
			"Example:\n  linkd run --config /etc/holdline/linkd.hcl",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "config", Aliases: []string{"c"}, Required: true, Usage: "the node's configuration `FILE`; see docs/configuration.md"},
			&cli.BoolFlag{Name: "skip-resync", Hidden: true, Usage: "planted fault: a new leader believes that nothing changed"},
		},
		Before:       exactly(0, "no argument"),
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			file, err := config.Load(c.String("config"))
			if err != nil {
				return err
			}
			logger := hclog.New(&hclog.LoggerOptions{
				Name: file.Node.ID, Level: hclog.LevelFromString(file.Node.LogLevel), JSONFormat: file.Node.LogFormat == "json", Output: os.Stderr,
			})
			return linkd.Run(c.Context, file, version, logger, linkd.Faults{SkipResync: c.Bool("skip-resync")})
		},
	}
}

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:         "check",
		Usage:        "check a configuration file",
		ArgsUsage:    "FILE",
		Description:  "Every mistake is one line, file:line:column; exit status 2 if there is one.\n\nExample:\n  linkd check /etc/holdline/linkd.hcl",
		Before:       exactly(1, "one FILE"),
		OnUsageError: usageError,
		Action: func(c *cli.Context) error {
			file, err := config.Load(c.Args().First())
			if err != nil {
				return err
			}
			fmt.Fprintf(c.App.Writer, "%s: node %s of %d peers, %d listeners, %d switches: fine\n",
				c.Args().First(), file.Node.ID, len(file.Cluster.Peers), len(file.Listeners), len(file.Switches))
			return nil
		},
	}
}
