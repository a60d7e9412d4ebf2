package xsi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// ChannelOptions says how to keep a channel open.
type ChannelOptions struct {
	// Heartbeat is the time between two heartbeats: half of the server's
	// eventTimeout, after which it ends the stream. Default 15 s.
	Heartbeat time.Duration
	// Silence is how long the stream may be silent before it counts as dead; each
	// heartbeat makes it speak. Default 2.5 heartbeats.
	Silence time.Duration
	// Trouble is told of what failed and is tried again, such as a heartbeat or
	// the renewal of the channel. It is called by several goroutines; nil means
	// that nobody wants to know.
	Trouble func(error)
}

func (o *ChannelOptions) setDefaults() {
	if o.Heartbeat <= 0 {
		o.Heartbeat = 15 * time.Second
	}
	if o.Silence <= 0 {
		o.Silence = o.Heartbeat * 5 / 2
	}
	if o.Trouble == nil {
		o.Trouble = func(error) {}
	}
}

// EventChannel is an open event channel: a streamed response, and requests to
// the very server that holds it.
type EventChannel struct {
	opt     ChannelOptions
	asked   *int    // seconds
	granted Channel // as the server opened it
	peer    net.Addr
	server  server // that address and no other

	stream *http.Transport
	body   io.ReadCloser
	pulse  *pulse
	reader *Reader
	cancel context.CancelFunc // of the stream
	ran    atomic.Bool
	closed atomic.Bool
}

// Open opens a channel and waits for the server's first document. ctx and the
// client's timeout limit the opening, not the channel. The channel has to be
// closed, even after Run has ended it.
func (c *Client) Open(ctx context.Context, want Channel, o ChannelOptions) (*EventChannel, error) {
	o.setDefaults()
	e := &EventChannel{opt: o, asked: want.Expires, stream: c.opt.transport(c.opt.Dial)}
	stream, cancel := context.WithCancel(context.WithoutCancel(ctx))
	e.cancel = cancel
	opening, opened := context.WithTimeout(ctx, c.opt.Timeout)
	defer opened()
	stop := context.AfterFunc(opening, cancel)
	if err := e.open(stream, c, want); err != nil {
		e.endStream()
		if cause := opening.Err(); cause != nil && errors.Is(err, context.Canceled) {
			err = cause
		}
		if status, ok := errors.AsType[*StatusError](err); ok {
			return nil, status
		}
		return nil, fmt.Errorf("open event channel at %s: %w", c.server.base.Host, err)
	}
	if !stop() {
		e.endStream()
		return nil, fmt.Errorf("open event channel at %s: %w", c.server.base.Host, opening.Err())
	}
	return e, nil
}

func (e *EventChannel) open(ctx context.Context, c *Client, want Channel) error {
	jar := new(cookies)
	q := request{method: http.MethodPost, path: asyncPath, body: &want}
	opener := server{opt: &c.opt, base: c.server.base, http: e.stream, cookies: jar}
	r, peer, _, err := opener.send(ctx, q)
	if err != nil {
		return err
	}
	e.body = r.Body
	if r.StatusCode/100 != 2 {
		doc, _ := opener.readBody(r)
		return refusal(q, r, doc)
	}
	e.pulse = &pulse{src: e.body, felt: func() {}}
	e.reader = NewReader(e.pulse, c.opt.MaxDocument)
	first, err := e.reader.Next()
	if err != nil {
		return fmt.Errorf("read the first document: %w", err)
	}
	doc, _, err := Decode(first)
	if err != nil {
		return err
	}
	granted, ok := doc.(*Channel)
	if !ok || granted.ChannelID == "" {
		return fmt.Errorf("the stream begins with a %s, want a Channel with a channelId", doc.Root())
	}
	e.granted = *granted
	e.pin(c, r.Request.URL, peer, jar)
	return nil
}

// pulse tells of each read that brings something.
type pulse struct {
	src  io.Reader
	felt func()
}

func (p *pulse) Read(b []byte) (int, error) {
	n, err := p.src.Read(b)
	if n > 0 {
		p.felt()
	}
	return n, err
}

// pin directs all further requests to the address that holds the stream, with
// the name, the cookies and the TLS of the URL that led there.
func (e *EventChannel) pin(c *Client, at *url.URL, peer net.Addr, jar *cookies) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return c.opt.Dial(ctx, peer.Network(), peer.String())
	}
	base := &url.URL{Scheme: at.Scheme, Host: at.Host, Path: c.server.base.Path}
	e.peer = peer
	e.server = server{opt: &c.opt, base: base, http: c.opt.transport(dial), cookies: jar}
}

// ID is the channel's, made by the server.
func (e *EventChannel) ID() string { return e.granted.ChannelID }

// Granted is the channel as the server opened it.
func (e *EventChannel) Granted() Channel { return e.granted }

// Peer is the address of the server that holds the stream.
func (e *EventChannel) Peer() net.Addr { return e.peer }

// Respond answers an event. Whoever consumes it decides when, and how: with
// StatusDelivered once it is safe, with StatusTryNext if this can't be, with
// StatusDelivered as well if it is not known and skipped. An event that is
// never answered ends the channel (NonResponsiveChannel).
//
// It waits for the server's answer and may be called by many goroutines; so
// many as Options.Conns allows have their answer at the same time. It works
// until Close, even after the stream has ended.
func (e *EventChannel) Respond(ctx context.Context, r EventResponse) error {
	return e.tell(ctx, request{method: http.MethodPost, path: eventsPath + "/channel/eventresponse", body: &r})
}

// Delete ends the channel. Its stream brings a ChannelTerminatedEvent, and Run
// returns.
func (e *EventChannel) Delete(ctx context.Context) error {
	return e.tell(ctx, request{method: http.MethodDelete, path: e.path()})
}

// Close drops the stream and all connections to the server, without a word. The
// server notices soon; Delete tells it.
func (e *EventChannel) Close() {
	e.closed.Store(true)
	e.endStream()
	e.server.http.CloseIdleConnections()
}

func (e *EventChannel) endStream() {
	e.cancel()
	if e.body != nil {
		e.body.Close()
	}
	e.stream.CloseIdleConnections()
}

func (e *EventChannel) path() string {
	return eventsPath + "/channel/" + url.PathEscape(e.granted.ChannelID)
}

func (e *EventChannel) tell(ctx context.Context, q request) error {
	if e.closed.Load() {
		return &RequestError{Method: q.method, Path: q.path, Err: errClosed}
	}
	return e.server.tell(ctx, q)
}
