// Package pipenet is a network of in-memory pipes for tests, in a
// testing/synctest bubble or out of it: named addresses, refused connections,
// processes that die, and silent loss between two addresses.
//
// It is not a model of TCP: a write blocks until it is read. It never opens a
// socket, and never delays, reorders or loses a byte that it wasn't told to.
package pipenet
