// Package clients holds what the client side of every protocol needs of its
// node: who a client is, what the node may say of itself, how far each client
// has been told, and which bad peers were already logged.
//
// It never speaks a wire protocol and never changes the state but through the
// log.
package clients
