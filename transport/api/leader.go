package api

import (
	"errors"
	"fmt"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api/apipb"
)

// NotLeader is the error of a node that needed the leader and couldn't pass the
// request on: nothing was done. leader is the leader's node ID and address its
// API address as host:port; each is empty where it isn't known.
func NotLeader(leader, address string) error {
	text := "this node doesn't lead, and no leader is known"
	if leader != "" {
		text = fmt.Sprintf("this node doesn't lead; the leader is %s", leader)
	}
	err := connect.NewError(connect.CodeUnavailable, errors.New(text))
	if d, derr := connect.NewErrorDetail(&apipb.NotLeader{Leader: leader, LeaderAddress: address}); derr == nil {
		err.AddDetail(d)
	}
	return err
}

// Refused is the error of a node that could do what was asked and won't, because
// it isn't safe: say what would go wrong and what to do instead.
func Refused(format string, args ...any) error {
	return connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf(format, args...))
}

// leaderOf reads the detail that NotLeader put into an error; ok is false for
// every other error.
func leaderOf(err error) (n *apipb.NotLeader, ok bool) {
	var ce *connect.Error
	if !errors.As(err, &ce) {
		return nil, false
	}
	for _, d := range ce.Details() {
		v, err := d.Value()
		if err != nil {
			continue
		}
		if n, ok := v.(*apipb.NotLeader); ok {
			return n, true
		}
	}
	return nil, false
}
