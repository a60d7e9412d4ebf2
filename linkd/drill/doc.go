// Package drill proves a failover: it runs a cluster of real processes beside a
// simulated switch and model T-Servers, breaks what it is told to break, and
// compares the three truths: what the switch says, what each node holds, and
// what each client was told.
//
// It never stops the traffic in order to compare: it judges only what did not
// change meanwhile, and looks again at the rest.
package drill
