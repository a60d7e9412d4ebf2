package ctl

import (
	"context"
	"io"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// Std is where a command reads its input and writes its answer.
type Std struct {
	In       io.Reader
	Out, Err io.Writer
}

// Run runs one command line, args[0] being the program's name, and returns the
// status to exit with. When ctx ends, the command ends with 130.
func Run(ctx context.Context, std Std, args []string) int {
	err := newApp(std).RunContext(ctx, args)
	return exit(ctx, std.Err, err)
}

func newApp(std Std) *cli.App {
	app := &cli.App{
		Name:                 "linkctl",
		Usage:                "look after a Holdline cluster",
		Description:          exitTable,
		Version:              version(),
		Reader:               std.In,
		Writer:               std.Out,
		ErrWriter:            std.Err,
		HideHelpCommand:      true,
		EnableBashCompletion: false, // see completion.go
		Flags:                globalFlags(true),
		Commands: []*cli.Command{
			statusCommand(),
			membersCommand(),
			leaderCommand(),
			failoverCommand(),
			linksCommand(),
			callsCommand(),
			dnCommand(),
			sessionsCommand(),
			monitorsCommand(),
			intentsCommand(),
			resyncCommand(),
			watchCommand(),
			completionCommand(),
		},
	}
	guard(app)
	return app
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
