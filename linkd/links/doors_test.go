package links

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// door is one CTI port of a switch that says what a test writes down: for each
// connection a script of statuses and of times between them. "silent" says nothing
// and answers nothing from there on, "close" ends the connection. The last script
// is that of all later connections.
type door struct {
	*doors
	name    string
	scripts []string

	mu      sync.Mutex
	gate    net.Listener
	conns   map[*doorConn]bool
	visits  int
	at      int // connections at once
	atMost  int
	working sync.WaitGroup
}

type doorConn struct {
	net.Conn
	mu     sync.Mutex
	status string
	silent bool
}

// doors are a cluster and the ports of a switch.
type doors struct {
	*rig
	began time.Time
	all   map[string]*door

	logMu sync.Mutex
	log   []logged
	lines []string
}

// logged is a log line that carries a number.
type logged struct {
	at      time.Duration
	node    string
	message string
	number  int
}

// newDoors makes a cluster and, for each line "name/priority: script | script", a
// port of switch sw. A script that begins with "down 3s" keeps the port closed for
// so long. Options are the switch's, as name=value.
func newDoors(t *testing.T, lines []string, options []string, nodes ...string) *doors {
	r := bareRig(t, nodes...)
	d := &doors{rig: r, began: time.Now(), all: make(map[string]*door)}
	var settings []*fsmpb.Option
	for _, o := range append([]string{"requests_per_second=0", "system_register=false"}, options...) {
		name, value, _ := strings.Cut(o, "=")
		settings = append(settings, &fsmpb.Option{Name: name, Value: value})
	}
	r.must(&fsmpb.Command{Kind: &fsmpb.Command_Bootstrap{Bootstrap: &fsmpb.Bootstrap{ClusterId: "c"}}})
	r.must(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: "sw", Protocol: "csta", Settings: settings}}}})
	for _, line := range lines {
		head, script, _ := strings.Cut(line, ":")
		name, priority, _ := strings.Cut(head, "/")
		k := &door{doors: d, name: name, conns: make(map[*doorConn]bool)}
		for s := range strings.SplitSeq(script, "|") {
			k.scripts = append(k.scripts, strings.TrimSpace(s))
		}
		d.all[name] = k
		if down, ok := strings.CutPrefix(k.scripts[0], "down "); ok {
			wait, rest, _ := strings.Cut(down, " ")
			k.scripts[0] = rest
			r.work.Go(func() {
				select {
				case <-time.After(duration(t, wait)):
					k.open()
				case <-r.ctx.Done():
				}
			})
		} else {
			k.open()
		}
		d.put(name, priority, false)
	}
	for _, n := range r.nodes {
		n.logger = hclog.New(&hclog.LoggerOptions{Name: n.id, Level: hclog.Debug, Output: d, JSONFormat: true})
		n.start()
	}
	return d
}

// must applies a command that can't be refused.
func (r *rig) must(c *fsmpb.Command) {
	r.t.Helper()
	if res := r.apply(c); res.Err != nil {
		r.t.Fatal(res.Err)
	}
}

func duration(t *testing.T, s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Errorf("%q: %v", s, err)
	}
	return d
}

// put provisions a link.
func (d *doors) put(name, priority string, disabled bool) {
	var p int32
	_, _ = fmt.Sscan(priority, &p)
	d.must(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &fsmpb.Link{
		Name: name, Switch: "sw", Address: "door:" + name, Priority: p, Disabled: disabled,
	}}}})
}

// Write takes a log line.
func (d *doors) Write(b []byte) (int, error) {
	var l struct {
		Message string `json:"@message"`
		Module  string `json:"@module"`
		Number  int    `json:"number"`
	}
	if err := json.Unmarshal(b, &l); err != nil {
		d.t.Errorf("log line %q: %v", b, err)
	}
	d.logMu.Lock()
	d.lines = append(d.lines, fmt.Sprintf("%6.2fs %s", time.Since(d.began).Seconds(), b))
	d.logMu.Unlock()
	if l.Number != 0 {
		d.logMu.Lock()
		d.log = append(d.log, logged{time.Since(d.began), l.Module, l.Message, l.Number})
		d.logMu.Unlock()
	}
	return len(b), nil
}

// story is the log so far, for a test that failed.
func (d *doors) story() {
	d.logMu.Lock()
	defer d.logMu.Unlock()
	if d.t.Failed() || testing.Verbose() {
		d.t.Logf("the log:\n%s", strings.Join(d.lines, ""))
	}
}

// selected are the choices that were logged, one a line: "a n1", or "a n1 2.0" with
// the time in seconds.
func (d *doors) selected(timed bool) (out []string) {
	d.logMu.Lock()
	defer d.logMu.Unlock()
	for _, l := range d.log {
		var link string
		var priority int
		if l.number != 35115 {
			continue
		}
		if n, err := fmt.Sscanf(l.message, "STANDARD CTI link %s with priority %d is selected", &link, &priority); n != 2 {
			d.t.Errorf("log line %q: %v", l.message, err)
		}
		s := link + " " + l.node
		if timed {
			s += fmt.Sprintf(" %.1f", l.at.Seconds())
		}
		out = append(out, s)
	}
	return out
}

// open lets connections in.
func (k *door) open() {
	l, err := k.net.Listen("door:" + k.name)
	if err != nil {
		k.t.Errorf("door %s: %v", k.name, err)
		return
	}
	k.mu.Lock()
	k.gate = l
	k.mu.Unlock()
	k.work.Go(func() {
		defer k.working.Wait()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			k.mu.Lock()
			script := k.scripts[min(k.visits, len(k.scripts)-1)]
			k.visits++
			k.at++
			k.atMost = max(k.atMost, k.at)
			v := &doorConn{Conn: c}
			k.conns[v] = true
			k.mu.Unlock()
			k.working.Go(func() {
				k.serve(v, script)
				_ = c.Close()
				k.mu.Lock()
				k.at--
				delete(k.conns, v)
				k.mu.Unlock()
			})
		}
	})
	k.work.Go(func() {
		<-k.ctx.Done()
		k.shut()
	})
}

// shut closes the port and every connection.
func (k *door) shut() {
	k.mu.Lock()
	if k.gate != nil {
		_ = k.gate.Close()
		k.gate = nil
	}
	k.mu.Unlock()
	k.drop()
}

func (k *door) drop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for c := range k.conns {
		_ = c.Close()
	}
}

func (k *door) serve(c *doorConn, script string) {
	over := make(chan struct{})
	k.working.Go(func() {
		defer close(over)
		k.read(c)
	})
	for _, word := range strings.Fields(script) {
		switch {
		case word == "silent":
			c.mu.Lock()
			c.silent = true
			c.mu.Unlock()
		case word == "close":
			return
		case word[0] >= '0' && word[0] <= '9':
			select {
			case <-time.After(duration(k.t, word)):
			case <-over:
				return
			}
		default:
			c.tell(word)
		}
	}
	<-over
}

// read answers questions for the status.
func (k *door) read(c *doorConn) {
	r := bufio.NewReader(c)
	for {
		head := make([]byte, 8)
		if _, err := io.ReadFull(r, head); err != nil {
			return
		}
		body := make([]byte, int(binary.BigEndian.Uint16(head[2:]))-8)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		c.mu.Lock()
		status, silent := c.status, c.silent
		c.mu.Unlock()
		if strings.Contains(string(body), "<RequestSystemStatus ") && status != "" && !silent {
			c.write(string(head[4:]), "RequestSystemStatusResponse", status)
		}
	}
}

func (c *doorConn) tell(status string) {
	c.mu.Lock()
	c.status = status
	c.mu.Unlock()
	c.write("0000", "SystemStatus", status)
}

func (c *doorConn) write(invoke, name, status string) {
	body := fmt.Sprintf(`<%s xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><systemStatus>%s</systemStatus></%[1]s>`, name, status)
	frame := append([]byte{0, 0, byte((len(body) + 8) >> 8), byte(len(body) + 8)}, invoke...)
	_, _ = c.Write(append(frame, body...))
}

// act does one thing to the cluster or the doors.
func (d *doors) act(words string) {
	d.t.Helper()
	f := strings.Fields(words)
	k := d.all[f[len(f)-1]]
	switch f[0] {
	case "lead":
		d.nodes[f[1]].lead()
	case "resign":
		d.nodes[f[1]].resign()
	case "kill":
		d.nodes[f[1]].kill()
	case "cut":
		d.net.Cut("node:"+f[1], "door:"+f[2])
	case "heal":
		d.net.Heal("node:"+f[1], "door:"+f[2])
	case "drop":
		k.drop()
	case "shut":
		k.shut()
	case "open":
		k.open()
	case "say":
		k.mu.Lock()
		for c := range k.conns {
			c.tell(f[1])
		}
		k.mu.Unlock()
	case "priority":
		d.put(f[1], f[2], false)
	case "disable", "enable":
		l, _ := d.state().Link(f[1])
		d.put(f[1], fmt.Sprint(l.Priority), f[0] == "disable")
	case "switch":
		if err := d.leader().links.Switch(f[1]); err != nil {
			d.t.Error(err)
		}
	case "restart":
		if err := d.leader().links.Restart(f[1]); err != nil {
			d.t.Error(err)
		}
	default:
		d.t.Fatalf("act %q", words)
	}
	synctest.Wait()
}

func (d *doors) leader() *rigNode {
	for _, n := range d.nodes {
		if n.resign != nil {
			return n
		}
	}
	d.t.Fatal("nobody leads")
	return nil
}

// stands says how a node has its links: "a=active b=spare".
func (n *rigNode) stands() string {
	var out []string
	for _, l := range n.links.Status() {
		out = append(out, l.Name+"="+string(l.State))
	}
	return strings.Join(out, " ")
}

// driven is the link that the state says is driven; empty: none.
func driven(v *fsm.State) string {
	if sw, ok := v.Switch("sw"); ok && sw.LinkUp {
		return sw.Link
	}
	return ""
}
