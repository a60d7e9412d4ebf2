package hosts

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// role is what a process of this test does when it isn't the test itself.
const role = "HOSTS_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "inside":
		if err := inside(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	case "echo":
		if err := echo(os.Args[1]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

func as(r string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), role+"="+r)
	return cmd
}

// echo sends back what comes, and says when it is there.
func echo(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("there")
	conn, err := l.Accept()
	if err != nil {
		return err
	}
	_, err = io.Copy(conn, conn)
	return err
}

func TestHostThatVanishesSaysNothing(t *testing.T) {
	cmd := as("inside")
	if err := Inside(cmd); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), ErrNone.Error()) || errors.Is(err, os.ErrPermission) {
		t.Skipf("this machine lets nobody make network namespaces: %v %s", err, out)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func inside() error {
	list, err := Network(2)
	if err != nil {
		return err
	}
	h := list[1]
	address := net.JoinHostPort(h.Address, "7000")
	cmd := as("echo", address)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := h.Start(cmd); err != nil {
		return err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return fmt.Errorf("the other host didn't start: %w %q", err, line)
	}
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	answer := func(wait time.Duration) error {
		if _, err := conn.Write([]byte("x")); err != nil {
			return err
		}
		_ = conn.SetReadDeadline(time.Now().Add(wait))
		_, err := conn.Read(make([]byte, 1))
		return err
	}
	if err := answer(20 * time.Second); err != nil {
		return fmt.Errorf("before: %w", err)
	}
	if err := h.Vanish(); err != nil {
		return err
	}
	if err := answer(300 * time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("a host that has vanished says %w", err)
	}
	if err := h.Return(); err != nil {
		return err
	}
	if err := answer(20 * time.Second); err != nil {
		return fmt.Errorf("afterwards: %w", err)
	}
	return nil
}

func TestPortsDiffer(t *testing.T) {
	ports, err := Ports(50)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range ports {
		if seen[p] {
			t.Errorf("port %s twice", p)
		}
		seen[p] = true
	}
	if err := Loopback(1)[0].Vanish(); !errors.Is(err, ErrNone) {
		t.Errorf("loopback vanishes: %v", err)
	}
}
