// Package ctl is linkctl: what an operator asks of a running cluster and changes
// in it, one file per noun. It talks to the nodes through transport/api alone.
//
// Everything that holds for all commands is in one place: the flags that each
// command takes (globals.go), how a command line is refused (guard.go), what a
// failure exits with (exit.go), and how an answer becomes a screen or JSON
// (print.go). Standard output carries the answer and nothing else; what is said
// about it goes to standard error.
//
// It never reads a node's disk, never decides what is safe (a node does that and
// says why), and never changes anything without a command that says so.
package ctl
