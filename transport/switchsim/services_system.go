package switchsim

import (
	"slices"
	"strconv"
)

// systemStatus builds our SystemStatus for this association.
func (a *association) systemStatus(status string) []byte {
	w := newWriter(a.edition)
	w.root("SystemStatus")
	if a.register != "" {
		w.text("sysStatRegisterID", a.register)
	}
	w.text("systemStatus", status)
	w.close("SystemStatus")
	return w.b
}

// tellStatus sends a status to the client, unless its registration filters it out.
func (a *association) tellStatus(status string) {
	bit := status
	if bit == "messagesLost" {
		bit = "messageLost" // the filter's spelling
	}
	if a.edition == 0 || a.filter[bit] {
		return
	}
	a.request(firstOwnID, "SystemStatus", a.systemStatus(status))
}

func serveSystemStatus(_ *association, _ *node, _ *Request) (answer, *cstaError) {
	return done("SystemStatusResponse"), nil
}

func serveRequestSystemStatus(a *association, _ *node, _ *Request) (answer, *cstaError) {
	status := a.s.faults.status
	return func(w *writer) {
		w.root("RequestSystemStatusResponse")
		w.text("systemStatus", status)
		w.close("RequestSystemStatusResponse")
	}, nil
}

func serveSystemRegister(a *association, n *node, _ *Request) (answer, *cstaError) {
	a.register = strconv.Itoa(a.nextRef())
	id, filter := a.register, a.setStatusFilter(n.get("requestedStatusFilter"))
	return func(w *writer) {
		w.root("SystemRegisterResponse")
		w.text("sysStatRegisterID", id)
		writeStatusFilter(w, filter)
		w.close("SystemRegisterResponse")
	}, nil
}

func serveSystemRegisterCancel(a *association, n *node, _ *Request) (answer, *cstaError) {
	if a.register == "" || n.value("sysStatRegisterID") != a.register {
		return nil, operation("invalidCrossRefID")
	}
	a.register, a.filter = "", nil
	return done("SystemRegisterCancelResponse"), nil
}

// abortRegister ends the association's registration for the status from the switch's side.
func (a *association) abortRegister() {
	if a.register == "" {
		return
	}
	w := newWriter(a.edition)
	w.root("SystemRegisterAbort")
	w.text("sysStatRegisterID", a.register)
	w.close("SystemRegisterAbort")
	a.register, a.filter = "", nil
	a.tellOneWay("SystemRegisterAbort", w.b)
}

func serveChangeSysStatFilter(a *association, n *node, _ *Request) (answer, *cstaError) {
	if a.register == "" || n.value("sysStatRegisterID") != a.register {
		return nil, operation("invalidCrossRefID")
	}
	filter := a.setStatusFilter(n.get("requestedStatusFilter"))
	return func(w *writer) {
		w.root("ChangeSysStatFilterResponse")
		writeStatusFilter(w, filter)
		w.close("ChangeSysStatFilterResponse")
	}, nil
}

// setStatusFilter returns the bits that are now filtered out, in the standard's order.
func (a *association) setStatusFilter(n *node) []string {
	a.filter = map[string]bool{}
	var out []string
	if n == nil {
		return nil
	}
	for _, bit := range n.children {
		on := slices.Contains([]string{"true", "1"}, bit.value())
		if a.filter[bit.name] = on != a.s.opt.InvertFilter; a.filter[bit.name] {
			out = append(out, bit.name)
		}
	}
	return out
}

func writeStatusFilter(w *writer, bits []string) {
	if len(bits) == 0 {
		return
	}
	w.within("actualStatusFilter", func() {
		for _, bit := range bits {
			w.boolean(bit, true)
		}
	})
}

// serveEscape echoes how many elements the private data had.
func serveEscape(_ *association, n *node, _ *Request) (answer, *cstaError) {
	count := 0
	if private := n.get("privateData", "private"); private != nil {
		count = len(private.children)
	}
	return func(w *writer) {
		w.root("EscapeResponse")
		w.within("extensions", func() {
			w.within("privateData", func() { w.text("string", hexBinary([]byte(strconv.Itoa(count)))) })
		})
		w.close("EscapeResponse")
	}, nil
}
