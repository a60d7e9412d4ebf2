package switchsim

import "strconv"

// distinctGap lies between the call IDs of two links when they are renamed apart; the model never makes that many calls.
const distinctGap = 500_000_000

// callName returns what a link, counted from 0, calls a call.
func (r Rename) callName(link int, id callID) string {
	switch {
	case r == RenameDistinct:
		id += callID(link) * distinctGap
	case r == RenameSwapped:
		id ^= callID(link)
	}
	return id.String()
}

// callNamed returns the call that a link means by a name, or 0.
func (r Rename) callNamed(link int, name string) callID {
	n, err := strconv.ParseUint(name, 10, 63)
	id := callID(n)
	switch {
	case err != nil || name != id.String():
		return 0
	case r == RenameDistinct:
		if id < callID(link)*distinctGap {
			return 0
		}
		id -= callID(link) * distinctGap
	case r == RenameSwapped:
		id ^= callID(link)
	}
	return id
}
