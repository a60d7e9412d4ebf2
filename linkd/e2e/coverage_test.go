package e2e

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Every service and event that the codec knows is driven end to end: what
// crossed the wires of all tests together is compared with its catalogue.

// The places where a message can be seen.
const (
	fromClient = "from a client"
	toClient   = "to a client"
	fromSwitch = "from the switch"
	toSwitch   = "to the switch"
)

// crossed is what was seen where, by all tests.
var crossed = &crossings{seen: map[string]int{}}

type crossings struct {
	mu   sync.Mutex
	seen map[string]int // "name place"
}

func (c *crossings) note(name, place string, n int) {
	if n > 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen[name+" "+place] += n
	}
}

// noteSwitch adds what a simulated switch has exchanged. It refuses, and doesn't
// count, what is not as the standard has it.
func (r *rig) noteSwitch() {
	for name, n := range r.Switch.Exchanged() {
		crossed.note(name, toSwitch, int(n.Received))
		crossed.note(name, fromSwitch, int(n.Sent))
	}
}

// Requests that a switch sends to its clients, and messages that both sides send
// (ECMA-269, ECMA-354). Every other request is for clients to send.
var (
	ofTheSwitch = strings.Fields("SystemRegisterAbort ApplicationSessionTerminated RouteRegisterAbort RouteRequest ReRoute RouteUsed CSTAErrorCode")
	ofBoth      = strings.Fields("SystemStatus SystemStatusResponse MonitorStop MonitorStopResponse RouteEnd")
)

// places are where a message is to be seen if it goes all the way.
func places(name string) []string {
	down := slices.Contains(ofTheSwitch, name)
	for _, end := range []string{"Response", "Event", "Data", "Info"} {
		down = down || strings.HasSuffix(name, end)
	}
	switch {
	case slices.Contains(ofBoth, name):
		return []string{fromClient, toSwitch, fromSwitch, toClient}
	case down:
		return []string{fromSwitch, toClient}
	}
	return []string{fromClient, toSwitch}
}

// notSeen are the messages that don't go all the way, and why.
var notSeen = func() map[string]string {
	all := map[string]string{}
	for why, messages := range map[string]string{
		"the cluster has the monitors and answers itself":                           "GetMonitors/toSwitch GetMonitorsResponse/fromSwitch MonitorInfo/fromSwitch",
		"monitors at the switch are shared: the cluster filters for each client":    "ChangeMonitorFilter/toSwitch ChangeMonitorFilterResponse/fromSwitch",
		"a link is registered for every status as long as it is associated":         "SystemRegisterCancel/toSwitch SystemRegisterCancelResponse/fromSwitch ChangeSysStatFilter/toSwitch ChangeSysStatFilterResponse/fromSwitch",
		"a link that is silent is asked for its status; it tells none of its own":   "SystemStatus/toSwitch SystemStatusResponse/fromSwitch",
		"the cluster never takes a client's registration for the status away":       "SystemRegisterAbort/toClient",
		"the switch is asked for device monitors; the cluster tells the call's end": "CallClearedEvent/fromSwitch",
		"the next router is asked; only the dialogue's end is for the switch":       "RouteReject/toSwitch",
		"not supported: ECMA-323 gives no XML for what the list holds":              "GetRegistrations/toSwitch GetRegistrationsResponse/fromSwitch GetRegistrationsResponse/toClient RegistrationInfo/fromSwitch RegistrationInfo/toClient",
	} {
		for _, m := range strings.Fields(messages) {
			name, place, _ := strings.Cut(m, "/")
			all[name+" "+map[string]string{"toSwitch": toSwitch, "fromSwitch": fromSwitch, "toClient": toClient}[place]] = why
		}
	}
	return all
}()

// uncovered compares what was seen with a catalogue, and says what is missing
// and which exception is none.
func uncovered(catalogue []string, seen, except map[string]int) (wrong []string) {
	for _, name := range catalogue {
		for _, place := range places(name) {
			at := name + " " + place
			_, excepted := except[at]
			switch {
			case seen[at] == 0 && !excepted:
				wrong = append(wrong, at+": never seen")
			case seen[at] > 0 && excepted:
				wrong = append(wrong, at+": seen, though it is named as an exception")
			}
			delete(except, at)
		}
	}
	for at := range except {
		wrong = append(wrong, at+": an exception for what is not in the catalogue")
	}
	slices.Sort(wrong)
	return wrong
}

func exceptions() map[string]int {
	except := map[string]int{}
	for at := range notSeen {
		except[at] = 1
	}
	return except
}

// catalogue reads the names of the messages out of the codec's own list.
func catalogue() ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "../../transport/csta/catalogue.go", nil, 0)
	if err != nil {
		return nil, err
	}
	var names []string
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.CaseClause); ok {
			for _, e := range c.List {
				if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					name, _ := strconv.Unquote(lit.Value)
					names = append(names, name)
				}
			}
		}
		return true
	})
	if len(names) < 100 {
		return nil, fmt.Errorf("the catalogue has %d messages: is it still a switch over their names?", len(names))
	}
	return names, nil
}

// The check itself finds what is missing, and exceptions that are none.
func TestCoverageIsChecked(t *testing.T) {
	names, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, name := range names {
		for _, place := range places(name) {
			if at := name + " " + place; notSeen[at] == "" {
				seen[at] = 1
			}
		}
	}
	if wrong := uncovered(names, seen, exceptions()); len(wrong) > 0 {
		t.Errorf("all is seen, and yet: %v", wrong)
	}
	delete(seen, "OfferedEvent to a client")
	seen["RouteReject to the switch"] = 1
	except := exceptions()
	except["WalkieTalkieEvent to a client"] = 1
	want := []string{
		"OfferedEvent to a client: never seen", "RouteReject to the switch: seen, though it is named as an exception",
		"WalkieTalkieEvent to a client: an exception for what is not in the catalogue",
	}
	if wrong := uncovered(names, seen, except); !slices.Equal(wrong, want) {
		t.Errorf("got %q, want %q", wrong, want)
	}
}
