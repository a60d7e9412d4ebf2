package cstalink

import "time"

// timers are the time limits that run; the connection's end stops them all.
type timers struct {
	running map[*timer]struct{}
	ended   bool
}

type timer struct {
	c *Conn
	t *time.Timer
}

// after runs fn in d, unless it is stopped or the connection ends before.
func (c *Conn) after(d time.Duration, fn func()) *timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.afterLocked(d, fn)
}

func (c *Conn) afterLocked(d time.Duration, fn func()) *timer {
	t := &timer{c: c}
	if c.timers.ended {
		return t
	}
	c.timers.running[t] = struct{}{}
	c.wg.Add(1)
	t.t = time.AfterFunc(d, func() {
		defer c.wg.Done()
		c.mu.Lock()
		delete(c.timers.running, t)
		c.mu.Unlock()
		if c.Err() == nil {
			fn()
		}
	})
	return t
}

// stop keeps the timer from firing, if it has not.
func (t *timer) stop() {
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	t.stopLocked()
}

func (t *timer) stopLocked() {
	if t.t != nil && t.t.Stop() {
		delete(t.c.timers.running, t)
		t.c.wg.Done()
	}
}

// stopTimers stops them all, for good. The caller holds mu.
func (c *Conn) stopTimers() {
	c.timers.ended = true
	for t := range c.timers.running {
		t.stopLocked()
	}
}
