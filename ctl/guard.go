package ctl

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// guard closes the ways in which a command line that isn't understood would do
// something else than it says: surplus arguments, flags behind arguments (which
// the flag package takes as arguments), unknown commands, groups without a
// command, and usage errors that look like answers.
func guard(app *cli.App) {
	app.ExitErrHandler = func(*cli.Context, error) {} // Run decides
	app.OnUsageError = badFlag
	app.Action = func(c *cli.Context) error { return noCommand(c, app.Commands, "") }
	for _, c := range app.Commands {
		guardCommand(c, c.Name)
	}
}

func guardCommand(c *cli.Command, path string) {
	c.HideHelpCommand = true
	c.OnUsageError = badFlag
	c.Flags = append(c.Flags, globalFlags(false)...)
	if len(c.Subcommands) == 0 {
		want := arityOf(c.ArgsUsage)
		c.Before = func(ctx *cli.Context) error { return want.check(ctx, path) }
		return
	}
	own := c.Action // of a group that answers by itself too
	c.Action = func(ctx *cli.Context) error {
		if own != nil && !ctx.Args().Present() {
			return own(ctx)
		}
		return noCommand(ctx, c.Subcommands, path)
	}
	for _, sub := range c.Subcommands {
		guardCommand(sub, path+" "+sub.Name)
	}
}

// badFlag is urfave's hook for whatever the flag package refuses.
func badFlag(c *cli.Context, err error, _ bool) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		text = "unknown flag --" + strings.TrimLeft(name, "-")
		if c.Command != nil {
			if near := cli.SuggestFlag(c.Command.Flags, strings.TrimLeft(name, "-"), false); near != "" {
				text += "; " + near + "?"
			}
		}
	}
	return usageError{text + see(c)}
}

// noCommand is what a group does when none of its commands was meant.
func noCommand(c *cli.Context, commands []*cli.Command, path string) error {
	if name := c.Args().First(); name != "" {
		text := "unknown command " + strings.TrimSpace(path+" "+name)
		if near := nearest(commands, name); near != "" {
			text += "; " + near + "?"
		}
		return usageError{text + see(c)}
	}
	var names []string
	for _, sub := range commands {
		names = append(names, sub.Name)
	}
	text := "a command is missing: "
	if path != "" {
		text = path + " needs a command: "
	}
	return usageError{text + strings.Join(names, ", ") + see(c)}
}

func nearest(commands []*cli.Command, name string) string {
	text := cli.SuggestCommand(commands, name) // "Did you mean "x"?"
	if _, rest, ok := strings.Cut(text, `"`); ok {
		near, _, _ := strings.Cut(rest, `"`)
		for _, c := range commands {
			if c.Name == near {
				return near
			}
		}
	}
	return ""
}

func see(c *cli.Context) string {
	name := "linkctl"
	if c.Command != nil && c.Command.HelpName != "" {
		name = c.Command.HelpName
	}
	return " (" + name + " --help tells more)"
}

// arity is how many arguments a command takes.
type arity struct{ min, max int }

const unbounded = 1 << 30

// arityOf reads it off the usage text: NAME is needed, [NAME] may be left out,
// NAME... repeats.
func arityOf(usage string) (a arity) {
	for _, word := range strings.Fields(usage) {
		if !strings.HasPrefix(word, "[") {
			a.min++
		}
		if strings.HasSuffix(strings.TrimSuffix(word, "]"), "...") {
			a.max = unbounded
		}
		if a.max < unbounded {
			a.max++
		}
	}
	return a
}

func (a arity) check(c *cli.Context, path string) error {
	args := c.Args().Slice()
	for i, arg := range args {
		if strings.HasPrefix(arg, "-") && arg != "-" {
			return usagef("%q comes after %q and would be taken as an argument: put flags first, for example linkctl %s %s %s",
				arg, args[max(i-1, 0)], path, arg, strings.Join(args[:i], " "))
		}
	}
	switch {
	case len(args) < a.min:
		return usageError{path + " needs " + c.Command.ArgsUsage + see(c)}
	case len(args) > a.max && a.max == 0:
		return usageError{path + " takes no argument, got " + strings.Join(args, " ") + see(c)}
	case len(args) > a.max:
		return usageError{path + " takes " + c.Command.ArgsUsage + " only, got also " + strings.Join(args[a.max:], " ") + see(c)}
	}
	return nil
}

// examples is the part of a command's help that shows it at work.
func examples(lines ...string) string {
	return "Examples:\n  " + strings.Join(lines, "\n  ")
}
