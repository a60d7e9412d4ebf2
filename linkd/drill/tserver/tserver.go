package tserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Options of a model T-Server.
type Options struct {
	Name string
	// Links are the addresses of its configured links, in order of preference.
	Links []string
	// Devices are the numbers that it monitors.
	Devices []string
	// Namespace is the CSTA edition's namespace that it speaks.
	Namespace string
	// ConnectTimeout bounds one round of opening links (T-Server's
	// connect-tout), default 2 s; Retry is the pause between rounds, default 100 ms.
	ConnectTimeout, Retry time.Duration
	Dial                  func(ctx context.Context, address string) (net.Conn, error)
	// PerDevice says that the switch keeps the order of one device's events only: what
	// a caller did may be told after what the called one made of it.
	PerDevice bool
	// Journal keeps every call event that was told, repetitions included.
	Journal bool
	Logger  hclog.Logger
}

// TServer is one running model.
type TServer struct {
	o Options

	mu        sync.Mutex
	monitors  map[string]*monitor // by device
	byXref    map[string]*monitor
	journal   map[string][]Entry // by device
	report    Report
	ready     bool // all monitors are up on the present link
	changed   chan struct{}
	link      *link // the active one
	active    string
	lastEvent time.Time
	firstNew  time.Time // first new event after the last loss of a link
	lostAt    time.Time
}

// Entry is one call event as it was told on a device's monitor.
type Entry struct{ Event, Subject string }

// Report is what a model T-Server saw.
type Report struct {
	Events  uint64        // told and new
	Repeats uint64        // told again, inside the replay window
	Losses  uint64        // links lost
	Oldest  time.Duration // longest time before the loss of a link that a repeated event was heard at
	Lost    uint64        // messagesLost told
	Faults  []string      // what an exact reader complains about; bounded
	FaultN  uint64
	Notes   []string
}

// New makes a model; Run starts it.
func New(o Options) *TServer {
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = 2 * time.Second
	}
	if o.Retry == 0 {
		o.Retry = 100 * time.Millisecond
	}
	if o.Dial == nil {
		o.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		}
	}
	if o.Namespace == "" {
		o.Namespace = "http://www.ecma-international.org/standards/ecma-323/csta/ed4"
	}
	if o.Logger == nil {
		o.Logger = hclog.NewNullLogger()
	}
	t := &TServer{o: o, monitors: map[string]*monitor{}, byXref: map[string]*monitor{}, journal: map[string][]Entry{}, changed: make(chan struct{})}
	for _, d := range o.Devices {
		t.monitors[d] = newMonitor(d)
		t.monitors[d].perDevice = o.PerDevice
	}
	return t
}

// Run keeps an active link until ctx ends.
func (t *TServer) Run(ctx context.Context) {
	for ctx.Err() == nil {
		l, err := t.selectLink(ctx)
		if err != nil {
			pause(ctx, t.o.Retry)
			continue
		}
		err = t.use(ctx, l)
		l.close()
		if ctx.Err() != nil {
			return
		}
		t.o.Logger.Info("link lost", "link", l.address, "error", err)
		t.update(func() {
			t.report.Losses++
			t.ready, t.link, t.active = false, nil, ""
			t.lostAt, t.firstNew = time.Now(), time.Time{}
			for _, m := range t.monitors {
				if m.up {
					m.up, m.lost = false, t.lostAt
				}
			}
		})
	}
}

// selectLink opens all links at once and takes the first that says normal; the
// others are closed, as a T-Server does.
func (t *TServer) selectLink(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, t.o.ConnectTimeout)
	defer cancel()
	found := make(chan *link)
	var tries sync.WaitGroup
	for _, a := range t.o.Links {
		tries.Go(func() {
			l, err := openLink(ctx, t.o, a)
			if err != nil {
				t.o.Logger.Debug("link not usable", "link", a, "error", err)
				return
			}
			select {
			case found <- l:
			case <-ctx.Done():
				l.close()
			}
		})
	}
	go func() { tries.Wait(); close(found) }()
	l, ok := <-found
	cancel()
	for other := range found {
		other.close()
	}
	if !ok {
		return nil, errors.New("no link says normal")
	}
	return l, nil
}

// use monitors every device on the link and listens until it ends.
func (t *TServer) use(ctx context.Context, l *link) error {
	stop := context.AfterFunc(ctx, l.close)
	defer stop()
	t.update(func() {
		t.link, t.active = l, l.address
		clear(t.byXref)
	})
	for _, d := range t.o.Devices {
		if err := l.request("MonitorStart", "<monitorObject><deviceObject>"+d+"</deviceObject></monitorObject><monitorType>device</monitorType>",
			func(e *element) { t.monitorStarted(l, d, e) }); err != nil {
			return err
		}
	}
	return l.read(t)
}

func (t *TServer) monitorStarted(l *link, device string, e *element) {
	xref := e.at("monitorCrossRefID").text
	if e.name != "MonitorStartResponse" || xref == "" {
		t.update(func() { t.fault("MonitorStart %s answered by %s %s", device, e.name, e.at("*").text) })
		return
	}
	var snapshot bool
	t.update(func() {
		m := t.monitors[device]
		switch m.xref {
		case xref:
			repeats, faults := m.resume(m.lost)
			t.report.Repeats += uint64(repeats)
			for _, f := range faults {
				t.fault("%s", f)
			}
		case "":
			snapshot = true
		default:
			t.fault("monitor of %s had cross reference ID %s and has %s after the link came back", device, m.xref, xref)
			m.synced, snapshot = false, true
		}
		snapshot = snapshot || !m.synced // a lost link never answered
		m.xref, m.up = xref, true
		t.byXref[xref] = m
		t.ready = len(t.byXref) == len(t.monitors)
	})
	if snapshot {
		_ = l.request("SnapshotDevice", "<snapshotObject>"+device+"</snapshotObject>", func(e *element) { t.snapshot(device, e) })
	}
}

// Validate asks for a snapshot of each device, as a T-Server does for parties
// that stay long in a state, and notes every difference from what it was told.
func (t *TServer) Validate(ctx context.Context) error {
	t.mu.Lock()
	l := t.link
	t.mu.Unlock()
	if l == nil {
		return errors.New("no active link")
	}
	done := make(chan struct{}, len(t.o.Devices))
	for _, d := range t.o.Devices {
		if err := l.request("SnapshotDevice", "<snapshotObject>"+d+"</snapshotObject>", func(e *element) { t.snapshot(d, e); done <- struct{}{} }); err != nil {
			return err
		}
	}
	for range t.o.Devices {
		select {
		case <-done:
		case <-l.dead:
			return errors.New("link lost")
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// snapshot takes an answer: it comes in order with the events, so it must say
// what they said.
func (t *TServer) snapshot(device string, e *element) {
	if e.name != "SnapshotDeviceResponse" {
		t.update(func() { t.note("SnapshotDevice %s answered by %s %s", device, e.name, e.at("*").text) })
		return
	}
	parts := map[string]string{}
	for _, info := range e.at("crossRefIDorSnapshotData", "snapshotData").children {
		state := info.at("localCallState", "simpleCallState").text
		if c := info.at("localCallState", "compoundCallState"); len(c.children) > 0 {
			state = c.children[0].text
		}
		parts[info.at("connectionIdentifier", "callID").text] = state
	}
	t.update(func() {
		m := t.monitors[device]
		if m.synced {
			for call, state := range parts {
				if m.parts[call] != state {
					t.fault("snapshot of %s: call %s is %s, events said %q", device, call, state, m.parts[call])
				}
			}
			for call, state := range m.parts {
				if _, ok := parts[call]; !ok {
					t.fault("snapshot of %s: call %s isn't there, events said %q", device, call, state)
				}
			}
		}
		m.parts, m.synced = parts, true
	})
}

// event takes one event frame.
func (t *TServer) event(e *element) {
	xref := e.at("monitorCrossRefID").text
	h := heard{event: e.name, local: e.at("localConnectionInfo").text}
	if conn := connectionOf(e); conn != nil {
		h.call, h.subject = conn.at("callID").text, conn.at("deviceID").text
	}
	t.update(func() {
		m := t.byXref[xref]
		if m == nil {
			t.fault("%s with cross reference ID %q, which is not ours", e.name, xref)
			return
		}
		t.lastEvent = time.Now()
		if h.call == "" {
			t.report.Events++
			return // agent and feature events have no call
		}
		if t.o.Journal {
			t.journal[m.device] = append(t.journal[m.device], Entry{Event: e.name, Subject: h.subject})
		}
		if merged(e) {
			for _, c := range mergedParts(e, h, m.device) {
				t.hear(m, c)
			}
			return
		}
		t.hear(m, h)
	})
}

func (t *TServer) hear(m *monitor, h heard) {
	doubtful := len(m.doubt)
	repeats, faults := m.hear(h)
	t.report.Repeats += uint64(repeats)
	if repeats > 0 {
		t.report.Oldest = max(t.report.Oldest, m.lost.Sub(m.oldest))
	}
	if !m.window {
		// Not in doubt: new, with all that was wrongly taken for a repetition.
		t.report.Events += uint64(1 + doubtful - repeats)
		if t.firstNew.IsZero() {
			t.firstNew = time.Now()
		}
	}
	for _, f := range faults {
		t.fault("%s", f)
	}
}

func (t *TServer) status(status string) {
	if status == "messagesLost" {
		t.update(func() { t.report.Lost++ })
	}
}

func (t *TServer) fault(format string, args ...any) {
	t.report.FaultN++
	if len(t.report.Faults) < 50 {
		t.report.Faults = append(t.report.Faults, fmt.Sprintf(t.o.Name+": "+format, args...))
	}
	t.o.Logger.Warn(fmt.Sprintf(format, args...))
}

func (t *TServer) note(format string, args ...any) {
	if len(t.report.Notes) < 50 {
		t.report.Notes = append(t.report.Notes, fmt.Sprintf(t.o.Name+": "+format, args...))
	}
}

func (t *TServer) update(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
	close(t.changed)
	t.changed = make(chan struct{})
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
