package xsilink

import (
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/xsi"
)

// userID is the BroadWorks user that a device is.
func (c *Conn) userID(device string) string {
	if strings.Contains(device, "@") || c.o.Domain == "" {
		return device
	}
	return device + "@" + c.o.Domain
}

// device is the device that a user is: the user ID without the domain of the
// switch's users.
func (c *Conn) device(userID string) string {
	if name, ok := strings.CutSuffix(userID, "@"+c.o.Domain); ok && c.o.Domain != "" {
		return strings.Clone(name)
	}
	return strings.Clone(userID)
}

// number is the device that an address is: "tel:+15550100777;ext=1" is
// +15550100777.
func number(a xsi.Address) string {
	n := a.URI
	for _, scheme := range []string{"tel:", "sip:"} {
		n = strings.TrimPrefix(n, scheme)
	}
	n, _, _ = strings.Cut(n, ";")
	return strings.Clone(n)
}

// deviceOf is the device of a party; empty if it isn't known.
func (c *Conn) deviceOf(p xsi.Party) string {
	switch {
	case p.UserID != "":
		return c.device(p.UserID)
	case p.Address.URI != "":
		return number(p.Address)
	}
	return number(p.UserDN)
}

// party is how a fact names a party.
func (c *Conn) party(p xsi.Party) *fsmpb.Party {
	if d := c.deviceOf(p); d != "" {
		return named(d)
	}
	if p.Privacy {
		return &fsmpb.Party{Kind: fsmpb.Party_RESTRICTED}
	}
	return &fsmpb.Party{Kind: fsmpb.Party_NOT_KNOWN}
}

// named is a device as a party; nil if there is none.
func named(device string) *fsmpb.Party {
	if device == "" {
		return nil
	}
	return &fsmpb.Party{Kind: fsmpb.Party_DEVICE, Id: device}
}
