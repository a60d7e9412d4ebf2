package switchsim

// Counters count since the start of the switch.
type Counters struct {
	Calls      uint64 `json:"calls"`
	Ended      uint64 `json:"ended"`
	Failed     uint64 `json:"failed"`
	Abandoned  uint64 `json:"abandoned"`
	Forgotten  uint64 `json:"forgotten"`
	Events     uint64 `json:"events"`
	Sent       uint64 `json:"event_copies_sent"`
	Lost       uint64 `json:"event_copies_lost"`
	Requests   uint64 `json:"requests"`
	Executed   uint64 `json:"requests_executed"`
	Refused    uint64 `json:"requests_refused"`
	Violations uint64 `json:"violations"`
	Accepted   uint64 `json:"associations_accepted"`
	Dropped    uint64 `json:"associations_dropped"`
	Overflowed uint64 `json:"associations_overflowed"`
}
