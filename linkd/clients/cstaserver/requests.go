package cstaserver

import (
	"strconv"
	"strings"

	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/clients"
	"github.com/holdline/holdline/transport/csta"
)

// message handles one message of the client.
func (c *conn) message(in inbound) {
	c.asso.begun, c.asso.first = true, false
	if !c.asso.fixed && in.info.Edition != 0 {
		c.asso.edition, c.asso.fixed = in.info.Edition, true
	}
	if isResponse(in.msg) {
		c.answered(in.invoke)
		return
	}
	first := !c.asso.asked
	c.asso.asked = true
	name := in.msg.Name()
	if _, unknown := in.msg.(*csta.UnknownMessage); unknown {
		name = "unknown"
	}
	c.l.count.requests.add(name)
	if c.system(in.invoke, in.msg, first) || c.explicitService(in.invoke, in.msg) {
		return
	}
	if c.asso.told == "" && len(c.held) == 0 {
		c.asso.told, _ = c.normal() // changes are told from here on
	}
	if code := c.handle(in.invoke, in.msg); code != nil {
		c.fail(in.invoke, code.Category, code.Value)
	}
}

// isResponse tells whether a message answers one of ours, or needs no answer.
func isResponse(m csta.Message) bool {
	switch m.(type) {
	case *csta.CSTAErrorCode, *csta.ApplicationSessionTerminated, *csta.RouteRegisterAbort, *csta.SystemRegisterAbort:
		return true
	}
	return strings.HasSuffix(m.Name(), "Response") || strings.HasSuffix(m.Name(), "Event")
}

// refuse gives a negative answer.
func refuse(category csta.ErrorCategory, value csta.ErrorValue) *csta.ErrorCode {
	return &csta.ErrorCode{Category: category, Value: value}
}

// handle answers a request, now or later, or says why not.
func (c *conn) handle(invoke uint16, m csta.Message) *csta.ErrorCode {
	if c.sess.requests+c.sess.queries >= c.l.o.MaxRequests {
		return refuse(csta.ErrorSubscribedResource, csta.SubscribedOutstandingReqLimitExceeded)
	}
	if c.l.d.Pressure.Refuses(c.workOf(m)) {
		c.l.count.shed.add(1)
		return refuse(csta.ErrorSystemResource, csta.ResourceResourceBusy)
	}
	switch m := m.(type) {
	case *csta.MonitorStart:
		return c.monitorStart(invoke, m)
	case *csta.MonitorStop:
		return c.withMonitor(pending{invoke: invoke, name: m.Name()}, m.MonitorCrossRefID, func(xref uint64, cc *fsmpb.ClientCommand) {
			cc.Body = &fsmpb.ClientCommand_StopMonitor{StopMonitor: &fsmpb.StopMonitor{Xref: xref}}
		})
	case *csta.ChangeMonitorFilter:
		filter := m.RequestedFilterList
		asked := pending{invoke: invoke, name: m.Name(), filter: filter}
		return c.withMonitor(asked, m.MonitorCrossRefID, func(xref uint64, cc *fsmpb.ClientCommand) {
			cc.Body = &fsmpb.ClientCommand_ChangeFilter{ChangeFilter: &fsmpb.ChangeFilter{
				Xref: xref, Filter: passing(&filter, c.l.o.FilterPolarity), RawFilter: uint64(filter.Set),
			}}
		})
	case *csta.GetMonitors:
		return c.getMonitors(invoke)
	case *csta.SnapshotDevice:
		return c.snapshotDevice(invoke, m)
	case *csta.SnapshotCall:
		return c.snapshotCall(invoke, m)
	case *csta.GetAgentState:
		return c.getAgentState(invoke, m)
	case *csta.GetDoNotDisturb:
		return c.getDoNotDisturb(invoke, m)
	case *csta.GetForwarding:
		return c.getForwarding(invoke, m)
	case *csta.RouteRegister, *csta.RouteRegisterCancel, *csta.RouteSelect, *csta.RouteReject, *csta.RouteEnd:
		return c.routing(invoke, m)
	case *csta.UnknownMessage:
		return refuse(csta.ErrorOperation, csta.OpServiceNotSupported)
	}
	return c.callControl(invoke, m)
}

// workOf tells which kind of work a request is. What ends something is the last to be
// refused.
func (c *conn) workOf(m csta.Message) clients.Work {
	switch m.(type) {
	case *csta.SnapshotDevice, *csta.SnapshotCall, *csta.GetAgentState, *csta.GetDoNotDisturb, *csta.GetForwarding, *csta.GetMonitors:
		return clients.Reading
	}
	if c.sess.id == 0 {
		return clients.Attaching
	}
	return clients.Asking
}

func (c *conn) monitorStart(invoke uint16, m *csta.MonitorStart) *csta.ErrorCode {
	start := &fsmpb.StartMonitor{
		Filter:    passing(&m.RequestedMonitorFilter, c.l.o.FilterPolarity),
		RawFilter: uint64(m.RequestedMonitorFilter.Set),
	}
	object := &m.MonitorObject
	switch {
	case !object.DeviceObject.IsZero():
		start.Device = deviceNumber(object.DeviceObject)
		if start.Device == "" {
			return refuse(csta.ErrorOperation, csta.OpInvalidDeviceID)
		}
	case !object.CallObject.IsZero():
		call, ok := callID(object.CallObject.CallID)
		if !ok {
			return refuse(csta.ErrorOperation, csta.OpInvalidCallID)
		}
		start.Call, start.Type = call, fsmpb.MonitorType_CALL_TYPE
	default:
		return refuse(csta.ErrorOperation, csta.OpInvalidMonitorObject)
	}
	switch m.MonitorType {
	case csta.MonitorCall:
		start.Type = fsmpb.MonitorType_CALL_TYPE
	case csta.MonitorDevice:
		if start.Call != 0 {
			return refuse(csta.ErrorOperation, csta.OpInvalidMonitorType)
		}
		start.Type = fsmpb.MonitorType_DEVICE_TYPE
	case "":
	default:
		return refuse(csta.ErrorOperation, csta.OpInvalidMonitorType)
	}
	asked := pending{invoke: invoke, name: m.Name(), filter: m.RequestedMonitorFilter}
	c.submit(command{pending: asked, put: func(cc *fsmpb.ClientCommand) {
		cc.Body = &fsmpb.ClientCommand_StartMonitor{StartMonitor: start}
	}})
	return nil
}

// withMonitor submits a request about one of the client's monitors.
func (c *conn) withMonitor(asked pending, id string, put func(uint64, *fsmpb.ClientCommand)) *csta.ErrorCode {
	xref, err := strconv.ParseUint(strings.TrimSpace(id), 10, 64)
	if err != nil || xref == 0 || c.sess.state == unattached {
		return refuse(csta.ErrorOperation, csta.OpInvalidMonitorCrossRefID)
	}
	c.submit(command{pending: asked, put: func(cc *fsmpb.ClientCommand) { put(xref, cc) }})
	return nil
}

func (c *conn) getMonitors(invoke uint16) *csta.ErrorCode {
	if c.asso.edition < csta.Ed6 {
		return refuse(csta.ErrorOperation, csta.OpServiceNotSupported)
	}
	list := []csta.MonitorListEntry{}
	for _, m := range c.sess.monitors.sorted() {
		list = append(list, csta.MonitorListEntry{MonitorCrossRefID: m.id, MonitorObject: csta.DeviceID{Value: m.object}})
	}
	const most = 200 // entries of a segment: each is below 150 octets
	if len(list) <= most {
		c.send(invoke, &csta.GetMonitorsResponse{CrossRefIDorRegistrationData: csta.MonitorData{MonitorList: list}})
		return nil
	}
	ref := c.mint()
	c.send(invoke, &csta.GetMonitorsResponse{CrossRefIDorRegistrationData: csta.MonitorData{ServiceCrossRefID: ref}})
	for i := 1; len(list) > 0; i++ {
		part := list[:min(most, len(list))]
		list = list[len(part):]
		c.request(&csta.MonitorInfo{ServiceCrossRefID: ref, SegmentID: new(i), LastSegment: len(list) == 0, MonitorList: part})
	}
	return nil
}

// callID reads a call ID: ours are decimal, from 1.
func callID(text string) (uint64, bool) {
	id, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	return id, err == nil && id != 0
}

// deviceNumber is the number in a device identifier as clients write it, decorated
// or not.
func deviceNumber(d csta.DeviceID) string {
	text := strings.TrimSpace(d.Value)
	if rest, ok := strings.CutPrefix(text, "N<"); ok { // N<number>name;displayNumber=..;uid=..
		if n, _, ok := strings.Cut(rest, ">"); ok {
			return n
		}
	}
	return text
}
