package switchsim

func serveConsultationCall(a *association, n *node, r *Request) (answer, *cstaError) {
	m := a.s.model
	c, device, err := a.connection(n.get("existingCall"), Connected)
	if err != nil {
		return nil, err
	}
	if err := m.mayHold(c, device); err != nil {
		return nil, err
	}
	to := n.value("consultedDevice")
	if m.device(to) == nil || to == device {
		return nil, operation("invalidDestination")
	}
	second := m.startConsultation(c, device)
	a.attach(second, n)
	r.Made = second.id.String()
	m.originate(second, device, to, "consultation")
	return a.madeCall("ConsultationCallResponse", "initiatedCall", second, device), nil
}

// twoCalls finds the held and the active call of a request; both must be at one device.
func (a *association) twoCalls(n *node) (held, active *call, device string, err *cstaError) {
	if held, device, err = a.connection(n.get("heldCall")); err != nil {
		return nil, nil, "", operation("invalidHeldCallID")
	}
	if held.state(device) != Hold {
		return nil, nil, "", wrongState("invalidHeldConnectionState")
	}
	active, other, err := a.connection(n.get("activeCall"))
	if err != nil || other != device {
		return nil, nil, "", operation("invalidActiveCallID")
	}
	if active.state(device) != Connected {
		return nil, nil, "", wrongState("invalidActiveConnectionState")
	}
	return held, active, device, nil
}

func serveTransferCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	return a.mergeCalls(n, "TransferCallResponse", "transferredCall", false)
}

func serveConferenceCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	return a.mergeCalls(n, "ConferenceCallResponse", "conferenceCall", true)
}

func (a *association) mergeCalls(n *node, root, element string, stays bool) (answer, *cstaError) {
	m := a.s.model
	held, active, device, err := a.twoCalls(n)
	if err != nil {
		return nil, err
	}
	if err := m.mayMerge(held, active, device); err != nil {
		return nil, err
	}
	keep := m.merge(held, active, device, stays)
	var ev *event // that says it to the monitors
	for _, out := range m.out {
		if out.retired != 0 {
			ev = out
		}
	}
	e := a.encoder()
	ref := connRef{keep.id, ev.to}
	if stays {
		ref.device = device
	}
	return func(w *writer) {
		w.root(root)
		e.connection(w, element, ref)
		e.connectionList(w, "connections", ev.list)
		if e.linkage {
			w.within("callLinkageDataList", func() {
				w.linkage("newCallLinkageData", ev.linkage)
				w.linkage("oldCallLinkageData", ev.oldLinkage)
			})
		}
		w.close(root)
	}, nil
}

func serveAlternateCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	held, active, device, err := a.twoCalls(n)
	if err != nil {
		return nil, err
	}
	a.s.model.hold(active, device, "alternate")
	a.s.model.retrieve(held, device, "alternate")
	return done("AlternateCallResponse"), nil
}

func serveReconnectCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	held, active, device, err := a.twoCalls(n)
	if err != nil {
		return nil, err
	}
	a.s.model.drop(active, device, "normalClearing")
	a.s.model.retrieve(held, device, "normal")
	return done("ReconnectCallResponse"), nil
}

func serveSingleStepTransferCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	m := a.s.model
	c, device, err := a.connection(n.get("activeCall"), Connected)
	if err != nil {
		return nil, err
	}
	to := n.value("transferredTo")
	if m.device(to) == nil || c.at(to) != nil {
		return nil, operation("invalidDestination")
	}
	if !reachable(c, device) {
		return nil, wrongState("invalidActiveConnectionState")
	}
	a.attach(c, n)
	m.transferTo(c, device, to)
	e := a.encoder()
	ref := connRef{c.id, to}
	return func(w *writer) {
		w.root("SingleStepTransferCallResponse")
		e.connection(w, "transferredCall", ref)
		w.close("SingleStepTransferCallResponse")
	}, nil
}

func serveSingleStepConferenceCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	m := a.s.model
	c, device, err := a.connection(n.get("activeCall"), Connected)
	if err != nil {
		return nil, err
	}
	d := m.devices[n.value("deviceToJoin")]
	switch {
	case d == nil || d.kind != station || c.at(d.id) != nil:
		return nil, operation("invalidDestination")
	case d.service == outOfService:
		return nil, noResource("destinationDeviceOutOfService")
	case m.active(d.id) != nil:
		return nil, wrongState("invalidDestinationDeviceState")
	case len(c.conns) >= maxConference:
		return nil, noResource("conferenceMemberLimitExceeded")
	}
	a.attach(c, n)
	m.joinCall(c, device, d.id)
	e := a.encoder()
	ref := connRef{c.id, d.id}
	return func(w *writer) {
		w.root("SingleStepConferenceCallResponse")
		e.connection(w, "conferencedCall", ref)
		w.close("SingleStepConferenceCallResponse")
	}, nil
}

const maxConference = 8
