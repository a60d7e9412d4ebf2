package xsi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"time"
)

const maxRedirects = 5

// server is the far end of requests: one name, or one address of it.
type server struct {
	opt     *Options
	base    *url.URL
	http    *http.Transport
	cookies *cookies
}

// request is one request before it is sent.
type request struct {
	method, path string // path as it is sent, escaped
	query        url.Values
	body         Document
}

// reply is what came of a request.
type reply struct {
	doc    Document // nil if the answer was empty
	header http.Header
}

// send sends a request, follows redirects with the same method and body, and
// returns the last response, whatever its status, and the address that it came
// from. sent reports whether the request may have reached a server.
func (s *server) send(ctx context.Context, q request) (r *http.Response, peer net.Addr, sent bool, err error) {
	u, err := url.Parse(s.base.String() + q.path)
	if err != nil {
		return nil, nil, false, err
	}
	u.RawQuery = q.query.Encode()
	var body []byte
	if q.body != nil {
		if body, err = Append(nil, q.body); err != nil {
			return nil, nil, false, err
		}
	}
	trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { peer, sent = i.Conn.RemoteAddr(), true }}
	ctx = httptrace.WithClientTrace(ctx, trace)
	for range maxRedirects + 1 {
		sent = false // what was redirected wasn't obeyed
		h, err := s.newRequest(ctx, q.method, u, body)
		if err != nil {
			return nil, nil, false, err
		}
		if r, err = s.http.RoundTrip(h); err != nil {
			return nil, nil, sent, err
		}
		s.cookies.take(u, r)
		next, err := redirected(u, r)
		if next == nil && err == nil {
			return r, peer, sent, nil
		}
		r.Body.Close()
		if err != nil {
			return nil, nil, false, err
		}
		u = next
	}
	return nil, nil, false, fmt.Errorf("%w: more than %d in a row", ErrRedirect, maxRedirects)
}

func (s *server) newRequest(ctx context.Context, method string, u *url.URL, body []byte) (*http.Request, error) {
	h, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	h.Header.Set("Accept", "application/xml")
	if len(body) > 0 {
		h.Header.Set("Content-Type", "application/xml; charset=UTF-8")
	}
	if v := s.opt.ProtocolVersion; v != "" {
		h.Header.Set("X-BroadWorks-Protocol-Version", v)
	}
	if s.opt.Credentials != nil {
		value, err := s.opt.Credentials(ctx)
		if err != nil {
			return nil, fmt.Errorf("credentials: %w", err)
		}
		h.Header.Set("Authorization", value)
	}
	s.cookies.give(h)
	return h, nil
}

// redirected returns where a response sends the request, nil if nowhere. The
// credentials go along, so it never leaves TLS.
func redirected(from *url.URL, r *http.Response) (*url.URL, error) {
	switch r.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	to, err := from.Parse(r.Header.Get("Location"))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrRedirect, err)
	case r.Header.Get("Location") == "":
		return nil, fmt.Errorf("%w: it says nowhere to", ErrRedirect)
	case to.Scheme != "https" && (to.Scheme != "http" || from.Scheme == "https"):
		return nil, fmt.Errorf("%w: from %s to %s", ErrRedirect, from.Scheme, to.Scheme)
	}
	if to.RawQuery == "" {
		to.RawQuery = from.RawQuery
	}
	return to, nil
}

// do sends a request and reads the answer, within the timeout. The error is a
// *StatusError or a *RequestError.
func (s *server) do(ctx context.Context, q request) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	r, _, sent, err := s.send(ctx, q)
	if err != nil {
		return reply{}, &RequestError{q.method, q.path, sent, err}
	}
	defer r.Body.Close()
	doc, err := s.readBody(r)
	if r.StatusCode/100 != 2 {
		return reply{}, refusal(q, r, doc)
	}
	if err != nil {
		return reply{}, &RequestError{q.method, q.path, true, fmt.Errorf("read the answer: %w", err)}
	}
	return reply{doc, r.Header}, nil
}

// readBody reads the document in a response, nil if it is empty.
func (s *server) readBody(r *http.Response) (Document, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(s.opt.MaxDocument)+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > s.opt.MaxDocument:
		return nil, fmt.Errorf("%w: more than %d octets", ErrDocumentTooLarge, s.opt.MaxDocument)
	case len(bytes.TrimSpace(body)) == 0:
		return nil, nil
	}
	doc, _, err := Decode(body)
	return doc, err
}

func refusal(q request, r *http.Response, doc Document) error {
	info, _ := doc.(*ErrorInfo)
	return &StatusError{
		Method: q.method, Path: q.path, Status: r.StatusCode, Info: info, RetryAfter: parseRetryAfter(r.Header.Get("Retry-After")),
	}
}

// parseRetryAfter reads seconds or a date (RFC 9110 10.2.3); 0 if it is neither.
func parseRetryAfter(value string) time.Duration {
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// expect returns the answer's document if it is of the wanted kind.
func expect[D Document](a reply, err error, q request) (D, error) {
	var none D
	if err != nil {
		return none, err
	}
	if d, ok := a.doc.(D); ok {
		return d, nil
	}
	wrong := &UnexpectedError{Method: q.method, Path: q.path, Want: none.Root()}
	if a.doc != nil {
		wrong.Got = a.doc.Root()
	}
	return none, wrong
}

// ask sends a request and returns the document in the answer.
func ask[D Document](ctx context.Context, s *server, q request) (D, error) {
	a, err := s.do(ctx, q)
	return expect[D](a, err, q)
}

// tell sends a request whose answer says nothing but yes or no.
func (s *server) tell(ctx context.Context, q request) error {
	_, err := s.do(ctx, q)
	if request, ok := errors.AsType[*RequestError](err); ok && isSyntax(request.Err) {
		return nil // a yes with something in it that nobody needs
	}
	return err
}

func isSyntax(err error) bool {
	_, ok := errors.AsType[*SyntaxError](err)
	return ok
}
