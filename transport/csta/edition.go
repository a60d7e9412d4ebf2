package csta

import "strings"

// Edition is an edition of ECMA-323. An association uses one edition for all
// that is sent on it.
type Edition uint8

// The editions in use. The zero Edition means unknown.
const (
	Ed3 Edition = 3
	Ed4 Edition = 4
	Ed5 Edition = 5
	Ed6 Edition = 6
)

// AppSessionNS is the namespace of the application session services
// (ECMA-354), whatever the edition of ECMA-323.
const AppSessionNS = "http://www.ecma-international.org/standards/ecma-354/appl_session"

const cstaNS = "http://www.ecma-international.org/standards/ecma-323/csta/ed"

// What stands around a namespace where a message declares it.
const (
	declares = ` xmlns="`
	declared = `"`
)

// declaration returns the attribute that declares the edition's namespace; "" for
// an edition outside 3 to 6.
func (e Edition) declaration() string {
	switch e {
	case Ed3:
		return declares + cstaNS + "3" + declared
	case Ed4:
		return declares + cstaNS + "4" + declared
	case Ed5:
		return declares + cstaNS + "5" + declared
	case Ed6:
		return declares + cstaNS + "6" + declared
	}
	return ""
}

// namespaceIn returns the namespace in a declaration of ours, "" in "".
func namespaceIn(declaration string) string {
	if declaration == "" {
		return ""
	}
	return declaration[len(declares) : len(declaration)-len(declared)]
}

// Namespace returns the namespace of the edition's messages, which is also
// its protocolVersion in ECMA-354; "" for an edition outside 3 to 6.
func (e Edition) Namespace() string { return namespaceIn(e.declaration()) }

// String returns "ed3" to "ed6", or "unknown edition".
func (e Edition) String() string {
	if ns := e.Namespace(); ns != "" {
		return ns[len(cstaNS)-len("ed"):]
	}
	return "unknown edition"
}

// ParseEdition returns the edition that a namespace or a protocolVersion
// names. What follows the digit after a slash is ignored: Avaya offers
// ".../csta/ed3/priv1". It reports false for every other name, editions
// before 3 and after 6 included.
func ParseEdition(ns string) (Edition, bool) {
	rest, ok := strings.CutPrefix(ns, cstaNS)
	if !ok || rest == "" || rest[0] < '3' || rest[0] > '6' {
		return 0, false
	}
	if len(rest) > 1 && rest[1] != '/' {
		return 0, false
	}
	return Edition(rest[0] - '0'), true
}

// NearestEdition returns the edition of ours that comes closest to the one
// that a namespace or a protocolVersion names: editions before 3 give Ed3,
// later ones than 6 give Ed6. It reports false if the name is not one of
// CSTA's.
func NearestEdition(ns string) (Edition, bool) {
	if e, ok := ParseEdition(ns); ok {
		return e, true
	}
	_, rest, ok := strings.Cut(ns, "/ecma-323/csta/ed")
	if !ok {
		return 0, false
	}
	n := 0
	digits := 0
	for digits < len(rest) && digits < 3 && rest[digits] >= '0' && rest[digits] <= '9' {
		n = n*10 + int(rest[digits]-'0')
		digits++
	}
	switch {
	case digits == 0:
		return 0, false
	case n <= 3:
		return Ed3, true
	case n >= 6:
		return Ed6, true
	}
	return Edition(n), true
}
