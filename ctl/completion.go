package ctl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "a script that completes linkctl's commands and flags",
		ArgsUsage: "bash|zsh",
		Description: "Examples:\n" +
			"  linkctl completion bash > /etc/bash_completion.d/linkctl\n" +
			"  source <(linkctl completion zsh)",
		Action: func(c *cli.Context) error {
			var err error
			switch shell := c.Args().First(); shell {
			case "bash":
				_, err = fmt.Fprint(c.App.Writer, completionScript(c.App))
			case "zsh":
				_, err = fmt.Fprint(c.App.Writer, "#compdef linkctl\nautoload -U +X bashcompinit && bashcompinit\n"+completionScript(c.App))
			default:
				err = usagef("no completion for %q: there are bash and zsh", shell)
			}
			return err
		},
	}
}

// completionScript knows the whole command tree, so that completing runs nothing
// and evaluates nothing that was typed.
func completionScript(app *cli.App) string {
	t := &completionTree{}
	t.add("", app.Commands, app.Flags)
	return `_linkctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} path="" words="" word skip="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ -n $skip ]]; then skip=""; continue; fi
    case $word in ` + strings.Join(t.valued, "|") + `) skip=1; continue ;; esac
    case "$path $word" in ` + strings.Join(t.paths, "|") + `) path="$path $word" ;; esac
  done
  COMPREPLY=()
  if [[ -n $skip ]]; then return; fi # a flag's value: files
  case $path in
` + strings.Join(t.cases, "\n") + `
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _linkctl linkctl
`
}

type completionTree struct {
	valued []string // flags that take a value
	paths  []string // command paths, quoted
	cases  []string // what may follow each
}

func (t *completionTree) add(path string, commands []*cli.Command, flags []cli.Flag) {
	var words []string
	for _, c := range commands {
		words = append(words, c.Name)
	}
	for _, f := range flags {
		name := "--" + f.Names()[0]
		words = append(words, name)
		if v, ok := f.(cli.DocGenerationFlag); ok && v.TakesValue() && !slices.Contains(t.valued, name) {
			t.valued = append(t.valued, name)
		}
	}
	t.cases = append(t.cases, fmt.Sprintf("    %q) words=%q ;;", path, strings.Join(words, " ")))
	for _, c := range commands {
		sub := path + " " + c.Name
		t.paths = append(t.paths, fmt.Sprintf("%q", sub))
		t.add(sub, c.Subcommands, c.Flags)
	}
}
