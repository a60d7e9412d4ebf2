package switchsim

// receive handles one frame of the client.
func (a *association) receive(id int, body []byte) {
	if a.ended || a.s.faults.silent(a.link) {
		return
	}
	a.heard, a.misses = a.s.model.now, 0
	n, err := parse(body)
	if err != nil {
		a.violates(id, body, err.Error())
		a.end(err.Error(), false)
		return
	}
	if a.surplus {
		a.turnAway(id, n)
		return
	}
	if handle, ok := sessionServices[n.name]; ok {
		a.receiveSession(id, n, body, handle)
		return
	}
	if reason := a.judge(id, n); reason != "" {
		a.violates(id, body, reason)
		if !isResponse(n.name) {
			a.refuse(id, a.record(id, n), refusalFor(n.name))
		}
		return
	}
	a.s.exchange([]byte(n.name)).Received++
	if isResponse(n.name) {
		a.answered(id, n, body)
		return
	}
	a.carryOut(id, n)
}

// judge checks a message against the standard and settles the edition with the first one. It returns what is wrong.
func (a *association) judge(id int, n *node) string {
	edition := editionOf(n.space)
	if edition != 0 && edition <= a.s.opt.Edition && (a.edition == 0 || a.assumed && !isResponse(n.name)) {
		a.edition, a.assumed = edition, false
	}
	if a.edition == 0 {
		a.edition = a.s.opt.Edition
	}
	shape := clientMessages[n.name]
	if shape == nil {
		if notSimulated[n.name] {
			return ""
		}
		return "the standard has no request " + n.name
	}
	if err := shape.check(n, cstaName(a.edition), a.edition); err != nil {
		return err.Error()
	}
	if id > lastInvokeID {
		return "invoke ID 9999 is for events"
	}
	return ""
}

// refusalFor is the error for a request that violates the standard.
func refusalFor(name string) *cstaError {
	if clientMessages[name] == nil {
		return errUnsupported
	}
	return errParameter
}

// answered takes the answer to one of our requests.
func (a *association) answered(id int, n *node, body []byte) {
	name, ok := a.pending[id]
	if !ok {
		a.violates(id, body, n.name+" answers no request of ours")
		return
	}
	delete(a.pending, id)
	if n.name != name+"Response" && n.name != "CSTAErrorCode" {
		a.violates(id, body, n.name+" answers "+name)
	}
}

// carryOut executes a request and answers it, as far as the faults let it.
func (a *association) carryOut(id int, n *node) {
	r := a.record(id, n)
	if rule := a.s.faults.denied(n.name, a.link); rule != nil && !oneWay[n.name] {
		a.refuse(id, r, rule.Error)
		return
	}
	if rule := a.s.faults.muted(n.name); rule != nil {
		r.Result = "ignored"
		if rule.Execute {
			a.execute(id, n, r)
			a.s.flush()
		}
		return
	}
	rule := a.s.faults.slowed(n.name)
	switch {
	case rule == nil:
		a.finish(id, r, a.execute(id, n, r))
	case rule.Answer:
		answer := a.execute(id, n, r)
		a.s.after(rule.delay, func() { a.finish(id, r, answer) })
	default:
		a.s.after(rule.delay, func() {
			if !a.ended {
				a.finish(id, r, a.execute(id, n, r))
			}
		})
	}
}

// execute carries a request out. It returns the function that answers it, nil for a service without an answer.
func (a *association) execute(id int, n *node, r *Request) answer {
	serve := services[n.name]
	if serve == nil {
		return a.refusal(r, errUnsupported)
	}
	reply, err := serve(a, n, r)
	if err != nil {
		if oneWay[n.name] {
			r.Result = err.Error()
			a.s.model.counts.Refused++
			return nil
		}
		return a.refusal(r, err)
	}
	r.Executed, r.Result = true, "ok"
	a.s.model.counts.Executed++
	return reply
}

// finish sends an answer: before the events that the request caused, or after them.
func (a *association) finish(id int, r *Request, reply answer) {
	if reply == nil || a.ended {
		return
	}
	if a.s.opt.LateResponses {
		a.s.flush()
	}
	w := newWriter(a.edition)
	reply(w)
	a.send(id, w.b)
	r.Answered = !a.ended
}

func (a *association) refuse(id int, r *Request, err *cstaError) { a.finish(id, r, a.refusal(r, err)) }

func (a *association) refusal(r *Request, err *cstaError) answer {
	r.Result = err.Error()
	a.s.model.counts.Refused++
	return func(w *writer) {
		w.root("CSTAErrorCode")
		w.text(err.category, err.value)
		w.close("CSTAErrorCode")
	}
}

// turnAway refuses a client that is one too many.
func (a *association) turnAway(id int, n *node) {
	if n.name == "StartApplicationSession" {
		a.send(id, sessionRefusal("StartApplicationSession", "maxNumberSessions"))
	} else if !isResponse(n.name) {
		a.edition = a.s.opt.Edition
		a.refuse(id, a.record(id, n), errLimit)
	}
	a.end("too many associations", false)
}
