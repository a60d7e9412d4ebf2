package xsi

import (
	"context"
	"net/http"
	"net/url"
)

// Confer makes a conference of two or more of the user's calls.
func (u User) Confer(ctx context.Context, callIDs ...string) error {
	d := new(Conference)
	for _, id := range callIDs {
		d.Participants = append(d.Participants, Participant{CallID: id})
	}
	return u.server.tell(ctx, request{method: http.MethodPost, path: u.conference(""), body: d})
}

// Conference returns the conference that the user controls.
func (u User) Conference(ctx context.Context) (*Conference, error) {
	return ask[*Conference](ctx, u.server, request{method: http.MethodGet, path: u.conference("")})
}

// AddToConference takes another call into the conference.
func (u User) AddToConference(ctx context.Context, callID string) error {
	return u.confer(ctx, "/"+url.PathEscape(callID))
}

// EndConference releases all its calls.
func (u User) EndConference(ctx context.Context) error {
	return u.server.tell(ctx, request{method: http.MethodDelete, path: u.conference("")})
}

// HoldConference puts the user on hold; the others go on talking.
func (u User) HoldConference(ctx context.Context) error { return u.confer(ctx, "/Hold") }

// TalkConference takes the user back into the conference.
func (u User) TalkConference(ctx context.Context) error { return u.confer(ctx, "/Talk") }

// MuteConference mutes the user.
func (u User) MuteConference(ctx context.Context) error { return u.confer(ctx, "/Mute") }

// UnmuteConference lets the others hear the user again.
func (u User) UnmuteConference(ctx context.Context) error { return u.confer(ctx, "/Unmute") }

// MuteParticipant lets nobody hear a participant.
func (u User) MuteParticipant(ctx context.Context, callID string) error {
	return u.confer(ctx, "/"+url.PathEscape(callID)+"/Mute")
}

// DeafenParticipant lets a participant hear nobody.
func (u User) DeafenParticipant(ctx context.Context, callID string) error {
	return u.confer(ctx, "/"+url.PathEscape(callID)+"/Deaf")
}

func (u User) conference(action string) string { return u.calls + "/Conference" + action }

func (u User) confer(ctx context.Context, action string) error {
	return u.server.tell(ctx, request{method: http.MethodPut, path: u.conference(action)})
}
