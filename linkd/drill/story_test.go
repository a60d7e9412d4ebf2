package drill

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/switchsim"
	"google.golang.org/protobuf/proto"
)

var ourCall = regexp.MustCompile(`[Cc]all (\d{1,5})\b`)

var ofDevice = regexp.MustCompile(`(?:Event on|told of call \d+ at|told that|agent \d+ at) (\d+) `)

// historyAt prints what the switch told at a device.
func (s *stage) historyAt(device string) {
	var b strings.Builder
	for _, tr := range s.Switch.History(0) {
		if slices.ContainsFunc(tr.Heard, func(h switchsim.ConnectionTruth) bool { return h.Device == device }) {
			fmt.Fprintf(&b, "\n  %d %s %s call %s device %s %s retired %s heard %v", tr.Seq, tr.At.Format("05.000"), tr.Event, tr.Call, tr.Device, tr.State, tr.Retired, tr.Heard)
		}
	}
	s.t.Logf("the switch at %s:%s", device, b.String())
}

// story prints what the nodes' feed and the switch's history say of the calls
// that differences name.
func (s *stage) story(differences []string) {
	s.t.Helper()
	seen := map[string]bool{}
	for _, d := range differences {
		for _, m := range ourCall.FindAllStringSubmatch(d, -1) {
			if seen[m[1]] || len(seen) > 4 {
				continue
			}
			seen[m[1]] = true
			id, _ := strconv.ParseUint(m[1], 10, 64)
			names := s.feedOf(id)
			s.historyOf(names)
		}
		if m := ofDevice.FindStringSubmatch(d); m != nil && !seen[m[1]] {
			seen[m[1]] = true
			s.historyAt(m[1])
			s.feedAt(m[1])
			for _, c := range s.TServers {
				s.t.Logf("what %s heard at %s:\n  %s", c.Name(), m[1], strings.Join(c.Past(m[1]), "\n  "))
			}
		}
	}
}

// feedAt prints what the feed told at a device.
func (s *stage) feedAt(device string) {
	s.feed("device "+device, &apipb.WatchRequest{FromStart: true, Device: device})
}

func (s *stage) feed(what string, q *apipb.WatchRequest) {
	ctx, cancel := context.WithTimeout(s.ctx, time.Second)
	defer cancel()
	for node, operator := range s.Cluster.Operators() {
		stream, err := operator.Watch(ctx, connect.NewRequest(q))
		if err != nil {
			continue
		}
		var b strings.Builder
		for stream.Receive() {
			e := stream.Msg()
			fmt.Fprintf(&b, "\n  %s %d %s call %d %s %s %s %s reconstructed=%v", e.Position, e.TimeMs, e.Kind, e.Call, e.Event, e.Device, e.Text, e.Cause, e.Reconstructed)
			var r fsmpb.Record
			if proto.Unmarshal(e.Record, &r) == nil {
				for _, h := range r.GetCall().GetHeard() {
					fmt.Fprintf(&b, " %s:%s", h.Device, h.State)
				}
			}
		}
		s.t.Logf("feed of node %s on %s:%s", node, what, b.String())
		return
	}
}

func (s *stage) feedOf(id uint64) (names []string) {
	ctx, cancel := context.WithTimeout(s.ctx, time.Second)
	defer cancel()
	for node, operator := range s.Cluster.Operators() {
		if r, err := operator.Calls(ctx, connect.NewRequest(&apipb.CallsRequest{Id: id})); err == nil {
			s.t.Logf("node %s holds %v", node, r.Msg.Calls)
			for _, n := range r.Msg.Calls[0].Names {
				names = append(names, n.Call)
			}
		}
		break
	}
	s.feed(fmt.Sprintf("call %d", id), &apipb.WatchRequest{FromStart: true, Call: id})
	return names
}

func (s *stage) historyOf(names []string) {
	var b strings.Builder
	for _, tr := range s.Switch.History(0) {
		if slices.Contains(names, tr.Call) || slices.Contains(names, tr.Retired) {
			fmt.Fprintf(&b, "\n  %d %s %s call %s device %s %s retired %s", tr.Seq, tr.At.Format("05.000"), tr.Event, tr.Call, tr.Device, tr.State, tr.Retired)
		}
	}
	s.t.Logf("the switch on %v:%s", names, b.String())
}
