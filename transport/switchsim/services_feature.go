package switchsim

// featureDevice finds the station whose features a request is about.
func (a *association) featureDevice(n *node) (*device, *cstaError) {
	d := a.s.model.devices[n.value("device")]
	if d == nil {
		return nil, errDevice
	}
	if d.kind != station {
		return nil, operation("requestIncompatibleWithObject")
	}
	return d, nil
}

func isTrue(text string) bool { return text == "true" || text == "1" }

func serveSetDoNotDisturb(a *association, n *node, _ *Request) (answer, *cstaError) {
	d, err := a.featureDevice(n)
	if err != nil {
		return nil, err
	}
	if on := isTrue(n.value("doNotDisturbOn")); on != d.dnd {
		a.s.model.setDND(d, on)
	}
	return done("SetDoNotDisturbResponse"), nil
}

func serveGetDoNotDisturb(a *association, n *node, _ *Request) (answer, *cstaError) {
	d, err := a.featureDevice(n)
	if err != nil {
		return nil, err
	}
	on := d.dnd
	return func(w *writer) {
		w.root("GetDoNotDisturbResponse")
		w.boolean("doNotDisturbOn", on)
		w.close("GetDoNotDisturbResponse")
	}, nil
}

func serveSetForwarding(a *association, n *node, _ *Request) (answer, *cstaError) {
	d, err := a.featureDevice(n)
	if err != nil {
		return nil, err
	}
	kind, to, on := n.value("forwardingType"), n.value("forwardDN"), isTrue(n.value("activateForward"))
	if kind == "" {
		kind = "forwardImmediate"
	}
	if on && (a.s.model.device(to) == nil || to == d.id) {
		return nil, operation("invalidForwardingDestination")
	}
	before, was := d.forwardTo(kind)
	if !on {
		to = before
	}
	if on != was || on && before != to {
		a.s.model.setForwarding(d, kind, to, on)
	}
	return done("SetForwardingResponse"), nil
}

func serveGetForwarding(a *association, n *node, _ *Request) (answer, *cstaError) {
	d, err := a.featureDevice(n)
	if err != nil {
		return nil, err
	}
	forwards := append([]forward(nil), d.forwards...)
	return func(w *writer) {
		w.root("GetForwardingResponse")
		w.within("forwardingList", func() {
			for _, f := range forwards {
				w.within("forwardListItem", func() {
					w.text("forwardingType", f.kind)
					w.boolean("forwardStatus", true)
					w.text("forwardDN", f.to)
				})
			}
		})
		w.close("GetForwardingResponse")
	}, nil
}
