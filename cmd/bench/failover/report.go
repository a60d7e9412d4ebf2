package failover

import (
	"fmt"
	"slices"

	"github.com/holdline/holdline/cmd/bench/machine"
	"github.com/holdline/holdline/cmd/bench/report"
)

// Report is all that one run brought: the JSON of it.
type Report struct {
	Machine machine.Facts     `json:"machine"`
	Kills   int               `json:"kills"`
	Rate    float64           `json:"rate"`
	Devices int               `json:"devices"`
	Timing  map[string]string `json:"timing"` // by scenario
	Rows    []Row             `json:"rows"`
	LeftOut []string          `json:"left_out,omitempty"` // and why
	Targets []report.Target   `json:"targets"`
}

// titles of the scenarios.
var titles = map[Scenario]string{
	Crash: "The leader's process is killed", Planned: "Leadership is handed over: the longest gap",
	Frozen: "The leader's process is frozen", Silent: "The leader's host falls silent",
}

// wanted are the times that are wanted, p95.
var wanted = []struct {
	scenario Scenario
	what     string
	text     string
	ms       float64
}{
	{Crash, Attached, "crash, client of every node, p95", 100},
	{Crash, Share, "crash, strict T-Server, Holdline's share, p95", 300},
	{Planned, Attached, "planned, client of every node, p95", 50},
	{Silent, Attached, "silent host, client of every node, p95", 500},
}

// Finish works out what is wanted.
func (r *Report) Finish() {
	for _, w := range wanted {
		i := slices.IndexFunc(r.Rows, func(row Row) bool {
			return row.Subject == "holdline" && row.Scenario == w.scenario && row.What == w.what
		})
		if i >= 0 {
			r.Targets = append(r.Targets, report.Judge(report.Target{What: w.text, Want: w.ms, AtMost: true, Unit: " ms", Got: float64(r.Rows[i].Times.P95)}))
		}
	}
}

// times is how often something was measured, and how often it failed.
func times(row Row) string {
	if len(row.Failed) > 0 {
		return fmt.Sprintf("%d, %d failed", row.Times.N, len(row.Failed))
	}
	return fmt.Sprint(row.Times.N)
}

// Tables are the report for people.
func (r *Report) Tables() []*report.Table {
	var out []*report.Table
	for _, s := range Scenarios {
		t := &report.Table{Title: titles[s], Head: []string{"subject", "p50 ms", "p95 ms", "max ms", "times"}}
		for _, row := range r.Rows {
			if row.Scenario != s {
				continue
			}
			name := row.What
			if row.Subject != "holdline" {
				name = map[string]string{"raft": "hashicorp/raft, defaults", "etcd": "etcd, defaults"}[row.Subject] + ": " + row.What
			}
			t.Row(name, report.Number(float64(row.Times.P50)), report.Number(float64(row.Times.P95)), report.Number(float64(row.Times.Max)), times(row))
		}
		if len(t.Rows) > 0 {
			t.Notes = []string{fmt.Sprintf("Timing profile of Holdline: %s.", r.Timing[string(s)])}
			if s == Frozen || s == Silent {
				t.Notes = append(t.Notes, "The strict T-Server is told at once that its link is dead; its own keepalive comes on top.")
			}
			out = append(out, t)
		}
	}
	if len(r.Targets) > 0 {
		t := report.Targets(r.Targets)
		t.Notes = r.LeftOut
		out = append(out, t)
	}
	return out
}
