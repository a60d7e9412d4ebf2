package links

import (
	"context"
	"sync"
	"time"

	"github.com/holdline/holdline/linkd/crash"
)

// lifeEvery is how often a node is asked for a sign of life.
const lifeEvery = 50 * time.Millisecond

// ended tells at once whether a node's process is known to have ended.
func (m *Manager) ended(node string) bool {
	return m.o.Ended != nil && node != m.o.NodeID && m.o.Ended(node)
}

func (m *Manager) vital(ctx context.Context, node string) crash.Vital {
	if m.o.Vital == nil {
		return crash.Silent
	}
	return m.o.Vital(ctx, node)
}

// life follows the signs of life of a node.
type life struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	asked bool
	last  crash.Vital
	news  chan struct{} // closed at the next change
}

// watchLife asks a node for signs of life until stop. It doesn't ask this node.
func (m *Manager) watchLife(ctx context.Context, node string) *life {
	ctx, cancel := context.WithCancel(ctx)
	l := &life{cancel: cancel, done: make(chan struct{}), news: make(chan struct{})}
	go func() {
		defer close(l.done)
		for node != m.o.NodeID && m.o.Vital != nil && ctx.Err() == nil {
			l.set(m.vital(ctx, node))
			pause(ctx, lifeEvery)
		}
	}()
	return l
}

func (l *life) set(v crash.Vital) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.asked || l.last != v {
		l.asked, l.last = true, v
		close(l.news)
		l.news = make(chan struct{})
	}
}

// is tells whether the node was asked, and what came of it the last time.
func (l *life) is(v crash.Vital) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked && l.last == v
}

func (l *life) changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.news
}

func (l *life) stop() {
	l.cancel()
	<-l.done
}
