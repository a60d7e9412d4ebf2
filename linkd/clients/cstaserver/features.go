package cstaserver

import (
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/csta"
)

// aboutDevice answers out of the verified state of one device.
func (c *conn) aboutDevice(invoke uint16, id csta.DeviceID, response func(*fsm.Device) csta.Message) *csta.ErrorCode {
	device := deviceNumber(id)
	if device == "" {
		return refuse(csta.ErrorOperation, csta.OpInvalidDeviceID)
	}
	c.fresh(invoke, []string{device}, func(v *fsm.State) {
		d, ok := v.Device(c.l.o.Switch, device)
		if !ok {
			c.fail(invoke, csta.ErrorOperation, csta.OpInvalidDeviceID)
			return
		}
		c.send(invoke, response(d))
	})
	return nil
}

func (c *conn) getDoNotDisturb(invoke uint16, m *csta.GetDoNotDisturb) *csta.ErrorCode {
	return c.aboutDevice(invoke, m.Device, func(d *fsm.Device) csta.Message {
		return &csta.GetDoNotDisturbResponse{DoNotDisturbOn: d.Dnd}
	})
}

func (c *conn) getForwarding(invoke uint16, m *csta.GetForwarding) *csta.ErrorCode {
	return c.aboutDevice(invoke, m.Device, func(d *fsm.Device) csta.Message {
		r := &csta.GetForwardingResponse{ForwardingList: []csta.ForwardListItem{}}
		for _, f := range d.Forwarding {
			r.ForwardingList = append(r.ForwardingList, csta.ForwardListItem{
				ForwardingType: csta.ForwardingType(f.Type), ForwardStatus: f.On, ForwardDN: csta.DeviceID{Value: f.Destination},
			})
		}
		return r
	})
}

func (c *conn) getAgentState(invoke uint16, m *csta.GetAgentState) *csta.ErrorCode {
	group := deviceNumber(m.AcdGroup)
	if m.Device.IsZero() && group != "" {
		c.fresh(invoke, nil, func(v *fsm.State) {
			var agents []*fsmpb.Agent
			for d := range v.Devices(c.l.o.Switch) {
				agents = append(agents, inGroup(d.Agents, group)...)
			}
			c.send(invoke, agentStates(agents))
		})
		return nil
	}
	return c.aboutDevice(invoke, m.Device, func(d *fsm.Device) csta.Message { return agentStates(inGroup(d.Agents, group)) })
}

// inGroup gives the agents of a group; all if group is empty.
func inGroup(agents []*fsmpb.Agent, group string) []*fsmpb.Agent {
	if group == "" {
		return agents
	}
	var out []*fsmpb.Agent
	for _, a := range agents {
		if a.Group == group {
			out = append(out, a)
		}
	}
	return out
}

// agentStates gives agents with an entry for each agent and in it an item for
// each group.
func agentStates(agents []*fsmpb.Agent) *csta.GetAgentStateResponse {
	r := &csta.GetAgentStateResponse{AgentStateList: []csta.AgentStateEntry{}}
	at := make(map[string]int)
	for _, a := range agents {
		i, ok := at[a.AgentId]
		if !ok {
			i = len(r.AgentStateList)
			at[a.AgentId] = i
			r.AgentStateList = append(r.AgentStateList, csta.AgentStateEntry{AgentID: a.AgentId})
		}
		e := &r.AgentStateList[i]
		e.LoggedOnState = e.LoggedOnState || a.LoggedOn
		state := agentState(a.State)
		switch {
		case state != "":
		case a.LoggedOn: // and the switch didn't tell yet which state that is
			state = csta.AgentNotReady
		default:
			state = csta.AgentNull
		}
		e.AgentInfo = append(e.AgentInfo, csta.AgentInfoItem{
			AcdGroup: csta.DeviceID{Value: a.Group}, AgentState: state, PendingAgentState: agentState(a.Pending),
		})
	}
	return r
}
