// Package hosts places nodes: all on loopback, or each on a host of its own, a
// network namespace with an address and a cable to a bridge that can be pulled.
// A host whose cable is pulled falls silent: its packets vanish both ways, and
// nothing says so to anybody.
//
// It never touches the machine's own network: hosts of their own exist only
// inside a network namespace that this process entered first (see Inside).
package hosts
