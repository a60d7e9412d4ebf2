package config

import (
	"fmt"
	"iter"
	"strconv"
)

// Switch seeds a switch with its links and DNs.
type Switch struct {
	Name     string `hcl:"name,label" form:"name"`
	Protocol string `hcl:"protocol" oneof:"csta|broadworks" default:"csta"`
	// Edition of ECMA-323 that is spoken with the switch.
	Edition int            `hcl:"edition" range:"3..6" default:"4"`
	Filter  FilterPolarity `hcl:"filter" oneof:"true_blocks|true_passes" default:"true_blocks"`
	// Association: "implicit" takes the switch's status for one, "explicit" starts
	// an application session (ECMA-354) under Application, of length Session.
	Association string   `hcl:"association" oneof:"implicit|explicit" default:"implicit"`
	Application string   `hcl:"application" form:"text" default:"holdline"`
	Session     Duration `hcl:"session" range:"3s..24h" default:"60s"`
	// Standby: "warm" holds an associated link on followers, "cold" none.
	Standby string `hcl:"standby" oneof:"hot|warm|cold" default:"hot"`
	// MonitorRelease is how long a monitor at the switch is kept after its last
	// client.
	MonitorRelease Duration `hcl:"monitor_release" range:"0s..1h" default:"30s"`
	// RequestsPerSecond paces what is sent to the switch; 0: no pacing.
	RequestsPerSecond int      `hcl:"requests_per_second" range:"1..100000" off:"true" default:"1000"`
	RequestTimeout    Duration `hcl:"request_timeout" range:"100ms..1m" default:"5s"` // for one answer of the switch
	// ConnectTimeout is for TCP and association, and how long a link of a higher
	// priority is waited for.
	ConnectTimeout Duration `hcl:"connect_timeout" range:"100ms..1m" default:"2s"`
	ReconnectMax   Duration `hcl:"reconnect_max" range:"1s..10m" default:"10s"` // the longest wait between two tries
	// Keepalive is the silence after which the link is asked for its status; 0:
	// never.
	Keepalive       Duration `hcl:"keepalive" range:"1s..10m" off:"true" default:"10s"`
	KeepaliveMisses int      `hcl:"keepalive_misses" range:"1..10" default:"2"` // unanswered ones before the link is closed
	// ResyncRate is how many devices a second are asked about in a resync.
	ResyncRate int `hcl:"resync_rate" range:"1..10000" default:"100"`
	// Spares is how many working links stay open beside the one that is driven.
	Spares int `hcl:"spares" range:"0..10" default:"1"`
	// Failback: "auto" goes back to a link of a higher priority that has worked for
	// FailbackAfter, "manual" only when told to.
	Failback      string   `hcl:"failback" oneof:"auto|manual" default:"auto"`
	FailbackAfter Duration `hcl:"failback_after" range:"1s..24h" default:"1m"`
	// RestartDelay is the pause before a link that failed is tried again while
	// another one works; it doubles with each failure, up to ReconnectMax.
	RestartDelay Duration `hcl:"restart_delay" range:"100ms..1h" default:"5s"`
	// CallGap and DeviceGap are the least times between two requests about one call
	// and about one device.
	CallGap   Duration `hcl:"call_gap" range:"0s..10s" default:"0s"`
	DeviceGap Duration `hcl:"device_gap" range:"0s..10s" default:"0s"`
	// Linger is how long calls are kept when no link works: a length of time,
	// "0", or "forever".
	Linger string `hcl:"linger" form:"linger" default:"30s"`
	// StuckCalls: "ask" asks the switch about calls that are quiet for too long.
	StuckCalls string      `hcl:"stuck_calls" oneof:"ask|ignore" default:"ask"`
	BroadWorks *BroadWorks `hcl:"broadworks,block"` // with protocol = "broadworks"
	Links      []Link      `hcl:"link,block"`
	DNs        []DN        `hcl:"dn,block"`
	Ranges     []Range     `hcl:"dn_range,block"`
}

// Link is one connection to the switch.
type Link struct {
	Name     string `hcl:"name,label" form:"name"`
	Address  string `hcl:"address,required" form:"dial"`
	Priority int    `hcl:"priority" range:"1..100" default:"1"` // the highest that works is used
	Disabled bool   `hcl:"disabled" default:"false"`
	// Keepalive and KeepaliveMisses are this link's own; if they aren't given, those
	// of the switch.
	Keepalive       string `hcl:"keepalive" form:"keepalive"`
	KeepaliveMisses int    `hcl:"keepalive_misses" range:"1..10"`
}

// DN is one device.
type DN struct {
	Number       string   `hcl:"number,label" form:"dn"`
	Kind         string   `hcl:"kind" oneof:"station|acd|route_point|trunk|other" default:"station"`
	Aliases      []string `hcl:"aliases" form:"dn"`
	ServiceFrom  string   `hcl:"service_from" oneof:"switch|register|client" default:"switch"`
	OwnerClients []string `hcl:"owner_clients" form:"text"` // whose sign-on counts, for service_from = "client"
	Site         string   `hcl:"site" form:"name"`
	DefaultRoute string   `hcl:"default_route" form:"dn"` // of a route point, if no router answers
}

// Range is a run of numbers of equal length, which need no DN block of their
// own; a DN block inside it says otherwise for its number.
type Range struct {
	From        string `hcl:"from,required" form:"digits"`
	To          string `hcl:"to,required" form:"digits"`
	Kind        string `hcl:"kind" oneof:"station|acd|route_point|trunk|other" default:"station"`
	ServiceFrom string `hcl:"service_from" oneof:"switch|register|client" default:"switch"`
	Site        string `hcl:"site" form:"name"`
}

// Size is how many numbers a range holds.
func (r Range) Size() int {
	from, _ := strconv.ParseInt(r.From, 10, 64)
	to, _ := strconv.ParseInt(r.To, 10, 64)
	return int(to - from + 1)
}

// Numbers returns every number of a range, with its leading zeros.
func (r Range) Numbers() iter.Seq[string] {
	return func(yield func(string) bool) {
		from, _ := strconv.ParseInt(r.From, 10, 64)
		for i := range r.Size() {
			if !yield(fmt.Sprintf("%0*d", len(r.From), from+int64(i))) {
				return
			}
		}
	}
}
