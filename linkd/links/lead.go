package links

import (
	"context"
	"sync"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/driver"
)

// Lead drives one link of each switch, for the leader of a Raft term. Call it
// after gaining leadership and a Barrier; cancel ctx on losing it. Requests stop
// at once then; it returns when its work is done, and leaves connections with
// monitors to be read until another leader claims their links: see Handed.
func (m *Manager) Lead(ctx context.Context, term uint64) error {
	m.setLeading(true)
	defer m.setLeading(false)
	running := make(map[string]context.CancelFunc)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { m.mindReach(ctx) })
	for {
		changed := m.o.Replica.Changed()
		v := m.o.Replica.View()
		for sw := range v.Switches() {
			if running[sw.Name] != nil || !driver.Drives(sw.Protocol, v.Level()) {
				continue
			}
			own, cancel := context.WithCancel(ctx)
			running[sw.Name] = cancel
			c := &campaign{m: m, sw: sw.Name, term: term, intents: make(map[uint64]*sentIntent)}
			m.mu.Lock()
			m.campaigns[sw.Name] = c
			m.mu.Unlock()
			wg.Go(func() { c.run(own) })
		}
		for name, cancel := range running {
			if _, ok := v.Switch(name); !ok {
				cancel()
				delete(running, name)
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			for _, cancel := range running {
				cancel()
			}
			return nil
		}
	}
}

func (m *Manager) setLeading(on bool) {
	m.mu.Lock()
	m.leading = on
	m.plans, m.campaigns = make(map[string]map[string]bool), make(map[string]*campaign)
	for _, k := range m.keepers {
		if !on {
			defer k.demand(false)
		}
	}
	m.mu.Unlock()
	m.wake()
}

// campaign is the driving of one switch in one term.
type campaign struct {
	m    *Manager
	sw   string
	term uint64

	// intents are those of this term that were given to a link: never twice.
	intents map[uint64]*sentIntent
	wg      sync.WaitGroup

	left      string // the link that was driven last
	preferred string // the link that is to be driven next, if it works

	mu     sync.Mutex
	wanted string // by an operator; it is driven until it fails
}

// run drives one link after the other.
func (c *campaign) run(ctx context.Context) {
	defer c.wg.Wait()
	for ctx.Err() == nil {
		ride, err := c.choose(ctx)
		if err != nil {
			return
		}
		c.drive(ctx, ride)
	}
}

// spawn runs f, which ends with the campaign.
func (c *campaign) spawn(f func()) { c.wg.Go(f) }

// linkDown tells the log that the connection of an epoch is closed.
func (m *Manager) linkDown(ctx context.Context, link string, epoch uint64, why error) {
	reason := "closed"
	if why != nil {
		reason = why.Error()
	}
	_, _ = m.propose(ctx, "link report", &fsmpb.Command{Kind: &fsmpb.Command_LinkReport{LinkReport: &fsmpb.LinkReport{
		Link: link, Epoch: epoch, Closed: true, Reason: reason,
	}}})
}
