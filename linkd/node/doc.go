// Package node is one running node of the cluster: it starts Raft on its port
// and its disk, runs gained and lost as leadership comes and goes, bootstraps an
// empty cluster, seeds provisioning, and hands leadership over before it leaves.
//
// It never keeps call state and never speaks to switches or clients itself.
package node
