// Package holder makes the end of a killed process known at once.
//
// When a process is killed, Linux frees its memory before it closes its sockets:
// 0.1 ms a megabyte and more, during which nobody can tell that it is dead, and
// its listening sockets still accept. A holder is a second process that shares the
// memory and nothing else. It is asleep until the first one has ended, and then
// ends too. So the last one to leave the memory is the holder, and the sockets of
// the process that was killed are closed before anything is freed.
//
// It needs Linux 5.9 or later on amd64 or arm64; elsewhere a process ends as it
// always did. A holder that is killed is no loss but of that time.
//
// It never runs a line of Go, has no signal handlers and no files but the one that
// tells it of the process's end.
package holder
