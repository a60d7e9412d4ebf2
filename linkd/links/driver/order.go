package driver

import (
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/secret"
)

// Order is a request of a client's as the switch is to hear it.
type Order struct {
	Request *fsmpb.Request
	// First and Second are Request's connections in the names of this link.
	First, Second *fsmpb.SwitchConn
	// Secret is what travelled beside the log.
	Secret secret.Secret
}
