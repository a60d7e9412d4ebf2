package drill

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"text/template"
	"time"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// ClusterOptions say how a cluster of real processes is laid out.
type ClusterOptions struct {
	Linkd  string // the program
	Dir    string // data, configuration and logs of the nodes
	Links  []string
	Agents int
	// Listeners are the CSTA listeners that each node gets, by name.
	Listeners []string
	Serve     string // leader or any
	Timing    string
	Plant     string
	// ResyncRate is how many devices a second are asked about; 0: 2000.
	ResyncRate int
	// Listener is added to each CSTA listener's block, Switch to the switch's,
	// Extra to each node's file.
	Listener, Switch, Extra string
}

// Cluster is three linkd processes on loopback.
type Cluster struct {
	o     ClusterOptions
	Nodes []*Process
	http  *http.Client
}

// Process is one linkd process, or the place of one.
type Process struct {
	ID                string
	Raft, API, HTTP   string
	CSTA              map[string]string // by listener
	Config, Log, Data string
	args              []string
	linkd             string
	operator          apipbconnect.OperatorClient
	mu                sync.Mutex
	cmd               *exec.Cmd
	ended             chan struct{}
	err               error
}

var configuration = template.Must(template.New("linkd.hcl").Parse(`node {
  id          = "{{.Node.ID}}"
  data_dir    = "{{.Node.Data}}"
  raft_listen = "{{.Node.Raft}}"
  api_listen  = "{{.Node.API}}"
  http_listen = "{{.Node.HTTP}}"
  timing      = "{{.Timing}}"
  log_format  = "text"
}

cluster {
{{- range .Nodes}}
  peer "{{.ID}}" {
    address = "{{.Raft}}"
  }
{{- end}}
}
{{range $name, $address := .Node.CSTA}}
csta_listener "{{$name}}" {
  address = "{{$address}}"
  switch  = "pbx"
  serve   = "{{$.Serve}}"
  {{- with $.Listener}}
  {{.}}
  {{- end}}
}
{{end}}
switch "pbx" {
  edition             = 6
  requests_per_second = 5000
  resync_rate         = {{.ResyncRate}}
{{- with .Switch}}
  {{.}}
{{- end}}
{{- range $i, $address := .Links}}
  link "{{index $.LinkNames $i}}" {
    address  = "{{$address}}"
    priority = {{index $.Priorities $i}}
  }
{{- end}}
  dn_range {
    from = "1000"
    to   = "{{.LastAgent}}"
  }
  dn_range {
    from = "1900"
    to   = "1919"
  }
  dn_range {
    from = "7000"
    to   = "7002"
    kind = "acd"
  }
  dn_range {
    from = "6000"
    to   = "6001"
    kind = "route_point"
  }
}
{{.Extra}}`))

// linkNames are the names of the links, the switch's first link first.
var linkNames = []string{"a", "b", "c", "d"}

// NewCluster lays out three nodes: ports, folders, configuration files.
func NewCluster(o ClusterOptions) (*Cluster, error) {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	c := &Cluster{o: o, http: &http.Client{Transport: &http.Transport{Protocols: &protocols}}}
	ports := 3 + len(o.Listeners)
	free, err := freeAddresses(3 * ports)
	if err != nil {
		return nil, err
	}
	for i := range 3 {
		n := &Process{ID: fmt.Sprintf("n%d", i+1), CSTA: map[string]string{}, linkd: o.Linkd}
		addresses := free[i*ports : (i+1)*ports]
		n.Raft, n.API, n.HTTP = addresses[0], addresses[1], addresses[2]
		for j, name := range o.Listeners {
			n.CSTA[name] = addresses[3+j]
		}
		n.Config, n.Log, n.Data = filepath.Join(o.Dir, n.ID+".hcl"), filepath.Join(o.Dir, n.ID+".log"), filepath.Join(o.Dir, n.ID)
		n.args = []string{"run", "--config", n.Config}
		if o.Plant != "" {
			n.args = append(n.args, "--"+o.Plant)
		}
		n.operator = apipbconnect.NewOperatorClient(c.http, "http://"+n.API, connect.WithGRPC())
		c.Nodes = append(c.Nodes, n)
	}
	priorities := []int{20, 10, 5, 1}
	for _, n := range c.Nodes {
		var file bytes.Buffer
		err := configuration.Execute(&file, map[string]any{
			"Node": n, "Nodes": c.Nodes, "Timing": or(o.Timing, "metro"), "Serve": or(o.Serve, "leader"), "Links": o.Links, "LinkNames": linkNames, "Priorities": priorities,
			"ResyncRate": cmp.Or(o.ResyncRate, 2000),
			"LastAgent":  1000 + o.Agents - 1, "Listener": o.Listener, "Switch": o.Switch, "Extra": o.Extra,
		})
		if err != nil {
			return nil, fmt.Errorf("write the configuration of %s: %w", n.ID, err)
		}
		if err := os.WriteFile(n.Config, file.Bytes(), 0o600); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// freeAddresses finds loopback ports that nobody has. They are free when it
// returns, and lie below those that systems give to outgoing connections, so
// that they stay free until the nodes open them.
func freeAddresses(n int) ([]string, error) {
	const lowest, highest = 10240, 32767
	var out []string
	for tries := 0; len(out) < n; tries++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", lowest+rand.IntN(highest-lowest+1)))
		if err == nil {
			defer l.Close()
			out = append(out, l.Addr().String())
		} else if tries > 1000 {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
	}
	return out, nil
}

// Start starts every node and waits until all are ready.
func (c *Cluster) Start(ctx context.Context) error {
	for _, n := range c.Nodes {
		if err := n.Start(); err != nil {
			return err
		}
	}
	for _, n := range c.Nodes {
		if err := n.WaitReady(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends every node as an operator would, and kills what doesn't end.
func (c *Cluster) Stop() {
	for _, n := range c.Nodes {
		_ = n.Signal(syscall.SIGCONT)
		_ = n.Signal(syscall.SIGTERM)
	}
	deadline := time.After(15 * time.Second)
	for _, n := range c.Nodes {
		select {
		case <-n.done():
		case <-deadline:
			n.Kill()
		}
	}
	c.http.CloseIdleConnections()
}

// Leader is the node that leads and has taken over, as the nodes themselves say.
func (c *Cluster) Leader(ctx context.Context) (*Process, error) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		for _, n := range c.Nodes {
			if !n.Running() {
				continue
			}
			s, err := n.status(ctx)
			if err == nil && s.Applied.IsLeader && s.Leader == n.ID {
				return n, nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("find the leader: %w", context.Cause(ctx))
		}
	}
}

func (n *Process) status(ctx context.Context) (*apipb.StatusResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, 500*time.Millisecond)
	defer cancel()
	r, err := n.operator.Status(ctx, connect.NewRequest(&apipb.StatusRequest{Local: true}))
	if err != nil {
		return nil, err
	}
	return r.Msg, nil
}

// Operators are the operators' API of each running node.
func (c *Cluster) Operators() map[string]apipbconnect.OperatorClient {
	out := map[string]apipbconnect.OperatorClient{}
	for _, n := range c.Nodes {
		if n.Running() {
			out[n.ID] = n.operator
		}
	}
	return out
}

// Start starts the process.
func (n *Process) Start() error {
	log, err := os.OpenFile(n.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(n.linkd, n.args...)
	cmd.Stdout, cmd.Stderr = log, log
	own(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start node %s: %w", n.ID, err)
	}
	ended := make(chan struct{})
	n.mu.Lock()
	n.cmd, n.ended, n.err = cmd, ended, nil
	n.mu.Unlock()
	go func() {
		err := cmd.Wait()
		n.mu.Lock()
		n.err = err
		n.mu.Unlock()
		close(ended)
	}()
	return nil
}

// Signal sends a signal.
func (n *Process) Signal(s os.Signal) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd == nil {
		return errors.New("not started")
	}
	return n.cmd.Process.Signal(s)
}

// PID is the process's ID; 0 if it was never started.
func (n *Process) PID() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd == nil {
		return 0
	}
	return n.cmd.Process.Pid
}

// Kill ends the process at once, and waits until it is gone.
func (n *Process) Kill() {
	if n.Signal(syscall.SIGKILL) == nil {
		<-n.done()
	}
}

// Terminate asks the process to stop, and waits until it has.
func (n *Process) Terminate(ctx context.Context) error {
	if err := n.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop node %s: %w", n.ID, err)
	}
	select {
	case <-n.done():
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.err
	case <-ctx.Done():
		return fmt.Errorf("node %s doesn't stop: %w", n.ID, context.Cause(ctx))
	}
}

// Running tells whether there is a process.
func (n *Process) Running() bool {
	select {
	case <-n.done():
		return false
	default:
		return true
	}
}

// done is closed when the process has ended; it is closed before it started, too.
func (n *Process) done() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ended == nil {
		closed := make(chan struct{})
		close(closed)
		return closed
	}
	return n.ended
}

// WaitReady waits until the node says that it is ready.
func (n *Process) WaitReady(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var last string
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.HTTP+"/readyz", nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
			last = string(bytes.TrimSpace(body))
		}
		select {
		case <-tick.C:
		case <-n.done():
			return fmt.Errorf("node %s ended: %w; its log: %s", n.ID, n.err, n.Log)
		case <-ctx.Done():
			return fmt.Errorf("node %s is not ready (%s): %w", n.ID, last, context.Cause(ctx))
		}
	}
}
