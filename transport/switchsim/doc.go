// Package switchsim is a simulated telephony switch that speaks CSTA XML (ECMA-323, ECMA-354) to CTI clients, or Xsi as
// BroadWorks does: the far end of Holdline's link drivers, and the judge of what those send.
//
// It keeps a true model of calls, connections, devices and agents, lets simulated people make traffic, tells every
// monitor what happens, and carries out requests. It never pauses, holds or sends again for a client's sake: monitors
// and events that were not yet delivered die with their association, and a client that reads too slowly is dropped. It
// shares no code with the codecs under test. It never forgives: a request that strays from the standard's order,
// spelling or namespace is answered with an error and kept as a violation.
//
// # Numbers
//
//	1000 …    stations with an agent, who logs on as "4" + station, password 1234
//	1900 …    stations that never act on their own, with any number of ringing calls
//	6000 …    route points; without a router their calls go to the queue of the same rank
//	7000 …    ACD queues
//	+…        parties outside; +1900… never act on their own, +1555000… are always busy
//
// A call that the traffic began goes on by itself. In a call that a request or POST /do began, people only answer (and
// at a manual number not even that).
//
// # Where the standard leaves a choice
//
// A party outside is one connection with its number as device; it is connected from NetworkReached on (ECMA-269 counts
// the network interface so), then alerting with Delivered. Each call in a queue or at a route point is queued there.
// Events go to every device in the call and to the one that just left it; CallCleared to call-type monitors only.
// connectionListItem has an oldConnection only where the name of the connection changed. A single step transfer keeps
// the call ID. An offered connection is alerting. An appearance of which Bridged tells is inactive, which is the state
// queued. replyTimeout is in milliseconds. Of several routers for a route point the last one registered is asked.
//
// # Xsi
//
// With Options.Xsi.XSPs the switch is a BroadWorks: each device is a user, "1000@pbx.example", queues and route points
// are virtual users, and all of them are in one group. A user's part in a call has an ID of its own; the tracking ID is
// the session's. Its application servers are two, and each user is at one of them; its XSPs are the HTTP servers that
// clients connect to, and a channel lives at one of them. Events are delivered until they are answered: the next channel
// of the set is tried after a 500, after a silence of AckTimeout, and when a channel dies.
//
// Where the interface leaves open what happens, the switch chose: an event that no channel takes is kept for Hold and
// tried again each second; a channel whose stream breaks is gone at once; a set outlives its channels; a second set of
// the same application and user takes the first one's subscriptions along; a subscription's numbers start again after a
// failover; error codes but those of a vanished set or subscription are made up. Application controllers belong to their
// user's channels, whatever their ID. What Xsi has no word for isn't told: offered and bridged calls, digits, call data.
// HTTP contacts, JSON, voice mail and parking are refused in order.
//
// # HTTP
//
//	GET  /truth          everything that is so: calls, agents, devices, counters, with the sequence of the last change
//	GET  /events?since=N all changes after sequence N, of the last 20000
//	GET  /requests       each client request: who, what, executed or not, result
//	GET  /messages       how often each message was received and sent, by root element
//	GET  /violations     what clients sent against the standard
//	GET  /associations   who is connected
//	GET  /xsi            what is so as Xsi speaks of it: users' calls, channel sets, subscriptions
//	POST /traffic        {"calls_per_second": 50}
//	POST /do             one move at a phone, see Move: {"action": "inbound", "to": "1900"} returns {"call": "770001", …}
//	POST /fault/KIND     one fault, see Fault
//
// # Faults
//
//	crash        drop all associations; {"seconds": 2} refuses connections so long; {"restart": true} loses all calls
//	drop         drop the associations of {"link": 1} or one {"association": 7}; {"orderly": true} writes what is queued
//	refuse       refuse new connections on {"link": 1} for {"seconds": 5}
//	hang         accept and read, but answer and send nothing for {"seconds": 5}; what was due in that time is lost
//	blackhole    neither read nor write on the associations of {"link": 1} any more, but keep them open
//	lose         lose the {"next": 5} event copies on {"link": 1}, or {"percent": 2}; both 0 ends it
//	forget       let {"calls": ["770001"]} or any {"count": 5} calls vanish without an event
//	slow         carry out {"services": ["MakeCall"]} {"delay_ms": 500} later; {"answer_only": true} delays the answer only
//	mute         never answer {"services": ["MakeCall"]}; {"execute": true} carries them out; {"count": 1} only the next
//	deny         refuse {"services": ["MakeCall"]} with an {"error": "operation/generic"}; {"count": 1} only the next
//	status       send {"status": "overloadReached"} to every association
//	rename       name calls on the second link otherwise: {"rename": "distinct"}, "swapped" or "off"
//	stopmonitor  end monitors from the switch's side: {"device": "1000"}, {"association": 7} or all
//	stoprouter   end route registrations from the switch's side: {"device": "6000"}, {"association": 7} or all
//	stopregister end registrations for the status from the switch's side: {"association": 7} or all
//	stopsession  end explicit associations from the switch's side: {"association": 7} or all
//	clear        end all standing faults
//
// Only of a switch that speaks Xsi, whose XSPs are its links:
//
//	failover     stop application server {"server": 1}; the calls of its users are lost but for {"percent": 30}, of which
//	             {"uncontrolled": 50} percent can be seen and not controlled. Subscribers learn of it within 1.5 s, unless a
//	             new call comes first: {"notice": "resync"}, by "unsolicited" snapshots, or "none"
//	resync       tell {"device": "1000"} or all what they have, with a {"notice": "resync"} or "unsolicited"
//	silence      write nothing more on the open channels of {"link": 1}, but answer their heartbeats
//	answer       answer requests with {"status_code": 503, "retry_after": 5}: on {"link": 1}, {"services": ["heartbeat"]},
//	             {"percent": 50} or {"count": 10} of them, for {"seconds": 60}; status_code 0 ends all of these
//	terminate    end the channels of {"link": 1} with a {"reason": "Expired"}
//	forgetset    let all channel sets vanish, with their subscriptions, without a word
//	forgetsubscription  let the subscriptions to {"device": "1000"} vanish, or any {"count": 5}, or all
//	losenumbers  lose the {"next": 5} events with their sequence numbers, or {"percent": 2}
//	double       deliver the {"next": 5} events twice, or {"percent": 2}
//	loseacks     take the {"next": 5} responses for not received, or {"percent": 2}; the events come again
//	cut          cut event streams into chunks {"cut": "anywhere"} or "whole"
package switchsim
