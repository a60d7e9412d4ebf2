package main

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/switchsim"
)

func flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "protocol", Usage: "what the switch speaks: csta or xsi", Value: "csta"},
		&cli.StringSliceFlag{Name: "listen", Usage: "`ADDRESS` of a CTI port, or of an XSP; once for each", Value: cli.NewStringSlice("127.0.0.1:8800", "127.0.0.1:8801")},
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
		&cli.StringFlag{Name: "xsi-domain", Usage: "what follows the number in a user ID", Value: "pbx.example"},
		&cli.StringFlag{Name: "xsi-user", Usage: "whom Basic authentication lets in", Value: "ctiadmin@pbx.example"},
		&cli.StringFlag{Name: "xsi-password", Usage: "with which password", Value: "secret"},
		&cli.StringFlag{Name: "xsi-token", Usage: "what Bearer authentication lets in", Value: "token"},
		&cli.DurationFlag{Name: "xsi-event-timeout", Usage: "time without a heartbeat after which a stream ends", Value: 30 * time.Second},
		&cli.DurationFlag{Name: "xsi-ack-timeout", Usage: "how long an event waits for its response", Value: 10 * time.Second},
		&cli.DurationFlag{Name: "xsi-hold", Usage: "how long an event is kept that no channel takes", Value: 30 * time.Second},
		&cli.IntFlag{Name: "xsi-expires", Usage: "seconds that are granted to channels and subscriptions", Value: 86400},
		&cli.Float64Flag{Name: "xsi-rate", Usage: "requests per second that are not answered with 503; 0 = no limit"},
		&cli.StringFlag{Name: "xsi-cut", Usage: "chunks of event streams: whole or anywhere", Value: string(switchsim.CutWhole)},
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
		Xsi: switchsim.XsiOptions{
			Domain: c.String("xsi-domain"), User: c.String("xsi-user"), Password: c.String("xsi-password"), Token: c.String("xsi-token"),
			EventTimeout: c.Duration("xsi-event-timeout"), AckTimeout: c.Duration("xsi-ack-timeout"), Hold: c.Duration("xsi-hold"),
			ChannelExpires: c.Int("xsi-expires"), SubscriptionExpires: c.Int("xsi-expires"), Rate: c.Float64("xsi-rate"),
			Cut: switchsim.Cut(c.String("xsi-cut")),
		},
	}
}
