package links

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/switchsim"
)

// reaching makes the rig's nodes reach the switch through each other, and hand
// leadership over: the hand-overs are noted.
func (r *rig) reaching(relays bool) (moves *[]string) {
	moves = new([]string)
	for _, n := range r.nodes {
		n.adjust = func(o *Options) {
			if relays {
				o.Relay = func(ctx context.Context, node, link string) (net.Conn, error) {
					return r.nodes[node].links.Passage(ctx, n.id, link)
				}
			}
			o.Reach = func(_ context.Context, node string) ([]string, error) { return r.nodes[node].links.Reachable(), nil }
			o.HandOver = func(_ context.Context, node string) error {
				r.mu.Lock()
				*moves = append(*moves, n.id+">"+node)
				r.mu.Unlock()
				go func() { // as Raft does: the leader's work ends, then the other's begins
					n.resign()
					r.nodes[node].lead()
				}()
				return nil
			}
		}
		r.must(&fsmpb.Command{Kind: &fsmpb.Command_PutNode{PutNode: &fsmpb.PutNode{Node: &fsmpb.Node{Id: n.id}}}})
	}
	return moves
}

// A switch that the leader can't reach is driven through a follower that can, with
// everything that goes with it; when that follower dies another one relays.
func TestRelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := stillRig(t, func(o *switchsim.Options) { o.Rate, o.Speed = 5, 4 }, "a", "b", "c")
		defer r.close()
		moves := r.reaching(true)
		for _, link := range []string{"switch:1", "switch:2"} {
			r.net.Cut("node:a", link)
		}
		for _, n := range r.nodes {
			n.start()
		}
		time.Sleep(5 * time.Second)
		r.begin("a")
		l, _ := r.state().Link("l1")
		via := r.nodes["a"].link("l1").Via
		if l.Node != "a" || via == "" {
			t.Fatalf("link l1 is driven by %s through %q", l.Node, via)
		}
		r.script()
		time.Sleep(20 * time.Second)
		if p := r.reply(r.request(makeCall("1908", "1909")), 5*time.Second); p.GetDone().Result != fsmpb.OutcomeResult_DONE {
			t.Errorf("a request: %v", p)
		}
		r.nodes[via].kill()
		r.await(20*time.Second, "another relay", func(v *fsm.State) bool {
			now := r.nodes["a"].link("l1").Via
			return now != "" && now != via && ready(v)
		})
		r.sim.SetRate(0)
		time.Sleep(5 * time.Second)
		if calls, _ := r.compare(); calls < 5 {
			t.Errorf("%d calls compared", calls)
		}
		if len(*moves) > 0 {
			t.Errorf("leadership moved: %v", *moves)
		}
		r.violations()
	})
}

// Where nobody relays, leadership moves to the node that has links, once it was held
// for a time; where no node has one it stays.
func TestLeadershipMovesToTheLinks(t *testing.T) {
	for name, c := range map[string]struct {
		cut  []string
		want []string
	}{
		"one follower reaches the switch": {[]string{"a", "b"}, []string{"a>c"}},
		"nobody reaches it":               {[]string{"a", "b", "c"}, nil},
		"the leader reaches it":           {[]string{"b", "c"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := stillRig(t, nil, "a", "b", "c")
				defer r.close()
				moves := r.reaching(false)
				for _, n := range c.cut {
					for _, link := range []string{"switch:1", "switch:2"} {
						r.net.Cut("node:"+n, link)
					}
				}
				for _, n := range r.nodes {
					n.start()
				}
				r.nodes["a"].lead()
				time.Sleep(reachHold - time.Second)
				if len(*moves) > 0 {
					t.Errorf("moved too early: %v", *moves)
				}
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if got := *moves; !slices.Equal(got, c.want) {
					t.Errorf("moved %v, want %v", got, c.want)
				}
			})
		})
	}
}

// A link that isn't provisioned, or is disabled, is no way for anybody.
func TestPassage_OnlyToLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoors(t, []string{"a/2: normal"}, nil, "n1")
		defer d.close()
		synctest.Wait()
		if _, err := d.nodes["n1"].links.Passage(d.ctx, "n2", "door:a"); err == nil || !strings.Contains(err.Error(), "no link") {
			t.Errorf("%v", err)
		}
		c, err := d.nodes["n1"].links.Passage(d.ctx, "n2", "a")
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		d.act("disable a")
		if _, err := d.nodes["n1"].links.Passage(d.ctx, "n2", "a"); err == nil {
			t.Error("a disabled link was relayed")
		}
	})
}

// Three switches, each of which one node reaches, are served by one leader.
func TestThreeSwitchesOneLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoors(t, []string{"a/1: normal", "b/1: normal", "c/1: normal"}, nil, "n1", "n2", "n3")
		defer d.close()
		// Each port is a switch of its own.
		for i, name := range []string{"a", "b", "c"} {
			d.must(&fsmpb.Command{Kind: &fsmpb.Command_DeleteLink{DeleteLink: &fsmpb.DeleteLink{Name: name}}})
			sw := "sw" + name
			d.must(&fsmpb.Command{Kind: &fsmpb.Command_PutSwitch{PutSwitch: &fsmpb.PutSwitch{Switch: &fsmpb.Switch{Name: sw, Protocol: "csta"}}}})
			d.must(&fsmpb.Command{Kind: &fsmpb.Command_PutLink{PutLink: &fsmpb.PutLink{Link: &fsmpb.Link{Name: "l" + name, Switch: sw, Address: "door:" + name}}}})
			for j, n := range []string{"n1", "n2", "n3"} {
				if i != j {
					d.net.Cut("node:"+n, "door:"+name)
				}
			}
		}
		moves := d.reaching(true)
		for _, n := range d.nodes {
			n.restart()
		}
		d.nodes["n2"].lead()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		v := d.state()
		for _, name := range []string{"a", "b", "c"} {
			sw, _ := v.Switch("sw" + name)
			l, _ := v.Link("l" + name)
			if !sw.LinkUp || l.Node != "n2" {
				t.Errorf("switch %s: up %v, driven by %q", sw.Name, sw.LinkUp, l.Node)
			}
		}
		if len(*moves) > 0 {
			t.Errorf("leadership moved: %v", *moves)
		}
	})
}
