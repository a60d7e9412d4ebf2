package xsi

import (
	"fmt"
	"io"
	"net/http"
)

// The server's end: what a server that speaks Xsi adds to net/http.

// ReadRequest reads the document in a request's body, nil if it is empty. It
// reads limit octets at most; 0 means MaxDocument.
func ReadRequest(r *http.Request, limit int) (Document, Info, error) {
	if limit <= 0 {
		limit = MaxDocument
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	switch {
	case err != nil:
		return nil, Info{}, fmt.Errorf("read xsi request: %w", err)
	case len(body) > limit:
		return nil, Info{}, fmt.Errorf("read xsi request: %w: more than %d octets", ErrDocumentTooLarge, limit)
	case len(body) == 0:
		return nil, Info{}, nil
	}
	return Decode(body)
}

// Reply answers a request with a document, or with an empty body if d is nil.
func Reply(w http.ResponseWriter, status int, d Document) error {
	if d == nil {
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(status)
		return nil
	}
	body, err := Append(nil, d)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return err
	}
	w.Header().Set("Content-Type", "application/xml; charset=UTF-8")
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// ReplyError refuses a request. Semantic errors have status 403, most of them
// (§3.3).
func ReplyError(w http.ResponseWriter, status, code int, summary string) error {
	return Reply(w, status, &ErrorInfo{Summary: summary, SummaryEnglish: summary, ErrorCode: code})
}

// EventStream is the server's end of an event channel. It is not safe for use
// by several goroutines.
type EventStream struct {
	w       io.Writer
	flusher *http.ResponseController
	buf     []byte
}

// OpenStream begins the endless response that is an event channel. The header
// and the first document leave in one write: there are clients that lose the
// channel's ID otherwise. The stream lives until the handler returns.
func OpenStream(w http.ResponseWriter, granted Channel) (*EventStream, error) {
	w.Header().Set("Content-Type", "application/xml; charset=UTF-8")
	s := &EventStream{w: w, flusher: http.NewResponseController(w)}
	if err := s.Send(&granted); err != nil {
		return nil, err
	}
	return s, nil
}

// Send sends one document, in a chunk of its own.
func (s *EventStream) Send(d Document) error {
	var err error
	if s.buf, err = Append(s.buf[:0], d); err != nil {
		return err
	}
	if _, err := s.w.Write(append(s.buf, '\n')); err != nil {
		return fmt.Errorf("send on event channel: %w", err)
	}
	if err := s.flusher.Flush(); err != nil {
		return fmt.Errorf("send on event channel: %w", err)
	}
	return nil
}
