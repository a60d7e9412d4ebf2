package xsi

import (
	"context"
	"net/url"
)

// Park parks a call at an extension.
func (u User) Park(ctx context.Context, callID, address string) error {
	return u.put(ctx, callID, "Park", url.Values{"address": {address}})
}

// GroupPark parks a call at a free extension of the user's park group.
func (u User) GroupPark(ctx context.Context, callID string) error {
	return u.put(ctx, callID, "GroupCallPark", nil)
}

// Record starts to record a call.
func (u User) Record(ctx context.Context, callID string) error {
	return u.put(ctx, callID, "Record", nil)
}

// PauseRecording interrupts the recording of a call.
func (u User) PauseRecording(ctx context.Context, callID string) error {
	return u.put(ctx, callID, "PauseRecording", nil)
}

// ResumeRecording goes on with the recording of a call.
func (u User) ResumeRecording(ctx context.Context, callID string) error {
	return u.put(ctx, callID, "ResumeRecording", nil)
}

// StopRecording ends the recording of a call.
func (u User) StopRecording(ctx context.Context, callID string) error {
	return u.put(ctx, callID, "StopRecording", nil)
}

// The requests below begin a call. That they are made like Dial, with an
// address in the query, is inferred: only their names are certain.

// ParkRetrieve takes the call that is parked at an address.
func (u User) ParkRetrieve(ctx context.Context, address string) (*CallStartInfo, error) {
	return u.begin(ctx, "/ParkRetrieve", url.Values{"address": {address}})
}

// DirectedCallPickup answers the call that rings at an address.
func (u User) DirectedCallPickup(ctx context.Context, address string) (*CallStartInfo, error) {
	return u.begin(ctx, "/DirectedCallPickup", url.Values{"address": {address}})
}

// BargeIn enters the call at an address.
func (u User) BargeIn(ctx context.Context, address string) (*CallStartInfo, error) {
	return u.begin(ctx, "/BargeIn", url.Values{"address": {address}})
}

// SilentMonitor listens to the call at an address.
func (u User) SilentMonitor(ctx context.Context, address string) (*CallStartInfo, error) {
	return u.begin(ctx, "/SilentMonitor", url.Values{"address": {address}})
}

// CoachAgent speaks to the agent in a call that is being monitored. That it is
// asked of the call is inferred, too.
func (u User) CoachAgent(ctx context.Context, callID string) error {
	return u.put(ctx, callID, "CoachAgent", nil)
}
