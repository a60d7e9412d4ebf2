// Package driver says what every link driver is to package links: a connection
// to a switch, whatever it speaks, that turns what the switch says into facts and
// what clients ask into requests. Each protocol's driver is a package of its own.
//
// It holds no driver, and never knows what a protocol looks like.
package driver
