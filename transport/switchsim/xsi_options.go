package switchsim

import (
	"net"
	"time"
)

// XsiOptions says how the switch speaks Xsi, as BroadWorks does. The zero value of each field means its default.
type XsiOptions struct {
	// XSPs are the listeners of the HTTP servers that clients connect to; none means that Xsi isn't spoken.
	XSPs []net.Listener
	// Relisten opens the port of an XSP again after a fault that refused connections. Without it such an XSP accepts and
	// closes at once.
	Relisten func(xsp int) (net.Listener, error)
	// Domain is what follows a device's number in a user ID. Default "pbx.example".
	Domain string
	// Provider and Group are the service provider and the group that all users are in. Default "provider" and "group".
	Provider, Group string
	// User and Password are whom Basic authentication lets in. Default "ctiadmin@pbx.example" and "secret".
	User, Password string
	// Token is what Bearer authentication lets in, as User. Default "token".
	Token string
	// EventTimeout is the time without a heartbeat after which a stream ends. Default 30 s.
	EventTimeout time.Duration
	// AckTimeout is how long an event waits for its response. Default 10 s.
	AckTimeout time.Duration
	// Hold is how long an event is kept that no channel of its set takes. Default 30 s. What BroadWorks does isn't known.
	Hold time.Duration
	// ChannelExpires and SubscriptionExpires are granted, in seconds, whatever was asked. Default 86400, as a live server
	// does.
	ChannelExpires, SubscriptionExpires int
	// MaxChannels limits the channels of one set. Default 8.
	MaxChannels int
	// MaxSubscriptions limits the subscriptions of one user. Default 20000.
	MaxSubscriptions int
	// Rate limits the requests per second, heartbeats and responses apart; those above it are answered with 503. 0 means no
	// limit.
	Rate float64
	// Cut says how events are cut into chunks. Default CutWhole.
	Cut Cut
}

// Cut says how a stream is cut into chunks.
type Cut string

const (
	// CutWhole makes each event a chunk.
	CutWhole Cut = "whole"
	// CutAnywhere makes chunks of random sizes: events span several, and several share one.
	CutAnywhere Cut = "anywhere"
)

func (c Cut) valid() bool { return c == CutWhole || c == CutAnywhere }

func (o *XsiOptions) setDefaults() {
	text := func(p *string, v string) {
		if *p == "" {
			*p = v
		}
	}
	number := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	length := func(p *time.Duration, v time.Duration) {
		if *p == 0 {
			*p = v
		}
	}
	text(&o.Domain, "pbx.example")
	text(&o.Provider, "provider")
	text(&o.Group, "group")
	text(&o.User, "ctiadmin@"+o.Domain)
	text(&o.Password, "secret")
	text(&o.Token, "token")
	length(&o.EventTimeout, 30*time.Second)
	length(&o.AckTimeout, 10*time.Second)
	length(&o.Hold, 30*time.Second)
	number(&o.ChannelExpires, 86400)
	number(&o.SubscriptionExpires, 86400)
	number(&o.MaxChannels, 8)
	number(&o.MaxSubscriptions, 20000)
	if o.Cut == "" {
		o.Cut = CutWhole
	}
}
