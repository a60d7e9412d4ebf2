package switchsim

import "time"

const violationBytes = 2048 // kept of each offending message

// Violation is something that a client sent and the standard forbids.
type Violation struct {
	At          time.Time `json:"at"`
	Link        int       `json:"link"` // from 1
	Association int       `json:"association"`
	InvokeID    int       `json:"invoke_id"`
	Reason      string    `json:"reason"`
	Bytes       string    `json:"bytes"` // of the message, at most 2048
}

// violates keeps a violation.
func (a *association) violates(id int, body []byte, reason string) {
	a.s.model.counts.Violations++
	if len(body) > violationBytes {
		body = body[:violationBytes]
	}
	a.s.violations.add(Violation{a.s.model.now, a.link.index + 1, a.id, id, reason, string(body)})
	a.s.log.Warn("client violates the standard", "link", a.link.index+1, "association", a.id, "invoke_id", id, "reason", reason)
}

// Violations returns the last 1000 violations, oldest first.
func (s *Switch) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.violations.all()
}
