package switchsim

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Options says what switch to simulate. The zero value of each field means its default.
type Options struct {
	// Seed decides everything that the simulated people do. Two switches with the same seed, options and requests make
	// the same moves in the same order.
	Seed uint64
	// Agents is the number of stations with an agent, 1000, 1001, … Default 20, at most 800 below the manual range and
	// more from 10000 on.
	Agents int
	// Queues is the number of ACD devices, 7000, 7001, … Default 3.
	Queues int
	// RoutePoints is the number of routeing devices, 6000, 6001, … Default 2.
	RoutePoints int
	// Manual is the number of stations that never act on their own, 1900, 1901, … Default 20, at most 100.
	Manual int
	// Rate is the traffic in calls per second; 0 means no traffic. It can be changed later with SetRate.
	Rate float64
	// Speed divides the length of everything that people do (ringing, talking, wrapping up). Default: 1, or more if the
	// agents could not carry the traffic otherwise.
	Speed float64

	// Links are the listeners of the CTI ports that speak CSTA XML, one link each. At least one of them or of Xsi.XSPs.
	Links []net.Listener
	// Xsi says whether and how the switch speaks Xsi. A switch that does lives by BroadWorks' rules: nobody is joined to a
	// call without a consultation, and a conference ends with its controller.
	Xsi XsiOptions
	// Relisten opens the port of a link again after a fault that refused connects. Without it such a link accepts and
	// closes at once.
	Relisten func(link int) (net.Listener, error)
	// Control is the listener for HTTP: truth, faults and scripted moves. Without it only Handler serves them.
	Control net.Listener

	// Edition is the newest edition of ECMA-323 that the switch speaks, 3 to 6. Default 6.
	Edition int
	// ClientFirst makes the switch wait for the client's first message. Otherwise it opens an association with
	// SystemStatus, invoke ID 0000.
	ClientFirst bool
	// NoStatusAfterSession leaves out the SystemStatus that follows the positive answer to StartApplicationSession.
	NoStatusAfterSession bool
	// InvertFilter makes true in a monitor filter mean "send it". Otherwise true means "filtered out" (ECMA-269).
	InvertFilter bool
	// NoLinkage leaves callLinkageData out of events and snapshots.
	NoLinkage bool
	// LateResponses sends the answer to a request after the events that it caused.
	LateResponses bool
	// Rename says which call IDs the links use; see RenameOff and its neighbours.
	Rename Rename
	// MergeID says which call ID a transfer or conference keeps. Default MergeAlternate.
	MergeID MergeID

	// MaxAssociations limits the associations of one link; 0 means no limit.
	MaxAssociations int
	// MaxMonitors limits the monitors of one association. Default 20000.
	MaxMonitors int
	// QueueFrames limits the frames that wait to be written to one association; one that falls further behind is dropped.
	// Default 4096.
	QueueFrames int
	// SegmentItems is the number of connections from which on a snapshot is sent in segments. Default 50.
	SegmentItems int
	// SegmentGap is the pause between two segments of a snapshot. Default none.
	SegmentGap time.Duration
	// Keepalive is the silence after which the switch sends SystemStatus; two without an answer end the association.
	// Default 30 s; negative means never.
	Keepalive time.Duration
	// ReplyTimeout is how long a router has for a RouteSelect. Default 2 s.
	ReplyTimeout time.Duration

	// Clock defaults to the system's clock.
	Clock Clock
	// Logger defaults to one that writes nothing.
	Logger hclog.Logger
}

// Rename says how a link names calls. All names of one link are used consistently in its events, snapshots and requests.
type Rename string

const (
	// RenameOff gives a call the same ID on all links.
	RenameOff Rename = "off"
	// RenameDistinct gives a call IDs on the second link and later ones that no other link uses.
	RenameDistinct Rename = "distinct"
	// RenameSwapped gives a call the ID on the second link that its neighbour has on the first: the worst case for
	// anybody who takes the call ID of one link for that of another.
	RenameSwapped Rename = "swapped"
)

// MergeID says which of the two call IDs lives on when two calls become one.
type MergeID string

const (
	// MergeAlternate keeps the primary call's ID if that is even, else the secondary call's.
	MergeAlternate MergeID = "alternate"
	// MergePrimary keeps the ID of the held call.
	MergePrimary MergeID = "primary"
	// MergeSecondary keeps the ID of the active call.
	MergeSecondary MergeID = "secondary"
)

const (
	firstStation     = 1000
	firstManual      = 1900
	firstExtension   = 10000 // stations that do not fit below the manual range
	firstRoutePoint  = 6000
	firstQueue       = 7000
	maxLowStations   = firstManual - firstStation
	externalPrefix   = "+"
	manualPrefix     = "+1900"    // external parties that never act on their own
	busyPrefix       = "+1555000" // external parties that are always busy
	maxStations      = 50000
	maxSmallDevices  = 100
	defaultQueueSize = 4096
)

func (o *Options) setDefaults() error {
	def := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	def(&o.Agents, 20)
	def(&o.Queues, 3)
	def(&o.RoutePoints, 2)
	def(&o.Manual, 20)
	def(&o.Edition, 6)
	def(&o.MaxMonitors, 20000)
	def(&o.QueueFrames, defaultQueueSize)
	def(&o.SegmentItems, 50)
	if o.Keepalive == 0 {
		o.Keepalive = 30 * time.Second
	}
	if o.ReplyTimeout == 0 {
		o.ReplyTimeout = 2 * time.Second
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Logger == nil {
		o.Logger = hclog.NewNullLogger()
	}
	if o.Rename == "" {
		o.Rename = RenameOff
	}
	if o.MergeID == "" {
		o.MergeID = MergeAlternate
	}
	o.Xsi.setDefaults()
	return o.check()
}

func (o *Options) check() error {
	var wrong []string
	bad := func(is bool, format string, args ...any) {
		if is {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	bad(o.Agents < 0 || o.Agents > maxStations, "agents is %d, want 0 to %d", o.Agents, maxStations)
	bad(o.Queues < 0 || o.Queues > maxSmallDevices, "queues is %d, want 0 to %d", o.Queues, maxSmallDevices)
	bad(o.RoutePoints < 0 || o.RoutePoints > maxSmallDevices, "route points is %d, want 0 to %d", o.RoutePoints, maxSmallDevices)
	bad(o.Manual < 0 || o.Manual > maxSmallDevices, "manual is %d, want 0 to %d", o.Manual, maxSmallDevices)
	bad(o.Rate < 0, "rate is %g, want 0 or more calls per second", o.Rate)
	bad(o.Speed < 0, "speed is %g, want more than 0", o.Speed)
	bad(o.Edition < 3 || o.Edition > 6, "edition is %d, want 3 to 6", o.Edition)
	bad(len(o.Links)+len(o.Xsi.XSPs) == 0, "no link: give at least one listener")
	bad(o.Xsi.Rate < 0, "xsi rate is %g, want 0 or more requests per second", o.Xsi.Rate)
	bad(!o.Xsi.Cut.valid(), "cut is %q, want whole or anywhere", o.Xsi.Cut)
	bad(o.QueueFrames < 1, "queue is %d frames, want 1 or more", o.QueueFrames)
	bad(o.SegmentItems < 1, "segment items is %d, want 1 or more", o.SegmentItems)
	bad(!o.Rename.valid(), "rename is %q, want off, distinct or swapped", o.Rename)
	bad(!o.MergeID.valid(), "merge ID is %q, want alternate, primary or secondary", o.MergeID)
	if len(wrong) > 0 {
		return fmt.Errorf("configure the simulated switch: %s", strings.Join(wrong, "; "))
	}
	return nil
}

func (r Rename) valid() bool {
	return r == RenameOff || r == RenameDistinct || r == RenameSwapped
}

func (m MergeID) valid() bool {
	return m == MergeAlternate || m == MergePrimary || m == MergeSecondary
}
