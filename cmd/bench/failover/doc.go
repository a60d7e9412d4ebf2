// Package failover measures how long nothing comes when the leader is gone: of
// Holdline at the sockets of two clients under load, of raft and etcd until
// the first write is committed again.
//
// It takes the leader away in four ways: its process is killed, it hands
// leadership over as an operator would have it do, its process is frozen, its
// host falls silent. It never counts an event that the switch wrote, or a write
// that was begun, before the leader was gone.
package failover
