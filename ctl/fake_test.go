package ctl

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// fake is a node with a little of everything. Its answers may be changed before
// it is asked.
type fake struct {
	apipbconnect.UnimplementedOperatorHandler
	status   *apipb.StatusResponse
	links    *apipb.LinksResponse
	calls    []*apipb.CallInfo
	monitors []*apipb.MonitorInfo
	sessions []*apipb.SessionInfo
	intents  []*apipb.IntentInfo
	fail     map[string]error // by method
	watch    func(context.Context, *apipb.WatchRequest, func(*apipb.WatchEvent) error) error
	resync   func(context.Context, *apipb.ResyncRequest, func(*apipb.ResyncProgress) error) error
	pageSize int // of lists, at most; 0: what is asked for

	mu      sync.Mutex
	devices map[string]*apipb.DeviceInfo // by switch/ID
	puts    []*apipb.PutDevicesRequest
	asked   []string // methods
}

func (f *fake) enter(method string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, method)
	return f.fail[method]
}

func (f *fake) times(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, m := range f.asked {
		if m == method {
			n++
		}
	}
	return n
}

func answer[R any](r *R, err error) (*connect.Response[R], error) {
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(r), nil
}

func (f *fake) Status(context.Context, *connect.Request[apipb.StatusRequest]) (*connect.Response[apipb.StatusResponse], error) {
	return answer(f.status, f.enter("Status"))
}

func (f *fake) Links(context.Context, *connect.Request[apipb.LinksRequest]) (*connect.Response[apipb.LinksResponse], error) {
	return answer(f.links, f.enter("Links"))
}

func (f *fake) ChangeLink(_ context.Context, q *connect.Request[apipb.ChangeLinkRequest]) (*connect.Response[apipb.ChangeLinkResponse], error) {
	if err := f.enter("ChangeLink"); err != nil {
		return nil, err
	}
	r := &apipb.ChangeLinkResponse{Link: q.Msg.Link, Switch: "pbx1", Node: cmp.Or(q.Msg.Node, "n1"), Active: "pbx1-a"}
	switch {
	case q.Msg.Link == "pbx9":
		return nil, api.Refused("link pbx9 is disabled: enable it first")
	case q.Msg.Action == apipb.ChangeLinkRequest_SWITCH:
		r.Active = q.Msg.Link
	case q.Msg.Action == apipb.ChangeLinkRequest_DISABLE && q.Msg.Link == "pbx1-a":
		r.Active = ""
	case q.Msg.Action == apipb.ChangeLinkRequest_ENABLE:
		r.Already = true
	}
	return answer(r, nil)
}

func (f *fake) Failover(context.Context, *connect.Request[apipb.FailoverRequest]) (*connect.Response[apipb.FailoverResponse], error) {
	return answer(&apipb.FailoverResponse{
		Applied: f.applied(), Unreachable: []string{"n2"},
		Failover: &apipb.FailoverInfo{Node: "n1", Term: 7, Kind: "crash", BeganMs: 1790000000000, Steps: []*apipb.FailoverStep{
			{Step: "stream ended"}, {Step: "process found ended", AfterUs: 1100}, {Step: "majority agreed", AfterUs: 2500},
			{Step: "elected", AfterUs: 9800}, {Step: "log applied", AfterUs: 12000}, {Step: "link claimed", Switch: "pbx1", AfterUs: 15300},
		}},
	}, f.enter("Failover"))
}

func (f *fake) TransferLeader(_ context.Context, q *connect.Request[apipb.TransferLeaderRequest]) (*connect.Response[apipb.TransferLeaderResponse], error) {
	if err := f.enter("TransferLeader"); err != nil {
		return nil, err
	}
	to := q.Msg.To
	switch to {
	case "":
		to = "n2"
	case "n1":
		return answer(&apipb.TransferLeaderResponse{From: "n1", To: "n1", Already: true}, nil)
	case "n3":
		return nil, api.Refused("n3 is 2,500 entries behind: wait until linkctl members shows it caught up")
	}
	return answer(&apipb.TransferLeaderResponse{From: "n1", To: to}, nil)
}

func (f *fake) applied() *apipb.Applied { return f.status.Applied }

// page is rows[after:] cut to size.
func page[T any](f *fake, rows []T, after uint64, size uint32) (out []T, next uint64) {
	rows = rows[min(after, uint64(len(rows))):]
	n := int(size)
	if f.pageSize > 0 {
		n = min(n, f.pageSize)
	}
	if n == 0 || n >= len(rows) {
		return rows, 0
	}
	return rows[:n], after + uint64(n)
}

func (f *fake) Calls(_ context.Context, q *connect.Request[apipb.CallsRequest]) (*connect.Response[apipb.CallsResponse], error) {
	if err := f.enter("Calls"); err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(slices.Clone(f.calls), func(k *apipb.CallInfo) bool {
		has := slices.ContainsFunc(k.Parties, func(p *apipb.PartyInfo) bool { return p.Device == q.Msg.Device })
		return q.Msg.Id != 0 && q.Msg.Id != k.Id || q.Msg.Switch != "" && q.Msg.Switch != k.Switch || q.Msg.Device != "" && !has
	})
	rows, next := page(f, rows, q.Msg.After, q.Msg.PageSize)
	return answer(&apipb.CallsResponse{Applied: f.applied(), Calls: rows, Next: next}, nil)
}

func (f *fake) Monitors(_ context.Context, q *connect.Request[apipb.MonitorsRequest]) (*connect.Response[apipb.MonitorsResponse], error) {
	if err := f.enter("Monitors"); err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(slices.Clone(f.monitors), func(m *apipb.MonitorInfo) bool {
		return q.Msg.Session != 0 && q.Msg.Session != m.Session || q.Msg.Switch != "" && q.Msg.Switch != m.Switch || q.Msg.Device != "" && q.Msg.Device != m.Device
	})
	rows, next := page(f, rows, q.Msg.After, q.Msg.PageSize)
	return answer(&apipb.MonitorsResponse{Applied: f.applied(), Monitors: rows, Next: next}, nil)
}

func (f *fake) Sessions(_ context.Context, q *connect.Request[apipb.SessionsRequest]) (*connect.Response[apipb.SessionsResponse], error) {
	rows := slices.DeleteFunc(slices.Clone(f.sessions), func(s *apipb.SessionInfo) bool { return q.Msg.Switch != "" && q.Msg.Switch != s.Switch })
	return answer(&apipb.SessionsResponse{Applied: f.applied(), Sessions: rows}, f.enter("Sessions"))
}

func (f *fake) Intents(context.Context, *connect.Request[apipb.IntentsRequest]) (*connect.Response[apipb.IntentsResponse], error) {
	return answer(&apipb.IntentsResponse{Applied: f.applied(), Intents: f.intents}, f.enter("Intents"))
}

func (f *fake) Devices(_ context.Context, q *connect.Request[apipb.DevicesRequest]) (*connect.Response[apipb.DevicesResponse], error) {
	if err := f.enter("Devices"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var rows []*apipb.DeviceInfo
	r := &apipb.DevicesResponse{Applied: f.applied()}
	for _, key := range slices.Sorted(maps.Keys(f.devices)) {
		d := f.devices[key]
		named := q.Msg.Id == "" || d.Id == q.Msg.Id || slices.Contains(d.Aliases, q.Msg.Id)
		if key > q.Msg.After && named && (q.Msg.Switch == "" || d.Switch == q.Msg.Switch) {
			rows = append(rows, d)
		}
	}
	rows, more := page(f, rows, 0, q.Msg.PageSize)
	if more != 0 {
		last := rows[len(rows)-1]
		r.Next = last.Switch + "/" + last.Id
	}
	r.Devices = rows
	return answer(r, nil)
}

// configuration is the part of a device that PutDevices sets.
func configuration(d *apipb.DeviceInfo) *apipb.DeviceInfo {
	return &apipb.DeviceInfo{Switch: d.Switch, Id: d.Id, Kind: d.Kind, Aliases: d.Aliases, ServiceFrom: d.ServiceFrom, Site: d.Site,
		DefaultRoute: d.DefaultRoute, OwnerClients: d.OwnerClients, Provisioned: d.Provisioned}
}

func (f *fake) PutDevices(_ context.Context, q *connect.Request[apipb.PutDevicesRequest]) (*connect.Response[apipb.PutDevicesResponse], error) {
	if err := f.enter("PutDevices"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.puts = append(f.puts, q.Msg)
	r := &apipb.PutDevicesResponse{}
	for _, d := range q.Msg.Devices {
		key := q.Msg.Switch + "/" + d.Id
		old, result := f.devices[key], &apipb.DeviceResult{Id: d.Id}
		switch {
		case d.Kind == "toaster":
			result.Result, result.Error = "refused", "there is no kind toaster"
			r.Refused++
		case old == nil:
			result.Result = "created"
			r.Created++
		case proto.Equal(configuration(old), configuration(d)):
			result.Result = "unchanged"
			r.Unchanged++
		default:
			result.Result = "changed"
			r.Changed++
		}
		if !q.Msg.DryRun && result.Result != "refused" {
			f.devices[key] = configuration(d)
		}
		r.Results = append(r.Results, result)
	}
	return answer(r, nil)
}

func (f *fake) DeleteDevices(_ context.Context, q *connect.Request[apipb.DeleteDevicesRequest]) (*connect.Response[apipb.DeleteDevicesResponse], error) {
	if err := f.enter("DeleteDevices"); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &apipb.DeleteDevicesResponse{}
	for _, id := range q.Msg.Ids {
		key := q.Msg.Switch + "/" + id
		d, result := f.devices[key], &apipb.DeviceResult{Id: id, Result: "deleted"}
		switch {
		case d == nil:
			result.Result = "absent"
		case len(d.Calls) > 0:
			result.Result, result.Error = "refused", "it is in call "+number(d.Calls[0])
		default:
			r.Deleted++
			if !q.Msg.DryRun {
				delete(f.devices, key)
			}
		}
		r.Results = append(r.Results, result)
	}
	return answer(r, nil)
}

func (f *fake) Resync(ctx context.Context, q *connect.Request[apipb.ResyncRequest], s *connect.ServerStream[apipb.ResyncProgress]) error {
	if err := f.enter("Resync"); err != nil {
		return err
	}
	if f.resync != nil {
		return f.resync(ctx, q.Msg, s.Send)
	}
	if q.Msg.FollowOnly {
		return nil
	}
	total := uint64(200)
	if q.Msg.Device != "" {
		total = 1
	}
	for _, p := range []*apipb.ResyncProgress{
		{Switch: "pbx1", Total: total},
		{Switch: "pbx1", Total: total, Done: total / 2, Cleared: 1},
		{Switch: "pbx1", Total: total, Done: total, Cleared: 2, Found: 1, Finished: true},
	} {
		if err := s.Send(p); err != nil {
			return err
		}
	}
	return nil
}

func (f *fake) Watch(ctx context.Context, q *connect.Request[apipb.WatchRequest], s *connect.ServerStream[apipb.WatchEvent]) error {
	if err := f.enter("Watch"); err != nil {
		return err
	}
	if f.watch == nil {
		return connect.NewError(connect.CodeInvalidArgument, errors.New("no feed in this test"))
	}
	return f.watch(ctx, q.Msg, s.Send)
}

// now is the log's time in everything that the fake says: 2026-05-04 10:20:30.123 UTC.
const now = 1777890030123

func newFake() *fake {
	f := &fake{fail: map[string]error{}, devices: map[string]*apipb.DeviceInfo{}}
	f.status = &apipb.StatusResponse{
		Applied: &apipb.Applied{Node: "n1", Index: 184201, Term: 7, TimeMs: now, Position: "184201.2", ClusterId: "c-5f21", IsLeader: true},
		Leader:  "n1", LeaderAddress: "10.0.0.1:7500", Calls: 2, Sessions: 2, Monitors: 3, Intents: 1, Level: 1, Ready: true, Version: "v1.0.0",
		Members: []*apipb.Member{
			member("n1", "berlin", "leader", 184201, 0),
			member("n2", "berlin", "follower", 184201, 0),
			member("n3", "munich", "follower", 184199, 2),
		},
		Switches: []*apipb.SwitchStatus{{Name: "pbx1", Protocol: "csta", Status: "normal", Link: "pbx1-a", Epoch: 12, Devices: 200, Monitored: 200, Calls: 2, SinceMs: now - 3*3600_000, Node: "n1"}},
		Counters: []*apipb.Counter{{Name: "facts_applied", Value: 90210}, {Name: "replayed_events", Value: 3}},
	}
	f.links = &apipb.LinksResponse{Applied: f.status.Applied, Links: []*apipb.LinkInfo{
		{Name: "pbx1-a", Switch: "pbx1", Node: "n1", Address: "10.1.0.1:5000", Priority: 1, State: "active", Epoch: 12, SinceMs: now - 3*3600_000, SystemStatus: "normal", InFlight: 1, Facts: 90210, Requests: 4100, RoundTripUs: 1830, Monitors: 200, Losses: 2, FailedMs: now - 4*3600_000, Via: "n3"},
		{Name: "pbx1-a", Switch: "pbx1", Node: "n2", Address: "10.1.0.1:5000", Priority: 1, State: "standby", SinceMs: now - 2*86400_000, SystemStatus: "normal", RoundTripUs: 1900},
		{Name: "pbx1-b", Switch: "pbx1", Node: "n3", Address: "10.1.0.2:5000", Priority: 2, State: "standby", SinceMs: now - 95_000, SystemStatus: "normal", RoundTripUs: 7420},
	}}
	f.calls = []*apipb.CallInfo{
		{Id: 4711, Switch: "pbx1", Names: []*apipb.CallName{{Link: "pbx1-a", Call: "0x1F"}, {Link: "pbx1-b", Call: "91"}}, Linkage: "gcl-9",
			Parties: []*apipb.PartyInfo{{Device: "+4930555", State: "connected", SinceMs: now - 61_000}, {Device: "2001", State: "hold", SinceMs: now - 5_000}},
			Calling: "+4930555", Called: "1800", BeganMs: now - 75_000, ChangedMs: now - 5_000, Verified: true, Version: 9, Correlator: []byte("c17"), UserData: []byte("name=\x1b[31mEve\xff")},
		{Id: 4712, Switch: "pbx1", Names: []*apipb.CallName{{Link: "pbx1-a", Call: "0x20"}},
			Parties: []*apipb.PartyInfo{{Device: "2001", State: "connected", SinceMs: now - 5_000}, {Device: "2002", State: "alerting", SinceMs: now - 4_000}},
			Calling: "2001", Called: "2002", BeganMs: now - 5_000, ChangedMs: now - 4_000, Late: true, LinkedTo: 4711, Version: 3},
	}
	for _, d := range []*apipb.DeviceInfo{
		{Switch: "pbx1", Id: "1800", Kind: "acd", Service: "InSrv", Provisioned: true, DefaultRoute: "2001", Site: "berlin", Monitors: 1, Monitored: true, Verified: true},
		{Switch: "pbx1", Id: "2001", Kind: "station", Aliases: []string{"+493012342001", "sip:2001@example.com"}, ServiceFrom: "switch", Site: "berlin", Provisioned: true, Service: "InSrv", Owner: "n1",
			Agents: []*apipb.AgentInfo{{Agent: "a17", Group: "sales", State: "busy", Pending: "notReady", Reason: "lunch"}}, Dnd: true,
			Forwarding: []*apipb.ForwardInfo{{Type: "forwardNoAns", On: true, Destination: "2002"}, {Type: "forwardBusy"}},
			Calls:      []uint64{4711, 4712}, Monitors: 2, Monitored: true, Verified: true, OwnerClients: []string{"ts|a", `ts\b`}},
		{Switch: "pbx1", Id: "2002", Kind: "station", Provisioned: true, Service: "OOS", Refused: "operation/invalidDeviceID"},
		{Switch: "pbx1", Id: "T900", Kind: "trunk", Service: "InSrv", Verified: true},
	} {
		f.devices[d.Switch+"/"+d.Id] = d
	}
	f.sessions = []*apipb.SessionInfo{
		{Id: 3, Switch: "pbx1", Identity: "cert:ts-a", Name: "ts-a", Edition: 5, Explicit: true, Node: "n1", Peer: "10.2.0.1:40112", Attached: true, Delivered: "184201.1", Behind: 1, Resumed: 2, Monitors: 2, OpenedMs: now - 86400_000},
		{Id: 4, Switch: "pbx1", Identity: "addr:10.2.0.2", Edition: 3, Delivered: "184180.3", Behind: 44, Monitors: 1, OpenedMs: now - 7200_000, EndsMs: now + 42_000},
	}
	f.monitors = []*apipb.MonitorInfo{
		{Xref: 101, Session: 3, Client: "ts-a", Switch: "pbx1", Device: "2001", Type: "device", Filter: "-", Claimed: true, Upstream: true, State: "active"},
		{Xref: 102, Session: 3, Client: "ts-a", Switch: "pbx1", Call: 4711, Type: "call", Claimed: true, Upstream: true, State: "active"},
		{Xref: 205, Session: 4, Client: "addr:10.2.0.2", Switch: "pbx1", Device: "2001", Type: "device", State: "unclaimed"},
	}
	f.intents = []*apipb.IntentInfo{
		{Id: 900, Session: 3, Switch: "pbx1", Service: "MakeCall", Device: "2002", Term: 7, DueMs: now + 3_000, Sent: true},
		{Id: 899, Session: 4, Switch: "pbx1", Service: "HoldCall", Device: "2001", Term: 6, DueMs: now - 1_000, Overdue: true},
	}
	return f
}

func member(id, site, state string, applied, behind uint64) *apipb.Member {
	n := strings.TrimPrefix(id, "n")
	return &apipb.Member{Id: id, Site: site, Address: "10.0.0." + n + ":7400", ApiAddress: "10.0.0." + n + ":7500", HttpAddress: "10.0.0." + n + ":7600",
		State: state, Voter: true, Applied: applied, LastIndex: applied, Behind: behind, Version: "v1.0.0", Hash: "9f86d081884c7d65", HashIndex: 183296, BootId: "b" + n}
}

// breaksAfter is a node that fails after n batches.
type breaksAfter struct {
	*fake
	n    int
	then func(context.Context) error
}

func (b *breaksAfter) PutDevices(ctx context.Context, q *connect.Request[apipb.PutDevicesRequest]) (*connect.Response[apipb.PutDevicesResponse], error) {
	if b.times("PutDevices") >= b.n {
		if b.then != nil {
			return nil, b.then(ctx)
		}
		return nil, connect.NewError(connect.CodeInternal, errors.New("the disk is full"))
	}
	return b.fake.PutDevices(ctx, q)
}
