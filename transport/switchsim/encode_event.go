package switchsim

// An encoder writes messages for one association: its edition, its names for calls, its options.
type encoder struct {
	edition int
	link    int
	rename  Rename
	linkage bool
}

func (e encoder) name(id callID) string { return e.rename.callName(e.link, id) }

func (e encoder) connection(w *writer, element string, ref connRef) {
	w.connection(element, e.name(ref.call), ref.device)
}

// An eventForm says how one kind of call event is spelt: its root, its connection, its subject, what follows them.
type eventForm struct {
	root, connection, subject   string
	calling, called, redirected bool // callingDevice, calledDevice, lastRedirectionDevice follow
	user                        bool // userData stands behind correlatorData
}

var callForms = map[eventKind]eventForm{
	evServiceInitiated: {root: "ServiceInitiatedEvent", connection: "initiatedConnection", subject: "initiatingDevice"},
	evOriginated:       {root: "OriginatedEvent", connection: "originatedConnection", calling: true, called: true},
	evDelivered: {root: "DeliveredEvent", connection: "connection", subject: "alertingDevice",
		calling: true, called: true, redirected: true, user: true},
	evOffered: {root: "OfferedEvent", connection: "offeredConnection", subject: "offeredDevice",
		calling: true, called: true, redirected: true, user: true},
	evBridged:      {root: "BridgedEvent", connection: "bridgedConnection", subject: "bridgedAppearance", user: true},
	evDigitsDialed: {root: "DigitsDialedEvent", connection: "dialingConnection", subject: "dialingDevice"},
	evEstablished: {root: "EstablishedEvent", connection: "establishedConnection", subject: "answeringDevice",
		calling: true, called: true, redirected: true, user: true},
	evHeld:      {root: "HeldEvent", connection: "heldConnection", subject: "holdingDevice"},
	evRetrieved: {root: "RetrievedEvent", connection: "retrievedConnection", subject: "retrievingDevice"},
	evConnectionCleared: {root: "ConnectionClearedEvent", connection: "droppedConnection", subject: "releasingDevice",
		user: true},
	evDiverted: {root: "DivertedEvent", connection: "connection", subject: "divertingDevice",
		calling: true, called: true, redirected: true, user: true},
	evQueued: {root: "QueuedEvent", connection: "queuedConnection", subject: "queue",
		calling: true, called: true, redirected: true, user: true},
	evFailed: {root: "FailedEvent", connection: "failedConnection", subject: "failingDevice",
		calling: true, called: true, redirected: true, user: true},
	evNetworkReached: {root: "NetworkReachedEvent", connection: "outboundConnection", subject: "networkInterfaceUsed",
		calling: true, called: true, redirected: true, user: true},
}

// event writes one monitor's copy of an event. state is that of the monitored device's connection.
func (e encoder) event(crossRef string, ev *event, state State) []byte {
	w := newWriter(e.edition)
	if form, ok := callForms[ev.kind]; ok {
		e.callEvent(w, form, crossRef, ev, state)
		return w.b
	}
	switch ev.kind {
	case evTransferred, evConferenced:
		e.mergeEvent(w, crossRef, ev, state)
	case evCallCleared:
		e.callCleared(w, crossRef, ev)
	case evDigitsGenerated:
		e.digitsGenerated(w, crossRef, ev)
	case evRecord, evSuspendRecord, evStop:
		e.voice(w, crossRef, ev)
	case evCallInformation:
		e.callInformation(w, crossRef, ev)
	default:
		e.deviceEvent(w, crossRef, ev)
	}
	return w.b
}

func (e encoder) callEvent(w *writer, form eventForm, crossRef string, ev *event, state State) {
	w.root(form.root)
	w.text("monitorCrossRefID", crossRef)
	e.connection(w, form.connection, ev.conn)
	if form.subject != "" {
		w.subject(form.subject, ev.device)
	}
	if ev.kind == evDiverted {
		w.subject("newDestination", ev.newDestination)
	}
	if ev.kind == evDigitsDialed {
		w.text("dialingSequence", ev.digits)
	}
	if form.calling {
		w.subject("callingDevice", ev.calling)
		w.subject("calledDevice", ev.called)
	}
	if form.redirected {
		w.redirection(ev.lastRedirection)
	}
	if ev.kind == evQueued {
		w.number("numberQueued", ev.numberQueued)
		w.number("callsInFront", ev.numberQueued-1)
	}
	if state != "" {
		w.text("localConnectionInfo", string(state))
	}
	w.data("correlatorData", ev.correlator)
	if form.user {
		w.data("userData", ev.user)
	}
	w.text("cause", ev.cause)
	if ev.acd && (ev.kind == evDelivered || ev.kind == evEstablished) {
		w.within("callCharacteristics", func() { w.boolean("acdCall", true) })
	}
	e.callLinkage(w, ev)
	w.close(form.root)
}

func (e encoder) callLinkage(w *writer, ev *event) {
	if e.linkage {
		w.linkage("callLinkageData", ev.linkage)
	}
}

func (e encoder) mergeEvent(w *writer, crossRef string, ev *event, state State) {
	root, subject, added, connections := "TransferedEvent", "transferringDevice", "transferredToDevice", "transferredConnections"
	if ev.kind == evConferenced {
		root, subject, added, connections = "ConferencedEvent", "conferencingDevice", "addedParty", "conferenceConnections"
	}
	w.root(root)
	w.text("monitorCrossRefID", crossRef)
	e.connection(w, "primaryOldCall", ev.conn)
	if ev.secondary.call != 0 {
		e.connection(w, "secondaryOldCall", ev.secondary)
	}
	w.subject(subject, ev.device)
	w.subject(added, ev.to)
	e.connectionList(w, connections, ev.list)
	if state != "" {
		w.text("localConnectionInfo", string(state))
	}
	w.data("correlatorData", ev.correlator)
	w.data("userData", ev.user)
	w.text("cause", ev.cause)
	if e.linkage && ev.oldLinkage != "" {
		w.within("callLinkageDataList", func() {
			w.linkage("newCallLinkageData", ev.linkage)
			w.linkage("oldCallLinkageData", ev.oldLinkage)
		})
	}
	w.close(root)
}

func (e encoder) connectionList(w *writer, element string, items []merged) {
	w.within(element, func() {
		for _, item := range items {
			w.within("connectionListItem", func() {
				e.connection(w, "newConnection", item.new)
				if item.old.device != "" {
					e.connection(w, "oldConnection", item.old)
				}
				w.within("endpoint", func() { w.text("deviceID", item.new.device) })
			})
		}
	})
}

func (e encoder) callCleared(w *writer, crossRef string, ev *event) {
	w.root("CallClearedEvent")
	w.text("monitorCrossRefID", crossRef)
	e.connection(w, "clearedCall", ev.conn)
	w.data("correlatorData", ev.correlator)
	w.data("userData", ev.user)
	w.text("cause", ev.cause)
	e.callLinkage(w, ev)
	w.close("CallClearedEvent")
}

func (e encoder) digitsGenerated(w *writer, crossRef string, ev *event) {
	w.root("DigitsGeneratedEvent")
	w.text("monitorCrossRefID", crossRef)
	e.connection(w, "connection", ev.conn)
	w.text("digitGeneratedList", ev.digits)
	w.close("DigitsGeneratedEvent")
}

// voice writes RecordEvent and its like.
func (e encoder) voice(w *writer, crossRef string, ev *event) {
	root := map[eventKind]string{evRecord: "RecordEvent", evSuspendRecord: "SuspendRecordEvent", evStop: "StopEvent"}[ev.kind]
	w.root(root)
	w.text("monitorCrossRefID", crossRef)
	e.connection(w, "connection", ev.conn)
	w.text("message", ev.message)
	w.text("cause", ev.cause)
	w.close(root)
}

func (e encoder) callInformation(w *writer, crossRef string, ev *event) {
	w.root("CallInformationEvent")
	w.text("monitorCrossRefID", crossRef)
	e.connection(w, "connection", ev.conn)
	w.subject("device", ev.device)
	w.subject("callingDevice", ev.calling)
	if ev.account != "" {
		w.text("accountInfo", hexBinary([]byte(ev.account)))
	}
	w.data("correlatorData", ev.correlator)
	w.data("userData", ev.user)
	w.close("CallInformationEvent")
}
