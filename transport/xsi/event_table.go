package xsi

// eventTypes are the events that are known, with what they hold.
var eventTypes = func() map[EventType]func(EventType) EventData {
	table := map[EventType]func(EventType) EventData{
		CallRedirected:            func(EventType) EventData { return new(CallsRedirected) },
		CallSubscription:          func(t EventType) EventData { return &CallSnapshot{Type: t} },
		CallSubscriptionResync:    func(t EventType) EventData { return &CallSnapshot{Type: t} },
		HookStatusChanged:         func(EventType) EventData { return new(HookStatusEvent) },
		ACDSubscription:           func(t EventType) EventData { return &QueueSnapshot{Type: t} },
		ACDSubscriptionResync:     func(t EventType) EventData { return &QueueSnapshot{Type: t} },
		AgentSubscription:         func(EventType) EventData { return new(AgentSubscriptionEvent) },
		AgentStateChanged:         func(EventType) EventData { return new(AgentStateEvent) },
		AgentJoinUpdate:           func(EventType) EventData { return new(AgentJoinEvent) },
		AgentDispositionCodeAdded: func(EventType) EventData { return new(DispositionCodeEvent) },

		RoutePointFailed:             func(EventType) EventData { return new(RoutePointFailedEvent) },
		RoutePointRecovered:          func(EventType) EventData { return new(RoutePointRecoveredEvent) },
		RoutePointSubscription:       func(t EventType) EventData { return &RoutePointSnapshot{Type: t} },
		RoutePointSubscriptionResync: func(t EventType) EventData { return &RoutePointSnapshot{Type: t} },
		SubscriptionTerminated:       func(EventType) EventData { return new(SubscriptionTerminatedEvent) },
	}
	for t := range callShapes {
		table[t] = func(t EventType) EventData { return &CallEvent{Type: t} }
	}
	for _, t := range conferenceTypes {
		table[t] = func(t EventType) EventData { return &ConferenceEvent{Type: t} }
	}
	for t := range queueShapes {
		table[t] = func(t EventType) EventData { return &QueueEvent{Type: t} }
	}
	for t := range policyShapes {
		table[t] = func(t EventType) EventData { return &PolicyEvent{Type: t} }
	}
	for t := range routePointShapes {
		table[t] = func(t EventType) EventData { return &RoutePointEvent{Type: t} }
	}
	for t := range serviceShapes {
		table[t] = func(t EventType) EventData { return &ServiceEvent{Type: t} }
	}
	return table
}()
