package xsi

// The samples of the call packages.

// call1 is a call of agent100 with somebody.
func call1(p Personality, s CallState, with Party) Call {
	return Call{
		CallID: "callhalf-5001:0", ExtTrackingID: "901:1", Personality: p, State: s, RemoteParty: with,
		Endpoint: phone(), Appearance: 1, StartTime: start,
	}
}

// talking is a call that was answered.
func talking(c Call) Call {
	c.AnswerTime = answered
	return c
}

// consulting is the second call of agent100.
func consulting() Call {
	c := talking(call1("Originator", "Active", insideParty()))
	c.CallID, c.ExtTrackingID = "callhalf-5001:1", newTrack
	return c
}

func with(c Call, change func(*Call)) Call {
	change(&c)
	return c
}

func callSamples() map[string]*SubscriptionEvent {
	tell := func(number int, t EventType, c Call) *SubscriptionEvent {
		return told(number, number, agent100, &CallEvent{Type: t, Call: c})
	}
	tellConference := func(number int, t EventType, state ConferenceState) *SubscriptionEvent {
		return told(number, number, agent100, &ConferenceEvent{Type: t, Conference: Conference{
			State: state, Participants: []Participant{{CallID: "callhalf-5001:0"}, {CallID: "callhalf-5001:1"}},
		}})
	}
	ringing := Call{
		CallID: "callhalf-5001:0", ExtTrackingID: "901:1", Personality: "Terminator", State: "Alerting",
		RemoteParty: outsideParty(), StartTime: start,
	}
	posted := tell(48, "CallReceivedEvent", ringing)
	posted.ChannelID, posted.HTTPContact = "", "http://192.0.2.10:8800/events"
	redirected := func(c Call) Call {
		c.Endpoint, c.Appearance, c.State, c.DetachedTime = nil, 0, "Detached", detached
		c.Redirect = &Redirect{Address: Address{URI: "tel:200"}, Reason: "transfer", Time: detached}
		return talking(c)
	}
	secondRedirected := redirected(call1("Originator", "", insideParty()))
	secondRedirected.CallID = "callhalf-5001:1"
	return map[string]*SubscriptionEvent{
		"CallSubscriptionEvent-idle": told(1, 1, agent100, &CallSnapshot{Type: "CallSubscriptionEvent", HookStatus: "On-Hook"}),
		"CallSubscriptionEvent-two-calls": told(2, 2, agent100, &CallSnapshot{
			Type: "CallSubscriptionEvent", HookStatus: "Off-Hook", Calls: []Call{
				with(talking(call1("Terminator", "Held", outsideParty())), func(c *Call) { c.HeldTime = held }), consulting(),
			},
		}),
		"CallSubscriptionEvent-conference": told(3, 3, agent100, &CallSnapshot{
			Type: "CallSubscriptionEvent", HookStatus: "Off-Hook",
			Calls: []Call{talking(call1("Terminator", "Active", outsideParty())), consulting()},
			Conference: &Conference{State: "Active", Participants: []Participant{
				{CallID: "callhalf-5001:0"}, {CallID: "callhalf-5001:1"},
			}},
		}),
		"CallSubscriptionResyncEvent-calls-lost": told(4, 1, agent100, &CallSnapshot{
			Type: "CallSubscriptionResyncEvent", HookStatus: "On-Hook",
		}),
		"CallSubscriptionResyncEvent-one-left": told(5, 1, agent100, &CallSnapshot{
			Type: "CallSubscriptionResyncEvent", HookStatus: "Off-Hook", Calls: []Call{consulting()},
		}),
		"CallOriginatingEvent": tell(6, "CallOriginatingEvent", Call{
			CallID: "callhalf-5001:0", ExtTrackingID: "901:1", Personality: "Click-to-Dial", State: "Alerting",
			RemoteParty: Party{Address: Address{URI: "tel:200"}, CallType: "Unknown"}, StartTime: start,
		}),
		"CallOriginatedEvent":        tell(7, "CallOriginatedEvent", call1("Originator", "Alerting", insideParty())),
		"CallReceivedEvent-external": tell(8, "CallReceivedEvent", ringing),
		"CallReceivedEvent-acd": tell(9, "CallReceivedEvent", with(ringing, func(c *Call) {
			c.ACD = &ACDCallInfo{
				UserID: queue1, Name: "Queue One", Number: Address{URI: "tel:+15550100900", CountryCode: "1"},
				CallsInQueue: new(2), WaitTime: new(31),
				CallingParty: Party{Address: Address{URI: "tel:+15550100777", CountryCode: "1"}, CallType: "Network"},
			}
		})),
		"CallAnsweredEvent": tell(10, "CallAnsweredEvent", with(talking(call1("Terminator", "Active", outsideParty())),
			func(c *Call) { c.RecordingControls = "none" })),
		"CallHeldEvent": tell(11, "CallHeldEvent", with(talking(call1("Terminator", "Held", outsideParty())),
			func(c *Call) { c.HeldTime = held })),
		"CallHeldEvent-remote": tell(12, "CallHeldEvent", talking(call1("Originator", "Remote Held", insideParty()))),
		"CallRetrievedEvent": tell(13, "CallRetrievedEvent", with(talking(call1("Terminator", "Active", outsideParty())),
			func(c *Call) { c.TotalHeldTime = 5000 })),
		"CallUpdatedEvent": tell(14, "CallUpdatedEvent", call1("Originator", "Alerting", insideParty())),
		"CallTransferredEvent-newtracking": tell(15, "CallTransferredEvent",
			with(talking(call1("Terminator", "Active", insideParty())), func(c *Call) { c.ExtTrackingID = newTrack })),
		"CallRedirectedEvent-consult": told(16, 16, agent100, &CallsRedirected{Calls: []Call{
			redirected(call1("Terminator", "", outsideParty())), secondRedirected,
		}}),
		"CallForwardedEvent": tell(17, "CallForwardedEvent", call1("Originator", "Alerting", insideParty())),
		"CallDetachedEvent": tell(18, "CallDetachedEvent", with(talking(call1("Terminator", "Detached", insideParty())),
			func(c *Call) { c.DetachedTime = detached })),
		"CallReleasingEvent": tell(19, "CallReleasingEvent", with(call1("Originator", "Active", insideParty()),
			func(c *Call) { c.ReleaseCause = &ReleaseCause{Internal: "User Not Found", CDR: "111"} })),
		"CallReleasedEvent-remote": tell(20, "CallReleasedEvent", with(talking(call1("Terminator", "Released", outsideParty())),
			func(c *Call) { c.ReleasedBy, c.ReleaseTime = "remoteRelease", released })),
		"CallReleasedEvent-local": tell(21, "CallReleasedEvent", with(talking(call1("Originator", "Released", insideParty())),
			func(c *Call) { c.ReleasedBy, c.ReleaseTime = "localRelease", released })),
		"HookStatusEvent-off-hook":      told(22, 22, agent100, &HookStatusEvent{Status: "Off-Hook"}),
		"HookStatusEvent-on-hook":       told(23, 23, agent100, &HookStatusEvent{Status: "On-Hook"}),
		"ConferenceStartedEvent":        tellConference(24, "ConferenceStartedEvent", "Active"),
		"ConferenceHeldEvent":           tellConference(25, "ConferenceHeldEvent", "Held"),
		"ConferenceRetrievedEvent":      tellConference(26, "ConferenceRetrievedEvent", "Active"),
		"ConferenceUpdatedEvent":        tellConference(27, "ConferenceUpdatedEvent", "Active"),
		"ConferenceReleasedEvent":       tellConference(28, "ConferenceReleasedEvent", "Released"),
		"SubscriptionTerminatedEvent":   told(47, 47, agent100, &SubscriptionTerminatedEvent{}),
		"CallReceivedEvent-httpcontact": posted,
	}
}
