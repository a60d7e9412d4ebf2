package csta

// Escape carries a private request.
type Escape struct {
	EscapeRegisterID string
	Security         *Security
	PrivateData      *PrivateData
}

// Name returns "Escape".
func (*Escape) Name() string { return "Escape" }

func (m *Escape) fields(c *coder) {
	c.text("escapeRegisterID", &m.EscapeRegisterID, opt)
	one(c, "security", &m.Security, opt)
	one(c, "privateData", &m.PrivateData, opt)
}

// EscapeResponse answers Escape.
type EscapeResponse struct {
	Extensions *Extensions
}

// Name returns "EscapeResponse".
func (*EscapeResponse) Name() string { return "EscapeResponse" }

func (m *EscapeResponse) fields(c *coder) {
	c.extensions(&m.Extensions)
}

// PrivateEvent carries a private event.
type PrivateEvent struct {
	MonitorCrossRefID string
	Security          *Security
	PrivateData       *PrivateData
	Extensions        *Extensions
}

// Name returns "PrivateEvent".
func (*PrivateEvent) Name() string { return "PrivateEvent" }

// Monitor returns the event's monitorCrossRefID, to be read or set.
func (m *PrivateEvent) Monitor() *string { return &m.MonitorCrossRefID }

func (m *PrivateEvent) fields(c *coder) {
	c.crossRef(&m.MonitorCrossRefID)
	one(c, "security", &m.Security, opt)
	one(c, "privateData", &m.PrivateData, opt)
	c.extensions(&m.Extensions)
}
