package driver

import (
	"time"

	"github.com/holdline/holdline/fsm/fsmpb"
)

// Conn is an open connection to a switch. Until Lead it stands by: it is kept
// alive and knows the switch's status. Callbacks run in the place of the answer
// among what the switch says; they must not wait.
type Conn interface {
	// Lead makes everything that the switch says from here on go to sink; nil: to
	// nobody.
	Lead(sink Sink)
	// Halt stops requests: those that were not written never will be. Facts go on.
	Halt()
	// Resume permits requests again after Halt.
	Resume()

	// Done is closed when the connection is over; Err then says why.
	Done() <-chan struct{}
	Err() error
	// Close ends the connection and waits for its goroutines.
	Close()

	// Status is the switch's status as it was last told (systemStatus, ECMA-269
	// 13.1.3), and Usable whether the switch does its work.
	Status() string
	Usable() bool
	// StatusChanged is closed when the status next changes.
	StatusChanged() <-chan struct{}
	// Redelivers tells whether the switch delivers again, on another connection,
	// what was not committed here. Where it does, no two connections bring copies of
	// one event: there is nothing to keep, and nobody to wait for.
	Redelivers() bool
	// AskStatus asks for the status. passed, if not nil, is called in the place of
	// the answer: what the switch had said before it was asked has been dealt with
	// by then. It is called as well if no answer comes in time.
	AskStatus(passed func())
	// Info returns what operators see.
	Info() Info

	// Watch starts a monitor on a device, unless there is one or one is being
	// started. The fact says what became of it; done follows it, with false if the
	// switch gave no answer.
	Watch(device string, done func(answered bool))
	// Unwatch stops the monitor on a device, if there is one. The fact says that
	// it is down; done follows it.
	Unwatch(device string, done func())
	// Watches tells whether there is a monitor on a device.
	Watches(device string) bool
	// Snapshot asks for everything about a device. A DeviceSnapshot fact stands in
	// the place of the answer; done follows it. It gets false if the switch refused,
	// or did not answer in time.
	Snapshot(device string, ask Ask, done func(ok bool))

	// Execute asks the switch for what a client wants. order is called right before
	// the request is written: its error keeps it from being written. An Outcome fact
	// stands in the place of the answer; an answer that comes after the time limit
	// still gives one. done gets nil if the request was written and answered,
	// ErrTimeout if it was written, else why it was not: see Written.
	Execute(intent uint64, order func() (*Order, error), done func(error))

	// Route registers this link as the router of a route point; an empty device is
	// every route point. The fact says what became of it; done follows it, with
	// answered false if the switch gave no answer. aborted is called if the switch
	// ends the registration later.
	Route(device string, done func(up, answered bool), aborted func())
	// Unroute cancels a registration, if there is one.
	Unroute(device string, done func())
}

// Readier is a Conn whose switch wants to be told when this node is up to date: its
// monitors are up and live calls are compared.
type Readier interface {
	// Ready tells it. done gets the error that came of it; it runs like other
	// callbacks.
	Ready(done func(error))
}

// Sink takes what the switch says.
type Sink interface {
	// Fact takes one fact; it may wait. The calls come one at a time, in the
	// order in which the switch spoke.
	Fact(f *fsmpb.Fact)
	// Last is the ordinal of the last fact taken.
	Last() uint64
	// Settled calls f once: with true when all facts taken so far have taken
	// effect, with false when some of them never will. f must not wait.
	Settled(f func(applied bool))
}

// Ask is what a snapshot asks for besides calls.
type Ask struct {
	Agents   bool // the device may have agents
	Features bool // do not disturb and forwarding
	// Again says that what was told of its calls lately doesn't count: the snapshot
	// before was of no use, or somebody asks for a new comparison.
	Again bool
}

// Info is what operators see of a link.
type Info struct {
	Status      string        // systemStatus that the switch last told
	Edition     string        // of the protocol
	Outstanding int           // requests without an answer
	Waiting     int           // requests that wait for their turn
	RTT         time.Duration // smoothed
	Requests    uint64
	Facts       uint64
	Monitors    int
	Unknown     uint64 // events for monitors that are not ours, messages that nobody knows
}
