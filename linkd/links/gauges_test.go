package links

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Every link of a node is exported, in the state that it is in.
func TestGauges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoors(t, []string{"a/2: normal", "b/1: normal"}, nil, "n1")
		defer d.close()
		r := prometheus.NewPedanticRegistry()
		n := d.nodes["n1"]
		n.adjust = func(o *Options) { o.Metrics = r }
		n.restart()
		n.lead()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		all, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		states := make(map[string]string)
		seen := 0
		for _, f := range all {
			if f.GetName() == "holdline_link_state" {
				for _, m := range f.GetMetric() {
					label := make(map[string]string)
					for _, l := range m.GetLabel() {
						label[l.GetName()] = l.GetValue()
					}
					states[label["link"]] = label["state"]
				}
			}
			if len(f.GetMetric()) == 2 {
				seen++
			}
		}
		if states["a"] != "active" || states["b"] != "spare" || seen < 10 {
			t.Errorf("states %v, %d gauges", states, seen)
		}
	})
}
