package api

import (
	"context"
	"time"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

type method[Q, R any] func(apipbconnect.OperatorClient, context.Context, *connect.Request[Q]) (*connect.Response[R], error)

func unary[Q, R any](ctx context.Context, c *Client, r request, m method[Q, R], q *Q) (*R, error) {
	var res *connect.Response[R]
	r.do = func(ctx context.Context, oc apipbconnect.OperatorClient) (err error) {
		res, err = m(oc, ctx, connect.NewRequest(q))
		return err
	}
	if err := c.ask(ctx, r); err != nil {
		return nil, err
	}
	return res.Msg, nil
}

// Status tells how the cluster is. A node that knows no leader may only be cut
// off: then every endpoint is asked, and one that knows a leader is believed.
func (c *Client) Status(ctx context.Context, q *apipb.StatusRequest) (*apipb.StatusResponse, error) {
	status := func(c *Client) (*apipb.StatusResponse, error) {
		return unary(ctx, c, request{op: "ask for the status"}, apipbconnect.OperatorClient.Status, q)
	}
	r, err := status(c)
	if err != nil || r.Leader != "" {
		return r, err
	}
	all := c.order()
	for _, e := range all {
		only := &Client{secure: c.secure, timeout: c.timeout / time.Duration(len(all)), http: c.http, endpoints: []endpoint{e}}
		if other, err := status(only); err == nil && other.Leader != "" {
			c.answered(e)
			return other, nil
		}
	}
	return r, ctx.Err()
}

// TransferLeader hands leadership over.
func (c *Client) TransferLeader(ctx context.Context, q *apipb.TransferLeaderRequest) (*apipb.TransferLeaderResponse, error) {
	return unary(ctx, c, request{op: "transfer leadership", change: true}, apipbconnect.OperatorClient.TransferLeader, q)
}

// Failover tells of the newest takeover of leadership.
func (c *Client) Failover(ctx context.Context, q *apipb.FailoverRequest) (*apipb.FailoverResponse, error) {
	return unary(ctx, c, request{op: "ask for the last failover"}, apipbconnect.OperatorClient.Failover, q)
}

// Links lists the links of every node.
func (c *Client) Links(ctx context.Context, q *apipb.LinksRequest) (*apipb.LinksResponse, error) {
	return unary(ctx, c, request{op: "list the links"}, apipbconnect.OperatorClient.Links, q)
}

// ChangeLink enables, disables, switches to or restarts a link.
func (c *Client) ChangeLink(ctx context.Context, q *apipb.ChangeLinkRequest) (*apipb.ChangeLinkResponse, error) {
	return unary(ctx, c, request{op: "change the link", change: true}, apipbconnect.OperatorClient.ChangeLink, q)
}

// Calls lists live calls, one page at a time.
func (c *Client) Calls(ctx context.Context, q *apipb.CallsRequest) (*apipb.CallsResponse, error) {
	return unary(ctx, c, request{op: "list the calls"}, apipbconnect.OperatorClient.Calls, q)
}

// Devices lists devices, one page at a time.
func (c *Client) Devices(ctx context.Context, q *apipb.DevicesRequest) (*apipb.DevicesResponse, error) {
	return unary(ctx, c, request{op: "list the devices"}, apipbconnect.OperatorClient.Devices, q)
}

// PutDevices creates and changes provisioned devices.
func (c *Client) PutDevices(ctx context.Context, q *apipb.PutDevicesRequest) (*apipb.PutDevicesResponse, error) {
	return unary(ctx, c, request{op: "store devices", change: !q.DryRun}, apipbconnect.OperatorClient.PutDevices, q)
}

// DeleteDevices removes provisioned devices.
func (c *Client) DeleteDevices(ctx context.Context, q *apipb.DeleteDevicesRequest) (*apipb.DeleteDevicesResponse, error) {
	return unary(ctx, c, request{op: "delete devices", change: !q.DryRun}, apipbconnect.OperatorClient.DeleteDevices, q)
}

// Sessions lists client sessions.
func (c *Client) Sessions(ctx context.Context, q *apipb.SessionsRequest) (*apipb.SessionsResponse, error) {
	return unary(ctx, c, request{op: "list the sessions"}, apipbconnect.OperatorClient.Sessions, q)
}

// Monitors lists monitors, one page at a time.
func (c *Client) Monitors(ctx context.Context, q *apipb.MonitorsRequest) (*apipb.MonitorsResponse, error) {
	return unary(ctx, c, request{op: "list the monitors"}, apipbconnect.OperatorClient.Monitors, q)
}

// Intents lists the clients' requests that have no outcome yet.
func (c *Client) Intents(ctx context.Context, q *apipb.IntentsRequest) (*apipb.IntentsResponse, error) {
	return unary(ctx, c, request{op: "list the intents"}, apipbconnect.OperatorClient.Intents, q)
}

// Resync starts a resync, or with FollowOnly watches the one that runs, and
// calls fn with its progress until it ends. An error of fn ends the stream and
// is returned as it is. A stream that breaks after its first message gives a
// *Broken: the resync itself goes on, follow it again.
func (c *Client) Resync(ctx context.Context, q *apipb.ResyncRequest, fn func(*apipb.ResyncProgress) error) error {
	return stream(ctx, c, request{op: "resync", change: !q.FollowOnly}, apipbconnect.OperatorClient.Resync, q, fn)
}

// Watch calls fn with each event of the feed until ctx ends. An error of fn ends
// the stream and is returned as it is. A stream that breaks after its first
// message gives a *Broken: watch again after the last position.
func (c *Client) Watch(ctx context.Context, q *apipb.WatchRequest, fn func(*apipb.WatchEvent) error) error {
	return stream(ctx, c, request{op: "watch the feed"}, apipbconnect.OperatorClient.Watch, q, fn)
}
