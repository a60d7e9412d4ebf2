package e2e

import (
	"context"
	"testing"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/linkd/drill"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/switchsim"
)

// How links are chosen, with real processes and sockets. The cases are tested on
// virtual time in package links; here it is seen that clients go on.
func TestLinksByPriority(t *testing.T) {
	r := start(t, drill.SceneOptions{TServers: 1, Settings: `
  failback      = "manual"
  restart_delay = "500ms"
  keepalive     = "1s"
  linger        = "1s"
`})
	c := open(t, r.leader.CSTA["tserver1"], "127.0.0.7", 4)
	c.monitor(t, "1900", "1901")
	r.driven(t, "a")
	r.talk(t, c)

	r.change(t, apipb.ChangeLinkRequest_SWITCH, "b")
	r.driven(t, "b")
	r.talk(t, c)

	r.breaks(t, switchsim.Fault{Kind: "refuse", Link: 2, Seconds: 2})
	r.breaks(t, switchsim.Fault{Kind: "drop", Link: 2})
	r.driven(t, "a")
	r.talk(t, c)

	r.breaks(t, switchsim.Fault{Kind: "blackhole", Link: 1}) // half-open: found by keepalives
	eventually(t, "link b, after link a went silent", func() bool { return r.link(t) == "b" })
	r.talk(t, c)

	r.change(t, apipb.ChangeLinkRequest_DISABLE, "b")
	r.driven(t, "a")
	r.talk(t, c)
	r.change(t, apipb.ChangeLinkRequest_ENABLE, "b")
	eventually(t, "b is a spare again", func() bool { return r.stands(t, "b") == "spare" })
	r.change(t, apipb.ChangeLinkRequest_RESTART, "a")
	r.driven(t, "b")
	r.talk(t, c)

	// No link for longer than calls linger: they end, once.
	call := r.do(t, switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
	c.event(t, "DeliveredEvent", "1901")
	r.breaks(t, switchsim.Fault{Kind: "refuse", Seconds: 4})
	r.breaks(t, switchsim.Fault{Kind: "drop"})
	c.event(t, "ConnectionClearedEvent", "1901")
	eventually(t, "a link is back", func() bool { return r.link(t) != "" })
	r.do(t, switchsim.Move{Action: "clearcall", Call: call})
	r.talk(t, c)
}

// talk makes a call and ends it; the client hears it.
func (r *rig) talk(t testing.TB, c *client) {
	t.Helper()
	c.forget()
	call := r.do(t, switchsim.Move{Action: "dial", Device: "1900", To: "1901"})
	c.event(t, "DeliveredEvent", "1901")
	r.do(t, switchsim.Move{Action: "answer", Device: "1901", Call: call})
	c.event(t, "EstablishedEvent", "1900")
	c.event(t, "EstablishedEvent", "1901")
	r.do(t, switchsim.Move{Action: "clearcall", Call: call})
	c.event(t, "ConnectionClearedEvent", "1900")
	c.event(t, "ConnectionClearedEvent", "1901")
}

// change asks the leader for a change of a link.
func (r *rig) change(t testing.TB, action apipb.ChangeLinkRequest_Action, link string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, o := range r.Cluster.Operators() { // any node passes it on
		if _, err := o.ChangeLink(ctx, connect.NewRequest(&apipb.ChangeLinkRequest{Link: link, Action: action})); err != nil {
			t.Fatalf("%v link %s: %v", action, link, err)
		}
		return
	}
}

func (r *rig) breaks(t testing.TB, f switchsim.Fault) {
	t.Helper()
	if err := r.Switch.Break(f); err != nil {
		t.Fatal(err)
	}
}

// link is the link that the switch is driven through; empty: none.
func (r *rig) link(t testing.TB) string {
	for _, l := range r.links(t) {
		if l.State == "active" {
			return l.Name
		}
	}
	return ""
}

// stands is the state of a link on the leader.
func (r *rig) stands(t testing.TB, link string) string {
	for _, l := range r.links(t) {
		if l.Name == link && l.Node == r.leader.ID {
			return l.State
		}
	}
	return ""
}

func (r *rig) links(t testing.TB) []*apipb.LinkInfo {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, o := range r.Cluster.Operators() {
		if a, err := o.Links(ctx, connect.NewRequest(&apipb.LinksRequest{})); err == nil {
			return a.Msg.Links
		}
	}
	return nil
}

func (r *rig) driven(t testing.TB, link string) {
	t.Helper()
	eventually(t, "link "+link+" is driven", func() bool { return r.link(t) == link })
}
