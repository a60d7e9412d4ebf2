package switchsim

func serveMakeCall(a *association, n *node, r *Request) (answer, *cstaError) {
	m := a.s.model
	from, to := m.devices[n.value("callingDevice")], n.value("calledDirectoryNumber")
	switch {
	case from == nil || from.kind != station:
		return nil, operation("invalidCallingDeviceID")
	case m.device(to) == nil || to == from.id:
		return nil, operation("invalidCalledDeviceID")
	case from.service != inService:
		return nil, noResource("callingDeviceOutOfService")
	case m.active(from.id) != nil:
		return nil, wrongState("invalidCallingDeviceState")
	}
	c := m.initiate(from, "makeCall")
	c.correlator, c.user, c.account = readData(n)
	r.Made = c.id.String()
	if n.value("autoOriginate") != "prompt" {
		m.originate(c, from.id, to, "makeCall")
	} else if c.called = to; !from.manual {
		m.after(m.draw(ringTime), func() {
			if !c.over && c.state(from.id) == Initiated {
				m.originate(c, from.id, to, "makeCall")
			}
		})
	}
	return a.madeCall("MakeCallResponse", "callingDevice", c, from.id), nil
}

// madeCall answers with the connection and the linkage of a new call.
func (a *association) madeCall(root, element string, c *call, device string) answer {
	e := a.encoder()
	ref, linkage := connRef{c.id, device}, c.linkage
	return func(w *writer) {
		w.root(root)
		e.connection(w, element, ref)
		if e.linkage {
			w.linkage("callLinkageData", linkage)
		}
		w.close(root)
	}
}

func serveAnswerCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	c, device, err := a.connection(n.get("callToBeAnswered"))
	if err != nil {
		return nil, err
	}
	if err := a.s.model.mayAnswer(c, device); err != nil {
		return nil, err
	}
	a.attach(c, n)
	a.s.model.answer(c, device, "normal")
	return done("AnswerCallResponse"), nil
}

// attach gives a call the data that came with a request.
func (a *association) attach(c *call, n *node) {
	if correlator, user, _ := readData(n); correlator != nil || user != nil {
		if correlator != nil {
			c.correlator = correlator
		}
		if user != nil {
			c.user = user
		}
	}
}

func serveClearConnection(a *association, n *node, _ *Request) (answer, *cstaError) {
	c, device, err := a.connection(n.get("connectionToBeCleared"))
	if err != nil {
		return nil, err
	}
	if c.state(device) == Queued {
		return nil, errState
	}
	a.attach(c, n)
	a.s.model.drop(c, device, "normalClearing")
	return done("ClearConnectionResponse"), nil
}

func serveClearCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	c, err := a.call(n.get("callToBeCleared"))
	if err != nil {
		return nil, err
	}
	a.attach(c, n)
	a.s.model.clearAll(c, n.value("callToBeCleared", "deviceID"), "normalClearing")
	return done("ClearCallResponse"), nil
}

func serveHoldCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	c, device, err := a.connection(n.get("callToBeHeld"), Connected)
	if err != nil {
		return nil, err
	}
	if err := a.s.model.mayHold(c, device); err != nil {
		return nil, err
	}
	a.s.model.hold(c, device, "normal")
	return done("HoldCallResponse"), nil
}

func serveRetrieveCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	c, device, err := a.connection(n.get("callToBeRetrieved"), Hold)
	if err != nil {
		return nil, err
	}
	if err := a.s.model.mayTalk(c, device); err != nil {
		return nil, err
	}
	a.s.model.retrieve(c, device, "normal")
	return done("RetrieveCallResponse"), nil
}

func serveDeflectCall(a *association, n *node, _ *Request) (answer, *cstaError) {
	c, device, err := a.connection(n.get("callToBeDiverted"), Alerting, Queued)
	if err != nil {
		return nil, err
	}
	to := n.value("newDestination")
	if a.edition >= 6 {
		to = n.value("newDestination", "device")
	}
	if a.s.model.device(to) == nil || c.at(to) != nil {
		return nil, operation("invalidDestination")
	}
	a.attach(c, n)
	a.s.model.divert(c, device, to, "redirected")
	a.s.model.place(c, to, "redirected")
	return done("DeflectCallResponse"), nil
}

func serveGenerateDigits(a *association, n *node, _ *Request) (answer, *cstaError) {
	c, device, err := a.connection(n.get("connectionToSendDigits"), Connected)
	if err != nil {
		return nil, err
	}
	digits := n.value("charactersToSend")
	if digits == "" {
		return nil, operation("atLeastOneConditionalParameterNotProvided")
	}
	a.s.model.tell(c, event{kind: evDigitsGenerated, device: device, digits: digits})
	return done("GenerateDigitsResponse"), nil
}
