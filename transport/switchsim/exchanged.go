package switchsim

import "bytes"

// Exchanged counts one kind of message on all links.
type Exchanged struct {
	Received uint64 `json:"received"` // from clients
	Sent     uint64 `json:"sent"`     // to clients
}

// Exchanged says how often each message crossed a link, by its root element. A message that a fault kept back was not sent.
func (s *Switch) Exchanged() map[string]Exchanged {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]Exchanged, len(s.exchanged))
	for name, n := range s.exchanged {
		all[name] = *n
	}
	return all
}

// exchange finds the count of a message.
func (s *Switch) exchange(name []byte) *Exchanged {
	n := s.exchanged[string(name)]
	if n == nil {
		n = new(Exchanged)
		s.exchanged[string(name)] = n
	}
	return n
}

// rootOf is the root element of a message of ours.
func rootOf(body []byte) []byte {
	_, rest, _ := bytes.Cut(body, []byte("?><"))
	if i := bytes.IndexAny(rest, " />"); i >= 0 {
		return rest[:i]
	}
	return rest
}
