package tserver

// connectionOf finds the connection that a call event is about.
func connectionOf(e *element) *element {
	for _, name := range [...]string{
		"connection", "establishedConnection", "heldConnection", "retrievedConnection", "droppedConnection", "queuedConnection",
		"initiatedConnection", "originatedConnection", "failedConnection", "primaryOldCall", "outboundConnection", "offeredConnection",
		"bridgedConnection", "dialingConnection", "clearedCall",
	} {
		if c := e.at(name); len(c.children) > 0 {
			return c
		}
	}
	return nil
}

// merged tells whether the event retires call IDs.
func merged(e *element) bool { return merges(e.name) }

func merges(event string) bool { return event == "TransferedEvent" || event == "ConferencedEvent" }

// mergedParts says what a transfer or conference means for one device: which
// calls its part leaves, and which call it goes on in.
func mergedParts(e *element, h heard, device string) []heard {
	left := map[string]bool{}
	into := ""
	list := e.at("transferredConnections")
	if e.name == "ConferencedEvent" {
		list = e.at("conferenceConnections")
	}
	for _, item := range list.children {
		n := item.at("newConnection")
		old := item.at("oldConnection")
		if old.at("deviceID").text == device && old.at("callID").text != "" {
			left[old.at("callID").text] = true
		}
		if n.at("deviceID").text == device {
			into = n.at("callID").text
		}
	}
	for _, name := range [...]string{"primaryOldCall", "secondaryOldCall"} {
		if c := e.at(name); c.at("deviceID").text == device {
			left[c.at("callID").text] = true
		}
	}
	delete(left, into)
	var parts []heard
	for _, call := range sorted(left) {
		parts = append(parts, heard{event: e.name, call: call, subject: h.subject, local: "null"})
	}
	if into != "" {
		parts = append(parts, heard{event: e.name, call: into, subject: h.subject, local: h.local})
	}
	return parts
}
