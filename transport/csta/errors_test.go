package csta

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// constants returns the values of the constants of a type in a file of this
// package, by the comment or type that stands before them.
func constants(t *testing.T, file, typeName string) []string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for line := range strings.Lines(string(src)) {
		_, quoted, ok := strings.Cut(line, " "+typeName+" = ")
		if !ok {
			continue
		}
		value, err := strconv.Unquote(strings.TrimSpace(quoted))
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	return values
}

// enums reads the value lists of the standard.
func enums(t *testing.T) map[string][]string {
	t.Helper()
	src, err := os.ReadFile("testdata/error-and-cause-enums.ed6.txt")
	if err != nil {
		t.Fatal(err)
	}
	lists, name := map[string][]string{}, ""
	for line := range strings.Lines(string(src)) {
		if head, ok := strings.CutPrefix(line, "## "); ok {
			name = strings.TrimSpace(head)
		} else if list, ok := strings.CutPrefix(strings.TrimSpace(line), "enum: "); ok {
			lists[name] = strings.Split(list, " | ")
		}
	}
	return lists
}

func TestErrorValues_AreTheStandards(t *testing.T) {
	lists := enums(t)
	var all []string
	for _, c := range []struct {
		list     string
		category ErrorCategory
		n        int
	}{
		{"OperationErrors", "operation", 193}, {"SecurityErrors", "security", 4},
		{"StateIncompatibilityErrors", "stateIncompatibility", 28},
		{"SystemResourceAvailabilityErrors", "systemResourceAvailibility", 31},
		{"SubscribedResourceAvailabilityErrors", "subscribedResourceAvailability", 5},
		{"PerformanceManagementErrors", "performanceManagement", 2}, {"PrivateDataInfoErrors", "privateData", 1},
	} {
		if len(lists[c.list]) != c.n {
			t.Errorf("%s has %d values", c.list, len(lists[c.list]))
		}
		all = append(all, lists[c.list]...)
		for _, v := range lists[c.list] {
			e := ErrorCode{c.category, ErrorValue(v)}
			if !e.Known() {
				t.Errorf("%v is not known", &e)
			}
		}
		if e := (ErrorCode{c.category, "noSuchValue"}); e.Known() {
			t.Errorf("%v is known", &e)
		}
	}
	if got := constants(t, "errorvalues.go", "ErrorValue"); !slices.Equal(got, all) {
		t.Errorf("the constants differ from the standard's values:\n%q\n%q", got, all)
	}
	if e := (ErrorCode{ErrorPrivateCode, "anything"}); !e.Known() {
		t.Error("a private error is not known")
	}
	if e := (ErrorCode{"nonsense", "generic"}); e.Known() {
		t.Error("an unknown category is known")
	}
}

func TestEventCause_AreTheStandards(t *testing.T) {
	want := enums(t)["EventCause"]
	if got := constants(t, "causes.go", "EventCause"); !slices.Equal(got, want) || len(want) != 120 {
		t.Errorf("the constants differ from the standard's values:\n%q\n%q", got, want)
	}
	older := 0
	for _, v := range want {
		if !EventCause(v).Known(Ed6) {
			t.Errorf("%s is not known", v)
		}
		if EventCause(v).Known(Ed3) {
			older++
		}
	}
	if older != 113 || EventCause("noSuchCause").Known(Ed6) {
		t.Errorf("edition 3 has %d causes", older)
	}
}

// Every category, as an answer and as the end of a route.
func TestErrorCode_Categories(t *testing.T) {
	for category, value := range map[string]string{"operation": "invalidDeviceID", "security": "generic",
		"stateIncompatibility": "noCallToAnswer", "systemResourceAvailibility": "overallMonitorLimitExceeded",
		"subscribedResourceAvailability": "outstandingReqLimitExceeded", "performanceManagement": "performanceLimitExceeded",
		"privateData": "cSTAPrivateDataInfoError", "privateErrorCode": "text of a vendor"} {
		choice := "<" + category + ">" + value + "</" + category + ">"
		answer := `<CSTAErrorCode ` + ns4 + `>` + choice + `</CSTAErrorCode>`
		m, info := decode(t, answer)
		e, ok := m.(*CSTAErrorCode)
		if !ok || string(e.Category) != category || string(e.Value) != value || info.Leniencies != 0 {
			t.Errorf("%#v %+v", m, info)
			continue
		}
		if got := encode(t, m, Ed4); got != answer {
			t.Errorf("got %s", got)
		}
		if e.Error() != "csta error "+category+"/"+value {
			t.Error(e.Error())
		}
		end := `<RouteEnd ` + ns4 + `><crossRefIdentifier>1</crossRefIdentifier><errorValue>` + choice + `</errorValue></RouteEnd>`
		if m, _ := decode(t, end); encode(t, m, Ed4) != end {
			t.Errorf("%s", encode(t, m, Ed4))
		}
	}
	var err error = NewError(ErrorUnspecified, "")
	var e *CSTAErrorCode
	if !errors.As(err, &e) || err.Error() != "csta error unspecified" {
		t.Error(err)
	}
}

func TestLocalConnectionState_Valid(t *testing.T) {
	for s := range strings.FieldsSeq("null initiated alerting connected hold queued fail") {
		if !LocalConnectionState(s).Valid() {
			t.Errorf("%s is not valid", s)
		}
	}
	for s := range strings.FieldsSeq("held failed NULL") {
		if LocalConnectionState(s).Valid() {
			t.Errorf("%s is valid", s)
		}
	}
}
