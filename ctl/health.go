package ctl

import (
	"fmt"
	"slices"
	"strings"
)

// How a cluster can be. Degraded: it serves, and something that should be there
// is missing. Unhealthy: something isn't served.
const (
	healthOK        = "ok"
	healthDegraded  = "degraded"
	healthUnhealthy = "unhealthy"
	healthNoLeader  = "no_leader"
)

// assess judges what the status says; problems are sentences for people.
func (v *statusView) assess() (health string, problems []string) {
	health, problems = healthOK, []string{}
	say := func(how string, format string, args ...any) {
		if health == healthOK || how == healthUnhealthy {
			health = how
		}
		problems = append(problems, fmt.Sprintf(format, args...))
	}

	voters, lost := 0, 0
	for _, m := range v.Members {
		if m.Voter {
			voters++
		}
		if m.State != "unreachable" && m.Error == "" {
			continue
		}
		if m.Voter {
			lost++
		}
		say(healthDegraded, "member %s can't be asked: %s", m.ID, or(m.Error, "no reason given"))
	}
	if lost*2 >= voters && voters > 0 {
		say(healthUnhealthy, "%d of %d voters can't be asked: there may be no majority", lost, voters)
	}
	if differ := v.diverged(); differ != "" {
		say(healthUnhealthy, "members hold different states: %s", differ)
	}
	if !v.Ready {
		how := healthDegraded
		if v.Applied.IsLeader {
			how = healthUnhealthy
		}
		say(how, "%s isn't ready: %s", v.Applied.Node, or(strings.Join(v.NotReady, ", "), "no reason given"))
	}
	for _, s := range v.Switches {
		if how := switchHealth(s.Status); how != healthOK {
			say(how, "switch %s is %s%s", s.Name, or(s.Status, "without a status"), because(s.Reason))
		}
	}
	for _, l := range v.Links {
		switch l.State {
		case "active", "spare", "standby", "idle", "draining", "disabled":
		default:
			say(healthDegraded, "link %s of switch %s on %s is %s%s", l.Name, l.Switch, l.Node, or(l.State, "in an unknown state"), because(l.LastError))
		}
	}
	if v.LinksError != "" {
		say(healthDegraded, "the links couldn't be listed: %s", v.LinksError)
	}
	if v.Leader == "" {
		say(healthUnhealthy, "no leader is known to %s: changes wait until a majority of the voters is up", v.Applied.Node)
		health = healthNoLeader
	}
	return health, problems
}

// switchHealth judges an ECMA-269 system status.
func switchHealth(status string) string {
	switch status {
	case "normal":
		return healthOK
	case "initializing", "enabled", "messagesLost", "overloadImminent", "overloadReached", "overloadRelieved":
		return healthDegraded
	}
	return healthUnhealthy
}

// diverged names members whose states differ after the same entry.
func (v *statusView) diverged() string {
	for i, a := range v.Members {
		j := slices.IndexFunc(v.Members[:i], func(b memberView) bool {
			return a.Hash != "" && b.Hash != "" && a.HashIndex == b.HashIndex && a.Hash != b.Hash
		})
		if j >= 0 {
			b := v.Members[j]
			return fmt.Sprintf("%s and %s after entry %d", b.ID, a.ID, a.HashIndex)
		}
	}
	return ""
}

// verdict is what the command exits with.
func (v *statusView) verdict() error {
	switch v.Health {
	case healthOK:
		return nil
	case healthNoLeader:
		return statusError{exitNoLeader, "no leader"}
	}
	return statusError{exitUnhealthy, fmt.Sprintf("%s: %s", v.Health, plural(len(v.Problems), "problem"))}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
