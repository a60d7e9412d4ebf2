package pipenet

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// connected returns both ends of a connection from a to b.
func connected(t *testing.T, n *Network) (a, b net.Conn) {
	t.Helper()
	l, err := n.Listen("b")
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan net.Conn, 1)
	go func() {
		c, _ := l.Accept()
		accepted <- c
	}()
	a, err = n.Dialer("a")(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	return a, <-accepted
}

func TestConnectionCarriesBytesAndAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		a, b := connected(t, n)
		go a.Write([]byte("hello"))
		buf := make([]byte, 5)
		if _, err := io.ReadFull(b, buf); err != nil || string(buf) != "hello" {
			t.Errorf("%q %v", buf, err)
		}
		if a.LocalAddr().String() != "a" || a.RemoteAddr().String() != "b" || b.LocalAddr().String() != "b" || b.RemoteAddr().String() != "a" {
			t.Error("wrong addresses")
		}
		a.Close()
		if _, err := b.Read(buf); err != io.EOF {
			t.Errorf("after close: %v", err)
		}
		n.Kill("b")
	})
}

func TestRefusedAndInUse(t *testing.T) {
	n := New()
	if _, err := n.Dialer("a")(t.Context(), "b"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("nobody listens: %v", err)
	}
	l, err := n.Listen("b")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Listen("b"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("second listener: %v", err)
	}
	l.Close()
	if _, err := n.Listen("b"); err != nil {
		t.Errorf("address is free again: %v", err)
	}
}

func TestKillClosesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		a, b := connected(t, n)
		n.Kill("b")
		if _, err := a.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("read: %v", err)
		}
		if _, err := b.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read of the dead: %v", err)
		}
		if _, err := n.Dialer("a")(t.Context(), "b"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("dial: %v", err)
		}
	})
}

func TestCutIsSilentAndHealResets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		a, b := connected(t, n)
		n.Cut("b", "a")

		a.SetDeadline(time.Now().Add(time.Minute))
		began := time.Now()
		if _, err := a.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("write: %v after %v", err, time.Since(began))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Dialer("a")(ctx, "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("dial: %v", err)
		}

		// A closed end is not heard of at the other side before the cut is healed.
		a.Close()
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read of a closed end: %v", err)
		}
		heard := make(chan error, 1)
		go func() {
			_, err := b.Read(make([]byte, 1))
			heard <- err
		}()
		time.Sleep(time.Hour)
		if len(heard) != 0 {
			t.Errorf("heard through a cut: %v", <-heard)
		}
		n.Heal("a", "b")
		if err := <-heard; !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("healed: %v", err)
		}
		n.Kill("b")
	})
}
