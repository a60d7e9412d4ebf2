package switchsim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// callHTTP makes one HTTP request and decodes the answer.
func callHTTP(t *testing.T, h http.Handler, method, path, body string, into any) int {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w.Code
}

func TestHTTP_MovesTruthAndLogs(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		h := r.s.Handler()
		c := r.connect(1)
		c.monitor("1900")
		var moved Moved
		if code := callHTTP(t, h, "POST", "/do", `{"action":"inbound","device":"+15551112222","to":"1900","user_data":"hello"}`, &moved); code != 200 || moved.Call != "770001" || moved.Seq != 1 {
			t.Errorf("status %d, moved %+v", code, moved)
		}
		var truth Truth
		callHTTP(t, h, "GET", "/truth", "", &truth)
		if len(truth.Calls) != 1 || truth.Calls[0].User != "68656C6C6F" || truth.Calls[0].Version != 1 || truth.Calls[0].BeganSeq != 1 ||
			truth.Calls[0].Connections[1] != (ConnectionTruth{"1900", Alerting}) || truth.Seq != 1 {
			t.Errorf("truth: %+v", truth)
		}
		var raw map[string]any
		callHTTP(t, h, "GET", "/truth", "", &raw)
		for _, key := range []string{"seq", "calls", "ended", "agents", "devices", "counters"} {
			if raw[key] == nil {
				t.Errorf("the truth has no %s", key)
			}
		}
		callHTTP(t, h, "POST", "/do", `{"action":"answer","device":"1900"}`, nil)
		var history []Transition
		callHTTP(t, h, "GET", "/events?since=1", "", &history)
		if len(history) != 1 || history[0].Event != "established" || history[0].Seq != 2 || history[0].Call != "770001" {
			t.Errorf("history: %+v", history)
		}
		var requests []Request
		callHTTP(t, h, "GET", "/requests", "", &requests)
		if len(requests) != 1 || requests[0].Service != "MonitorStart" || requests[0].Devices[0] != "1900" || requests[0].Made != "1" {
			t.Errorf("requests: %+v", requests)
		}
		var messages map[string]Exchanged
		callHTTP(t, h, "GET", "/messages", "", &messages)
		if messages["MonitorStart"].Received != 1 || messages["EstablishedEvent"].Sent != 1 {
			t.Errorf("messages: %+v", messages)
		}
		var violations []Violation
		callHTTP(t, h, "GET", "/violations", "", &violations)
		var associations []AssociationTruth
		callHTTP(t, h, "GET", "/associations", "", &associations)
		if len(violations) != 0 || len(associations) != 1 || associations[0].Monitors != 1 || associations[0].Edition != 6 {
			t.Errorf("violations %+v, associations %+v", violations, associations)
		}
		for _, bad := range []struct {
			path, body string
			code       int
		}{
			{"/do", `{"action":"dance"}`, 409}, {"/do", `{"action":"answer","device":"1900"}`, 409}, {"/do", `{"akshun":"answer"}`, 400},
			{"/do", `{`, 400}, {"/fault/quake", ``, 400}, {"/fault/hang", `{"seconds":-1}`, 400}, {"/traffic", `{"calls_per_second":-1}`, 400},
		} {
			var answer map[string]string
			if code := callHTTP(t, h, "POST", bad.path, bad.body, &answer); code != bad.code || answer["error"] == "" {
				t.Errorf("POST %s %s: status %d, want %d; %v", bad.path, bad.body, code, bad.code, answer)
			}
		}
		if code := callHTTP(t, h, "GET", "/events?since=x", "", nil); code != 400 {
			t.Errorf("since=x: status %d", code)
		}
		callHTTP(t, h, "POST", "/fault/drop", `{"link":1}`, nil)
		if !c.isClosed() {
			t.Error("the fault did nothing")
		}
		callHTTP(t, h, "POST", "/traffic", `{"calls_per_second":5}`, nil)
		time.Sleep(time.Minute)
		if n := r.s.Truth().Counters.Calls; n < 200 {
			t.Errorf("%d calls in a minute at 5 a second", n)
		}
	})
}

func TestDo_EveryStateCanBeReached(t *testing.T) {
	withRig(t, Options{}, func(r *rig) {
		ringing := r.do(Move{Action: "inbound", To: "1900"})
		held := r.do(Move{Action: "inbound", To: "1901"})
		r.do(Move{Action: "answer", Device: "1901"})
		r.do(Move{Action: "hold", Device: "1901"})
		for _, agent := range []string{"1000", "1001", "1002", "1003"} {
			r.do(Move{Action: "agent", Device: agent, State: "notReady"})
		}
		queued := r.do(Move{Action: "inbound", To: "7000"})
		first := r.do(Move{Action: "dial", Device: "1902", To: "1903"})
		r.do(Move{Action: "answer", Device: "1903"})
		consulting := r.do(Move{Action: "consult", Device: "1902", To: "1904"})
		r.do(Move{Action: "dial", Device: "1905", To: "1906"})
		r.do(Move{Action: "answer", Device: "1906"})
		r.do(Move{Action: "consult", Device: "1905", To: "1907"})
		r.do(Move{Action: "answer", Device: "1907"})
		conference := r.do(Move{Action: "conference", Device: "1905"})
		initiated := r.do(Move{Action: "offhook", Device: "1908"})
		twin := r.do(Move{Action: "inbound", Device: "+15551112222", To: "1909"})
		other := r.do(Move{Action: "inbound", Device: "+15551112222", To: "1909"})
		outside := r.do(Move{Action: "dial", Device: "1910", To: "+19005551212"})
		for _, want := range []struct {
			call, device string
			state        State
		}{
			{ringing, "1900", Alerting}, {held, "1901", Hold}, {queued, "7000", Queued}, {first, "1902", Hold},
			{consulting, "1902", Connected}, {consulting, "1904", Alerting}, {conference, "1905", Connected},
			{conference, "1906", Connected}, {conference, "1907", Connected}, {initiated, "1908", Initiated},
			{twin, "1909", Alerting}, {other, "1909", Alerting}, {outside, "+19005551212", Connected},
		} {
			if got := r.stateOf(want.call, want.device); got != want.state {
				t.Errorf("%s in call %s is %s, want %s", want.device, want.call, got, want.state)
			}
		}
		time.Sleep(time.Hour)
		if n := len(r.s.Truth().Calls); n != 10 || r.stateOf(ringing, "1900") != Alerting || r.stateOf(outside, "+19005551212") != Alerting {
			t.Errorf("%d calls an hour later: %+v", n, r.s.Truth().Calls)
		}
		r.do(Move{Action: "answer", Device: "+19005551212", Call: outside})
		r.do(Move{Action: "digits", Device: "1910", Digits: "1"})
		r.do(Move{Action: "data", Device: "1910", Account: "77", Correlator: "x"})
		r.do(Move{Action: "reconnect", Device: "1902", Call: first, Other: consulting})
		r.do(Move{Action: "transferto", Device: "1902", To: "1911"})
		r.do(Move{Action: "join", Device: "1905", To: "1912"})
		r.do(Move{Action: "deflect", Device: "1900", To: "1913"})
		r.do(Move{Action: "retrieve", Device: "1901"})
		r.do(Move{Action: "clear", Device: "1910"})
		if r.stateOf(ringing, "1913") != Alerting || r.stateOf(conference, "1912") != Connected || r.stateOf(first, "1911") != Alerting || r.stateOf(outside, "1910") != Null {
			t.Errorf("calls: %+v", r.s.Truth().Calls)
		}
	})
}

// Each move is in the program's help.
func TestHelpNamesEveryMove(t *testing.T) {
	help, err := os.ReadFile("../../cmd/switchsim/description.go")
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(help))
	for action := range moves {
		if !slices.Contains(words, action) {
			t.Errorf("switchsim --help doesn't name the move %s", action)
		}
	}
}
