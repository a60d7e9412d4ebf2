// Package links is the upstream side: the CTI links to the switches. Every node
// keeps standby connections; the leader drives one link of each switch. It
// claims the link, sees that the monitors at the switch are what the state
// wants, takes snapshots of what is unverified, sends what clients ask for, and
// puts what the switch says into the log.
//
// Settings are in settings.go; how a link is chosen in choose.go, by what its keeper
// says of it (standing.go); what happens on gaining and losing leadership in lead.go;
// a takeover in takeover.go; hot standby in shadow.go and package mirror. How CSTA
// maps to facts and requests is in package cstalink; what a driver is to this
// package, in package driver.
//
// It never tells a client anything, changes the state but through the log, sends
// a request that this term did not commit, or sends one twice.
//
// # Hot standby
//
// A follower with a hot standby (shadow.go) monitors what the leader monitors, on
// a connection of its own, and keeps what that brings. It watches the facts that
// take effect and lets each one cancel its copy among those that it keeps (package
// mirror). What is left when the leader dies did not take effect: it goes first into
// the new epoch, in the order in which it came. What isn't aligned is left to the
// snapshots of each device that follow a claim anyway.
//
// # Taking over from a living leader
//
// When leadership is handed over, the old leader goes on reading its monitored
// connection and its facts go on to the log, through the new leader. It says so
// in the log (a LinkReport with the reason HandingOver). The new leader first starts
// its own monitors, if it doesn't stand by hot, and keeps what they bring as a hot
// standby does. It claims the link only when they are all up and a little time has
// passed for what the old one had read by then. From the claim on the old epoch's
// facts are no-ops. As the old connection was read until then, all that is left
// counts, aligned or not.
//
// A credit ends when the switch answers a request that was sent after the claim:
// by then all copies have come. Snapshots are asked for only after that, so that
// an event that was taken for a copy by mistake is not missing from the state. No
// event is lost and none is doubled.
//
// The claim may fall between the copies of one event for two devices of its call.
// Nothing that came later took effect then, so that the second copy finds the
// state that the first one made, and changes nothing.
//
// Where there is no living old leader and no hot standby nothing is kept: the
// claim comes first.
//
// # Switches that deliver again
//
// A BroadWorks delivers an event again, to another node, until it is answered. There
// nothing of the above is needed: a driver answers an event once its facts took effect
// (settled.go), a new leader claims at once, and what comes again changes nothing. Its
// settings are in broadworks.go; when its clients hear normal, in ready.go.
package links
