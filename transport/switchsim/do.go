package switchsim

import (
	"fmt"
	"slices"
)

// Move is one thing that somebody does at a phone: POST /do. Call and Other are call IDs of the model; where they are
// left out the device's only fitting call is taken.
type Move struct {
	// Action is one of the keys of moves: inbound, offer, accept, offhook, dialdigits, dial, answer, hold, retrieve,
	// consult, alternate, reconnect, transfer, conference, transferto, join, bridge, deflect, clear, clearcall, digits, record,
	// data, private, agent, dnd, forward, service.
	Action string `json:"action"`
	// Device is who does it; for inbound and offer the caller, "" for somebody outside.
	Device string `json:"device"`
	// To is the device that is called, consulted, joined or forwarded to.
	To string `json:"to"`
	// Call is the call; Other the second one of alternate, reconnect, transfer and conference (the active call).
	Call  string `json:"call"`
	Other string `json:"other"`
	// Correlator, User and Account are the call's data, as plain text; for inbound, offer, dial, consult and data. User is
	// also what private tells of a device.
	Correlator string `json:"correlator_data"`
	User       string `json:"user_data"`
	Account    string `json:"account"`
	// Digits are the digits to send, for digits, or to dial one part of, for dialdigits.
	Digits string `json:"digits"`
	// Agent, Group and State: for agent the requestedAgentState, for service inService, outOfService or
	// partiallyInService, for forward the forwardingType, for record Record, PauseRecording, ResumeRecording or
	// StopRecording.
	Agent string `json:"agent"`
	Group string `json:"group"`
	State string `json:"state"`
	// On switches dnd and forward.
	On bool `json:"on"`
}

// Moved is what came of a move.
type Moved struct {
	Call string `json:"call"` // that the move was about or made; the surviving one of a merger
	Seq  uint64 `json:"seq"`  // of the last change
}

// Do makes one move. The error says why the switch doesn't allow it; then nothing has changed.
func (s *Switch) Do(v Move) (Moved, error) {
	var done Moved
	var err error
	s.locked(func() {
		move := moves[v.Action]
		if move == nil {
			err = fmt.Errorf("make a move: there is no action %q; see --help for the list", v.Action)
			return
		}
		var c *call
		if c, err = move(s.model, v); err != nil {
			err = fmt.Errorf("make move %q of device %q: %w", v.Action, v.Device, err)
			return
		}
		done.Seq = s.model.seq
		if c != nil {
			done.Call = c.id.String()
		}
	})
	return done, err
}

var moves = map[string]func(m *model, v Move) (*call, error){
	"inbound": moveInbound, "offer": moveOffer, "accept": moveAccept, "dialdigits": moveDialDigits, "bridge": moveBridge,
	"private": movePrivate, "offhook": moveOffhook, "dial": moveDial, "answer": moveAnswer, "hold": moveHold,
	"retrieve": moveRetrieve, "consult": moveConsult, "alternate": moveTwo, "reconnect": moveTwo, "transfer": moveTwo,
	"conference": moveTwo, "transferto": moveTransferTo, "join": moveJoin, "deflect": moveDeflect, "clear": moveClear,
	"clearcall": moveClearCall, "digits": moveDigits, "record": moveRecord, "data": moveData, "agent": moveAgent, "dnd": moveDND,
	"forward": moveForward, "service": moveService,
}

// pickCall finds the call of a move: the named one, or the device's first in one of the states.
func (m *model) pickCall(name, device string, states ...State) (*call, error) {
	if name != "" {
		c := m.calls[RenameOff.callNamed(0, name)]
		if c == nil {
			return nil, errCall
		}
		if c.at(device) == nil {
			return nil, errConnection
		}
		if len(states) > 0 && !slices.Contains(states, c.state(device)) {
			return nil, errState
		}
		return c, nil
	}
	for _, c := range m.callsAt(device) {
		if len(states) == 0 || slices.Contains(states, c.state(device)) {
			return c, nil
		}
	}
	return nil, errState
}

// plain turns a typed nil into none.
func plain(err *cstaError) error {
	if err == nil {
		return nil
	}
	return err
}

func (v Move) give(c *call) {
	if v.Correlator != "" {
		c.correlator = []byte(v.Correlator)
	}
	if v.User != "" {
		c.user = []byte(v.User)
	}
	if v.Account != "" {
		c.account = v.Account
	}
}
