package ctl

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/holdline/holdline/transport/api/apipb"
)

// when is a time in milliseconds since 1970, 0 being none.
type when int64

// MarshalJSON gives RFC 3339 in UTC with milliseconds, or null.
func (w when) MarshalJSON() ([]byte, error) {
	if w == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(time.UnixMilli(int64(w)).UTC().Format("2006-01-02T15:04:05.000Z"))
}

// local is the time as the operator's clock shows it.
func (w when) local() string {
	if w == 0 {
		return ""
	}
	return time.UnixMilli(int64(w)).Local().Format("2006-01-02 15:04:05.000")
}

// age is how long ago that was at now, in two units at most.
func (w when) age(now when) string {
	if w == 0 || now == 0 {
		return ""
	}
	d := time.Duration(max(int64(now-w), 0)) * time.Millisecond
	switch s := int64(d / time.Second); {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	case s < 24*3600:
		return fmt.Sprintf("%dh%02dm", s/3600, s/60%60)
	default:
		return fmt.Sprintf("%dd%02dh", s/86400, s/3600%24)
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// unless0 is n, or nothing.
func unless0[N uint32 | uint64 | int](n N) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(n), 10)
}

func number[N uint32 | uint64 | int | int32](n N) string { return fmt.Sprint(n) }

// list never is null in JSON.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func each[T, V any](in []T, view func(T) V) []V {
	out := make([]V, 0, len(in))
	for _, v := range in {
		out = append(out, view(v))
	}
	return out
}

// applied is how far the node was that answered.
type applied struct {
	Node      string `json:"node"`
	IsLeader  bool   `json:"is_leader"`
	Index     uint64 `json:"index"`
	Term      uint64 `json:"term"`
	Time      when   `json:"time"`
	Position  string `json:"position"`
	ClusterID string `json:"cluster_id"`
}

func appliedOf(a *apipb.Applied) applied {
	return applied{a.GetNode(), a.GetIsLeader(), a.GetIndex(), a.GetTerm(), when(a.GetTimeMs()), a.GetPosition(), a.GetClusterId()}
}

// footnote says whose answer it is, where that isn't the leader's.
func (a applied) footnote(s *screen) {
	if a.Node != "" && !a.IsLeader {
		s.linef("(as %s had it at entry %d, %s)", a.Node, a.Index, a.Time.local())
	}
}
