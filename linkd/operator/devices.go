package operator

import (
	"context"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/transport/api/apipb"
)

// Devices implements the call of this name.
func (s *Service) Devices(ctx context.Context, req *connect.Request[apipb.DevicesRequest]) (*connect.Response[apipb.DevicesResponse], error) {
	v, err := s.read(ctx, req.Msg.Read)
	if err != nil {
		return nil, err
	}
	r := &apipb.DevicesResponse{Applied: s.applied(v)}
	if id := req.Msg.Id; id != "" {
		for sw := range v.Switches() {
			if req.Msg.Switch != "" && sw.Name != req.Msg.Switch {
				continue
			}
			if d, ok := v.Device(sw.Name, id); ok {
				r.Devices = append(r.Devices, deviceInfo(v, d))
			}
		}
		if len(r.Devices) == 0 {
			return nil, connect.NewError(connect.CodeNotFound, fmt.Errorf("device %q is not known", id))
		}
		return connect.NewResponse(r), nil
	}
	limit := page(req.Msg.PageSize)
	for d := range v.Devices(req.Msg.Switch) {
		key := d.Switch + "/" + d.Id
		if key <= req.Msg.After {
			continue
		}
		if len(r.Devices) == limit {
			last := r.Devices[limit-1]
			r.Next = last.Switch + "/" + last.Id
			break
		}
		r.Devices = append(r.Devices, deviceInfo(v, d))
	}
	return connect.NewResponse(r), nil
}

func deviceInfo(v *fsm.State, d *fsm.Device) *apipb.DeviceInfo {
	i := &apipb.DeviceInfo{
		Switch: d.Switch, Id: d.Id, Kind: word(deviceKinds, d.Kind), Aliases: d.Aliases, ServiceFrom: word(serviceFroms, d.ServiceFrom), Site: d.Site,
		DefaultRoute: d.DefaultRoute, Provisioned: d.Provisioned, Service: word(services, d.Service), Owner: d.Owner, Dnd: d.Dnd, Calls: d.Calls,
		Monitors: d.Monitors, OwnerClients: d.OwnerClients,
	}
	if sw, ok := v.Switch(d.Switch); ok && sw.Epoch != 0 {
		i.Monitored, i.Verified = d.MonitoredEpoch == sw.Epoch, d.VerifiedEpoch == sw.Epoch
		if d.Refused && d.RefusedEpoch == sw.Epoch {
			i.Refused = "the switch refuses to monitor it"
		}
	}
	for _, a := range d.Agents {
		i.Agents = append(i.Agents, &apipb.AgentInfo{Agent: a.AgentId, Group: a.Group, State: word(agentStates, a.State), Pending: word(agentStates, a.Pending), Reason: a.Reason})
	}
	for _, f := range d.Forwarding {
		i.Forwarding = append(i.Forwarding, &apipb.ForwardInfo{Type: f.Type, On: f.On, Destination: f.Destination})
	}
	return i
}

func setup(i *apipb.DeviceInfo) (*fsmpb.DeviceSetup, error) {
	kind, err := number(deviceKinds, i.Kind, "kind")
	if err != nil {
		return nil, err
	}
	from, err := number(serviceFroms, i.ServiceFrom, "service_from")
	if err != nil {
		return nil, err
	}
	if i.Id == "" {
		return nil, fmt.Errorf("a device without a number")
	}
	return &fsmpb.DeviceSetup{
		Id: i.Id, Kind: fsmpb.DeviceKind(kind), Aliases: i.Aliases, ServiceFrom: fsmpb.ServiceFrom(from), OwnerClients: i.OwnerClients, Site: i.Site, DefaultRoute: i.DefaultRoute,
	}, nil
}

// PutDevices implements the call of this name.
func (s *Service) PutDevices(ctx context.Context, req *connect.Request[apipb.PutDevicesRequest]) (*connect.Response[apipb.PutDevicesResponse], error) {
	v := s.o.Replica.View()
	sw := req.Msg.Switch
	if _, ok := v.Switch(sw); !ok {
		return nil, connect.NewError(connect.CodeNotFound, fmt.Errorf("switch %q is not configured", sw))
	}
	r := &apipb.PutDevicesResponse{}
	for _, i := range req.Msg.Devices {
		res := &apipb.DeviceResult{Id: i.Id}
		r.Results = append(r.Results, res)
		d, err := setup(i)
		if err == nil {
			res.Result = wouldChange(v, sw, d)
			if res.Result != "unchanged" && !req.Msg.DryRun {
				_, err = s.o.Log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_PutDevices{PutDevices: &fsmpb.PutDevices{Switch: sw, Devices: []*fsmpb.DeviceSetup{d}}}})
			}
		}
		if err != nil {
			res.Result, res.Error = "refused", err.Error()
		}
		switch res.Result {
		case "created":
			r.Created++
		case "changed":
			r.Changed++
		case "unchanged":
			r.Unchanged++
		default:
			r.Refused++
		}
	}
	return connect.NewResponse(r), nil
}

func wouldChange(v *fsm.State, sw string, d *fsmpb.DeviceSetup) string {
	old, ok := v.Device(sw, d.Id)
	if !ok || !old.Provisioned {
		return "created"
	}
	if old.Kind != d.Kind || !slices.Equal(old.Aliases, d.Aliases) || old.ServiceFrom != d.ServiceFrom || !slices.Equal(old.OwnerClients, d.OwnerClients) || old.Site != d.Site || old.DefaultRoute != d.DefaultRoute {
		return "changed"
	}
	return "unchanged"
}

// DeleteDevices implements the call of this name.
func (s *Service) DeleteDevices(ctx context.Context, req *connect.Request[apipb.DeleteDevicesRequest]) (*connect.Response[apipb.DeleteDevicesResponse], error) {
	v := s.o.Replica.View()
	r := &apipb.DeleteDevicesResponse{}
	for _, id := range req.Msg.Ids {
		res := &apipb.DeviceResult{Id: id, Result: "deleted"}
		r.Results = append(r.Results, res)
		d, ok := v.Device(req.Msg.Switch, id)
		if !ok || !d.Provisioned {
			res.Result, res.Error = "refused", "it is not provisioned"
			continue
		}
		if !req.Msg.DryRun {
			if _, err := s.o.Log.Propose(ctx, &fsmpb.Command{Kind: &fsmpb.Command_DeleteDevices{DeleteDevices: &fsmpb.DeleteDevices{Switch: req.Msg.Switch, Devices: []string{d.Id}}}}); err != nil {
				res.Result, res.Error = "refused", err.Error()
				continue
			}
		}
		r.Deleted++
	}
	return connect.NewResponse(r), nil
}
