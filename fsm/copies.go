package fsm

// copyCall copies a call so that the copy can be changed; its lists are replaced,
// never changed.
func copyCall(c *Call) *Call {
	return &Call{
		Id: c.Id, Switch: c.Switch, Names: c.Names, Linkage: c.Linkage,
		Connections: c.Connections, Calling: c.Calling, Called: c.Called, LastRedirection: c.LastRedirection,
		Data: c.Data, BeganMs: c.BeganMs, ChangedMs: c.ChangedMs, Version: c.Version,
		Recent: c.Recent, Followers: c.Followers, LinkedTo: c.LinkedTo, Epoch: c.Epoch,
		Late: c.Late, NoControl: c.NoControl, Gone: c.Gone, ConsultedFrom: c.ConsultedFrom,
		Answered: c.Answered, Joined: c.Joined,
	}
}

// copyDevice copies a device so that the copy can be changed; its lists are
// replaced, never changed.
func copyDevice(d *Device) *Device {
	return &Device{
		Switch: d.Switch, Id: d.Id, Kind: d.Kind, Aliases: d.Aliases, ServiceFrom: d.ServiceFrom,
		OwnerClients: d.OwnerClients, Site: d.Site, DefaultRoute: d.DefaultRoute, Provisioned: d.Provisioned,
		Service: d.Service, Owner: d.Owner, Agents: d.Agents, Dnd: d.Dnd, Forwarding: d.Forwarding,
		Calls: d.Calls, Monitors: d.Monitors, MonitoredEpoch: d.MonitoredEpoch, Refused: d.Refused,
		RefusedEpoch: d.RefusedEpoch, VerifiedEpoch: d.VerifiedEpoch, Tries: d.Tries, Version: d.Version,
		ReleaseMs: d.ReleaseMs, FeatureOrdinal: d.FeatureOrdinal, FeatureEpoch: d.FeatureEpoch,
		Resync: d.Resync, DeferredOrdinal: d.DeferredOrdinal, DeferredEpoch: d.DeferredEpoch,
		Audit: d.Audit, Alerting: d.Alerting, Queued: d.Queued, Held: d.Held, Connected: d.Connected,
		Subscription: d.Subscription, Sequence: d.Sequence,
	}
}
