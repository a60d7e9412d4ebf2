package config

import "time"

// Duration is a time.Duration, written as text in the file.
type Duration = time.Duration

// Timing names how soon nodes give up a silent leader; package node has the
// times.
type Timing string

const (
	LAN   Timing = "lan"
	Metro Timing = "metro"
	WAN   Timing = "wan"
)
