package ctl

import (
	"io"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// Each of these would do something else than it says, if it were let through.
func TestCommandLinesRefused(t *testing.T) {
	for line, want := range map[string]string{
		"":                                       "a command is missing: status, members,",
		"statsu":                                 "unknown command statsu; status?",
		"zzz":                                    "unknown command zzz (linkctl --help tells more)",
		"help":                                   "unknown command help",
		"leader":                                 "leader needs a command: show, transfer",
		"leader shwo":                            "unknown command leader shwo; show?",
		"dn":                                     "dn needs a command: list, show,",
		"dn --json":                              "dn needs a command",
		"leader transfer n2":                     "leader transfer takes no argument, got n2",
		"status now":                             "takes no argument",
		"calls 1 2":                              "takes [ID] only, got also 2",
		"calls 4711 --json":                      `"--json" comes after "4711" and would be taken as an argument: put flags first, for example linkctl calls --json 4711`,
		"dn delete 2002 --dry-run":               `"--dry-run" comes after "2002"`,
		"dn delete --switch pbx1 2002 2001 -x":   `"-x" comes after "2001"`,
		"dn delete -- --dry-run":                 "would be taken as an argument",
		"dn delete":                              "dn delete needs DN...",
		"dn show":                                "dn show needs DN",
		"dn import":                              "dn import needs FILE.csv",
		"dn import a.csv b.csv":                  "got also b.csv",
		"calls --jsn":                            "unknown flag --jsn; --json?",
		"--jsn calls":                            "unknown flag --jsn",
		"calls --limit":                          "flag needs an argument",
		"calls --limit many":                     "invalid value",
		"calls --limit -1":                       "--limit -1: give a number from 0",
		"calls -7":                               "unknown flag --7",
		"calls x":                                `"x" is no call ID`,
		"calls 0":                                `"0" is no call ID`,
		"--timeout soon status":                  "invalid value",
		"--timeout -1s status":                   "give a time above zero",
		"status --timeout 0s":                    "give a time above zero",
		"--endpoints ftp://x status":             "--endpoints: endpoint",
		"--endpoints , status":                   "--endpoints: endpoint",
		"--cert a.pem status":                    "needs both",
		"--cacert none.pem status":               "none.pem",
		"status --watch 0s":                      "--watch 0s: give a time above zero",
		"watch --after 1.1 --from-start":         "exclude each other",
		"dn import --delimiter ab x.csv":         "give one character",
		"dn import --delimiter | x.csv":          "give one character",
		"dn export --json":                       "dn export writes CSV",
		"completion":                             "completion needs bash|zsh",
		"completion fish":                        `no completion for "fish"`,
		"completion bash zsh":                    "got also zsh",
		"status --generate-bash-completion":      "unknown flag",
		"monitors --session three":               "invalid value",
		"leader transfer --to n2 --to":           "flag needs an argument",
		"--no-such-thing-anywhere-zzz --json dn": "unknown flag",
		"dn show 2001 sip:2001@example.com --foo": "put flags first",
	} {
		f := newFake()
		r := run(t, []string{serve(t, f)}, strings.Fields(line)...)
		if r.code != exitUsage || !strings.Contains(r.err, want) {
			t.Errorf("linkctl %s: exit status %d, want 2; stderr %q, want %q in it", line, r.code, r.err, want)
		}
		if r.out != "" {
			t.Errorf("linkctl %s: standard output is for answers, got %q", line, r.out)
		}
		if len(f.asked) > 0 {
			t.Errorf("linkctl %s: the node was asked: %v", line, f.asked)
		}
	}
}

func TestArity(t *testing.T) {
	for usage, want := range map[string]arity{
		"":          {0, 0},
		"ID":        {1, 1},
		"[ID]":      {0, 1},
		"DN...":     {1, unbounded},
		"[DN...]":   {0, unbounded},
		"FROM [TO]": {1, 2},
		"bash|zsh":  {1, 1},
	} {
		if got := arityOf(usage); got != want {
			t.Errorf("arityOf(%q) = %v, want %v", usage, got, want)
		}
	}
}

// leaves are all commands that do something, with their full names.
func leaves(app *cli.App) map[string]*cli.Command {
	found := map[string]*cli.Command{}
	var walk func(string, []*cli.Command)
	walk = func(path string, commands []*cli.Command) {
		for _, c := range commands {
			name := strings.TrimSpace(path + " " + c.Name)
			if len(c.Subcommands) == 0 || c.Description != "" { // some groups answer by themselves too
				found[name] = c
			}
			walk(name, c.Subcommands)
		}
	}
	walk("", app.Commands)
	return found
}

func TestEveryCommandIsExplained(t *testing.T) {
	app := newApp(Std{strings.NewReader(""), io.Discard, io.Discard})
	for name, c := range leaves(app) {
		if c.Usage == "" || !strings.Contains(c.Description, "Examples:\n") || !strings.Contains(c.Description, "linkctl "+name) {
			t.Errorf("%s: its help needs a usage line and an example of itself", name)
		}
		help := run(t, []string{closedPort(t)}, append(strings.Fields(name), "--help")...)
		help.want(t, exitOK, "")
		for _, want := range []string{"Examples:", "--endpoints", "--json", "For every command:"} {
			if !strings.Contains(help.out, want) {
				t.Errorf("linkctl %s --help: %q is missing in\n%s", name, want, help.out)
			}
		}
	}
	help := run(t, []string{closedPort(t)}, "--help")
	help.want(t, exitOK, "")
	for line := range strings.SplitSeq(exitTable, "\n") {
		if !strings.Contains(help.out, strings.TrimSpace(line)) {
			t.Errorf("linkctl --help doesn't say %q", line)
		}
	}
}

func TestVersionFlag(t *testing.T) {
	r := run(t, []string{closedPort(t)}, "--version")
	r.want(t, exitOK, "")
	if !strings.HasPrefix(r.out, "linkctl version ") {
		t.Errorf("%q", r.out)
	}
}
