package xsi

import "net/url"

// Target is what a subscription is about.
//
// Queues and route points are users, too: virtual ones, with the package that
// is theirs. Virtual users can't be targets of the call packages themselves,
// only through their group, provider or system (§4.2.4.1).
type Target struct {
	path string
	one  bool
}

// UserTarget is one user.
func UserTarget(userID string) Target { return Target{"/user/" + url.PathEscape(userID), true} }

// SubUserTarget is one of the services of a user that have an ID of their own.
func SubUserTarget(userID, subID string) Target {
	return Target{"/user/" + url.PathEscape(userID) + "/subId/" + url.PathEscape(subID), true}
}

// ServiceProviderTarget is all users of a service provider or enterprise.
func ServiceProviderTarget(id string) Target {
	return Target{"/serviceprovider/" + url.PathEscape(id), false}
}

// GroupTarget is all users of a group of a service provider or enterprise.
func GroupTarget(provider, group string) Target {
	return Target{"/serviceprovider/" + url.PathEscape(provider) + "/group/" + url.PathEscape(group), false}
}

// SystemTarget is all users.
func SystemTarget() Target { return Target{"/system", false} }

// OneUser reports whether the target is a single user. Only then do snapshots
// come, after subscribing and after a refresh (§4.2.4.2).
func (t Target) OneUser() bool { return t.one }
