// Package proposer puts commands into the replicated log: on the leader with
// group commit, on a follower by handing them to the leader. Numbered streams
// (the facts of a link epoch, the commands of a client's attachment) are
// proposed again until they are applied, in order, and Apply's ordinals make
// sure that nothing is lost or doubled.
//
// It never reads the state to decide what a command should say.
package proposer
