package main

const description = `Simulates devices, agents and calls, and tells CTI clients of them over
CSTA XML (ECMA-323 Annex J framing, with or without ECMA-354 sessions), or as
BroadWorks does over Xsi (Xsi-Events and Xsi-Actions over HTTP).

EXAMPLE

   switchsim --agents 200 --rate 50 --seed 7 &
   curl -s localhost:8890/truth | jq '.calls | length'
   curl -s -d '{"action": "inbound", "to": "1900"}' localhost:8890/do
   curl -s -d '{"action": "answer", "device": "1900"}' localhost:8890/do
   curl -s -d '{"link": 1, "seconds": 5}' localhost:8890/fault/hang

   switchsim --protocol xsi --agents 200 --rate 50 &
   curl -s -u ctiadmin@pbx.example:secret localhost:8800/com.broadsoft.xsi-actions/v2.0/user/1000@pbx.example/calls
   curl -s -d '{"server": 1, "notice": "resync"}' localhost:8890/fault/failover

NUMBERS

   1000 ...  stations with an agent    1900 ...  stations that never act on their own
   6000 ...  route points              7000 ...  ACD queues
   +...      parties outside; +1900... never act on their own, +1555000... are busy

HTTP

   GET /truth, /events?since=N, /requests, /messages, /violations, /associations
   GET /xsi      the truth as Xsi speaks of it, with channels and subscriptions
   POST /traffic {"calls_per_second": 50}
   POST /do      {"action": A, "device": D, "to": D, "call": C, "other": C, ...}
      inbound offer accept offhook dialdigits dial answer hold retrieve consult
      alternate reconnect transfer conference transferto join bridge deflect clear
      clearcall digits record data private agent dnd forward service
   POST /fault/KIND
      crash        {"seconds": 2, "restart": false}
      drop         {"link": 1, "association": 0, "orderly": false}
      refuse       {"link": 1, "seconds": 5}
      hang         {"link": 1, "seconds": 5}
      blackhole    {"link": 1, "association": 0}
      lose         {"link": 1, "next": 5, "percent": 0}
      forget       {"calls": ["770001"], "count": 0}
      slow         {"services": ["MakeCall"], "delay_ms": 500, "answer_only": false}
      mute         {"services": ["MakeCall"], "execute": true, "count": 1}
      deny         {"link": 0, "services": ["MakeCall"], "count": 1, "error": "operation/generic"}
      status       {"status": "overloadReached"}
      rename       {"rename": "distinct"}
      stopmonitor  {"link": 1, "association": 0, "device": "1000"}
      stoprouter   {"link": 1, "association": 0, "device": "6000"}
      stopregister {"link": 1, "association": 0}
      stopsession  {"link": 1, "association": 0}
      clear        {}
   With --protocol xsi a link is an XSP, and there are also
      failover     {"server": 1, "notice": "resync", "percent": 0, "uncontrolled": 0}
                   notice is resync, unsolicited or none; percent of the calls are kept
      resync       {"device": "1000", "notice": "resync"}
      silence      {"link": 1}
      answer       {"link": 1, "services": ["heartbeat"], "status_code": 404,
                   "retry_after": 0, "seconds": 0, "percent": 0, "count": 0}
      terminate    {"link": 1, "reason": "Expired"}
      forgetset    {}
      forgetsubscription {"device": "1000", "count": 0}
      losenumbers  {"next": 5, "percent": 0}
      double       {"next": 5, "percent": 0}
      loseacks     {"next": 5, "percent": 0}
      cut          {"cut": "anywhere"}

   A link is counted from 1; 0 or none means all of them.`
