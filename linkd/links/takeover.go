package links

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/crash"
	"github.com/holdline/holdline/linkd/failover"
)

// HandingOver is the reason of the LinkReport by which an old leader says that it
// goes on reading its link until that is claimed.
const HandingOver = "handing over: read until another leader claims it"

// continues prepares to drive on a connection that this node drove in an earlier
// term: its facts stay here from now on, and those before go into the log, in
// their epoch. Then nothing is lost and nothing doubled.
func (r *reconciler) continues(ctx context.Context, before *outlet) error {
	if before == nil {
		return nil
	}
	r.conn.Lead(r.out)
	r.conn.Resume()
	before.drain(ctx, drainLimit)
	defer before.close()
	if before.stream.Err() != nil || !before.settled() {
		return errBehind
	}
	r.own = true
	return nil
}

var errBehind = errors.New("what the link said before could not be committed in time")

// takeover claims the link for this term and starts its epoch. Where a living
// old leader still reads the switch, the monitors come up first. The switch is
// asked for its status again: it may have told an overload, or its end, to the
// link that was driven and to no other.
func (r *reconciler) takeover(ctx context.Context) error {
	v := r.m.o.Replica.View()
	sw, ok := v.Switch(r.sw)
	if !ok {
		return fmt.Errorf("switch %s is not provisioned any more", r.sw)
	}
	r.oldEpoch, r.oldNode = sw.Epoch, ""
	all := false // that the old epoch's connection was read until the claim
	var err error
	if old, ok := v.Link(sw.Link); ok && old.Up && old.Epoch == sw.Epoch && sw.Epoch != 0 {
		r.oldNode, r.oldLink = old.Node, old.Name
		if !r.own && !r.conn.Redelivers() && r.m.mayRead(old) {
			r.out.mirrors(r.sw, r.k.sibling)
			r.conn.Lead(r.out)
			if all, err = r.overlap(ctx, old); err != nil {
				return err
			}
		}
	}
	epoch, err := r.claim(ctx)
	if err != nil {
		return err
	}
	r.epoch = epoch
	r.conn.Lead(r.out)
	r.out.open(epoch, &fsmpb.Fact{Body: &fsmpb.Fact_Status{Status: &fsmpb.LinkStatus{Status: r.conn.Status()}}}, r.settings.UnappliedFacts, all)
	r.m.o.Mark(failover.Claimed, r.sw)
	r.floor = r.out.Last()
	r.fence()
	r.log.Info("link claimed", "epoch", epoch, "term", r.term, "before", r.oldEpoch, "of", r.oldNode)
	return nil
}

// fence asks the switch for its status: what it told while nobody listened isn't
// known. Clients hear no status before the answer. It also ends the recognition of
// copies: by then the switch has brought all that it said before the claim. Until
// then no snapshot is asked for: an event that was taken for a copy by mistake would
// be missing from the state for good.
func (r *reconciler) fence() {
	r.conn.AskStatus(func() {
		r.out.endMirror()
		last := r.out.Last()
		r.post(func() { r.fenced, r.floor = true, last })
	})
}

func (r *reconciler) claim(ctx context.Context) (uint64, error) {
	res, err := r.m.propose(ctx, "claim link", &fsmpb.Command{Kind: &fsmpb.Command_ClaimLink{ClaimLink: &fsmpb.ClaimLink{
		Switch: r.sw, Link: r.link, Node: r.m.o.NodeID, Term: r.term,
	}}})
	if err != nil {
		return 0, fmt.Errorf("claim link %s: %w", r.link, err)
	}
	return res.ID, nil
}

// overlap starts the monitors while the old leader still reads, if it does, and
// returns when it is time to claim. all says that the old one was read until then.
func (r *reconciler) overlap(ctx context.Context, old *fsm.Link) (all bool, err error) {
	s := r.settings
	began := time.Now()
	var up time.Time // when the last monitor came up; zero: some are missing
	var marked bool
	life := r.m.watchLife(ctx, old.Node)
	defer life.stop()
	for {
		changed := r.m.o.Replica.Changed()
		v := r.m.o.Replica.View()
		r.drainPosts()
		now := time.Now()
		l, ok := v.Link(old.Name)
		if !ok || l.Epoch != old.Epoch || !l.Up || !r.m.mayRead(l) || life.is(crash.Ended) {
			return marked, nil // nobody reads any more
		}
		marked = marked || l.Reason == HandingOver
		due := began.Add(s.HandoverWait)
		switch {
		case marked:
			due = began.Add(s.HandoverWait + s.HandoverTimeout)
			if r.watchWanted(v) && up.IsZero() {
				up = now
			}
			if !up.IsZero() {
				due = r.settled(up, due)
			}
		case life.is(crash.Silent):
			return false, nil // no word of it will come
		default:
			r.watchWanted(v)
		}
		if !now.Before(due) {
			return marked, nil
		}
		select {
		case <-changed:
		case <-r.wake:
		case <-life.changed():
		case <-time.After(time.Until(due)):
		case <-r.out.overflow:
			return marked, nil
		case <-r.conn.Done():
			return false, r.conn.Err()
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// maxSettle bounds the wait for an old leader that is behind, in times of the
// time to settle.
const maxSettle = 10

// settled is when to claim, given that all monitors are up. What the switch said
// before they were is with the old leader alone. It has passed that point when no
// copy of ours waits any more that came that long ago.
func (r *reconciler) settled(up, limit time.Time) time.Time {
	settle := r.settings.HandoverSettle
	due := up.Add(settle)
	if now := time.Now(); !now.Before(due) && r.out.behind(now.Add(-settle)) && now.Before(up.Add(maxSettle*settle)) {
		due = now.Add(10 * time.Millisecond)
	}
	if limit.Before(due) {
		return limit
	}
	return due
}

// mayRead tells whether the node that claimed a link may still read it: its
// process is not known to be dead, and it is not this one, which would know.
func (m *Manager) mayRead(l *fsm.Link) bool {
	if l.Node != m.o.NodeID {
		return !m.ended(l.Node)
	}
	k := m.keeper(l.Name)
	return k != nil && k.reads(l.Epoch)
}

// watchWanted starts the monitors that the state wants, and tells whether the
// switch answered for each of them.
func (r *reconciler) watchWanted(v *fsm.State) bool {
	all := true
	for d := range v.Devices(r.sw) {
		if d.Monitors == 0 {
			continue
		}
		j := r.watch[d.Id]
		if j == nil {
			if r.watching >= r.settings.CSTA.MaxOutstanding {
				return false
			}
			r.startWatch(d.Id)
			j = r.watch[d.Id]
		}
		if j.open {
			all = false
		}
	}
	return all
}
