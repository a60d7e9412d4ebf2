package raftnet

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/transport/raftnet/pipenet"
)

// greeter answers each line with a greeting, and says when its connection ended.
func greeter(t *testing.T, l net.Listener, ended chan<- struct{}) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		r := bufio.NewReader(c)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				c.Close()
				ended <- struct{}{}
				break
			}
			if strings.HasPrefix(line, "bye") {
				c.Close()
				ended <- struct{}{}
				break
			}
			if _, err := io.WriteString(c, "hello "+line); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestTunnel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")
		l, err := n.Listen("switch")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ended := make(chan struct{}, 8)
		go greeter(t, l, ended)
		ctx := within(t, time.Minute)

		if _, err := a.Tunnel(ctx, "n2", "pbx"); err == nil || !strings.Contains(err.Error(), "takes no tunnels") {
			t.Errorf("without a handler: %v", err)
		}
		b.HandleTunnels(func(ctx context.Context, from, name string) (net.Conn, error) {
			if from != "n1" || name != "pbx" {
				return nil, errors.New("there is no link " + name)
			}
			return n.Dialer("n2")(ctx, "switch")
		})
		if _, err := a.Tunnel(ctx, "n2", "door"); err == nil || !strings.Contains(err.Error(), "there is no link door") {
			t.Errorf("refused: %v", err)
		}
		if _, err := a.Tunnel(ctx, "n2", strings.Repeat("x", 256)); err == nil {
			t.Error("a name of 256 bytes was taken")
		}

		talk := func(c net.Conn, line string) {
			t.Helper()
			if _, err := io.WriteString(c, line+"\n"); err != nil {
				t.Fatal(err)
			}
			if got, err := bufio.NewReader(c).ReadString('\n'); err != nil || got != "hello "+line+"\n" {
				t.Fatalf("%q, %v", got, err)
			}
		}
		c, err := a.Tunnel(ctx, "n2", "pbx")
		if err != nil {
			t.Fatal(err)
		}
		talk(c, "one")
		talk(c, "two")
		if s := b.Stats(); s.Tunnels != 1 {
			t.Errorf("%d tunnels", s.Tunnels)
		}
		c.Close() // the near end
		<-ended

		c, err = a.Tunnel(ctx, "n2", "pbx")
		if err != nil {
			t.Fatal(err)
		}
		talk(c, "three")
		if _, err := io.WriteString(c, "bye\n"); err != nil { // the far end closes
			t.Fatal(err)
		}
		<-ended
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("the near end is open after the far end closed")
		}
		c.Close()

		c, err = a.Tunnel(ctx, "n2", "pbx")
		if err != nil {
			t.Fatal(err)
		}
		talk(c, "four")
		if err := b.Close(); err != nil { // the node between goes
			t.Fatal(err)
		}
		<-ended
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("the near end is open after the node between has gone")
		}
		c.Close()
		l.Close()
	})
}

// Who gives up waits no longer.
func TestTunnel_GivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := pipenet.New()
		a, b := pipePort(t, n, "n1"), pipePort(t, n, "n2")
		b.HandleTunnels(func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := a.Tunnel(ctx, "n2", "pbx"); err == nil || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
