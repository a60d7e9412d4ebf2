package switchsim

import (
	"slices"
	"time"
)

// xsiSet is a channel set: the channels and subscriptions of one application of one user.
type xsiSet struct {
	id, owner, application string
	channels               []*xsiChannel
	pending                []*xsiMessage // that no channel takes now, oldest first
}

// xsiChannel is an open event channel: one streamed response of one XSP.
type xsiChannel struct {
	id               string
	set              *xsiSet
	xsp              *xsp
	priority, weight int
	until            time.Time // it expires
	beaten           time.Time // its last heartbeat
	longest          time.Duration
	out              chan string
	expiry, silence  *timer
	waiting          []*xsiMessage // sent, and not yet answered
	deaf             bool          // an event wasn't answered in time
	mute             bool          // a fault: nothing is written any more
	ended            bool
	conn             func() // cuts its connection
}

// openChannel opens a channel in a set. Another set of the same application and user ends with that.
func (f *xsiFront) openChannel(x *xsp, c *xsiChannel, setID, application string) *xsiRefusal {
	set := f.sets[setID]
	if set != nil && set.owner != f.opt.User {
		return xsiForbidden("Channel set belongs to another user.")
	}
	if set != nil && len(set.channels) >= f.opt.MaxChannels {
		return xsiForbidden("Too many channels in the channel set.")
	}
	for _, other := range f.sortedSets() {
		if application != "" && other.application == application && other.owner == f.opt.User && other.id != setID {
			f.endSet(other, "DuplicateChannelSet")
		}
	}
	if set == nil {
		set = &xsiSet{id: setID, owner: f.opt.User, application: application}
		f.sets[setID] = set
	}
	c.id, c.set, c.xsp = f.uuid(), set, x
	c.beaten = f.s.model.now
	c.out = make(chan string, f.s.opt.QueueFrames)
	set.channels = append(set.channels, c)
	f.channels[c.id] = c
	f.counts.ChannelsOpened++
	f.extend(c)
	f.watch(c)
	return nil
}

func (f *xsiFront) sortedSets() []*xsiSet {
	var all []*xsiSet
	for _, s := range f.sets {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *xsiSet) int { return cmpText(a.id, b.id) })
	return all
}

// extend grants a channel its time anew.
func (f *xsiFront) extend(c *xsiChannel) {
	d := time.Duration(f.opt.ChannelExpires) * time.Second
	c.expiry.stop()
	c.until = f.s.model.now.Add(d)
	c.expiry = f.s.after(d, func() {
		f.counts.Expired++
		f.terminate(c, "Expired")
	})
}

// watch ends the stream if no heartbeat comes.
func (f *xsiFront) watch(c *xsiChannel) {
	c.silence.stop()
	c.silence = f.s.after(f.opt.EventTimeout, func() {
		f.violation(c.xsp, "", "no heartbeat came for "+f.opt.EventTimeout.String())
		f.closeChannel(c)
	})
}

func (f *xsiFront) beat(c *xsiChannel) {
	c.longest = max(c.longest, f.s.model.now.Sub(c.beaten))
	c.beaten = f.s.model.now
	f.counts.Heartbeats++
	f.watch(c)
	f.write(c, xsiHead+`<ChannelHeartBeat xmlns="`+xsiNamespace+`"/>`)
}

// terminate ends a channel with a word.
func (f *xsiFront) terminate(c *xsiChannel, reason string) {
	if c.ended {
		return
	}
	f.write(c, xsiEvent("ChannelTerminatedEvent", func(w *xsiWriter) {
		w.text("channelId", c.id)
		w.text("reason", reason)
	}))
	f.counts.Terminated++
	f.closeChannel(c)
}

// closeChannel ends a channel's stream. What it was sent and didn't answer goes to the others of its set.
func (f *xsiFront) closeChannel(c *xsiChannel) {
	if c.ended {
		return
	}
	c.ended = true
	c.expiry.stop()
	c.silence.stop()
	close(c.out)
	delete(f.channels, c.id)
	set := c.set
	set.channels = slices.DeleteFunc(set.channels, func(o *xsiChannel) bool { return o == c })
	waiting := c.waiting
	c.waiting = nil
	for _, m := range waiting {
		m.timer.stop()
		m.channel = nil
		f.send(m)
	}
	if len(set.channels) == 0 {
		f.controllersLost()
	}
}

// endSet ends all channels of a set, and its subscriptions with it.
func (f *xsiFront) endSet(set *xsiSet, reason string) {
	delete(f.sets, set.id)
	for _, s := range f.sortedSubscriptions() {
		if s.set == set {
			f.removeSubscription(s)
		}
	}
	for len(set.channels) > 0 {
		if reason == "" {
			f.closeChannel(set.channels[0])
		} else {
			f.terminate(set.channels[0], reason)
		}
	}
	for _, m := range set.pending {
		f.drop(m)
	}
	set.pending = nil
}

// write puts a document on a channel's stream. A client that reads too slowly loses the channel.
func (f *xsiFront) write(c *xsiChannel, document string) {
	if c.ended || c.mute {
		return
	}
	select {
	case c.out <- document:
	default:
		f.s.model.counts.Overflowed++
		f.closeChannel(c)
		c.conn()
	}
}
