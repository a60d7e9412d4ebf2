package csta

import mathbits "math/bits"

// The two loops over what messages consist of, names and plain text, take eight
// octets at a time, the first one lowest.

const (
	each  = 0x0101010101010101 // times a number: that number in each octet
	highs = 0x80 * each
)

func eight(src string, i int) uint64 {
	s := src[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// afterLetters returns where the ASCII letters end that start at i.
func afterLetters(src string, i int) int {
	for ; i+8 <= len(src); i += 8 {
		w := eight(src, i)
		lower := w&^highs | 0x20*each
		// The high bit of an octet of these sums is set from 'a' on and after 'z'.
		from, beyond := lower+(0x80-'a')*each, lower+(0x7F-'z')*each
		if other := (^from | beyond | w) & highs; other != 0 {
			return i + mathbits.TrailingZeros64(other)/8
		}
	}
	for i < len(src) && (src[i]|0x20) >= 'a' && (src[i]|0x20) <= 'z' {
		i++
	}
	return i
}

// afterPlain returns where the text ends that starts at i and stands for
// itself: up to a '<', a '&', a control character other than tab and newline, or
// an octet beyond ASCII.
func afterPlain(src string, i int) int {
	for ; i+8 <= len(src); i += 8 {
		w := eight(src, i)
		lt, amp := w^'<'*each, w^'&'*each
		// Subtracting borrows into an octet's high bit where the octet is too
		// small: below ' ' here, 0 there. Above such an octet the bits mean
		// nothing, but it is the lowest that counts.
		stop := (w-' '*each)&^w | (lt-each)&^lt | (amp-each)&^amp | w
		if stop &= highs; stop != 0 {
			i += mathbits.TrailingZeros64(stop) / 8
			break
		}
	}
	for i < len(src) && chars[src[i]]&charRead != 0 {
		i++
	}
	return i
}
