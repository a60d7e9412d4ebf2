// Package process runs node processes: it starts, kills, freezes and ends them,
// and leaves none behind.
//
// It never signals a process that it didn't start.
package process
