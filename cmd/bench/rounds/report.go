package rounds

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdline/holdline/cmd/bench/machine"
	"github.com/holdline/holdline/cmd/bench/measure"
	"github.com/holdline/holdline/cmd/bench/report"
)

// Report is all that one run brought: the JSON of it.
type Report struct {
	Machine machine.Facts `json:"machine"`
	Rounds  int           `json:"rounds"`
	Length  float64       `json:"length_s"` // of one measurement
	Payload int           `json:"payload"`  // octets of an event of the peers
	Result
	Ratios  []Ratio         `json:"ratios"`
	Felt    *Felt           `json:"felt,omitempty"`
	Targets []report.Target `json:"targets"`
}

// Ratio is Holdline to a peer at one load.
type Ratio struct {
	Peer      string  `json:"peer"`
	Parallel  int     `json:"parallel"`
	PerSecond float64 `json:"per_second"` // Holdline's rate to the peer's: more is better
	P50       float64 `json:"p50"`        // Holdline's time to the peer's: less is better
	P99       float64 `json:"p99"`
}

// Finish works out the ratios and what is wanted.
func (r *Report) Finish() {
	for _, s := range r.Series {
		h := r.of(Holdline, s.Parallel)
		if h == nil || s.Subject == Holdline {
			continue
		}
		r.Ratios = append(r.Ratios, Ratio{
			Peer: s.Subject, Parallel: s.Parallel, PerSecond: measure.Ratio(h.PerSecond, s.PerSecond),
			P50: measure.Ratio(h.P50, s.P50), P99: measure.Ratio(h.P99, s.P99),
		})
	}
	want := func(t report.Target) { r.Targets = append(r.Targets, report.Judge(t)) }
	for _, q := range r.Ratios {
		switch {
		case q.Parallel == 1024 && q.Peer == "raft-batched":
			want(report.Target{What: "events/s at 1,024 to raft, batched", Want: 0.5, Unit: " ×", Got: q.PerSecond})
		case q.Parallel == 1024 && q.Peer == "etcd":
			want(report.Target{What: "events/s at 1,024 to etcd, one put an event", Want: 5, Unit: " ×", Got: q.PerSecond})
		case q.Parallel == 1024 && q.Peer == "nats":
			want(report.Target{What: "events/s at 1,024 to NATS", Want: 1, Unit: " ×", Got: q.PerSecond})
		case q.Parallel == 1 && q.Peer == "raft":
			want(report.Target{What: "p50 at 1 to raft, one entry an event", Want: 1.3, AtMost: true, Unit: " ×", Got: q.P50})
		}
	}
	if f := r.Felt; f != nil {
		if s := f.Steady; s.Events > 0 {
			want(report.Target{What: fmt.Sprintf("p99 at %.0f events/s", s.PerSecond), Want: 10, AtMost: true, Unit: " ms", Got: float64(s.Latency.P99)})
			want(report.Target{What: "p99.9 of the same, through snapshots", Want: 50, AtMost: true, Unit: " ms", Got: float64(s.Latency.P999)})
		}
		if len(f.Bursts) > 0 {
			want(report.Target{What: fmt.Sprintf("a burst of %d events absorbed", f.Bursts[0].Events), Want: 1000, AtMost: true, Unit: " ms", Got: float64(f.Absorbed)})
		}
	}
}

func (r *Report) of(subject string, parallel int) *Series {
	i := slices.IndexFunc(r.Series, func(s Series) bool { return s.Subject == subject && s.Parallel == parallel })
	if i < 0 {
		return nil
	}
	return &r.Series[i]
}

// Tables are the report for people.
func (r *Report) Tables() []*report.Table {
	var out []*report.Table
	if len(r.Series) > 0 {
		out = append(out, r.figures())
	}
	if len(r.Ratios) > 0 {
		out = append(out, r.ratios())
	}
	if r.Felt != nil {
		out = append(out, r.felt())
	}
	if len(r.Targets) > 0 {
		out = append(out, report.Targets(r.Targets))
	}
	return out
}

// loads are the loads that were measured, ascending.
func (r *Report) loads() (out []int) {
	for _, s := range r.Series {
		if !slices.Contains(out, s.Parallel) {
			out = append(out, s.Parallel)
		}
	}
	slices.Sort(out)
	return out
}

func (r *Report) subjects() (out []Series) {
	for _, s := range r.Series {
		if !slices.ContainsFunc(out, func(o Series) bool { return o.Subject == s.Subject }) {
			out = append(out, s)
		}
	}
	return out
}

func (r *Report) figures() *report.Table {
	t := &report.Table{Title: fmt.Sprintf("Events/s and time from socket to socket, medians of %d rounds", r.Rounds), Head: []string{"subject"}}
	for _, n := range r.loads() {
		t.Head = append(t.Head, fmt.Sprintf("%d: /s", n), "p50 ms", "p99 ms")
	}
	disturbed := false
	for _, s := range r.subjects() {
		row := []string{s.Title}
		for _, n := range r.loads() {
			f := r.of(s.Subject, n)
			mark := ""
			if f.Disturbed {
				mark, disturbed = " ~", true
			}
			row = append(row, report.Number(f.PerSecond)+mark, report.Number(f.P50), report.Number(f.P99))
		}
		t.Row(row...)
	}
	if disturbed {
		t.Notes = append(t.Notes, "~ other work on the machine disturbed most rounds")
	}
	if len(r.Logs) > 0 {
		var size, per []float64
		for _, a := range r.Logs {
			size, per = append(size, a.EventBytes), append(per, a.PerEntry)
		}
		t.Notes = append(t.Notes, fmt.Sprintf("An event of Holdline's has %.0f octets in the log on average, one of the peers %d; an entry of Holdline's holds %s events on average over all loads.",
			measure.Median(size), r.Payload, report.Number(measure.Median(per))))
	}
	return t
}

func (r *Report) ratios() *report.Table {
	t := &report.Table{Title: "Holdline to each peer", Head: []string{"peer"}, Notes: []string{"More is better of events/s, less of p50 and p99."}}
	for _, n := range r.loads() {
		t.Head = append(t.Head, fmt.Sprintf("%d: /s", n), "p50", "p99")
	}
	for _, s := range r.subjects() {
		if s.Subject == Holdline {
			continue
		}
		row := []string{s.Title}
		for _, n := range r.loads() {
			for _, q := range r.Ratios {
				if q.Peer == s.Subject && q.Parallel == n {
					row = append(row, report.Number(q.PerSecond)+" ×", report.Number(q.P50)+" ×", report.Number(q.P99)+" ×")
				}
			}
		}
		t.Row(row...)
	}
	return t
}

func (r *Report) felt() *report.Table {
	t := &report.Table{Title: "What users feel", Head: []string{"load", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "absorbed in ms"}}
	row := func(what string, l measure.Summary, absorbed string) {
		t.Row(what, report.Number(float64(l.P50)), report.Number(float64(l.P99)), report.Number(float64(l.P999)), report.Number(float64(l.Max)), absorbed)
	}
	if s := r.Felt.Steady; s.Events > 0 {
		row(fmt.Sprintf("%.0f events/s for %v", s.PerSecond, (time.Duration(s.Seconds)*time.Second)), s.Latency, "")
		t.Notes = append(t.Notes, fmt.Sprintf("Snapshots taken by the nodes under the steady load: %v; other work took %.0f%% of the processors.", s.Snapshots, 100*s.CPU.Others))
	}
	for i, b := range r.Felt.Bursts {
		row(fmt.Sprintf("burst %d of %d events", i+1, b.Events), b.Latency, report.Number(float64(b.Absorbed)))
	}
	return t
}
