package csta

import (
	"strings"
	"testing"
)

// Taking eight octets at a time finds the same end as taking one: for every
// octet, at every distance, with others of every kind behind it.
func TestAfter_EveryOctet(t *testing.T) {
	letters := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	plain := func(c byte) bool {
		return c == '\t' || c == '\n' || c >= ' ' && c < 0x80 && c != '<' && c != '&'
	}
	for _, f := range []struct {
		name  string
		after func(string, int) int
		is    func(byte) bool
	}{{"afterLetters", afterLetters, letters}, {"afterPlain", afterPlain, plain}} {
		for octet := range 256 {
			for distance := range 20 {
				for _, behind := range []string{"", "a", "aaaaaaaaaaaaaaaaa", "<<<<<<<<<", "&&&&&&&&&&", "\x00\x00\x00\x00\x00\x00\x00\x00", "\xff\x80\xff\x80\xff\x80\xff\x80", "; = ; = ; = "} {
					src := "<" + strings.Repeat("z", distance) + string([]byte{byte(octet)}) + behind
					want := 1
					for want < len(src) && f.is(src[want]) {
						want++
					}
					if got := f.after(src, 1); got != want {
						t.Fatalf("%s of %q is %d instead of %d", f.name, src[1:], got, want)
					}
				}
			}
		}
		if got := f.after("<", 1); got != 1 {
			t.Errorf("%s at the end of the text is %d", f.name, got)
		}
	}
}
