package peers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/cmd/bench/measure"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

type natsRunning struct {
	*cluster
	conn *nats.Conn // to the stream's leader
	js   jetstream.JetStream
}

func startNATS(ctx context.Context, o Options) (Running, error) {
	c, err := start(ctx, "nats", o)
	if err != nil {
		return nil, err
	}
	r := &natsRunning{cluster: c}
	if err := r.open(ctx); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// open makes a stream with three replicas and connects to the node that leads it.
func (r *natsRunning) open(ctx context.Context) error {
	if err := r.connect(r.nodes[0].Serve); err != nil {
		return err
	}
	var stream jetstream.Stream
	for {
		one, cancel := context.WithTimeout(ctx, 2*time.Second)
		s, err := r.js.CreateStream(one, jetstream.StreamConfig{Name: "EVENTS", Subjects: []string{"events"}, Storage: jetstream.FileStorage, Replicas: 3})
		cancel()
		if err == nil {
			stream = s
			break
		}
		select {
		case <-time.After(50 * time.Millisecond): // its own Raft group has no leader yet
		case <-ctx.Done():
			return fmt.Errorf("make a stream: %w", errors.Join(err, context.Cause(ctx)))
		}
	}
	for {
		info, err := stream.Info(ctx)
		if err != nil {
			return fmt.Errorf("ask for the stream: %w", err)
		}
		for _, n := range r.nodes {
			if info.Cluster != nil && info.Cluster.Leader == n.Name && len(info.Cluster.Replicas) == 2 {
				r.conn.Close()
				return r.connect(n.Serve)
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("wait for the stream's leader: %w", context.Cause(ctx))
		}
	}
}

func (r *natsRunning) connect(at string) (err error) {
	if r.conn, err = nats.Connect("nats://" + at); err != nil {
		return fmt.Errorf("connect to NATS: %w", err)
	}
	r.js, err = jetstream.New(r.conn)
	return err
}

// Load publishes and waits for the acknowledgement of each event.
func (r *natsRunning) Load(ctx context.Context, parallel int, warm, length time.Duration) (measure.Figures, error) {
	return ourLoad(ctx, r.pids(), warm, length, func(w *window) error {
		return singly(w, parallel, func(int) error {
			_, err := r.js.Publish(ctx, "events", make([]byte, Payload))
			return err
		})
	})
}

// Close ends the client and the nodes.
func (r *natsRunning) Close() {
	if r.conn != nil {
		r.conn.Close()
	}
	r.cluster.Close()
}
