package tserver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// again is the pause before an attached client dials a node again.
const again = 20 * time.Millisecond

// Attached is a client with a line to every node, which it keeps whatever the
// node says of itself: it hears each event from whichever node tells it first.
type Attached struct {
	addresses []string
	devices   []string
	heard     *Heard

	mu      sync.Mutex
	lines   map[string]*Line
	changed chan struct{}
}

// NewAttached makes one; Run runs it.
func NewAttached(addresses, devices []string, heard *Heard) *Attached {
	return &Attached{addresses: addresses, devices: devices, heard: heard, lines: make(map[string]*Line), changed: make(chan struct{})}
}

// Run keeps the lines until ctx ends.
func (a *Attached) Run(ctx context.Context) {
	var lines sync.WaitGroup
	for _, address := range a.addresses {
		lines.Go(func() {
			for ctx.Err() == nil {
				_ = a.keep(ctx, address)
				pause(ctx, again)
			}
		})
	}
	lines.Wait()
}

func (a *Attached) keep(ctx context.Context, address string) error {
	opening, cancel := context.WithTimeout(ctx, 2*time.Second)
	l, err := Open(opening, address)
	cancel()
	if err != nil {
		return err
	}
	defer l.Close()
	stop := context.AfterFunc(ctx, l.Close)
	defer stop()
	if err := errors.Join(l.Register(), l.Monitor(a.devices)); err != nil {
		return err
	}
	a.set(address, l)
	defer a.set(address, nil)
	return l.Run(Handlers{Event: a.heard.Event})
}

func (a *Attached) set(address string, l *Line) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lines[address] = l
	close(a.changed)
	a.changed = make(chan struct{})
}

// Drop closes the line to a node that vanished.
func (a *Attached) Drop(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if l := a.lines[address]; l != nil {
		l.Close()
	}
}

// WaitReady waits until every monitor is up on every line.
func (a *Attached) WaitReady(ctx context.Context) error {
	for _, address := range a.addresses {
		for ready := false; !ready; {
			a.mu.Lock()
			l, changed := a.lines[address], a.changed
			a.mu.Unlock()
			var up <-chan struct{}
			if l != nil {
				up = l.Ready()
			}
			select {
			case <-up:
				ready = true
			case <-changed:
			case <-ctx.Done():
				return fmt.Errorf("the client of every node waits for its monitors at %s: %w", address, context.Cause(ctx))
			}
		}
	}
	return nil
}

// newcomerPause is how exactly a Newcomer tells the moment; what it costs the
// nodes must not be felt.
const newcomerPause = 5 * time.Millisecond

// Newcomer dials nodes again and again until one says normal, and gives that
// moment: from then on a T-Server that comes is served.
func Newcomer(ctx context.Context, addresses []string) (time.Time, error) {
	ctx, found := context.WithCancel(ctx)
	defer found()
	first := make(chan time.Time, len(addresses))
	var dialling sync.WaitGroup
	for _, address := range addresses {
		dialling.Go(func() {
			for ctx.Err() == nil {
				if l, err := Open(ctx, address); err == nil {
					at := time.Now()
					status := l.Status
					l.Close()
					if status == Normal {
						first <- at
						found()
						return
					}
				}
				pause(ctx, newcomerPause)
			}
		})
	}
	dialling.Wait()
	select {
	case at := <-first:
		return at, nil
	default:
		return time.Time{}, fmt.Errorf("no node says normal: %w", context.Cause(ctx))
	}
}
