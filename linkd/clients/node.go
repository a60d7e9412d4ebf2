package clients

import "github.com/holdline/holdline/fsm"

// Replica is the node's copy of the state.
type Replica interface {
	// View is an immutable picture of the state.
	View() *fsm.State
	// Changed is closed when the state next changes. Take it before the view
	// that it is to outlive.
	Changed() <-chan struct{}
}

// Role is what the node knows of leadership.
type Role interface {
	// Leading tells whether this node leads and its term's barrier has passed.
	Leading() bool
	// LeaderKnown tells whether this node leads or hears from a leader.
	LeaderKnown() bool
	// Live tells whether the node's copy of the state keeps up with a majority:
	// it has a leader, or lost one so short a time ago that it isn't isolated.
	Live() bool
	// Changed is closed when any answer next changes. Take it before the
	// answers that it is to outlive.
	Changed() <-chan struct{}
}
