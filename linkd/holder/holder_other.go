//go:build !linux || !(amd64 || arm64)

package holder

import "errors"

// Holder is a process that shares this one's memory.
type Holder struct{}

// Start says that there is none here.
func Start() (*Holder, error) { return nil, errors.ErrUnsupported }

// Close does nothing.
func (h *Holder) Close() error { return nil }
