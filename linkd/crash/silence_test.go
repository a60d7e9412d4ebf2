package crash

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// Each case is what n3 and the non-voter n4 say when n2 hears nothing of n1; want is
// whether n2 stands for election, and when.
func TestSilence(t *testing.T) {
	const patience = 160 * time.Millisecond
	says := func(u Unheard) Unheard {
		u.Leader, u.Report.LastTerm = "n1", 3
		return u
	}
	quiet := says(Unheard{Silent: true, Term: 3, Report: Report{LastIndex: 5}})
	ahead := says(Unheard{Silent: true, Term: 3, Report: Report{LastIndex: 8}})
	hears := says(Unheard{Term: 3, Report: Report{LastIndex: 8}})
	for name, c := range map[string]struct {
		answers map[string]any
		change  func(*fake)
		after   time.Duration // when the change comes
		want    int
		at      time.Duration
	}{
		"n3 doesn't hear it either":  {answers: map[string]any{"a3": quiet}, want: 1, at: patience},
		"n3 has more and its turn":   {answers: map[string]any{"a3": ahead}, want: 1, at: patience + turn},
		"n3 hears it":                {answers: map[string]any{"a3": hears}},
		"n3 can't be asked":          {},
		"only the non-voter is deaf": {answers: map[string]any{"a4": quiet}},
		"n3 joins in later": {
			change: func(f *fake) { f.answers = map[string]any{"a3": quiet} }, after: patience*5/4 + time.Millisecond,
			want: 1, at: patience * 11 / 8,
		},
		"it is heard again": {
			answers: map[string]any{"a3": ahead}, after: patience + turn/2,
			change: func(f *fake) { f.heard = time.Now().Add(time.Hour) },
		},
		"n3 was elected": {
			answers: map[string]any{"a3": ahead}, after: patience + turn/2,
			change: func(f *fake) { f.leader, f.term, f.heard = "n3", 4, time.Now().Add(time.Hour) },
		},
		"this node stands already": {
			answers: map[string]any{"a3": quiet}, change: func(f *fake) { f.state = raft.Candidate },
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				from := time.Now()
				f := &fake{answers: c.answers, term: 3, index: 6, state: raft.Follower, heard: from}
				var at time.Duration
				elect := func(ctx context.Context) error {
					at = time.Since(from)
					f.change(func() { f.nobody = true })
					return f.elect(ctx)
				}
				w := New(Options{Port: f, Raft: f, Configuration: f.configuration, Elect: elect, Patience: patience, Logger: hclog.NewNullLogger()})
				ctx, cancel := context.WithCancel(t.Context())
				var run sync.WaitGroup
				run.Go(func() { w.Run(ctx) })
				defer run.Wait()
				defer cancel()
				time.Sleep(c.after)
				if c.change != nil {
					f.change(func() { c.change(f) })
				}
				time.Sleep(time.Second)
				if f.elections() != c.want || at < c.at || at > c.at+patience/8 {
					t.Errorf("stood %d times, the last after %v; want %d after %v", f.elections(), at, c.want, c.at)
				}
				if s := w.Stats(); int(s.Silences) != c.want || s.Deaths != 0 {
					t.Errorf("counted %+v", s)
				}
			})
		})
	}
}

// What a node says when it is asked whether it hears the leader.
func TestAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		asked  Unheard
		change func(*fake)
		want   bool
	}{
		"it doesn't":                {asked: Unheard{Leader: "n1", Term: 3}, want: true},
		"it does":                   {asked: Unheard{Leader: "n1", Term: 3}, change: func(f *fake) { f.heard = time.Now() }},
		"it stands itself":          {asked: Unheard{Leader: "n1", Term: 3}, change: func(f *fake) { f.state, f.nobody = raft.Candidate, true }, want: true},
		"it stands in a later term": {asked: Unheard{Leader: "n1", Term: 3}, change: func(f *fake) { f.state, f.nobody, f.term = raft.Candidate, true, 4 }},
		"another term":              {asked: Unheard{Leader: "n1", Term: 2}},
		"another leader":            {asked: Unheard{Leader: "n3", Term: 3}},
		"it leads itself":           {asked: Unheard{Leader: "n2", Term: 3}, change: func(f *fake) { f.state, f.leader = raft.Leader, "n2" }},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{term: 3, index: 6, state: raft.Follower, heard: time.Now().Add(-time.Second)}
			if c.change != nil {
				c.change(f)
			}
			w := New(Options{Port: f, Raft: f, Configuration: f.configuration, Elect: f.elect, Patience: time.Second / 2, Logger: hclog.NewNullLogger()})
			data, err := json.Marshal(c.asked)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := w.answer(t.Context(), "n3", data)
			if err != nil {
				t.Fatal(err)
			}
			var got Unheard
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatal(err)
			}
			if got.Silent != c.want || got.Report.Successor != (f.state == raft.Candidate) || got.Report.LastIndex != 6 || got.Report.LastTerm != 3 {
				t.Errorf("answered %+v", got)
			}
		})
	}
	if _, err := New(Options{}).answer(t.Context(), "n3", []byte("nonsense")); err == nil {
		t.Error("took nonsense")
	}
}
