// Package secret packs what travels beside the log: passwords, authorisation
// codes and dialled digits of a client's request, from the node that the client
// is connected to, through the leader, to the link driver.
//
// It never logs or keeps a secret.
package secret
