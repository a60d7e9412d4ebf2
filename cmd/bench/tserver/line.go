package tserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdline/holdline/cmd/bench/wire"
)

// Normal is the status of a link that can be used.
const Normal = "normal"

// Line is an open, associated connection to a CSTA listener.
type Line struct {
	Address string
	Status  string // that the server told first

	conn net.Conn
	buf  []byte
	at   int // of the next frame in buf

	mu      sync.Mutex // of writing
	invoke  int
	pending map[string]bool // MonitorStarts without an answer
	up      int             // monitors
	wanted  int
	ready   chan struct{} // closed when every monitor is up
}

// Handlers are told what comes on a line, by its reader.
type Handlers struct {
	// Event gets each event of the load, with the time at which its last octet
	// was read.
	Event func(id wire.ID, at time.Time)
	// Status gets each later status; an error closes the line.
	Status func(status string) error
}

// Open connects and goes through the implicit association: the server says its
// status first. It returns the line whatever the status is; it must be closed.
func Open(ctx context.Context, address string) (*Line, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	l := &Line{Address: address, conn: conn, buf: make([]byte, 0, 256<<10), pending: make(map[string]bool), ready: make(chan struct{})}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	err = l.associate()
	if !stop() || err != nil {
		conn.Close()
		return nil, errors.Join(err, context.Cause(ctx))
	}
	return l, nil
}

// associate reads until the server has told its status.
func (l *Line) associate() error {
	for {
		f, _, err := l.next()
		if err != nil {
			return err
		}
		if string(wire.Root(f.Body)) == "SystemStatus" {
			l.Status = string(wire.Value(f.Body, "systemStatus"))
			return l.respond(f.Invoke)
		}
	}
}

// next reads one frame. at is when its last octet was read.
func (l *Line) next() (f wire.Frame, at time.Time, err error) {
	for {
		f, rest, ok, err := wire.Next(l.buf[l.at:])
		if err != nil {
			return f, at, err
		}
		if ok {
			l.at = len(l.buf) - len(rest)
			return f, at, nil
		}
		l.buf = append(l.buf[:0], rest...)
		l.at = 0
		n, err := l.conn.Read(l.buf[len(l.buf):cap(l.buf)])
		at = time.Now()
		l.buf = l.buf[:len(l.buf)+n]
		if err != nil && n == 0 {
			return f, at, err
		}
	}
}

func (l *Line) respond(invoke string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.conn.Write(wire.Message(nil, invoke, "SystemStatusResponse", ""))
	return err
}

// Register asks to be told of changes of the status.
func (l *Line) Register() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.conn.Write(wire.Message(nil, l.nextInvoke(), "SystemRegister",
		"<requestTypes><systemStatus>true</systemStatus><requestSystemStatus>false</requestSystemStatus></requestTypes>"))
	return err
}

func (l *Line) nextInvoke() string {
	l.invoke = l.invoke%8999 + 1
	s := strconv.Itoa(l.invoke)
	return strings.Repeat("0", 4-len(s)) + s
}

// Monitor asks for a monitor on each device, all at once.
func (l *Line) Monitor(devices []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wanted = len(devices)
	var out []byte
	for _, d := range devices {
		invoke := l.nextInvoke()
		l.pending[invoke] = true
		out = wire.Message(out, invoke, "MonitorStart", "<monitorObject><deviceObject>"+d+"</deviceObject></monitorObject><monitorType>device</monitorType>")
	}
	_, err := l.conn.Write(out)
	return err
}

// Ready is closed when every monitor that was asked for is up.
func (l *Line) Ready() <-chan struct{} { return l.ready }

// Run reads until the connection ends, and says why.
func (l *Line) Run(h Handlers) error {
	var read time.Time
	for {
		f, at, err := l.next()
		if err != nil {
			return err
		}
		if !at.IsZero() {
			read = at // else it came with the one before
		}
		if f.IsEvent() {
			if id, ok := wire.EventID(f.Body); ok && h.Event != nil {
				h.Event(id, read)
			}
			continue
		}
		if err := l.message(f, h); err != nil {
			return err
		}
	}
}

func (l *Line) message(f wire.Frame, h Handlers) error {
	switch name := string(wire.Root(f.Body)); name {
	case "SystemStatus":
		if err := l.respond(f.Invoke); err != nil {
			return err
		}
		if h.Status != nil {
			return h.Status(string(wire.Value(f.Body, "systemStatus")))
		}
	case "MonitorStartResponse", "CSTAErrorCode":
		l.mu.Lock()
		defer l.mu.Unlock()
		if !l.pending[f.Invoke] {
			return nil
		}
		if name == "CSTAErrorCode" {
			return fmt.Errorf("a monitor was refused: %s", f.Body)
		}
		delete(l.pending, f.Invoke)
		if l.up++; l.up == l.wanted {
			close(l.ready)
		}
	}
	return nil
}

// Close ends the line. It may be called more than once, by anybody.
func (l *Line) Close() { l.conn.Close() }
