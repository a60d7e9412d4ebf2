// Package peers runs what Holdline is held against, each as three processes with
// their data on the same disk: hashicorp/raft alone, with the store and nothing
// else that Holdline puts on top of it; etcd; NATS JetStream. A node process is
// this program again, see Node; a driver starts the nodes and loads them.
//
// Every peer is loaded in the way that is best for it: Raft from inside its
// leader, etcd and NATS by a client of the leader. None of them ever gets an
// event that isn't synced to the disks of a majority before it counts.
package peers
