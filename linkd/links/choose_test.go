package links

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// selections is how the active link is chosen: each port of a switch by what it says,
// when; what happens; and the choices that must be logged with 35115. A choice with
// a time happens at that second, to the tenth; one without depends on a random wait.
var selections = map[string]struct {
	ports   []string
	options []string
	nodes   string   // n1 leads at first, unless lead is "none"
	acts    []string // "10s drop a"
	end     string   // when to look; default 5s
	want    []string
	stands  []string // "n1 a=active b=spare"
}{
	"one link":                 {ports: []string{"a/0: normal"}, want: []string{"a n1 0.0"}, stands: []string{"n1 a=active"}},
	"one link, normal later":   {ports: []string{"a/0: initializing 3s normal"}, want: []string{"a n1 3.0"}},
	"one link, not there yet":  {ports: []string{"a/0: down 3s normal"}, end: "20s", want: []string{"a n1"}},
	"one link, lost and found": {ports: []string{"a/0: normal 10s close | normal"}, end: "12s", want: []string{"a n1 0.0", "a n1"}},
	"overload is work":         {ports: []string{"a/0: overloadReached"}, want: []string{"a n1 0.0"}},
	"enabled isn't yet":        {ports: []string{"a/0: enabled 1s normal"}, want: []string{"a n1 1.0"}},

	"the highest": {ports: []string{"a/2: normal", "b/1: normal"}, want: []string{"a n1 0.0"}},
	"the highest, and a spare": {ports: []string{"a/2: normal", "b/1: normal"}, end: "20s",
		want: []string{"a n1 0.0"}, stands: []string{"n1 a=active b=spare"}},
	"a higher one is waited for":    {ports: []string{"a/2: 500ms normal", "b/1: normal"}, want: []string{"a n1 0.5"}},
	"not longer than the timeout":   {ports: []string{"a/2: initializing 30s normal", "b/1: normal"}, want: []string{"b n1 2.0"}},
	"nor one that refuses":          {ports: []string{"a/2: down 1h normal", "b/1: normal"}, want: []string{"b n1 0.0"}},
	"one that accepts and is mute":  {ports: []string{"a/2: silent", "b/1: normal"}, want: []string{"b n1 2.0"}},
	"one that says disabled":        {ports: []string{"a/2: disabled", "b/1: normal"}, want: []string{"b n1 2.0"}},
	"own timeout":                   {ports: []string{"a/2: silent", "b/1: normal"}, options: []string{"connect_timeout=500ms"}, want: []string{"b n1 0.5"}},
	"equal: the first":              {ports: []string{"a/1: 300ms normal", "b/1: 100ms normal"}, want: []string{"b n1 0.1"}},
	"equal: the first to be normal": {ports: []string{"a/1: initializing 300ms normal", "b/1: 200ms normal"}, want: []string{"b n1 0.2"}},
	"the middle one":                {ports: []string{"a/3: silent", "b/2: 1s normal", "c/1: normal"}, want: []string{"b n1 2.0"}},
	"the middle one, top refuses":   {ports: []string{"a/3: down 1h normal", "b/2: 1s normal", "c/1: normal"}, want: []string{"b n1 1.0"}},
	"none, then the low one": {ports: []string{"a/2: down 1h normal", "b/1: down 5s normal"}, end: "20s",
		want: []string{"b n1"}},

	"no spares": {ports: []string{"a/2: normal", "b/1: normal"}, options: []string{"spares=0"}, end: "20s",
		want: []string{"a n1 0.0"}, stands: []string{"n1 a=active b=idle"}},
	"two spares": {ports: []string{"a/3: normal", "b/2: normal", "c/1: normal"}, options: []string{"spares=2"}, end: "20s",
		want: []string{"a n1 0.0"}, stands: []string{"n1 a=active b=spare c=spare"}},
	"the better spare": {ports: []string{"a/3: normal", "b/2: normal", "c/1: normal"}, end: "20s",
		want: []string{"a n1 0.0"}, stands: []string{"n1 a=active b=spare c=idle"}},
	"a spare is replaced": {ports: []string{"a/3: normal", "b/2: normal", "c/1: normal"}, acts: []string{"20s shut b"}, end: "40s",
		want: []string{"a n1 0.0"}, stands: []string{"n1 a=active b=down c=idle", "n1 a=active b=down c=spare"}},

	"lost: the spare": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s shut a"}, end: "30s",
		want: []string{"a n1 0.0", "b n1 20.0"}},
	"lost: comes back, and failback": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s drop a"}, end: "100s",
		want: []string{"a n1 0.0", "b n1 20.0", "a n1"}, stands: []string{"n1 a=active b=spare"}},
	"no failback before its time": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s drop a"}, end: "80s",
		want: []string{"a n1 0.0", "b n1 20.0"}, stands: []string{"n1 a=spare b=active"}},
	"manual failback": {ports: []string{"a/2: normal", "b/1: normal"}, options: []string{"failback=manual"}, acts: []string{"20s drop a"}, end: "1h",
		want: []string{"a n1 0.0", "b n1 20.0"}, stands: []string{"n1 a=spare b=active"}},
	"late: failback": {ports: []string{"a/2: initializing 30s normal", "b/1: normal"}, end: "100s",
		want: []string{"b n1 2.0", "a n1 90.0"}},
	"equal spares: the first to be normal": {ports: []string{"a/2: normal", "b/1: 200ms normal", "c/1: 100ms normal"}, options: []string{"spares=2"},
		acts: []string{"20s shut a"}, end: "22s", want: []string{"a n1 0.0", "c n1 20.0"}},
	"what failed rests while another works": {ports: []string{"a/2: normal 20s close | normal", "b/1: normal"}, options: []string{"failback_after=1s"}, end: "25s",
		want: []string{"a n1 0.0", "b n1 20.0"}, stands: []string{"n1 a=down b=active"}},
	"and comes back": {ports: []string{"a/2: normal 20s close | normal", "b/1: normal"}, options: []string{"failback_after=1s"}, end: "30s",
		want: []string{"a n1 0.0", "b n1 20.0", "a n1"}},
	"flapping": {ports: []string{"a/2: normal 30s close", "b/1: normal"}, end: "10m",
		want: []string{"a n1 0.0", "b n1 30.0"}},
	"says disabled": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s say disabled a"}, end: "30s",
		want: []string{"a n1 0.0", "b n1 20.0"}},
	"says partiallyDisabled": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s say partiallyDisabled a"}, end: "30s",
		want: []string{"a n1 0.0", "b n1 20.0"}},
	"says it, and is the only one": {ports: []string{"a/2: normal"}, acts: []string{"20s say partiallyDisabled a"}, end: "30s",
		want: []string{"a n1 0.0"}, stands: []string{"n1 a=active"}},
	"half-open": {ports: []string{"a/2: normal", "b/1: normal"}, options: []string{"keepalive=1s", "keepalive_misses=2"}, acts: []string{"20s cut n1 a"}, end: "30s",
		want: []string{"a n1 0.0", "b n1 23.0"}},

	"disabled": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s disable a"}, end: "30s",
		want: []string{"a n1 0.0", "b n1"}, stands: []string{"n1 a=disabled b=active"}},
	"disabled, and the only one": {ports: []string{"a/0: normal"}, acts: []string{"20s disable a"}, end: "30s",
		want: []string{"a n1 0.0"}, stands: []string{"n1 a=disabled"}},
	"enabled again": {ports: []string{"a/0: normal"}, acts: []string{"20s disable a", "40s enable a"}, end: "50s",
		want: []string{"a n1 0.0", "a n1 40.0"}},
	"the operator's choice": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s switch b"}, end: "10m",
		want: []string{"a n1 0.0", "b n1"}, stands: []string{"n1 a=spare b=active"}},
	"the operator's choice, until it fails": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s switch b", "40s shut b"}, end: "50s",
		want: []string{"a n1 0.0", "b n1", "a n1 40.0"}},
	"the operator's choice failed and is back": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s switch b", "40s shut b", "60s open b"}, end: "10m",
		want: []string{"a n1 0.0", "b n1", "a n1 40.0"}, stands: []string{"n1 a=active b=spare"}},
	"the operator's choice, disabled and enabled": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s switch b", "40s disable b", "60s enable b"}, end: "10m",
		want: []string{"a n1 0.0", "b n1", "a n1"}, stands: []string{"n1 a=active b=spare"}},
	"the operator's choice isn't there yet": {ports: []string{"a/2: normal", "b/1: down 30s normal"}, acts: []string{"20s switch b"}, end: "1m",
		want: []string{"a n1 0.0", "b n1"}},
	"restarted": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s restart a"}, end: "30s",
		want: []string{"a n1 0.0", "b n1 20.0"}, stands: []string{"n1 a=spare b=active"}},
	"another priority": {ports: []string{"a/2: normal", "b/1: normal"}, acts: []string{"20s priority b 3"}, end: "2m",
		want: []string{"a n1 0.0", "b n1"}},

	"cold: one at a time": {ports: []string{"a/2: normal", "b/1: normal"}, options: []string{"standby=cold"}, acts: []string{"20s shut a"}, end: "40s",
		want: []string{"a n1 0.0", "b n1"}, stands: []string{"n1 a=idle b=active"}},

	"another leader, its standby": {ports: []string{"a/2: normal", "b/1: normal"}, nodes: "n1 n2", acts: []string{"20s kill n1", "21s lead n2"}, end: "40s",
		want: []string{"a n1 0.0", "a n2 21.0"}, stands: []string{"n2 a=active b=spare"}},
	"followers stand by on the highest only": {ports: []string{"a/2: normal", "b/1: normal"}, nodes: "n1 n2",
		want: []string{"a n1 0.0"}, stands: []string{"n2 a=standby b=idle"}},
	"a follower has no way to the highest": {ports: []string{"a/2: normal", "b/1: normal"}, nodes: "n1 n2", acts: []string{"0s cut n2 a", "20s kill n1", "21s lead n2"}, end: "40s",
		want: []string{"a n1 0.0", "b n2"}}, // up to 2 s later: an attempt that has just begun isn't begun anew
	"who led goes back to the highest": {ports: []string{"a/2: normal | normal", "b/1: normal"}, nodes: "n1 n2",
		acts: []string{"20s shut a", "30s resign n1", "30s lead n2", "32s open a"}, end: "50s",
		want: []string{"a n1 0.0", "b n1 20.0", "b n2"}, stands: []string{"n1 a=standby b=idle"}},
	"nobody leads": {ports: []string{"a/2: normal", "b/1: normal"}, nodes: "n2", acts: []string{"0s resign n2"}, stands: []string{"n2 a=standby b=idle"}, want: nil},
}

func TestSelection(t *testing.T) {
	if len(selections) < 30 {
		t.Fatalf("%d cases only", len(selections))
	}
	for name, c := range selections {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				nodes := strings.Fields(c.nodes)
				if len(nodes) == 0 {
					nodes = []string{"n1"}
				}
				d := newDoors(t, c.ports, c.options, nodes...)
				defer d.close()
				defer d.story()
				leads := nodes[0]
				if !slices.Contains(c.acts, "0s resign "+leads) {
					for _, a := range c.acts { // what is so from the beginning
						if strings.HasPrefix(a, "0s ") {
							d.act(strings.TrimPrefix(a, "0s "))
						}
					}
					d.nodes[leads].lead()
				}
				for _, a := range c.acts {
					at, what, _ := strings.Cut(a, " ")
					if at == "0s" {
						continue
					}
					time.Sleep(time.Until(d.began.Add(duration(t, at))))
					synctest.Wait()
					d.act(what)
				}
				end := c.end
				if end == "" {
					end = "5s"
				}
				time.Sleep(time.Until(d.began.Add(duration(t, end))))
				synctest.Wait()
				got, timed := d.selected(false), d.selected(true)
				want := slices.Clone(c.want)
				for i, w := range want {
					if strings.Count(w, " ") == 2 && i < len(got) {
						got[i] = timed[i]
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("choices (-want +got), all: %q\n%s", timed, diff)
				}
				if len(want) > 0 {
					link, _, _ := strings.Cut(want[len(want)-1], " ")
					if now := driven(d.state()); now != link && !strings.HasSuffix(strings.Join(c.stands, " "), "=disabled") {
						t.Errorf("the state says %q is driven, want %s", now, link)
					}
				}
				for i, s := range c.stands {
					node, stands, _ := strings.Cut(s, " ")
					if now := d.nodes[node].stands(); now == stands {
						break
					} else if i == len(c.stands)-1 {
						t.Errorf("%s has %s, want %s", node, now, stands)
					}
				}
				if slices.Contains(c.options, "standby=cold") {
					for _, k := range d.all {
						if k.atMost > 1 {
							t.Errorf("port %s: %d connections at once", k.name, k.atMost)
						}
					}
				}
			})
		})
	}
}
