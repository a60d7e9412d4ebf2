package xsi

// The samples of queues, agents and route points.

func waiting() QueueEntry {
	return QueueEntry{
		CallID: "callhalf-7001:0", ExtTrackingID: "903:1",
		RemoteParty: Party{Address: Address{URI: "tel:+15550100777", CountryCode: "1"}, CallType: "Network"},
		AddTime:     start, Name: "Queue One", Number: Address{URI: "tel:+15550100900", CountryCode: "1"},
		Priority: "0-Highest", AddTimeInBucket: start,
	}
}

func atRoutePoint() RoutePointEntry {
	return RoutePointEntry{
		CallID: "callhalf-8001:0", ExtTrackingID: "904:1",
		RemoteParty: Party{Address: Address{URI: "tel:+15550100777", CountryCode: "1"}, CallType: "Network"},
		AddTime:     start, Name: "RP One", Number: Address{URI: "tel:+15550100950", CountryCode: "1"},
	}
}

func callCentreSamples() map[string]*SubscriptionEvent {
	tell := func(number int, d EventData) *SubscriptionEvent { return told(number, number, queue1, d) }
	tellState := func(number int, s AgentState, code string) *SubscriptionEvent {
		return told(number, number, agent100, &AgentStateEvent{
			Info: AgentStateInfo{State: s, Since: MeasuredTime{Time: start}, UnavailableCode: code},
		})
	}
	offered := waiting()
	offered.AnsweringUser, offered.AnsweringCallID = agent100, "callhalf-5001:0"
	taken := offered
	taken.RemoveTime = removed
	abandoned := waiting()
	abandoned.RemoveTime = removed
	bounced := waiting()
	bounced.Bounced = true
	return map[string]*SubscriptionEvent{
		"ACDSubscriptionEvent-empty":  tell(29, &QueueSnapshot{Type: "ACDSubscriptionEvent"}),
		"ACDSubscriptionEvent-one":    tell(30, &QueueSnapshot{Type: "ACDSubscriptionEvent", Entries: []QueueEntry{waiting()}}),
		"ACDSubscriptionResyncEvent":  tell(31, &QueueSnapshot{Type: "ACDSubscriptionResyncEvent"}),
		"ACDCallAddedEvent":           tell(32, &QueueEvent{Type: "ACDCallAddedEvent", Entry: waiting(), Position: 1}),
		"ACDCallOfferedToAgentEvent":  tell(33, &QueueEvent{Type: "ACDCallOfferedToAgentEvent", Entry: offered}),
		"ACDCallAnsweredByAgentEvent": tell(34, &QueueEvent{Type: "ACDCallAnsweredByAgentEvent", Entry: taken}),
		"ACDCallAbandonedEvent":       tell(35, &QueueEvent{Type: "ACDCallAbandonedEvent", Entry: abandoned}),
		"ACDCallBouncedEvent":         tell(36, &QueueEvent{Type: "ACDCallBouncedEvent", Entry: bounced, Position: 1}),

		"AgentStateEvent-sign-in":     tellState(37, "Sign-In", ""),
		"AgentStateEvent-available":   tellState(38, "Available", ""),
		"AgentStateEvent-unavailable": tellState(39, "Unavailable", "7"),
		"AgentStateEvent-wrap-up":     tellState(40, "Wrap-Up", ""),
		"AgentStateEvent-sign-out":    tellState(41, "Sign-Out", ""),

		"RoutePointSubscriptionEvent-one": told(42, 42, rp1, &RoutePointSnapshot{
			Type: "RoutePointSubscriptionEvent", Entries: []RoutePointEntry{atRoutePoint()},
		}),
		"RoutePointSubscriptionResyncEvent": told(43, 43, rp1, &RoutePointSnapshot{Type: "RoutePointSubscriptionResyncEvent"}),
		"RoutePointCallAddedEvent": told(44, 44, rp1, &RoutePointEvent{
			Type: "RoutePointCallAddedEvent", Entry: atRoutePoint(),
		}),
		"RoutePointFailedEvent":    told(45, 45, rp1, &RoutePointFailedEvent{Reason: "FailureDetected"}),
		"RoutePointRecoveredEvent": told(46, 46, rp1, &RoutePointRecoveredEvent{}),
	}
}
