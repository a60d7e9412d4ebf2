package switchsim

import "time"

// Transition is one change of the model, as GET /events tells it.
type Transition struct {
	Seq     uint64            `json:"seq"`
	At      time.Time         `json:"at"`
	Event   string            `json:"event"` // the name of its filter bit
	Cause   string            `json:"cause,omitempty"`
	Call    string            `json:"call,omitempty"`
	Device  string            `json:"device"`            // the subject
	State   State             `json:"state,omitempty"`   // of the subject connection, after
	Retired string            `json:"retired,omitempty"` // the call whose ID ends with it
	Heard   []ConnectionTruth `json:"heard"`             // the devices that hear it, with their state after
	Agent   string            `json:"agent,omitempty"`
	Group   string            `json:"group,omitempty"`
}

func (ev *event) transition() Transition {
	t := Transition{
		Seq: ev.seq, At: ev.at, Event: string(ev.kind), Cause: ev.cause, Device: ev.device, State: ev.state,
		Agent: ev.agentID, Group: ev.group, Heard: []ConnectionTruth{},
	}
	if ev.conn.call != 0 {
		t.Call = ev.conn.call.String()
	}
	if ev.retired != 0 {
		t.Retired = ev.retired.String()
	}
	for _, l := range ev.locals {
		t.Heard = append(t.Heard, ConnectionTruth{l.device, l.state})
	}
	return t
}

// History returns the transitions after a sequence number, oldest first, of the last 20000.
func (s *Switch) History(since uint64) []Transition {
	all := []Transition{}
	s.locked(func() {
		for _, ev := range s.model.history.all() {
			if ev.seq > since {
				all = append(all, ev.transition())
			}
		}
	})
	return all
}

// AssociationTruth is one live association.
type AssociationTruth struct {
	ID       int       `json:"id"`
	Link     int       `json:"link"` // from 1
	Peer     string    `json:"peer"`
	Since    time.Time `json:"since"`
	Edition  int       `json:"edition"` // 0 = not yet known
	Session  string    `json:"session,omitempty"`
	Monitors int       `json:"monitors"`
	Sent     uint64    `json:"frames_sent"`
	Lost     uint64    `json:"event_copies_lost"`
	Waiting  int       `json:"frames_waiting"`
}

// Associations returns the live associations, by link and then by age.
func (s *Switch) Associations() []AssociationTruth {
	all := []AssociationTruth{}
	s.locked(func() {
		for _, l := range s.links {
			for _, a := range l.associations {
				t := AssociationTruth{
					ID: a.id, Link: l.index + 1, Peer: a.peer, Since: a.since, Edition: a.edition, Monitors: len(a.monitors),
					Sent: a.sent, Lost: a.lost, Waiting: len(a.out),
				}
				if a.session != nil {
					t.Session = a.session.id
				}
				all = append(all, t)
			}
		}
	})
	return all
}
