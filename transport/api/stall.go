package api

import (
	"net/http"
	"time"
)

// cutStalled gives every write its own deadline, so that a reader that stops
// taking what it asked for holds neither a goroutine nor memory for long.
func cutStalled(h http.Handler, limit time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(&stallWriter{ResponseWriter: w, ctl: http.NewResponseController(w), limit: limit}, r)
	})
}

type stallWriter struct {
	http.ResponseWriter
	ctl   *http.ResponseController
	limit time.Duration
}

// Unwrap lets http.ResponseController reach the writer below.
func (s *stallWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

func (s *stallWriter) Write(p []byte) (int, error) {
	s.extend()
	return s.ResponseWriter.Write(p)
}

// Flush is what Connect calls after each message of a stream.
func (s *stallWriter) Flush() {
	s.extend()
	_ = s.ctl.Flush() // the next write tells
}

// extend can only fail where the connection is gone; the write says so too.
func (s *stallWriter) extend() { _ = s.ctl.SetWriteDeadline(time.Now().Add(s.limit)) }
