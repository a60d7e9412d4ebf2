//go:build !linux

package hosts

import (
	"fmt"
	"os/exec"
)

// Gateway is the address of this process, as hosts of their own see it.
const Gateway = "127.0.0.1"

// Inside fails: only Linux has network namespaces.
func Inside(*exec.Cmd) error { return fmt.Errorf("%w: they need Linux", ErrNone) }

// Network fails: only Linux has network namespaces.
func Network(int) ([]*Host, error) { return nil, fmt.Errorf("%w: they need Linux", ErrNone) }
