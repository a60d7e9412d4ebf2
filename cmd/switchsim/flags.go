package main

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/switchsim"
)

func flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "listen", Usage: "`ADDRESS` of a CTI port; once for each link", Value: cli.NewStringSlice("127.0.0.1:8800", "127.0.0.1:8801")},
		&cli.StringFlag{Name: "control", Usage: "`ADDRESS` for truth, faults and moves over HTTP", Value: "127.0.0.1:8890"},
		&cli.Uint64Flag{Name: "seed", Usage: "what decides everything that people do", Value: 1},
		&cli.IntFlag{Name: "agents", Usage: "stations with an agent", Value: 20},
		&cli.IntFlag{Name: "queues", Usage: "ACD queues", Value: 3},
		&cli.IntFlag{Name: "route-points", Usage: "route points", Value: 2},
		&cli.IntFlag{Name: "manual", Usage: "stations that never act on their own", Value: 20},
		&cli.Float64Flag{Name: "rate", Usage: "new calls per second", Value: 1},
		&cli.Float64Flag{Name: "speed", Usage: "divides the length of everything that people do; 0 = what the agents need to carry the rate"},
		&cli.IntFlag{Name: "edition", Usage: "newest edition of ECMA-323, 3 to 6", Value: 6},
		&cli.BoolFlag{Name: "client-first", Usage: "wait for the client's first message instead of sending SystemStatus"},
		&cli.BoolFlag{Name: "invert-filter", Usage: "true in a monitor filter means \"send it\""},
		&cli.BoolFlag{Name: "no-linkage", Usage: "send no callLinkageData"},
		&cli.BoolFlag{Name: "late-responses", Usage: "answer a request after the events that it caused"},
		&cli.StringFlag{Name: "rename", Usage: "call IDs on the second link: off, distinct or swapped", Value: string(switchsim.RenameOff)},
		&cli.StringFlag{Name: "merge-id", Usage: "call ID that a transfer keeps: alternate, primary or secondary", Value: string(switchsim.MergeAlternate)},
		&cli.IntFlag{Name: "max-associations", Usage: "associations per link; 0 = no limit"},
		&cli.IntFlag{Name: "segment-items", Usage: "connections from which on a snapshot is sent in segments", Value: 50},
		&cli.DurationFlag{Name: "segment-gap", Usage: "pause between two segments"},
		&cli.DurationFlag{Name: "keepalive", Usage: "silence after which the switch sends SystemStatus; negative = never", Value: 30 * time.Second},
		&cli.DurationFlag{Name: "reply-timeout", Usage: "how long a router has for a RouteSelect", Value: 2 * time.Second},
		&cli.BoolFlag{Name: "json", Usage: "print the addresses as one line of JSON"},
		&cli.StringFlag{Name: "log-level", Usage: "trace, debug, info, warn or error, on standard error", Value: "warn"},
	}
}

func options(c *cli.Context) switchsim.Options {
	return switchsim.Options{
		Seed: c.Uint64("seed"), Agents: c.Int("agents"), Queues: c.Int("queues"), RoutePoints: c.Int("route-points"),
		Manual: c.Int("manual"), Rate: c.Float64("rate"), Speed: c.Float64("speed"), Edition: c.Int("edition"),
		ClientFirst: c.Bool("client-first"), InvertFilter: c.Bool("invert-filter"), NoLinkage: c.Bool("no-linkage"),
		LateResponses: c.Bool("late-responses"), Rename: switchsim.Rename(c.String("rename")),
		MergeID: switchsim.MergeID(c.String("merge-id")), MaxAssociations: c.Int("max-associations"),
		SegmentItems: c.Int("segment-items"), SegmentGap: c.Duration("segment-gap"), Keepalive: c.Duration("keepalive"),
		ReplyTimeout: c.Duration("reply-timeout"),
	}
}

const description = `Simulates devices, agents and calls, and tells CTI clients of them over
CSTA XML (ECMA-323 Annex J framing, with or without ECMA-354 sessions).

EXAMPLE

   switchsim --agents 200 --rate 50 --seed 7 &
   curl -s localhost:8890/truth | jq '.calls | length'
   curl -s -d '{"action": "inbound", "to": "1900"}' localhost:8890/do
   curl -s -d '{"action": "answer", "device": "1900"}' localhost:8890/do
   curl -s -d '{"link": 1, "seconds": 5}' localhost:8890/fault/hang

NUMBERS

   1000 ...  stations with an agent    1900 ...  stations that never act on their own
   6000 ...  route points              7000 ...  ACD queues
   +...      parties outside; +1900... never act on their own, +1555000... are busy

HTTP

   GET /truth, /events?since=N, /requests, /messages, /violations, /associations
   POST /traffic {"calls_per_second": 50}
   POST /do      {"action": A, "device": D, "to": D, "call": C, "other": C, ...}
      inbound offer accept offhook dialdigits dial answer hold retrieve consult
      alternate reconnect transfer conference transferto join bridge deflect clear
      clearcall digits data private agent dnd forward service
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

   A link is counted from 1; 0 or none means all of them.`
