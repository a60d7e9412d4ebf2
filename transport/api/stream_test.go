package api_test

import (
	"context"
	"errors"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
)

func sends(positions ...string) func(context.Context, *apipb.WatchRequest, func(*apipb.WatchEvent) error) error {
	return func(_ context.Context, _ *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		for _, p := range positions {
			if err := send(&apipb.WatchEvent{Position: p}); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestStreamIsReadToItsEnd(t *testing.T) {
	n := &node{watch: sends("1.1", "1.2", "2.1")}
	addr, _ := serve(t, n, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{closedPort(t), addr}})
	var got []string
	err := c.Watch(t.Context(), &apipb.WatchRequest{}, func(e *apipb.WatchEvent) error {
		got = append(got, e.Position)
		return nil
	})
	if diff := cmp.Diff([]string{"1.1", "1.2", "2.1"}, got); err != nil || diff != "" {
		t.Errorf("Watch: %v (-want +got):\n%s", err, diff)
	}
}

func TestStreamBreaks(t *testing.T) {
	n := &node{watch: func(_ context.Context, _ *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		if err := send(&apipb.WatchEvent{Position: "1.1"}); err != nil {
			return err
		}
		return connect.NewError(connect.CodeUnavailable, errors.New("gone"))
	}}
	addr, _ := serve(t, n, api.ServerConfig{})
	second := &node{}
	secondAddr, _ := serve(t, second, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{addr, secondAddr}})
	err := c.Watch(t.Context(), &apipb.WatchRequest{}, func(*apipb.WatchEvent) error { return nil })
	var b *api.Broken
	if !errors.As(err, &b) || b.Endpoint != addr {
		t.Fatalf("err = %v, want Broken at %s", err, addr)
	}
	if second.times() != 0 {
		t.Error("a stream that had begun went on elsewhere by itself: events between the two would be lost")
	}
}

func TestStreamsReaderStops(t *testing.T) {
	ended := make(chan struct{})
	n := &node{watch: func(ctx context.Context, _ *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		defer close(ended)
		if err := send(&apipb.WatchEvent{Position: "1.1"}); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}}
	addr, _ := serve(t, n, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}})
	enough := errors.New("enough")
	err := c.Watch(t.Context(), &apipb.WatchRequest{}, func(*apipb.WatchEvent) error { return enough })
	if err != enough {
		t.Errorf("err = %v, want the reader's own", err)
	}
	<-ended
}

func TestStreamsCallerGivesUp(t *testing.T) {
	n := &node{watch: func(ctx context.Context, _ *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		if err := send(&apipb.WatchEvent{Position: "1.1"}); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}}
	addr, _ := serve(t, n, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}})
	ctx, cancel := context.WithCancel(t.Context())
	err := c.Watch(ctx, &apipb.WatchRequest{}, func(*apipb.WatchEvent) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
}
