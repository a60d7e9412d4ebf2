package xsi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// User controls the calls of one user (Xsi-Actions, §3.5.4) and sets their services. None of its
// methods sends a request again that may have been obeyed: if one fails,
// NotObeyed says whether it is sure that nothing happened.
type User struct {
	server          *server
	calls, services string // paths
}

// User returns the control of a user's calls.
func (c *Client) User(userID string) User {
	path := actionsPath + "/user/" + url.PathEscape(userID)
	return User{&c.server, path + "/calls", path + "/services/"}
}

// Calls lists the user's calls. It races with events: what is in them already
// may be missing here, and the other way round. RefreshSubscription asks for
// the same within the event stream.
func (u User) Calls(ctx context.Context) ([]CallInfo, error) {
	list, err := ask[*Calls](ctx, u.server, request{method: http.MethodGet, path: u.calls})
	if err != nil {
		return nil, err
	}
	return list.Calls, nil
}

// Call returns one call. A call that is detached is found only if that is
// allowed.
func (u User) Call(ctx context.Context, callID string, allowDetached bool) (*Call, error) {
	q := url.Values{}
	if allowDetached {
		q.Set("allowDetached", "true")
	}
	return ask[*Call](ctx, u.server, request{method: http.MethodGet, path: u.call(callID), query: q})
}

// HookStatus says whether the user's phone is off the hook.
func (u User) HookStatus(ctx context.Context) (HookState, error) {
	h, err := ask[*HookStatus](ctx, u.server, request{method: http.MethodGet, path: u.calls + "/HookStatus"})
	if err != nil {
		return "", err
	}
	return h.Status, nil
}

// DialRequest says whom to call and how. Only Address is needed.
type DialRequest struct {
	Address         string
	Location        DialLocation // which of the user's phones rings
	LocationAddress string       // of that phone, where the location alone doesn't say
	CallingLineID   string       // clid
	Info            string       // a text that goes with the call
}

// DialLocation is a place at which a user has a phone.
type DialLocation string

// The values of DialLocation.
const (
	LocationPrimary              DialLocation = "Primary"
	LocationBroadWorksAnywhere   DialLocation = "BroadWorksAnywhere"
	LocationSharedCallAppearance DialLocation = "SharedCallAppearance"
	LocationMobility             DialLocation = "Mobility"
	LocationFlexibleSeatingGuest DialLocation = "FlexibleSeatingGuest"
	LocationAll                  DialLocation = "All"
)

// Dial calls somebody: first the user's own phone rings (CallOriginating), and
// once that is off the hook the call goes out (CallOriginated). The call ID
// changes with that, the tracking ID doesn't.
func (u User) Dial(ctx context.Context, d DialRequest) (*CallStartInfo, error) {
	return u.begin(ctx, "/new", url.Values{
		"address": {d.Address}, "location": {string(d.Location)}, "locationAddress": {d.LocationAddress},
		"clid": {d.CallingLineID}, "info": {d.Info},
	})
}

// Talk answers a call that has AllowAnswer, or retrieves one that has
// AllowRetrieve.
func (u User) Talk(ctx context.Context, callID string) error { return u.put(ctx, callID, "Talk", nil) }

// Hold puts a call on hold.
func (u User) Hold(ctx context.Context, callID string) error { return u.put(ctx, callID, "Hold", nil) }

// Reconnect retrieves a call and releases all others. Application Servers only.
func (u User) Reconnect(ctx context.Context, callID string) error {
	return u.put(ctx, callID, "Reconnect", nil)
}

// Release ends the user's part in a call. One that alerts goes on alerting
// elsewhere: see Decline.
func (u User) Release(ctx context.Context, callID string) error {
	return u.server.tell(ctx, request{method: http.MethodDelete, path: u.call(callID)})
}

// DeclineReason says why a call is declined.
type DeclineReason string

// The values of DeclineReason.
const (
	DeclineBusy        DeclineReason = "Busy"
	DeclineUnavailable DeclineReason = "TemporarilyUnavailable"
)

// Decline ends a call that alerts, as if the user were busy or away. The reason
// may be "".
func (u User) Decline(ctx context.Context, callID string, reason DeclineReason) error {
	return u.server.tell(ctx, request{method: http.MethodDelete, path: u.call(callID), query: given(url.Values{
		"decline": {strconv.FormatBool(true)}, "declineReason": {string(reason)},
	})})
}

// BlindTransfer sends a call to an address.
func (u User) BlindTransfer(ctx context.Context, callID, address string) error {
	return u.put(ctx, callID, "BlindTransfer", url.Values{"address": {address}})
}

// ConsultTransfer joins the far ends of two of the user's calls.
func (u User) ConsultTransfer(ctx context.Context, callID, otherID string) error {
	return u.put(ctx, callID, "ConsultTransfer/"+url.PathEscape(otherID), nil)
}

// MuteTransfer sends a call to an address and takes it back if nobody answers.
func (u User) MuteTransfer(ctx context.Context, callID, address string) error {
	return u.put(ctx, callID, "MuteTransfer", url.Values{"address": {address}})
}

// VoicemailTransfer sends a call to a voice mail box: the one of the address,
// or the user's own if that is "".
func (u User) VoicemailTransfer(ctx context.Context, callID, address string) error {
	return u.put(ctx, callID, "VmTransfer", url.Values{"address": {address}})
}

// TransmitDTMF plays digits into a call: 0 to 9, *, #, and a comma for a pause.
func (u User) TransmitDTMF(ctx context.Context, callID, digits string) error {
	return u.put(ctx, callID, "TransmitDTMF", url.Values{"playdtmf": {digits}})
}

func (u User) call(id string) string { return u.calls + "/" + url.PathEscape(id) }

// put asks for something to be done with a call.
func (u User) put(ctx context.Context, callID, action string, query url.Values) error {
	return u.server.tell(ctx, request{method: http.MethodPut, path: u.call(callID) + "/" + action, query: given(query)})
}

// begin asks for something that begins a call.
func (u User) begin(ctx context.Context, action string, query url.Values) (*CallStartInfo, error) {
	return ask[*CallStartInfo](ctx, u.server, request{method: http.MethodPost, path: u.calls + action, query: given(query)})
}

// given leaves out what is empty.
func given(query url.Values) url.Values {
	for name, values := range query {
		if values[0] == "" {
			delete(query, name)
		}
	}
	return query
}
