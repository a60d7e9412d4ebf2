package fsm

import (
	"fmt"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// raiseLevel commits a feature level that every node supports. It never falls. A
// build that doesn't know the level can't go on.
func (t *txn) raiseLevel(c *fsmpb.RaiseLevel) (Result, error) {
	if c.Level <= t.level {
		return Result{}, nil
	}
	if t.nodes.len() == 0 {
		return refuse("operation", "invalidParameterValue", "raise the feature level to %d: no node has reported what it supports", c.Level), nil
	}
	for n := range t.Nodes() {
		if n.Level < c.Level {
			return refuse("operation", "invalidParameterValue", "raise the feature level to %d: node %s supports %d; install the newer release there first", c.Level, n.Id, n.Level), nil
		}
	}
	if c.Level > MaxLevel {
		return Result{}, fmt.Errorf("the cluster rises to feature level %d and this build knows %d: install the newer release on this node", c.Level, MaxLevel)
	}
	t.level = c.Level
	return Result{}, nil
}
