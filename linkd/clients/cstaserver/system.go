package cstaserver

import (
	"slices"

	"github.com/holdline/holdline/transport/csta"
)

// register is one SystemRegister of the client.
type register struct {
	id     string
	types  csta.RequestTypes
	filter csta.StatusFilter
}

// maxRegisters bounds the registrations of one connection.
const maxRegisters = 16

func (r *register) hears(s csta.SystemStatusValue, p Polarity) bool {
	if r.types.Present != 0 && r.types.Set&csta.RegisterSystemStatus == 0 {
		return false
	}
	return passesStatus(r.filter, s, p)
}

// registrations gives the client's registrations; one that hears everything if
// it has none.
func (c *conn) registrations() []register {
	if len(c.asso.register) == 0 {
		return []register{{}}
	}
	return c.asso.register
}

func (c *conn) mint() string {
	c.asso.minted++
	return decimal(c.asso.minted)
}

// system handles the system services (ECMA-269 clause 14). It reports whether
// the message was one.
func (c *conn) system(invoke uint16, m csta.Message, first bool) bool {
	switch m := m.(type) {
	case *csta.SystemStatus:
		c.send(invoke, &csta.SystemStatusResponse{})
	case *csta.RequestSystemStatus:
		answer := func() {
			status, _ := c.normal()
			c.asso.told = status
			c.sendAlone(invoke, &csta.RequestSystemStatusResponse{SystemStatus: status})
		}
		if first {
			c.hold(answer)
		} else {
			answer()
		}
	case *csta.SystemRegister:
		c.systemRegister(invoke, m, first)
	case *csta.SystemRegisterCancel:
		if i := c.registered(m.SysStatRegisterID); i >= 0 {
			c.asso.register = slices.Delete(c.asso.register, i, i+1)
			c.send(invoke, &csta.SystemRegisterCancelResponse{})
		} else {
			c.fail(invoke, csta.ErrorOperation, csta.OpInvalidCrossRefID)
		}
	case *csta.ChangeSysStatFilter:
		if i := c.registered(m.SysStatRegisterID); i >= 0 {
			c.asso.register[i].filter = m.RequestedStatusFilter
			c.send(invoke, &csta.ChangeSysStatFilterResponse{ActualStatusFilter: m.RequestedStatusFilter})
		} else {
			c.fail(invoke, csta.ErrorOperation, csta.OpInvalidCrossRefID)
		}
	default:
		return false
	}
	return true
}

func (c *conn) systemRegister(invoke uint16, m *csta.SystemRegister, first bool) {
	if len(c.asso.register) >= maxRegisters {
		c.fail(invoke, csta.ErrorSystemResource, csta.ResourceRegistrationLimitExceeded)
		return
	}
	r := register{id: c.mint(), types: m.RequestTypes, filter: m.RequestedStatusFilter}
	answer := func() {
		c.asso.register = append(c.asso.register, r)
		c.sendAlone(invoke, &csta.SystemRegisterResponse{SysStatRegisterID: r.id, ActualStatusFilter: r.filter})
		c.introduce()
	}
	if first {
		c.hold(answer)
	} else {
		answer()
	}
}

func (c *conn) registered(id string) int {
	return slices.IndexFunc(c.asso.register, func(r register) bool { return r.id == id })
}
