package process

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdline/holdline/cmd/bench/hosts"
)

// role makes this test's binary the process under test.
const role = "PROCESS_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	}
	fmt.Println("up")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		fmt.Println("heard", in.Text())
	}
	if os.Getenv(role) == "stubborn" {
		select {}
	}
}

func start(t *testing.T, r string) (*Process, <-chan string) {
	t.Helper()
	said := make(chan string, 10)
	p := New(Spec{
		Name: r, Program: os.Args[0], Env: []string{role + "=" + r}, Host: hosts.Loopback(1)[0],
		Log: filepath.Join(t.TempDir(), "log"), Out: func(l []byte) { said <- string(l) }, Pipe: true,
	})
	if p.Running() || p.PID() != 0 {
		t.Fatal("it runs before it is started")
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill() })
	hear(t, said, "up")
	return p, said
}

func hear(t *testing.T, said <-chan string, want string) {
	t.Helper()
	select {
	case got := <-said:
		if got != want {
			t.Fatalf("it says %q, want %q", got, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("it doesn't say %q", want)
	}
}

func TestLifeOfAProcess(t *testing.T) {
	p, said := start(t, "polite")
	if err := p.Write([]byte("hello\n")); err != nil {
		t.Fatal(err)
	}
	hear(t, said, "heard hello")
	pid := p.PID()
	before := time.Now()
	if at := p.Kill(); at.Before(before) || p.Running() {
		t.Errorf("killed at %v, still runs %v", at, p.Running())
	}
	if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
		t.Errorf("process %d is still there: %v", pid, err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	hear(t, said, "up")
	if p.PID() == pid {
		t.Error("it is the same process as before")
	}
}

func TestStopEndsTheStubbornToo(t *testing.T) {
	polite, _ := start(t, "polite")
	stubborn, _ := start(t, "stubborn")
	frozen, _ := start(t, "polite")
	if err := frozen.Freeze(); err != nil {
		t.Fatal(err)
	}
	if !still(frozen.PID()) || runtime.GOOS == "linux" && still(polite.PID()) {
		t.Error("the wrong process stands still")
	}
	Stop(t.Context(), 500*time.Millisecond, polite, stubborn, frozen)
	for _, p := range []*Process{polite, stubborn, frozen} {
		if p.Running() {
			t.Errorf("%s runs on", p.spec.Name)
		}
	}
	for p, want := range map[*Process]string{polite: "terminated", frozen: "terminated", stubborn: "killed"} {
		if p.err == nil || !strings.Contains(p.err.Error(), want) {
			t.Errorf("%s: %v, want %s", p.spec.Name, p.err, want)
		}
	}
}

func TestStartOfNothingFails(t *testing.T) {
	p := New(Spec{Name: "nothing", Program: filepath.Join(t.TempDir(), "nothing"), Host: hosts.Loopback(1)[0], Log: filepath.Join(t.TempDir(), "log")})
	if err := p.Start(); err == nil || !strings.Contains(err.Error(), "start nothing") {
		t.Errorf("got %v", err)
	}
}
