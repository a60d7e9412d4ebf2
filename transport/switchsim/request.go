package switchsim

import "time"

// Request is one request of a client and what became of it.
type Request struct {
	Order       uint64    `json:"order"` // counts all requests
	At          time.Time `json:"at"`
	Seq         uint64    `json:"seq"`  // of the model, when it came
	Link        int       `json:"link"` // from 1
	Association int       `json:"association"`
	InvokeID    int       `json:"invoke_id"`
	Service     string    `json:"service"`
	Devices     []string  `json:"devices,omitempty"`
	Calls       []string  `json:"calls,omitempty"` // as the client named them
	Correlator  string    `json:"correlator_data,omitempty"`
	User        string    `json:"user_data,omitempty"`
	Executed    bool      `json:"executed"`       // it was carried out
	Answered    bool      `json:"answered"`       // an answer was sent
	Result      string    `json:"result"`         // "ok", "pending", "ignored" or the error
	Made        string    `json:"made,omitempty"` // the call that it made
}

// record notes a request in the audit log.
func (a *association) record(id int, n *node) *Request {
	s := a.s
	s.model.counts.Requests++
	r := &Request{
		Order: s.requests.total + 1, At: s.model.now, Seq: s.model.seq, Link: a.link.index + 1, Association: a.id,
		InvokeID: id, Service: n.name, Result: "pending",
		Correlator: n.value("correlatorData", "string"), User: n.value("userData", "string"),
	}
	for _, child := range n.children {
		r.mention(child, 0)
	}
	s.requests.add(r)
	return r
}

// mention collects the devices and calls of a request.
func (r *Request) mention(n *node, depth int) {
	switch n.name {
	case "callID":
		r.Calls = append(r.Calls, n.value())
	case "deviceID", "deviceObject", "callingDevice", "calledDirectoryNumber", "consultedDevice", "transferredTo",
		"deviceToJoin", "device", "routeSelected", "forwardDN", "group", "acdGroup", "routeingDevice":
		r.Devices = append(r.Devices, n.value())
	case "newDestination", "snapshotObject":
		if len(n.children) == 0 {
			r.Devices = append(r.Devices, n.value())
		}
	}
	if depth < 3 && n.name != "extensions" && n.name != "privateData" {
		for _, child := range n.children {
			r.mention(child, depth+1)
		}
	}
}

// Requests returns the last 20000 requests, oldest first.
func (s *Switch) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Request
	for _, r := range s.requests.all() {
		all = append(all, *r)
	}
	return all
}
