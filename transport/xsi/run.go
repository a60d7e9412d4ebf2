package xsi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// lastWord is how long a channel that is gone may still say why on its stream:
// the answer to a heartbeat can overtake that.
const lastWord = 500 * time.Millisecond

// Delivery is one document that came on a channel's stream.
type Delivery struct {
	// Document is a *SubscriptionEvent, which wants to be answered, a
	// *ChannelTerminatedEvent, an *ErrorEvent, an *UnknownDocument, or nil if it
	// can't be read.
	Document Document
	// Info says what was forgiven.
	Info Info
	// Err is why the document can't be read, a *SyntaxError. If that has an
	// EventID, the event can be answered with StatusDropEvent.
	Err error
}

// Run reads the stream and calls deliver with each document but heartbeats, in
// their order, until the channel is over; meanwhile it sends heartbeats and
// renews the channel at half of the granted time. It returns when all of that
// has ended:
//
//   - a *TerminatedError if the server ended the channel with a word;
//   - ErrStreamEnded if it ended without one;
//   - ErrSilent if nothing came for too long;
//   - what a heartbeat or renewal was answered with, if that means that the
//     channel is gone;
//   - a *SyntaxError or ErrDocumentTooLarge if the stream is no XML;
//   - context.Cause(ctx) once ctx is done.
//
// While deliver takes its time, nothing is read, and silence isn't counted. Run
// can be called once.
func (e *EventChannel) Run(ctx context.Context, deliver func(Delivery)) error {
	if e.ran.Swap(true) {
		return errors.New("the event channel was run already")
	}
	defer e.endStream()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	stop := context.AfterFunc(ctx, e.cancel)
	defer stop()
	var keepers sync.WaitGroup
	for _, keep := range []func(context.Context) error{e.beat, e.renew} {
		keepers.Go(func() {
			if err := keep(ctx); err != nil {
				pause(ctx, lastWord)
				fail(err)
			}
		})
	}
	err := e.read(fail, deliver)
	if cause := context.Cause(ctx); cause != nil {
		err = cause // why the stream was ended, not what reading it says
	}
	fail(err)
	keepers.Wait()
	return err
}

// read delivers what comes until the stream ends.
func (e *EventChannel) read(fail context.CancelCauseFunc, deliver func(Delivery)) error {
	silence := time.AfterFunc(e.opt.Silence, func() { fail(fmt.Errorf("%w, for %v", ErrSilent, e.opt.Silence)) })
	defer silence.Stop()
	e.pulse.felt = func() { silence.Reset(e.opt.Silence) }
	for {
		silence.Reset(e.opt.Silence)
		doc, err := e.reader.Next()
		silence.Stop()
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("%w: %w", ErrStreamEnded, err)
		case err != nil:
			return err
		}
		var d Delivery
		d.Document, d.Info, d.Err = Decode(doc)
		if _, ok := d.Document.(*ChannelHeartBeat); ok {
			continue
		}
		deliver(d)
		if end, ok := d.Document.(*ChannelTerminatedEvent); ok {
			return &TerminatedError{end.Reason}
		}
	}
}

// beat sends heartbeats. It returns an error once the channel is gone or none
// was answered for two heartbeats, and nil once ctx is done.
func (e *EventChannel) beat(ctx context.Context) error {
	answered := time.Now()
	wait := e.opt.Heartbeat
	for pause(ctx, wait) {
		err := e.within(ctx, e.opt.Heartbeat, request{method: http.MethodPut, path: e.path() + "/heartbeat"})
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			answered, wait = time.Now(), e.opt.Heartbeat
			continue
		case isFinal(err) || time.Since(answered) >= 2*e.opt.Heartbeat:
			return fmt.Errorf("heartbeat: %w", err)
		}
		e.opt.Trouble(fmt.Errorf("heartbeat: %w", err))
		wait = e.opt.Heartbeat / 4
	}
	return nil
}

// renew asks for more time at half of what was granted. It returns an error
// once the channel is gone, and nil once ctx is done.
func (e *EventChannel) renew(ctx context.Context) error {
	ask := cmp.Or(e.asked, e.granted.Expires)
	if ask == nil {
		return untilDone(ctx) // nobody said that it expires
	}
	granted := *cmp.Or(e.granted.Expires, ask)
	wait := halfLife(granted)
	for granted < Never && pause(ctx, wait) {
		c, err := e.refresh(ctx, *ask)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			granted = *cmp.Or(c.Expires, ask)
			wait = halfLife(granted)
			continue
		case isFinal(err):
			return fmt.Errorf("renew the event channel: %w", err)
		}
		e.opt.Trouble(fmt.Errorf("renew the event channel: %w", err))
		again := false
		if wait, again = RetryAfter(err); !again {
			wait = retryMost
		}
	}
	return untilDone(ctx)
}

func (e *EventChannel) refresh(ctx context.Context, expires int) (*Channel, error) {
	return ask[*Channel](ctx, &e.server, request{method: http.MethodPut, path: e.path(), body: &Channel{Expires: &expires}})
}

// within sends a request with a time limit of its own.
func (e *EventChannel) within(ctx context.Context, limit time.Duration, q request) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return e.tell(ctx, q)
}

// isFinal reports whether an answer means that the channel is gone, or that
// nothing more can be asked of it.
func isFinal(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrUnauthorized) || errors.Is(err, ErrChannelSetGone)
}

// pause waits; it reports false if ctx is done.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func untilDone(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
