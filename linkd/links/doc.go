// Package links is the upstream side: the CTI links to the switches. Every node
// keeps standby connections; the leader drives one link of each switch. It
// claims the link, sees that the monitors at the switch are what the state
// wants, takes snapshots of what is unverified, sends what clients ask for, and
// puts what the switch says into the log.
//
// Settings are in settings.go; how a link is chosen in choose.go; what happens on
// gaining and losing leadership in lead.go; a takeover in takeover.go. How CSTA
// maps to facts and requests is in package cstalink.
//
// It never tells a client anything, changes the state but through the log, sends
// a request that this term did not commit, or sends one twice.
//
// # Taking over from a living leader
//
// When leadership is handed over, the old leader goes on reading its monitored
// connection and its facts go on to the log, through the new leader. It says so
// in the log (a LinkReport with the reason HandingOver). The new leader first starts
// its own monitors and keeps what they bring, and claims the link only when they
// are all up and a little time has passed for what the old one had read by then.
// From the claim on the old epoch's facts are no-ops.
//
// So each event reaches the old connection, the new one, or both. CSTA events
// carry no number, so what both bring must be recognised. Each monitored device's
// copies come in the same order on both connections: the new leader watches the
// old epoch's facts take effect and lets each one cancel its copy among those
// that it keeps, device by device and in order (type, connection, state and call
// must agree; the two connections' names of a call are learnt on the way). A fact
// that takes effect before its copy came leaves a credit that cancels the copy
// when it comes; a credit ends when the switch answers a request that was sent
// after the claim, for by then all copies have come, and snapshots are asked for
// only after that. What is left at the claim are the copies that did not take
// effect: they go first into the new epoch, in the order in which they came. No
// event is lost and none is doubled.
//
// The claim may fall between the copies of one event for two devices of its call.
// Nothing that came later took effect then, so that the second copy finds the
// state that the first one made, and changes nothing.
//
// Where there is no living old leader nothing is kept: the claim comes first.
package links
