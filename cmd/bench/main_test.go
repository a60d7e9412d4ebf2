package main

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	known := []string{"holdline", "raft", "etcd"}
	for list, want := range map[string][]string{"": nil, "raft": {"raft"}, " etcd, holdline,": {"etcd", "holdline"}} {
		if got, err := names(list, known); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q %v", list, got, err)
		}
	}
	if _, err := names("raft,consul", known); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), `"consul"`) {
		t.Errorf("got %v", err)
	}
}

// TestMistakesAreSaid: whatever is wrong with the command line is found before
// anything is started, and nothing is left behind.
func TestMistakesAreSaid(t *testing.T) {
	linkd, err := os.Executable() // it only has to be there
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	for want, args := range map[string][]string{
		"unknown command":  {"frobnicate"},
		"takes no arg":     {"throughput", "--linkd", linkd, "--out", out, "holdline"},
		"build linkd":      {"failover", "--linkd", out + "/absent", "--out", out},
		`"consul"`:         {"throughput", "--linkd", linkd, "--out", out, "--subjects", "consul"},
		"1 to 1024":        {"throughput", "--linkd", linkd, "--out", out, "--parallel", "2000"},
		`"earthquake"`:     {"failover", "--linkd", linkd, "--out", out, "--scenarios", "earthquake"},
		"out of its range": {"failover", "--linkd", linkd, "--out", out, "--kills", "0"},
		"not defined":      {"failover", "--colour"},
	} {
		a := app()
		a.Writer, a.ErrWriter = new(bytes.Buffer), new(bytes.Buffer)
		err := a.RunContext(t.Context(), append([]string{"bench"}, args...))
		if !errors.Is(err, errUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", args, err, want)
		}
	}
	if left, _ := os.ReadDir(out); len(left) != 0 {
		t.Errorf("%v is left behind", left)
	}
}
