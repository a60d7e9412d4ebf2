package raftnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/raftnet/pipenet"
)

func TestCallAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")
		b.Handle("echo", echo)
		b.Handle("refuse", func(context.Context, string, []byte) ([]byte, error) {
			return nil, fmt.Errorf("wrapped: %w", &Error{Code: "not_leader", Text: "ask n3"})
		})
		b.Handle("break", func(context.Context, string, []byte) ([]byte, error) { return nil, errors.New("broken") })

		got, err := a.Call(t.Context(), "n2", "echo", []byte("hi"))
		if err != nil || string(got) != "n1 said hi" {
			t.Fatalf("%q %v", got, err)
		}
		for method, want := range map[string]Error{
			"refuse": {"not_leader", "ask n3"},
			"break":  {CodeFailed, "broken"},
			"nosuch": {CodeUnknownMethod, `node n2 has no method "nosuch"`},
		} {
			_, err := a.Call(t.Context(), "n2", method, nil)
			var e *Error
			if !errors.As(err, &e) || *e != want {
				t.Errorf("%s: %v", method, err)
			}
		}
		if s := b.Stats(); s.Accepted != 1 || s.PeerConns != 1 {
			t.Errorf("four calls took %d connections", s.Accepted)
		}
	})
}

// All calls are in flight at once on one connection and are answered in the
// opposite order.
func TestCallsPipeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const calls = 200
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")
		var mu sync.Mutex
		turn := make(map[string]chan struct{})
		b.Handle("wait", func(_ context.Context, _ string, payload []byte) ([]byte, error) {
			mu.Lock()
			ch := make(chan struct{})
			turn[string(payload)] = ch
			mu.Unlock()
			<-ch
			return payload, nil
		})
		var wg sync.WaitGroup
		for i := range calls {
			wg.Go(func() {
				want := fmt.Sprint(i)
				got, err := a.Call(t.Context(), "n2", "wait", []byte(want))
				if err != nil || string(got) != want {
					t.Errorf("call %s: %q %v", want, got, err)
				}
			})
		}
		synctest.Wait()
		if len(turn) != calls {
			t.Fatalf("%d of %d calls are in flight", len(turn), calls)
		}
		for i := calls - 1; i >= 0; i-- {
			close(turn[fmt.Sprint(i)])
			synctest.Wait()
		}
		wg.Wait()
		if s := b.Stats(); s.Accepted != 1 {
			t.Errorf("took %d connections", s.Accepted)
		}
	})
}

func TestCallPassesLimitAndCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")
		ended := make(chan error, 1)
		b.Handle("hang", func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		})
		began := time.Now()
		_, err := a.Call(within(t, 3*time.Second), "n2", "hang", nil)
		if !errors.Is(err, ErrNoAnswer) && !isCode(err, CodeFailed) {
			t.Errorf("time limit: %v", err)
		}
		<-ended
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("handler's time limit was %v, the caller's 3 s", took)
		}

		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			cancel()
		}()
		if _, err := a.Call(ctx, "n2", "hang", nil); !errors.Is(err, ErrNoAnswer) || !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("handler heard %v", err)
		}
	})
}

func isCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

func TestCallSaysWhetherItWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")

		_, err := a.Call(t.Context(), "nowhere", "echo", nil)
		if !errors.Is(err, ErrNotSent) || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("nobody there: %v", err)
		}
		_, err = a.Call(t.Context(), "n2", "echo", make([]byte, MaxFrame))
		if !errors.Is(err, ErrNotSent) || !errors.Is(err, ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}

		entered := make(chan struct{})
		b.Handle("hang", func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			close(entered)
			<-ctx.Done() // ends with the connection
			return nil, nil
		})
		go func() {
			<-entered
			n.Kill("n2")
		}()
		if _, err := a.Call(t.Context(), "n2", "hang", nil); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("died while it worked: %v", err)
		}
		b.Close()

		// A node that comes back is found again.
		pipePort(t, n, "n2").Handle("echo", echo)
		if got, err := a.Call(t.Context(), "n2", "echo", []byte("x")); err != nil || string(got) != "n1 said x" {
			t.Errorf("came back: %q %v", got, err)
		}
	})
}

// Silent loss: calls end with their own contexts, the connection with the idle
// limit, and after healing a new one is made.
func TestSilentLossEndsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")
		b.Handle("echo", echo)
		if _, err := a.Call(t.Context(), "n2", "echo", nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute) // virtual: pings keep an idle connection
		if s := b.Stats(); s.PeerConns != 1 || s.Accepted != 1 {
			t.Fatalf("idle connection: %+v", s)
		}
		n.Cut("n1", "n2")
		if _, err := a.Call(within(t, time.Second), "n2", "echo", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("through a cut: %v", err)
		}
		time.Sleep(11 * time.Second)
		if s := b.Stats(); s.PeerConns != 0 {
			t.Fatalf("connection outlived the idle limit: %+v", s)
		}
		n.Heal("n1", "n2")
		if _, err := a.Call(t.Context(), "n2", "echo", nil); err != nil {
			t.Fatalf("healed: %v", err)
		}
	})
}

func TestBusyIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a := pipePort(t, n, "n1")
		b := pipePort(t, n, "n2", func(c *Config) { c.MaxCalls, c.MaxCallBytes = 2, 1000 })
		release := make(chan struct{})
		b.Handle("hang", func(context.Context, string, []byte) ([]byte, error) { <-release; return nil, nil })
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := a.Call(t.Context(), "n2", "hang", nil); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if _, err := a.Call(t.Context(), "n2", "hang", nil); !isCode(err, CodeBusy) {
			t.Errorf("third call: %v", err)
		}
		if _, err := a.Call(t.Context(), "n2", "hang", make([]byte, 1000)); !isCode(err, CodeBusy) {
			t.Errorf("call over the byte limit: %v", err)
		}
		close(release)
		wg.Wait()
		if _, err := a.Call(t.Context(), "n2", "hang", nil); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		if s := b.Stats(); s.CallsBusy != 2 || s.CallsServed != 3 {
			t.Errorf("%+v", s)
		}
	})
}

func TestLargestPayload(t *testing.T) {
	a, b := tcpPort(t, "n1"), tcpPort(t, "n2")
	b.Handle("same", func(_ context.Context, _ string, p []byte) ([]byte, error) { return p, nil })
	b.Handle("huge", func(context.Context, string, []byte) ([]byte, error) { return make([]byte, MaxFrame), nil })
	want := bytes.Repeat([]byte{7}, MaxFrame-frameHead-4-1-len("same"))
	got, err := a.Call(t.Context(), b.address(), "same", want)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes came back as %d: %v", len(want), len(got), err)
	}
	if _, err := a.Call(t.Context(), b.address(), "huge", nil); !isCode(err, CodeTooLarge) {
		t.Fatalf("huge result: %v", err)
	}
}

func TestProbeLearnsABoot(t *testing.T) {
	a, b := tcpPort(t, "n1"), tcpPort(t, "n2", func(c *Config) { c.BootID = "first" })
	at := b.address()
	id, boot, err := a.Probe(t.Context(), at)
	if err != nil || id != "n2" || boot != "first" {
		t.Fatalf("%s %s %v", id, boot, err)
	}
	b.Close()
	if _, _, err := a.Probe(t.Context(), at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("closed port: %v", err)
	}
	if a.BootID() == tcpPort(t, "n1").BootID() {
		t.Fatal("two starts drew the same boot ID")
	}
}

// A process that is stopped accepts in its kernel and says nothing: no evidence.
func TestProbeOfAStoppedNodeTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a := pipePort(t, n, "n1")
		l, err := n.Listen("n2")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			buf := make([]byte, 100)
			for {
				if _, err := c.Read(buf); err != nil {
					return
				}
			}
		})
		_, _, err = a.Probe(within(t, time.Second), "n2")
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v", err)
		}
		l.Close()
		wg.Wait()
	})
}

// Close ends handlers' contexts and waits for them; calls in flight at the other
// node end at once.
func TestCloseWaitsForHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")
		var left time.Time
		b.Handle("slow", func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			<-ctx.Done()
			time.Sleep(time.Second) // it tidies up
			left = time.Now()
			return nil, nil
		})
		failed := make(chan error, 1)
		go func() {
			_, err := a.Call(t.Context(), "n2", "slow", nil)
			failed <- err
		}()
		synctest.Wait()
		began := time.Now()
		b.Close()
		if left.Sub(began) != time.Second || time.Since(began) != time.Second {
			t.Errorf("closed after %v, the handler left after %v", time.Since(began), left.Sub(began))
		}
		if err := <-failed; !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%v", err)
		}
		a.Close()
		if _, err := a.Call(t.Context(), "n2", "slow", nil); !errors.Is(err, ErrClosed) || !errors.Is(err, ErrNotSent) {
			t.Errorf("call on a closed port: %v", err)
		}
	})
}

// A handler hears that its caller's process died.
func TestHandlerEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")
		ended := make(chan error, 1)
		b.Handle("hang", func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, nil
		})
		go a.Call(t.Context(), "n2", "hang", nil)
		synctest.Wait()
		n.Kill("n1")
		synctest.Wait()
		select {
		case err := <-ended:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("heard %v", err)
			}
		default:
			t.Error("the handler of a dead caller runs on")
		}
		if s := b.Stats(); s.PeerConns != 0 {
			t.Errorf("%d connections are left", s.PeerConns)
		}
	})
}
