package switchsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

const maxRequestBody = 1 << 20

// Handler serves the truth, the logs, faults and moves over HTTP. See the package's documentation for the paths.
func (s *Switch) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /truth", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Truth()) })
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, orEmpty(s.Requests())) })
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Exchanged()) })
	mux.HandleFunc("GET /violations", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, orEmpty(s.Violations())) })
	mux.HandleFunc("GET /associations", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Associations()) })
	if s.xsi != nil {
		mux.HandleFunc("GET /xsi", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.Xsi()) })
	}
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		since, err := strconv.ParseUint(r.FormValue("since"), 10, 64)
		if err != nil && r.FormValue("since") != "" {
			fail(w, http.StatusBadRequest, fmt.Errorf("read since: %w", err))
			return
		}
		writeJSON(w, s.History(since))
	})
	mux.HandleFunc("POST /traffic", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Rate float64 `json:"calls_per_second"`
		}
		if !readJSON(w, r, &body) {
			return
		}
		if body.Rate < 0 {
			fail(w, http.StatusBadRequest, fmt.Errorf("change the traffic: calls_per_second is %g, want 0 or more", body.Rate))
			return
		}
		s.SetRate(body.Rate)
		writeJSON(w, body)
	})
	mux.HandleFunc("POST /do", func(w http.ResponseWriter, r *http.Request) {
		var move Move
		if !readJSON(w, r, &move) {
			return
		}
		done, err := s.Do(move)
		if err != nil {
			fail(w, http.StatusConflict, err)
			return
		}
		writeJSON(w, done)
	})
	mux.HandleFunc("POST /fault/{kind}", func(w http.ResponseWriter, r *http.Request) {
		var f Fault
		if !readJSON(w, r, &f) {
			return
		}
		f.Kind = r.PathValue("kind")
		if err := s.Break(f); err != nil {
			fail(w, http.StatusBadRequest, err)
			return
		}
		writeJSON(w, f)
	})
	return mux
}

func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// readJSON reads a request's body; an empty one is as good as {}. It answers bad ones and returns false.
func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	if r.ContentLength == 0 {
		return true
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		fail(w, http.StatusBadRequest, fmt.Errorf("read the body as JSON: %w", err))
		return false
	}
	return true
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	encode(w, v)
}

func fail(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encode(w, map[string]string{"error": err.Error()})
}

func encode(w http.ResponseWriter, v any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // a client that went away needs no answer
}
