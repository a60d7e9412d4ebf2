package switchsim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fault is one fault on demand: POST /fault/{kind} with the other fields as JSON. Fields that a kind doesn't name are
// ignored.
type Fault struct {
	// Kind is crash, drop, refuse, hang, blackhole, lose, forget, slow, mute, deny, status, rename, stopmonitor,
	// stoprouter, stopregister, stopsession or clear; of a switch that speaks Xsi failover, resync, silence, answer,
	// terminate, forgetset, forgetsubscription, losenumbers, double, loseacks or cut, too.
	Kind string `json:"kind"`
	// Link is the link or the XSP, from 1; 0 means all. For drop, refuse, hang, blackhole, lose, deny and the kinds that
	// stop something, and for silence, answer and terminate.
	Link int `json:"link"`
	// Association limits drop, blackhole and the kinds that stop something to one association; 0 means all.
	Association int `json:"association"`
	// Seconds is how long the fault lasts; for crash and refuse the time in which connections are refused.
	Seconds float64 `json:"seconds"`
	// Restart makes a crash that of the whole switch: all calls are gone, without events.
	Restart bool `json:"restart"`
	// Orderly lets drop write what is queued and close, instead of resetting the connection.
	Orderly bool `json:"orderly"`
	// Next loses that many event copies per link, Percent a share of all. For lose; both 0 end it.
	Next    int     `json:"next"`
	Percent float64 `json:"percent"`
	// Calls names calls to forget; Count says how many others. For slow, mute and deny Count limits the requests.
	Calls []string `json:"calls"`
	Count int      `json:"count"`
	// Services limits slow, mute and deny; none means all.
	Services []string `json:"services"`
	// DelayMS is slow's delay in milliseconds; AnswerOnly executes at once and delays the answer. DelayMS 0 ends it.
	DelayMS    int  `json:"delay_ms"`
	AnswerOnly bool `json:"answer_only"`
	// Execute lets mute execute the requests that it doesn't answer.
	Execute bool `json:"execute"`
	// Error is what deny answers with, as category/value; none means operation/requestIncompatibleWithObject. Session
	// services have negative answers of their own.
	Error string `json:"error"`
	// Status is what status sends to every association and gives as the status from then on.
	Status string `json:"status"`
	// Rename is how links name calls from now on, live ones too.
	Rename Rename `json:"rename"`
	// Device limits stopmonitor to the monitors of one device, stoprouter to the registrations for one route point, and
	// forgetsubscription and resync to one user.
	Device string `json:"device"`

	// HTTPStatus is what answer answers requests with; 0 ends it. RetryAfter goes with it, in seconds. Percent and Count
	// limit the requests, Services names them, Seconds ends it.
	HTTPStatus int `json:"status_code"`
	RetryAfter int `json:"retry_after"`
	// Reason is why terminate ends channels.
	Reason string `json:"reason"`
	// Server is the application server that failover stops, from 1. Percent of its calls are kept; Uncontrolled percent of
	// these can be seen and not controlled.
	Server       int     `json:"server"`
	Uncontrolled float64 `json:"uncontrolled"`
	// Notice says how failover and resync tell of it.
	Notice Notice `json:"notice"`
	// Cut says how cut cuts streams into chunks from now on.
	Cut Cut `json:"cut"`
}

func (f Fault) duration() time.Duration { return time.Duration(f.Seconds * float64(time.Second)) }

// Break causes a fault. The error says what is wrong with f; then nothing happened.
func (s *Switch) Break(f Fault) error {
	var err error
	s.locked(func() { err = s.cause(f) })
	if err == nil {
		s.log.Info("fault", "kind", f.Kind, "link", f.Link, "seconds", f.Seconds)
	}
	return err
}

func (s *Switch) cause(f Fault) error {
	if s.xsi != nil {
		if done, err := s.xsi.cause(f); done || err != nil {
			return err
		}
	}
	links := s.on(f.Link)
	if links == nil && f.Link != 0 {
		return fmt.Errorf("cause fault %q: link %d doesn't exist, want 1 to %d, or 0 for all", f.Kind, f.Link, len(s.links))
	}
	switch f.Kind {
	case "crash":
		s.crash(f)
	case "forget":
		return s.forgetCalls(f)
	case "slow":
		s.faults.slow = f.rules(f.DelayMS > 0)
	case "mute":
		s.faults.mute = f.rules(f.Count >= 0)
	case "deny":
		s.faults.deny, s.faults.denyLink = f.rules(f.Count >= 0), f.Link
	case "status":
		return s.changeStatus(f.Status)
	case "rename":
		if !f.Rename.valid() {
			return fmt.Errorf("rename calls: %q is none of off, distinct, swapped", f.Rename)
		}
		s.opt.Rename = f.Rename
	case "clear":
		s.clearFaults()
	case "drop", "refuse", "hang", "blackhole", "lose", "stopmonitor", "stoprouter", "stopregister", "stopsession":
		for _, l := range links {
			if err := s.causeOn(l, f); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("cause a fault: there is none named %q; see --help for the list", f.Kind)
	}
	return nil
}

func (s *Switch) causeOn(l *link, f Fault) error {
	if f.Seconds <= 0 && (f.Kind == "hang" || f.Kind == "refuse") {
		return fmt.Errorf("cause fault %q: seconds is %g, want more than 0", f.Kind, f.Seconds)
	}
	switch f.Kind {
	case "refuse":
		s.refuse(l, f.duration())
	case "hang":
		s.hang(l, f.duration())
	case "lose":
		if f.Percent < 0 || f.Percent > 100 || f.Next < 0 {
			return fmt.Errorf("lose events: percent is %g and next %d, want 0 to 100 and 0 or more", f.Percent, f.Next)
		}
		s.faults.losing[l.index] = &loss{f.Next, f.Percent}
	default:
		for _, a := range slices.Clone(l.associations) {
			if f.Association == 0 || f.Association == a.id {
				a.suffer(f)
			}
		}
	}
	return nil
}

// suffer causes a fault of one association.
func (a *association) suffer(f Fault) {
	switch f.Kind {
	case "drop":
		a.end("fault: dropped", !f.Orderly)
	case "blackhole":
		a.blind = true
	case "stoprouter":
		a.s.routers.abort(a, f.Device)
	case "stopregister":
		a.abortRegister()
	case "stopsession":
		a.terminate("resourceLimitation")
	case "stopmonitor":
		var mine []*monitor
		for _, m := range a.monitors {
			if f.Device == "" || f.Device == m.device {
				mine = append(mine, m)
			}
		}
		slices.SortFunc(mine, func(x, y *monitor) int {
			return cmp.Or(cmp.Compare(len(x.ref), len(y.ref)), cmp.Compare(x.ref, y.ref))
		})
		for _, m := range mine {
			a.stopMonitor(m)
		}
	}
}

func (f Fault) rules(on bool) []*rule {
	if !on {
		return nil
	}
	count := f.Count
	if count <= 0 {
		count = -1
	}
	denial := operation("requestIncompatibleWithObject")
	if category, value, ok := strings.Cut(f.Error, "/"); ok {
		denial = &cstaError{category, value}
	}
	return []*rule{{
		Error: denial, services: f.Services, delay: time.Duration(f.DelayMS) * time.Millisecond, Execute: f.Execute, Answer: f.AnswerOnly,
		count: count,
	}}
}

func (s *Switch) forgetCalls(f Fault) error {
	for _, name := range f.Calls {
		if s.model.calls[RenameOff.callNamed(0, name)] == nil {
			return fmt.Errorf("forget calls: there is no call %q now", name)
		}
	}
	for _, name := range f.Calls {
		if c := s.model.calls[RenameOff.callNamed(0, name)]; c != nil {
			s.model.forget(c)
		}
	}
	for _, c := range s.model.sorted() {
		if f.Count--; f.Count < 0 {
			break
		}
		s.model.forget(c)
	}
	return nil
}

func (s *Switch) changeStatus(status string) error {
	if !slices.Contains(statuses, status) {
		return fmt.Errorf("change the status: %q is no systemStatus", status)
	}
	s.faults.status = status
	if status == "overloadRelieved" || status == "messagesLost" {
		s.faults.status = "normal" // these tell of a moment, not of a state
	}
	for _, l := range s.links {
		for _, a := range slices.Clone(l.associations) {
			a.tellStatus(status)
		}
	}
	return nil
}

// clearFaults ends all standing faults. A black hole stays: its associations are lost.
func (s *Switch) clearFaults() {
	for _, t := range s.faults.hung {
		t.stop()
	}
	rng, status := s.faults.rng, s.faults.status
	s.faults = faults{rng: rng, status: status, hung: map[int]*timer{}, losing: map[int]*loss{}}
	s.opt.Rename = RenameOff
	for _, l := range s.links {
		if l.refused {
			s.allow(l)
		}
	}
	if status != "normal" {
		_ = s.changeStatus("normal") // a valid status
	}
}
