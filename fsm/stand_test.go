package fsm

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	gocmp "github.com/google/go-cmp/cmp"
)

// stand drives one machine as the log would, and checks after each entry that the
// state survives a snapshot.
type stand struct {
	t     *testing.T
	m     *Machine
	index uint64
	term  uint64
	now   int64
	seen  Position // records up to here were taken
	quick bool     // leave the check out
}

func newStand(t *testing.T) *stand {
	t.Helper()
	r := &stand{t: t, m: New(), term: 1, now: 1_000_000}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &Switch{Name: "pbx", Protocol: "csta"}}}})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: "l1", Switch: "pbx"}}}})
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &Link{Name: "l2", Switch: "pbx"}}}})
	r.devices("1000", "1001", "1002")
	r.claim("l1")
	r.take()
	return r
}

func (r *stand) devices(ids ...string) {
	p := &fsmpb.PutDevices{Switch: "pbx"}
	for _, id := range ids {
		p.Devices = append(p.Devices, &fsmpb.DeviceSetup{Id: id})
	}
	r.ok(&fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: p}})
}

// apply applies one entry.
func (r *stand) apply(cs ...*fsmpb.Command) []Result {
	r.t.Helper()
	r.index++
	data, err := proto.Marshal(&fsmpb.Entry{TimeMs: r.now, Level: 1, Commands: cs})
	if err != nil {
		r.t.Fatal(err)
	}
	res, err := r.m.Apply(r.index, r.term, data)
	if err != nil {
		r.t.Fatalf("apply entry %d: %v", r.index, err)
	}
	r.check()
	return res
}

// ok applies one command that must not be refused.
func (r *stand) ok(c *fsmpb.Command) Result {
	r.t.Helper()
	res := r.apply(c)[0]
	if res.Err != nil {
		r.t.Fatalf("%v refused: %v", c, res.Err)
	}
	return res
}

// refused applies one command that must be refused so.
func (r *stand) refused(c *fsmpb.Command, category, value string) Result {
	r.t.Helper()
	res := r.apply(c)[0]
	if res.Err == nil || res.Err.Category != category || res.Err.Value != value {
		r.t.Fatalf("%v: got %v, want a refusal %s/%s", c, res.Err, category, value)
	}
	return res
}

// in does something as an entry would, below the commands.
func (r *stand) in(f func(t *txn)) {
	r.t.Helper()
	r.index++
	t := r.m.begin(r.index, r.term, r.now)
	r.m.view = nil
	f(t)
	t.end()
	r.check()
}

// claim starts an epoch of a link, as the leader of the stand's term does.
func (r *stand) claim(link string) {
	r.t.Helper()
	r.in(func(t *txn) {
		t.counters.Epoch++
		l, _ := t.links.get(link)
		l = proto.CloneOf(l)
		l.Epoch, l.LastOrdinal, l.Term, l.Up = t.counters.Epoch, 0, r.term, true
		t.links.put(link, l)
		s, _ := t.switches.get(l.Switch)
		s = proto.CloneOf(s)
		s.Epoch, s.Link, s.LinkUp = l.Epoch, link, true
		t.switches.put(s.Name, s)
		t.markSwitch(s.Name)
	})
}

func (r *stand) link() *Link {
	s, _ := r.m.s.switches.get("pbx")
	l, _ := r.m.s.links.get(s.Link)
	return l
}

// monitored says that the link's monitor on a device is up.
func (r *stand) monitored(device string) {
	r.t.Helper()
	r.in(func(t *txn) { t.upstreamMonitor(r.link(), &fsmpb.UpstreamMonitor{Device: device, Up: true}) })
}

// verify says that a snapshot settled devices.
func (r *stand) verify(devices ...string) {
	r.t.Helper()
	r.in(func(t *txn) {
		s, _ := t.switches.get("pbx")
		for _, id := range devices {
			d, _ := t.devices.get(deviceKey("pbx", id))
			d = proto.CloneOf(d)
			d.VerifiedEpoch = s.Epoch
			t.putDevice(d)
		}
		t.settleIntents("pbx")
	})
}

// call puts a live call, verified in the present epoch.
func (r *stand) call(name string, parts ...*Connection) uint64 {
	r.t.Helper()
	var id uint64
	r.in(func(t *txn) {
		s, _ := t.switches.get("pbx")
		t.counters.Call++
		id = t.counters.Call
		c := &Call{Id: id, Switch: "pbx", Connections: parts, Epoch: s.Epoch, Names: []*fsmpb.CallName{{Link: s.Link, Call: name, Epoch: s.Epoch}}}
		for _, x := range parts {
			if d, ok := t.devices.get(deviceKey("pbx", x.Device)); ok {
				d = proto.CloneOf(d)
				d.Calls = append(d.Calls, id)
				t.putDevice(d)
			}
			c.Followers = t.followers(c, []string{x.Device})
		}
		t.putCall(c)
	})
	return id
}

// change changes a live call.
func (r *stand) change(id uint64, f func(*Call)) {
	r.t.Helper()
	r.in(func(t *txn) {
		c, _ := t.calls.get(id)
		c = proto.CloneOf(c)
		f(c)
		t.putCall(c)
	})
}

// end ends a live call, or lets it become another.
func (r *stand) end(id, into uint64) {
	r.t.Helper()
	r.in(func(t *txn) {
		c, _ := t.calls.get(id)
		t.dropCall(id)
		for _, x := range c.Connections {
			if d, ok := t.devices.get(deviceKey("pbx", x.Device)); ok {
				d = proto.CloneOf(d)
				d.Calls = slices.DeleteFunc(d.Calls, func(c uint64) bool { return c == id })
				t.putDevice(d)
			}
		}
		t.putTombstone(&Tombstone{Call: id, Switch: "pbx", Names: c.Names, Into: into, DueMs: t.timeMS + t.settings.TombstoneMs})
		t.callOver(c, into)
	})
}

func part(device string, s fsmpb.ConnectionState) *Connection {
	return &Connection{Device: device, State: s}
}

// take returns the records emitted since it was called last, without their
// positions and times.
func (r *stand) take() []*Record {
	r.t.Helper()
	var out []*Record
	f := r.m.View().Feed()
	if err := f.After(r.seen, func(x *Record) bool {
		x = proto.CloneOf(x)
		x.Position, x.TimeMs = nil, 0
		out = append(out, x)
		return true
	}); err != nil {
		r.t.Fatal(err)
	}
	r.seen = f.Last()
	return out
}

// replies returns the replies among the records emitted since.
func (r *stand) replies() []*fsmpb.Reply {
	r.t.Helper()
	var out []*fsmpb.Reply
	for _, x := range r.take() {
		if x.GetReply() != nil {
			out = append(out, x.GetReply())
		}
	}
	return out
}

// expire lets every deadline pass that is due now.
func (r *stand) expire() {
	r.t.Helper()
	for range 10_000 {
		d, ok := r.m.View().NextDeadline()
		if !ok || d.DueMs > r.now {
			return
		}
		r.ok(&fsmpb.Command{Kind: &fsmpb.Command_Expire{Expire: &fsmpb.Expire{Kind: d.Kind, Key: d.Key, DueMs: d.DueMs}}})
	}
	r.t.Fatal("deadlines don't end")
}

func (r *stand) wait(ms int64) {
	r.t.Helper()
	r.now += ms
	r.expire()
}

// check restores a snapshot of the state and compares all that is worked out
// from it.
func (r *stand) check() {
	r.t.Helper()
	if !r.quick {
		checkRestored(r.t, r.m)
	}
}

func checkRestored(t *testing.T, m *Machine) *Machine {
	t.Helper()
	was := snapshotOf(t, m)
	n := New()
	if err := n.Restore(bytes.NewReader(was)); err != nil {
		t.Fatal(err)
	}
	if is := snapshotOf(t, n); !bytes.Equal(was, is) {
		t.Fatalf("a restored machine's snapshot differs")
	}
	a, b := m.View(), n.View()
	same(t, "aliases", a.aliases, b.aliases)
	same(t, "names", a.names, b.names)
	same(t, "bearers", a.bearers, b.bearers)
	same(t, "identities", a.identities, b.identities)
	same(t, "watchers", a.watchers, b.watchers)
	same(t, "owned", a.owned, b.owned)
	same(t, "owning", a.owning, b.owning)
	same(t, "due", a.due, b.due)
	same(t, "unwatched", a.unwatched, b.unwatched)
	same(t, "unverified", a.unverified, b.unverified)
	if a.feed.bytes != b.feed.bytes || a.feed.count != b.feed.count || a.feed.seq != b.feed.seq || a.feed.last != b.feed.last {
		t.Fatalf("the restored feed differs: %d records of %d bytes, %d records of %d bytes", a.feed.count, a.feed.bytes, b.feed.count, b.feed.bytes)
	}
	return n
}

func same[K cmp.Ordered, V comparable](t *testing.T, what string, a, b index[K, V]) {
	t.Helper()
	dump := func(x index[K, V]) (out []string) {
		for k, v := range x.all() {
			out = append(out, fmt.Sprintf("%q: %v", fmt.Sprint(k), v))
		}
		return out
	}
	if d := gocmp.Diff(dump(a), dump(b), cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("index %s of a restored machine differs (-live +restored):\n%s", what, d)
	}
}

func snapshotOf(t testing.TB, m *Machine) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.View().WriteSnapshot(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func diff(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := gocmp.Diff(want, got, protocmp.Transform(), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// client is a connected client of a stand.
type client struct {
	r                   *stand
	session, attachment uint64
	ordinal             uint64
}

func (r *stand) open(c *fsmpb.OpenSession) uint64 {
	r.t.Helper()
	if c.Switch == "" {
		c.Switch = "pbx"
	}
	return r.ok(&fsmpb.Command{Kind: &fsmpb.Command_OpenSession{OpenSession: c}}).ID
}

// connect opens and attaches the session of an identity.
func (r *stand) connect(identity, nonce string) *client {
	r.t.Helper()
	return r.attach(r.open(&fsmpb.OpenSession{Identity: identity, Edition: 4}), nonce)
}

func (r *stand) attach(session uint64, nonce string) *client {
	r.t.Helper()
	a := r.ok(&fsmpb.Command{Kind: &fsmpb.Command_AttachSession{AttachSession: &fsmpb.AttachSession{Session: session, Node: "n1", Nonce: nonce}}})
	return &client{r: r, session: session, attachment: a.ID}
}

func (c *client) command() *fsmpb.ClientCommand {
	c.ordinal++
	return &fsmpb.ClientCommand{Session: c.session, Attachment: c.attachment, Ordinal: c.ordinal, Invoke: uint32(100 + c.ordinal)}
}

func (c *client) do(cmd *fsmpb.ClientCommand) Result {
	c.r.t.Helper()
	return c.r.ok(&fsmpb.Command{Kind: &fsmpb.Command_Client{Client: cmd}})
}

func (c *client) start(m *fsmpb.StartMonitor) uint64 {
	c.r.t.Helper()
	cmd := c.command()
	cmd.Body = &fsmpb.ClientCommand_StartMonitor{StartMonitor: m}
	return c.do(cmd).ID
}

func (c *client) stop(xref uint64) {
	c.r.t.Helper()
	cmd := c.command()
	cmd.Body = &fsmpb.ClientCommand_StopMonitor{StopMonitor: &fsmpb.StopMonitor{Xref: xref}}
	c.do(cmd)
}

func (c *client) request(q *fsmpb.Request) uint64 {
	c.r.t.Helper()
	cmd := c.command()
	cmd.Body = &fsmpb.ClientCommand_Request{Request: q}
	return c.do(cmd).ID
}

func (c *client) register(device string) uint64 {
	c.r.t.Helper()
	cmd := c.command()
	cmd.Body = &fsmpb.ClientCommand_RegisterRouter{RegisterRouter: &fsmpb.RegisterRouter{Device: device}}
	return c.do(cmd).ID
}

func (c *client) answer(q *fsmpb.RouteAnswer) Result {
	c.r.t.Helper()
	cmd := c.command()
	cmd.Body = &fsmpb.ClientCommand_RouteAnswer{RouteAnswer: q}
	return c.r.apply(&fsmpb.Command{Kind: &fsmpb.Command_Client{Client: cmd}})[0]
}

// progress says that the client was told up to the newest record.
func (c *client) progress() Position {
	c.r.t.Helper()
	p := c.r.m.View().Feed().Last()
	c.r.ok(&fsmpb.Command{Kind: &fsmpb.Command_SessionProgress{SessionProgress: &fsmpb.SessionProgress{
		Items: []*fsmpb.SessionProgress_Item{{Session: c.session, Attachment: c.attachment, Position: p.Proto()}},
	}}})
	return p
}

func cloneDevice(d *Device) *Device { return proto.CloneOf(d) }
