package xsi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// Client sends requests to one server. Its methods may be called at the same
// time.
//
// Their errors are a *StatusError where the server refused, a *RequestError
// where it can't be told what came of it, or an *UnexpectedError.
type Client struct {
	opt    Options
	server server
}

// NewClient makes a client. It connects to nobody yet.
func NewClient(o Options) (*Client, error) {
	c := &Client{opt: o}
	base, err := c.opt.setDefaults()
	if err != nil {
		return nil, err
	}
	c.server = server{opt: &c.opt, base: base, http: c.opt.transport(c.opt.Dial), cookies: new(cookies)}
	return c, nil
}

// Close closes the connections that no request uses. It doesn't end channels.
func (c *Client) Close() { c.server.http.CloseIdleConnections() }

const (
	asyncPath   = "/com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel"
	eventsPath  = "/com.broadsoft.xsi-events/v2.0"
	actionsPath = "/com.broadsoft.xsi-actions/v2.0"
)

// Subscribe orders events about a target. What it returns has the ID and the
// expiry that was granted, which may differ from the one that was asked for.
// Same owner, target, event and application overwrite an earlier order.
func (c *Client) Subscribe(ctx context.Context, t Target, s Subscription) (*Subscription, error) {
	return ask[*Subscription](ctx, &c.server, request{method: http.MethodPost, path: eventsPath + t.path, body: &s})
}

// RefreshSubscription asks for another time of a subscription, in seconds. If
// its target is one user, the server sends a fresh snapshot in the event stream
// (§4.6.2.6).
func (c *Client) RefreshSubscription(ctx context.Context, id string, expires int) (*Subscription, error) {
	return ask[*Subscription](ctx, &c.server, request{
		method: http.MethodPut, path: subscriptionPath(id), body: &Subscription{Expires: &expires},
	})
}

// Subscription returns one subscription.
func (c *Client) Subscription(ctx context.Context, id string) (*Subscription, error) {
	return ask[*Subscription](ctx, &c.server, request{method: http.MethodGet, path: subscriptionPath(id)})
}

// Unsubscribe ends a subscription.
func (c *Client) Unsubscribe(ctx context.Context, id string) error {
	return c.server.tell(ctx, request{method: http.MethodDelete, path: subscriptionPath(id)})
}

func subscriptionPath(id string) string { return eventsPath + "/subscription/" + url.PathEscape(id) }

// SubscriptionQuery says which subscriptions to list; the zero value means
// one's own.
type SubscriptionQuery struct {
	SubscriberID  string
	TargetID      string
	Event         Package
	ApplicationID string // extAppId
	TargetGroupID string // targetGrpParentId; needed for groups
	TargetType    TargetType
	TargetSubID   string
}

// Subscriptions lists subscriptions.
func (c *Client) Subscriptions(ctx context.Context, q SubscriptionQuery) ([]Subscription, error) {
	list, err := ask[*SubscriptionList](ctx, &c.server, request{
		method: http.MethodGet, path: eventsPath + "/subscription", query: q.values(),
	})
	if err != nil {
		return nil, err
	}
	return list.Subscriptions, nil
}

func (q SubscriptionQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"subscriberId": q.SubscriberID, "targetId": q.TargetID, "event": string(q.Event), "extAppId": q.ApplicationID,
		"targetGrpParentId": q.TargetGroupID, "targetEntityType": string(q.TargetType), "targetSubId": q.TargetSubID,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// ChannelSet lists the channels of a set: the way to see whether the server
// still knows it.
func (c *Client) ChannelSet(ctx context.Context, id string) ([]Channel, error) {
	set, err := ask[*ChannelSet](ctx, &c.server, request{
		method: http.MethodGet, path: eventsPath + "/channelset/" + url.PathEscape(id),
	})
	if err != nil {
		return nil, err
	}
	return set.Channels, nil
}

// DeleteChannel ends a channel that somebody else opened, as ChannelSet lists it.
// It must be at this very server; one's own is ended by EventChannel.Delete.
func (c *Client) DeleteChannel(ctx context.Context, id string) error {
	return c.server.tell(ctx, request{method: http.MethodDelete, path: eventsPath + "/channel/" + url.PathEscape(id)})
}

// Versions says what the server speaks.
func (c *Client) Versions(ctx context.Context) (*Versions, error) {
	return ask[*Versions](ctx, &c.server, request{method: http.MethodGet, path: eventsPath + "/versions"})
}

// ApplicationController says whether an application is ready to route calls at
// route points (§3.5.15.1).
func (c *Client) ApplicationController(ctx context.Context, id string) (ControllerState, error) {
	a, err := ask[*ApplicationController](ctx, &c.server, request{method: http.MethodGet, path: controllerPath(id)})
	if err != nil {
		return "", err
	}
	return a.State, nil
}

// SetApplicationController says that an application is ready to route calls, or
// isn't. ControllerReady is refused while its channel set is empty: open the
// channels first, and bring oneself up to date.
func (c *Client) SetApplicationController(ctx context.Context, id string, s ControllerState) error {
	return c.server.tell(ctx, request{
		method: http.MethodPut, path: controllerPath(id), body: &ApplicationController{State: s},
	})
}

func controllerPath(id string) string {
	return actionsPath + "/system/services/RoutePoint/ApplicationController/" + url.PathEscape(id)
}

// errClosed is what a channel says once it is closed.
var errClosed = errors.New("the event channel is closed")
