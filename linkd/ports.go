package linkd

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/holdline/holdline/linkd/clients/cstaserver"
	"github.com/holdline/holdline/linkd/clock"
	"github.com/holdline/holdline/linkd/config"
	"github.com/holdline/holdline/linkd/links"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/csta"
)

// ports are all the ports of a node: opened before anything else, so that a
// port that is taken is said at once.
type ports struct {
	raft, api, http net.Listener
	csta            []net.Listener
	http2           *http.Client // to other nodes' operators' API
}

func (d *Daemon) open() (_ *ports, err error) {
	p := &ports{http2: plainHTTP2()}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	for _, port := range []struct {
		what, address string
		listener      *net.Listener
	}{
		{"node.raft_listen", d.c.Node.RaftListen, &p.raft},
		{"node.api_listen", d.c.Node.APIListen, &p.api},
		{"node.http_listen", d.c.Node.HTTPListen, &p.http},
	} {
		if *port.listener, err = net.Listen("tcp", port.address); err != nil {
			return nil, fmt.Errorf("open %s: %w", port.what, err)
		}
	}
	for _, l := range d.c.Listeners {
		listener, err := net.Listen("tcp", l.Address)
		if err != nil {
			return nil, fmt.Errorf("open csta_listener %q: %w", l.Name, err)
		}
		p.csta = append(p.csta, listener)
	}
	return p, nil
}

// close closes what is still open; each server has closed its own by then.
func (p *ports) close() {
	for _, l := range append([]net.Listener{p.raft, p.api, p.http}, p.csta...) {
		if l != nil {
			_ = l.Close()
		}
	}
	p.http2.CloseIdleConnections()
}

// plainHTTP2 speaks HTTP/2 without TLS, as the nodes' API does.
func plainHTTP2() *http.Client {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: &protocols, IdleConnTimeout: time.Minute}}
}

// never is longer than a connection lasts.
const never = 10 * 365 * 24 * time.Hour

func listenerOptions(l config.CSTAListener) cstaserver.Options {
	polarity := cstaserver.FilteredOut
	if l.Filter == config.TruePasses {
		polarity = cstaserver.Wanted
	}
	heartbeat := l.Heartbeat
	if heartbeat == 0 { // off; to the listener zero is its default
		heartbeat = never
	}
	return cstaserver.Options{
		Name: l.Name, Switch: l.Switch, Edition: edition(l.Edition), StatusFirst: l.StatusFirst, FilterPolarity: polarity,
		Resume: cstaserver.Resume(l.Resume), Serve: cstaserver.Serve(l.Serve), SessionLife: l.SessionLife, Heartbeat: heartbeat, Misses: l.HeartbeatMisses,
		WriteTimeout: l.WriteTimeout, MaxClients: l.MaxClients, QueueRecords: l.QueueRecords, QueueBytes: l.QueueBytes,
	}
}

func edition(n int) csta.Edition {
	return [...]csta.Edition{csta.Ed3, csta.Ed4, csta.Ed5, csta.Ed6}[n-3]
}

func (d *Daemon) linkOptions() links.Options {
	return links.Options{
		NodeID: d.c.Node.ID, Boot: d.node.Port().BootID(), Log: d.node.Log(), Secrets: d.node.Log(), Replica: d.node.Replica(), Clock: clock.System(),
		Dial: func(ctx context.Context, address string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", address)
		},
		Logger: d.log.Named("links"), Metrics: d.registry, Applied: d.node.Replica().WatchFacts, Ended: d.node.Ended,
		Vital: d.node.Vital, Relay: d.relay, Reach: d.reach, HandOver: d.handOver, Mark: d.failover.Mark, SkipResync: d.faults.SkipResync,
		Password: d.c.Password,
	}
}

// millis is a moment in ms since the Unix epoch; 0: never.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// linkInfos are this node's links as operators see them.
func (d *Daemon) linkInfos() []*apipb.LinkInfo {
	var out []*apipb.LinkInfo
	for _, l := range d.links.Status() {
		out = append(out, &apipb.LinkInfo{
			Name: l.Name, Switch: l.Switch, Node: d.c.Node.ID, Address: l.Address, Priority: l.Priority, State: string(l.State), Epoch: l.Epoch,
			SinceMs: l.Since.UnixMilli(), LastError: l.LastError, SystemStatus: l.SystemStatus, InFlight: uint32(l.InFlight), Facts: l.Facts,
			Requests: l.Requests, RoundTripUs: l.RoundTrip.Microseconds(), Monitors: uint32(l.Monitors), Mismatches: l.Mismatches,
			FailedMs: millis(l.Failed), Via: l.Via, Losses: l.Losses,
		})
	}
	return out
}
