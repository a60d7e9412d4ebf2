package operator

import (
	"fmt"
	"slices"
	"strings"
)

// The words of the API for the schema's numbers: those of the configuration and
// of ECMA-269.
var (
	deviceKinds  = []string{"station", "acd", "route_point", "trunk", "other"}
	serviceFroms = []string{"switch", "register", "client"}
	services     = []string{"unknown", "InSrv", "OOS", "partial"}
	agentStates  = []string{"", "null", "notReady", "ready", "busy", "workingAfterCall"}
)

func word[T ~int32](words []string, n T) string {
	if int(n) < len(words) {
		return words[n]
	}
	return fmt.Sprint(int32(n))
}

func number(words []string, w, what string) (int32, error) {
	if w == "" {
		return 0, nil
	}
	if i := slices.Index(words, w); i >= 0 {
		return int32(i), nil
	}
	return 0, fmt.Errorf("%s %q: use one of %s", what, w, strings.Join(words, ", "))
}

// standard writes a name of the schema's as ECMA-269 writes services and events:
// CONNECTION_CLEARED as ConnectionCleared.
func standard(name fmt.Stringer) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimSuffix(name.String(), "_EVENT"), "_") {
		if part != "" {
			b.WriteString(part[:1] + strings.ToLower(part[1:]))
		}
	}
	return b.String()
}
