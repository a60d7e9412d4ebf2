package ctl

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdline/holdline/transport/api/apipb"
)

// linkctl is this test program as linkctl.
func linkctl(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), "BE_LINKCTL=1")
	return cmd
}

func TestInterrupt(t *testing.T) {
	f := newFake()
	f.watch = func(ctx context.Context, _ *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		if err := send(event("1.1", "call")); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}
	cmd := linkctl(t, "watch", "--endpoints", serve(t, f))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.Contains(line, "1.1") {
		t.Errorf("%q %v", line, err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(out); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || stderr.String() != "linkctl: interrupted\n" {
		t.Errorf("exit status %d, stderr %q", code, stderr.String())
	}
}

// complete asks bash what it would offer for a line; the last word is being typed.
func complete(t *testing.T, shell, script string, words ...string) []string {
	t.Helper()
	quoted := each(words, func(w string) string { return "'" + w + "'" })
	cmd := exec.Command(shell, "-c", script+`
COMP_WORDS=(`+strings.Join(quoted, " ")+`); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _linkctl; printf '%s\n' "${COMPREPLY[@]}"`)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Fields(string(out))
}

func TestCompletion(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash isn't installed")
	}
	script := run(t, []string{closedPort(t)}, "completion", "bash")
	script.want(t, exitOK, "")
	for line, want := range map[string]string{
		"linkctl sta":                           "status",
		"linkctl le":                            "leader",
		"linkctl leader ":                       "show transfer",
		"linkctl leader transfer --t":           "--to --timeout",
		"linkctl --json dn im":                  "import",
		"linkctl --endpoints status dn ex":      "export", // status is a flag's value here
		"linkctl dn delete --dr":                "--dry-run",
		"linkctl --timeout ":                    "", // a value: the shell offers files
		"linkctl dn list --switch $(touch x) -": "", // nothing that was typed is run
	} {
		words := strings.Split(line, " ")
		got := complete(t, shell, script.out, words...)
		for _, w := range strings.Fields(want) {
			found := false
			for _, g := range got {
				found = found || g == w
			}
			if !found {
				t.Errorf("%s: %v, want %s among them", line, got, w)
			}
		}
	}
	if _, err := os.Stat("x"); err == nil {
		t.Error("completing ran what was typed")
		os.Remove("x")
	}

	zsh := run(t, []string{closedPort(t)}, "completion", "zsh")
	zsh.want(t, exitOK, "")
	if !strings.HasPrefix(zsh.out, "#compdef linkctl\n") || !strings.HasSuffix(zsh.out, script.out) {
		t.Error("the zsh script isn't the bash one behind bashcompinit")
	}
}
