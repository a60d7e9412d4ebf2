package links

import (
	"cmp"
	"time"
)

// working tells whether the link can be driven, and since when the switch says so.
func (k *keeper) working() (since time.Time, ok bool) {
	since, ok, _ = k.standing()
	return since, ok
}

// standing is working, and whether the link may still come to work: the first attempt
// since it was wanted is under way, or the switch has not yet said that it works.
func (k *keeper) standing() (since time.Time, up, pending bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.conn != nil:
		up = operational(k.conn) && !k.normal.IsZero() && (!k.used || k.drain != nil)
		pending = k.normal.IsZero()
	case k.link.GetDisabled() || k.settings.Standby == Cold && !k.demanded:
	default:
		pending = !k.tried
	}
	return k.normal, up, pending
}

// hurry has a link that isn't open tried again at once, unless it is the one that has
// just been left. An attempt that is under way for a while begins anew.
func (k *keeper) hurry(left string) {
	if k.name == left {
		return
	}
	k.mu.Lock()
	waits := k.conn == nil
	if waits {
		k.tried, k.rush, k.failures = false, true, 0
		if k.abort != nil && time.Since(k.since) >= k.settings.ConnectTimeout/8 {
			k.abort()
		}
	}
	k.mu.Unlock()
	if waits {
		k.poke()
	}
}

// otherWorks tells whether this node leads and another link of the same switch works.
func (m *Manager) otherWorks(than *keeper) bool {
	m.mu.Lock()
	if !m.leading {
		m.mu.Unlock()
		return false
	}
	var others []*keeper
	for _, k := range m.keepers {
		if k != than && than.sibling(k.name) {
			others = append(others, k)
		}
	}
	m.mu.Unlock()
	for _, k := range others {
		if k.up() {
			return true
		}
	}
	return false
}

// up tells whether the link works, driven or not.
func (k *keeper) up() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.conn != nil && !k.normal.IsZero()
}

// says tells whether the switch's status on the link is this one.
func (k *keeper) says(status string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.conn != nil && k.conn.Status() == status
}

func (k *keeper) isDisabled() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.link.GetDisabled()
}

func (k *keeper) options() Settings {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.settings
}

func (k *keeper) priority() int32 {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.link.GetPriority()
}

func (k *keeper) patience() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.settings.ConnectTimeout
}

func (k *keeper) isDemanded() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.demanded
}

// failedNow tells whether the last attempt failed and no connection is there.
func (k *keeper) failedNow() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.tried && k.conn == nil
}

// route says how the link's connection runs: through which node, or direct.
func (k *keeper) route() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return cmp.Or(k.via, "direct")
}

// reads tells whether this node still reads the link in an epoch that it claimed.
func (k *keeper) reads(epoch uint64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.conn != nil && k.used && k.epoch == epoch
}
