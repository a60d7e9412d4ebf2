package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/linkd/drill"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/switchsim"
	"google.golang.org/protobuf/testing/protocmp"
)

// stranger is where bad input comes from: nobody else uses this address.
const stranger = "127.0.0.66"

// TestBadInput throws at a leader's and a follower's ports what no client of
// theirs would send. Nothing of it may change the state, and everyone else goes on.
func TestBadInput(t *testing.T) {
	r := start(t, drill.SceneOptions{TServers: 1})
	r.do(t, switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
	r.do(t, switchsim.Move{Action: "answer", Device: "1901"})
	r.do(t, switchsim.Move{Action: "dial", Device: "1902", To: "1903"})
	good := open(t, r.leader.CSTA["tserver1"], "127.0.0.4", 4)
	good.monitor(t, "1900", "1901")
	r.compare(t)

	for _, n := range []*drill.Process{r.leader, r.followers()[0]} {
		who := map[bool]string{true: "leader", false: "follower"}[n == r.leader]
		before, grown := r.picture(t, n), memory(t, n)
		t.Run(who+" CSTA port", func(t *testing.T) { badFrames(t, n) })
		t.Run(who+" CSTA messages", func(t *testing.T) { badMessages(t, n) })
		t.Run(who+" Raft port", func(t *testing.T) { badRaft(t, n) })
		t.Run(who+" HTTP ports", func(t *testing.T) { badHTTP(t, n) })
		t.Run(who+" silent crowd", func(t *testing.T) { silentCrowd(t, n) })
		ready(t, n)
		if diff := cmp.Diff(before, r.picture(t, n), protocmp.Transform()); diff != "" {
			t.Errorf("%s: the state changed:\n%s", who, diff)
		}
		const most = 128 << 20
		if now := memory(t, n); now > grown+most {
			t.Errorf("%s: %d MiB resident, before %d MiB", who, now>>20, grown>>20)
		}
		if n := warnings(t, n, "input refused"); len(n) == 0 {
			t.Errorf("%s: nothing was logged", who)
		} else {
			for what, times := range n {
				if times > 1 {
					t.Errorf("%s: logged %d times: %s", who, times, what)
				}
			}
		}
	}
	// Whoever was there before is served as before.
	good.must(t, "ClearConnection", conn("connectionToBeCleared", good.callAt(t, "1900"), "1900"))
	good.event(t, "ConnectionClearedEvent", "1900")
	good.clean(t)
	r.noViolations(t)
	r.compare(t)
}

// callAt gives the ID of a device's only call.
func (c *client) callAt(t testing.TB, device string) string {
	t.Helper()
	e := c.must(t, "SnapshotDevice", "<snapshotObject>"+device+"</snapshotObject>")
	return e.at("crossRefIDorSnapshotData", "snapshotData", "snapshotDeviceResponseInfo", "connectionIdentifier", "callID").text
}

// picture is what a node holds of calls, devices, sessions and monitors.
type picture struct {
	Calls    []*apipb.CallInfo
	Devices  []*apipb.DeviceInfo
	Sessions []string
	Monitors []*apipb.MonitorInfo
	Intents  int
}

func (r *rig) picture(t testing.TB, n *drill.Process) picture {
	t.Helper()
	o, ctx := r.Cluster.Operators()[n.ID], t.Context()
	calls, err := o.Calls(ctx, connect.NewRequest(&apipb.CallsRequest{PageSize: 1000}))
	if err != nil {
		t.Fatal(err)
	}
	devices, err := o.Devices(ctx, connect.NewRequest(&apipb.DevicesRequest{PageSize: 1000}))
	if err != nil {
		t.Fatal(err)
	}
	monitors, err := o.Monitors(ctx, connect.NewRequest(&apipb.MonitorsRequest{PageSize: 1000}))
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := o.Sessions(ctx, connect.NewRequest(&apipb.SessionsRequest{}))
	if err != nil {
		t.Fatal(err)
	}
	intents, err := o.Intents(ctx, connect.NewRequest(&apipb.IntentsRequest{}))
	if err != nil {
		t.Fatal(err)
	}
	p := picture{Calls: calls.Msg.Calls, Devices: devices.Msg.Devices, Monitors: monitors.Msg.Monitors, Intents: len(intents.Msg.Intents)}
	for _, s := range sessions.Msg.Sessions {
		p.Sessions = append(p.Sessions, fmt.Sprintf("%d %s %v", s.Id, s.Identity, s.Attached))
	}
	return p
}

// strange connects as the stranger.
func strange(t testing.TB, address string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(stranger)}}
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(patience))
	return c
}

// closed writes something and waits until the server closes the connection.
func closed(t testing.TB, address string, data []byte) {
	t.Helper()
	c := strange(t, address)
	defer c.Close()
	_, _ = c.Write(data) // it may be closed before all is written
	if _, err := io.Copy(io.Discard, c); err != nil && os.IsTimeout(err) {
		t.Errorf("still open after %q", data[:min(len(data), 60)])
	}
}

// counted gives a counter of a node; labels is part of the series' name.
func counted(t testing.TB, n *drill.Process, series, labels string) float64 {
	t.Helper()
	resp, err := http.Get("http://" + n.HTTP + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		if !strings.HasPrefix(line, series+"{") {
			name, value, _ = strings.Cut(strings.TrimSpace(line), " ")
		}
		if base, _, _ := strings.Cut(name, "{"); base == series && strings.Contains(name, labels) {
			x, _ := strconv.ParseFloat(value, 64)
			sum += x
		}
	}
	return sum
}

func refused(t testing.TB, n *drill.Process, reason string) float64 {
	t.Helper()
	return counted(t, n, "holdline_csta_client_bad_input_total", `reason="`+reason+`"`)
}

func header(length int, invoke string) []byte {
	b := make([]byte, 4)
	binary.BigEndian.PutUint16(b[2:], uint16(length))
	return append(b, invoke...)
}

// badFrames sends what is no frame, or no XML.
func badFrames(t *testing.T, n *drill.Process) {
	address := n.CSTA["tserver1"]
	random := rand.New(rand.NewPCG(7, 7))
	noise := func(size int) []byte {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	deep := func(levels int) []byte {
		return frame(1, strings.Repeat("<a>", levels)+strings.Repeat("</a>", levels))
	}
	const laughs = `<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>` +
		`<SystemRegister>&d;&d;</SystemRegister>`
	for _, bad := range []struct {
		reason string
		data   []byte
	}{
		{"format indicator", append([]byte{1, 0, 0, 20}, "0001<x/>...."...)},
		{"format indicator", []byte("GET / HTTP/1.1\r\nHost: pbx\r\n\r\n")},
		{"short length", header(7, "0001")},
		{"short length", header(0, "0001")},
		{"invoke ID", append(header(12, "00x1"), "<x/>"...)},
		{"invoke ID", append(header(12, "-001"), "<x/>"...)},
		{"not XML", append(header(65535, "0001"), noise(65527)...)},
		{"not XML", append(header(12, "0001"), "{\"\"}"...)},
		{"not well-formed", frame(1, "<SystemStatus><systemStatus>normal</SystemStatus>")},
		{"not well-formed", frame(1, "<SystemStatus>")},
		{"not well-formed", frame(1, laughs)},
		{"not well-formed", frame(1, `<!DOCTYPE a SYSTEM "file:///etc/passwd"><SystemStatus/>`)},
		{"not well-formed", frame(1, `<SystemStatus><systemStatus>&nobody;</systemStatus></SystemStatus>`)},
		{"not well-formed", deep(9000)},
		{"not well-formed", frame(1, "<MakeCall><callingDevice>"+strings.Repeat("9", 60000)+"</callingDevice></MakeCall>")},
		{"not well-formed", frame(1, "<SystemStatus><systemStatus>\x00</systemStatus></SystemStatus>")},
	} {
		before := refused(t, n, bad.reason)
		closed(t, address, bad.data)
		eventually(t, fmt.Sprintf("%q to be counted as %s", bad.data[:min(len(bad.data), 60)], bad.reason), func() bool {
			return refused(t, n, bad.reason) == before+1
		})
	}
	for size := range 40 { // whatever it is taken for
		c := strange(t, address)
		_, _ = c.Write(noise(1 + size*size*7))
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
		c.Close()
	}
	before := refused(t, n, "half a frame")
	whole := frame(1, `<SystemStatus xmlns="`+namespace(4)+`"/>`)
	for cut := 1; cut < len(whole); cut += 9 {
		c := strange(t, address)
		_, _ = c.Write(whole[:cut])
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
		c.Close()
	}
	eventually(t, "half frames to be counted", func() bool { return refused(t, n, "half a frame") > before })
}

// badMessages sends frames that are XML, and nothing that CSTA has.
func badMessages(t *testing.T, n *drill.Process) {
	c := dial(t, n.CSTA["tserver1"], stranger, 4)
	odd := func(name, message, want string) {
		t.Helper()
		c.mu.Lock()
		c.spoke = true
		c.invoke++
		invoke := fmt.Sprintf("%04d", c.invoke)
		_, _ = c.conn.Write(frame(c.invoke, message))
		c.mu.Unlock()
		if e := c.answer(t, name, invoke); e.name != want {
			t.Errorf("%s: %v, want %s", message[:min(len(message), 100)], e, want)
		}
	}
	// A wrong namespace is no reason not to be understood; what is meant decides.
	odd("RequestSystemStatus", `<RequestSystemStatus xmlns="`+namespace(4)+`"/>`, "RequestSystemStatusResponse")
	odd("RequestSystemStatus", `<RequestSystemStatus xmlns="urn:nonsense"/>`, "RequestSystemStatusResponse")
	odd("RequestSystemStatus", `<x:RequestSystemStatus xmlns:x="`+applicationSession+`"/>`, "RequestSystemStatusResponse")
	odd("unknown", `<Nonsense xmlns="urn:nonsense"><MakeCall/></Nonsense>`, "CSTAErrorCode")
	odd("MonitorStart", `<MonitorStart xmlns="urn:nonsense"><monitorObject><deviceObject/></monitorObject></MonitorStart>`, "CSTAErrorCode")
	odd("MakeCall", `<MakeCall><a><b><c/></b></a></MakeCall>`, "CSTAErrorCode")
	odd("MakeCall", `<MakeCall><calledDirectoryNumber>`+strings.Repeat("9", 1000)+`</calledDirectoryNumber></MakeCall>`, "CSTAErrorCode")
	odd("HoldCall", `<HoldCall><callToBeHeld><callID>18446744073709551616</callID><deviceID>1900</deviceID></callToBeHeld></HoldCall>`, "CSTAErrorCode")
	odd("SnapshotDevice", `<SnapshotDevice><snapshotObject>&#x10FFFF;&#xFFFD;</snapshotObject></SnapshotDevice>`, "CSTAErrorCode")
	odd("StopApplicationSession", `<StopApplicationSession><sessionID>1</sessionID></StopApplicationSession>`, "StopApplicationSessionNegResponse")
	odd("ResetApplicationSessionTimer", `<ResetApplicationSessionTimer/>`, "ResetApplicationSessionTimerNegResponse")
	// Answers and events that nobody waits for.
	c.mu.Lock()
	for _, message := range []string{"<MakeCallResponse/>", "<CSTAErrorCode><operation>generic</operation></CSTAErrorCode>", "<DeliveredEvent><monitorCrossRefID>1</monitorCrossRefID></DeliveredEvent>"} {
		_, _ = c.conn.Write(frame(9999, message))
	}
	c.mu.Unlock()
	odd("SystemStatus", "<SystemStatus/>", "SystemStatusResponse")
	c.clean(t)
}

// badRaft sends to the port of the nodes what no node would.
func badRaft(t *testing.T, n *drill.Process) {
	random := rand.New(rand.NewPCG(8, 8))
	before := counted(t, n, "holdline_raftnet_refused_total", "")
	for range 20 {
		noise := make([]byte, 1+random.IntN(70000))
		for i := range noise {
			noise[i] = byte(random.Uint32())
		}
		closed(t, n.Raft, noise)
	}
	closed(t, n.Raft, []byte("GET / HTTP/1.1\r\nHost: node\r\n\r\n"))
	closed(t, n.Raft, bytes.Repeat([]byte{0}, 65536))
	closed(t, n.Raft, bytes.Repeat([]byte{0xff}, 65536))
	eventually(t, "all that was refused to be counted", func() bool {
		return counted(t, n, "holdline_raftnet_refused_total", "") == before+23
	})
	for what, times := range warnings(t, n, "connection refused on the raft port") {
		if times > 1 {
			t.Errorf("logged %d times: %s", times, what)
		}
	}
}

// badHTTP does the same to the operators' API and to health and metrics.
func badHTTP(t *testing.T, n *drill.Process) {
	random := rand.New(rand.NewPCG(9, 9))
	for _, address := range []string{n.API, n.HTTP} {
		for range 10 {
			noise := make([]byte, 1+random.IntN(70000))
			for i := range noise {
				noise[i] = byte(random.Uint32())
			}
			c := strange(t, address)
			_, _ = c.Write(noise)
			_ = c.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, c)
			c.Close()
		}
		for _, request := range []string{
			"POST /holdline.api.v1.Operator/PutDevices HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 6\r\nConnection: close\r\n\r\n{\"swi\"",
			"POST /holdline.api.v1.Operator/TransferLeader HTTP/1.1\r\nHost: x\r\nContent-Type: application/proto\r\nContent-Length: 4\r\nConnection: close\r\n\r\n\xff\xff\xff\xff",
			"POST /holdline.api.v1.Operator/Nonsense HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			"GET /" + strings.Repeat("a", 100000) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		} {
			c := strange(t, address)
			_, _ = c.Write([]byte(request))
			answer, _ := io.ReadAll(c)
			c.Close()
			if bytes.HasPrefix(answer, []byte("HTTP/1.1 2")) {
				t.Errorf("%s answered %q with %q", address, request[:60], answer[:min(len(answer), 80)])
			}
		}
	}
}

// silentCrowd opens a thousand connections that say nothing. A client that has
// something to say gets through all the same, and in the end the crowd is gone.
func silentCrowd(t *testing.T, n *drill.Process) {
	const many = 1000
	before := counted(t, n, "holdline_csta_client_connections_total", "")
	var crowd []net.Conn
	for range many {
		crowd = append(crowd, strange(t, n.CSTA["tserver1"]))
	}
	c := open(t, n.CSTA["tserver1"], stranger, 4)
	c.must(t, "RequestSystemStatus", "")
	c.clean(t)
	c.close()
	for i, c := range crowd {
		_ = c.SetDeadline(time.Now().Add(patience))
		if _, err := io.Copy(io.Discard, c); err != nil && os.IsTimeout(err) {
			t.Fatalf("connection %d of the crowd is still open", i)
		}
		c.Close()
	}
	if after := counted(t, n, "holdline_csta_client_connections_total", ""); after < before+many {
		t.Errorf("%v connections were counted", after-before)
	}
	eventually(t, "the end of the crowd", func() bool { return counted(t, n, "holdline_csta_client_connections", "") < 10 })
}

// ready fails unless the node says that it is ready.
func ready(t testing.TB, n *drill.Process) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := n.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
}

// memory is the resident set of a node in octets, as /proc tells it.
func memory(t testing.TB, n *drill.Process) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.PID()))
	if err != nil {
		t.Skip("no /proc to read a process's memory from")
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kib << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// warnings counts the lines of a node's log about the stranger, by their reason.
func warnings(t testing.TB, n *drill.Process, text string) map[string]int {
	t.Helper()
	log, err := os.ReadFile(n.Log)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for line := range strings.Lines(string(log)) {
		if !strings.Contains(line, text) || !strings.Contains(line, stranger) {
			continue
		}
		_, reason, _ := strings.Cut(line, "reason=")
		reason, _, _ = strings.Cut(reason, " error=")
		count[text+" "+reason]++
	}
	return count
}
