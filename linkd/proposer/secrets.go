package proposer

import "sync"

// maxSecrets bounds what is kept for requests whose turn has not come; the
// oldest goes first.
const maxSecrets = 4096

type secretKey struct{ session, attachment, ordinal uint64 }

// secrets holds what travels beside the log until the request is written.
type secrets struct {
	mu    sync.Mutex
	byKey map[secretKey][]byte
	order []secretKey
}

func newSecrets() secrets { return secrets{byKey: make(map[secretKey][]byte)} }

func (s *secrets) put(k secretKey, v []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byKey[k]; !ok {
		s.order = append(s.order, k)
	}
	s.byKey[k] = v
	for len(s.order) > maxSecrets {
		delete(s.byKey, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *secrets) take(k secretKey) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.byKey[k]
	delete(s.byKey, k)
	return v, ok
}
