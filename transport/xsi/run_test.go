package xsi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Whatever the chunks, the events come whole and in order.
func TestRun_DeliversEventsHoweverTheyAreCut(t *testing.T) {
	all := samples(t)
	var names []string
	var whole strings.Builder
	for name, doc := range readSamples(t) {
		if strings.HasPrefix(name, "ev-") && !strings.HasPrefix(name, "ev-ChannelTerminated") {
			names = append(names, name)
			whole.Write(doc)
		}
	}
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		ch := r.open(r.client("http://xsp"))
		text := whole.String()
		for size := 1; len(text) > 0; size = size*7%1999 + 1 {
			n := min(size, len(text))
			x.tell(text[:n])
			synctest.Wait()
			text = text[n:]
		}
		got := ch.take()
		if len(got) != len(names) {
			t.Fatalf("%d events of %d, ended: %v", len(got), len(names), ch.ended())
		}
		for i, name := range names {
			if diff := cmp.Diff(all[name], got[i].Document); diff != "" || got[i].Err != nil || got[i].Info.Leniencies != 0 {
				t.Errorf("%s: %+v\n%s", name, got[i], diff)
			}
		}
	})
}

// Events that came together with the first document aren't lost.
func TestRun_DeliversWhatCameWithTheFirstDocument(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		x.grants(x.granted() + string(readSamples(t)["ev-HookStatusEvent-on-hook"]) + "\n" + heartBeat)
		ch := r.open(r.client("http://xsp"))
		if got := ch.take(); len(got) != 1 || got[0].Document.(*SubscriptionEvent).SequenceNumber != 23 {
			t.Errorf("%+v", got)
		}
	})
}

func TestRun_SendsHeartbeats(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		ch := r.open(r.client("http://xsp"))
		time.Sleep(time.Hour)
		if n := count(x.took(), putHeartbeat); n != 239 && n != 240 {
			t.Errorf("%d heartbeats in an hour, want one each 15 s", n)
		}
		if err := ch.ended(); err != nil || len(ch.troubles) > 0 || len(ch.take()) != 0 {
			t.Errorf("%v %v", err, ch.troubles)
		}
	})
}

// The channel is renewed at half of what was granted, whatever was asked.
func TestRun_RenewsAtHalfLife(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		ch := r.open(r.client("http://xsp"))
		time.Sleep(43199 * time.Second)
		if n := count(x.took(), putChannel); n != 0 {
			t.Errorf("%d renewals before half of 86400 s", n)
		}
		x.grants(`<Channel ` + ns + `><channelId>c1</channelId><expires>7200</expires></Channel>`)
		time.Sleep(2 * time.Second)
		var renewed string
		for _, q := range x.took() {
			if strings.HasPrefix(q, putChannel) {
				renewed = q
			}
		}
		if want := putChannel + xmlDeclaration + `<Channel ` + ns + `><expires>3600</expires></Channel>`; renewed != want {
			t.Errorf("renewed with %q, want %q", renewed, want)
		}
		x.grants(`<Channel ` + ns + `><expires>2147483647</expires></Channel>`)
		time.Sleep(3590 * time.Second)
		if n := count(x.took(), putChannel); n != 0 {
			t.Errorf("%d renewals before half of 7200 s", n)
		}
		time.Sleep(10 * time.Hour)
		if n := count(x.took(), putChannel); n != 1 || ch.ended() != nil {
			t.Errorf("%d renewals, want one and then, of what never expires, none; %v", n, ch.ended())
		}
	})
}

func TestRun_RenewalThatFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		header string
		within time.Duration // of the second try
		ends   error
	}{
		{"overload", 503, "20", 21 * time.Second, nil},
		{"failure", 500, "", 6 * time.Second, nil},
		{"refused", 403, "", 301 * time.Second, nil},
		{"unknown", 404, "", 0, ErrNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			withRig(t, func(t *testing.T, r *rig) {
				x := r.serve("xsp:80")
				x.replace("PUT /com.broadsoft.xsi-events/v2.0/channel/c1", func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Retry-After", c.header)
					w.WriteHeader(c.status)
				})
				ch := r.open(r.client("http://xsp"))
				time.Sleep(43201 * time.Second)
				if n := count(x.took(), putChannel); n != 1 {
					t.Fatalf("%d renewals", n)
				}
				if err := ch.ended(); !errors.Is(err, c.ends) {
					t.Errorf("ended with %v, want %v", err, c.ends)
				}
				if c.ends != nil {
					return
				}
				time.Sleep(c.within - 3*time.Second)
				early := count(x.took(), putChannel)
				time.Sleep(3 * time.Second)
				if n := count(x.took(), putChannel); early != 0 || n != 1 || len(ch.troubles) != 2 {
					t.Errorf("%d renewals too early, %d in time, troubles %v", early, n, ch.troubles)
				}
			})
		})
	}
}

// Silent death: heartbeats are answered, but the stream is dead.
func TestRun_NoticesASilentStream(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		x.replace(putHeartbeat, func(http.ResponseWriter, *http.Request) {})
		ch := r.open(r.client("http://xsp"))
		begin := time.Now()
		time.Sleep(20 * time.Second)
		x.tell(" ") // anything is a sign of life
		time.Sleep(37 * time.Second)
		if err := ch.ended(); err != nil {
			t.Fatalf("after %v: %v", time.Since(begin), err)
		}
		time.Sleep(time.Second)
		if err := ch.ended(); !errors.Is(err, ErrSilent) {
			t.Errorf("after 37.5 s of silence: %v", err)
		}
	})
}

// A consumer that takes its time isn't silence.
func TestRun_SlowConsumerIsNotSilence(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		e, err := r.client("http://xsp").Open(t.Context(), want(), ChannelOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		ctx, cancel := context.WithCancel(t.Context())
		slow := 0
		x.tell(string(readSamples(t)["ev-HookStatusEvent-on-hook"]), string(readSamples(t)["ev-HookStatusEvent-off-hook"]))
		err = e.Run(ctx, func(Delivery) {
			time.Sleep(10 * time.Minute)
			if slow++; slow == 2 {
				time.AfterFunc(time.Minute, cancel)
			}
		})
		if !errors.Is(err, context.Canceled) || slow != 2 {
			t.Errorf("%v after %d events", err, slow)
		}
	})
}

func TestRun_HeartbeatThatFails(t *testing.T) {
	for _, c := range []struct {
		name     string
		answer   func(w http.ResponseWriter)
		after    time.Duration
		want     error
		troubles int
	}{
		{"404: another server, or none", func(w http.ResponseWriter) { w.WriteHeader(404) }, 15 * time.Second, ErrNotFound, 0},
		{"401", func(w http.ResponseWriter) { w.WriteHeader(401) }, 15 * time.Second, ErrUnauthorized, 0},
		{"the set is gone", func(w http.ResponseWriter) {
			ReplyError(w, 403, CodeChannelSetGone, "Channel set not found.")
		}, 15 * time.Second, ErrChannelSetGone, 0},
		{"overload that lasts", func(w http.ResponseWriter) { w.WriteHeader(503) }, 30 * time.Second, ErrOverload, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			withRig(t, func(t *testing.T, r *rig) {
				x := r.serve("xsp:80")
				x.replace(putHeartbeat, func(w http.ResponseWriter, _ *http.Request) { c.answer(w) })
				ch := r.open(r.client("http://xsp"))
				time.Sleep(c.after - time.Second)
				if err := ch.ended(); err != nil {
					t.Fatalf("too early: %v", err)
				}
				time.Sleep(2 * time.Second)
				if err := ch.ended(); !errors.Is(err, c.want) || len(ch.troubles) != c.troubles {
					t.Errorf("%v, want %v; troubles %v", err, c.want, ch.troubles)
				}
			})
		})
	}
}

// One heartbeat that fails is tried again soon.
func TestRun_HeartbeatsGoOnAfterAFailure(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		fails := 1
		x.replace(putHeartbeat, func(w http.ResponseWriter, _ *http.Request) {
			if fails--; fails == 0 {
				w.WriteHeader(500)
				return
			}
			x.tell(heartBeat)
		})
		ch := r.open(r.client("http://xsp"))
		time.Sleep(19 * time.Second)
		if n := count(x.took(), putHeartbeat); n != 2 {
			t.Errorf("%d heartbeats, want one after 15 s and one after 18.75 s", n)
		}
		time.Sleep(time.Hour)
		if err := ch.ended(); err != nil || len(ch.troubles) != 1 {
			t.Errorf("%v, %v", err, ch.troubles)
		}
	})
}

// The reason counts, even if a heartbeat learns first that the channel is gone.
func TestRun_WaitsForTheReason(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		x.replace(putHeartbeat, func(w http.ResponseWriter, _ *http.Request) {
			time.AfterFunc(100*time.Millisecond, func() {
				x.tell(string(readSamples(t)["ev-ChannelTerminatedEvent-DuplicateChannelSet"]))
			})
			w.WriteHeader(404)
		})
		ch := r.open(r.client("http://xsp"))
		time.Sleep(16 * time.Second)
		var end *TerminatedError
		if err := ch.ended(); !errors.As(err, &end) || end.Reason != DuplicateChannelSet {
			t.Errorf("%v", err)
		}
	})
}

func TestRun_EndsWithTheReason(t *testing.T) {
	for _, reason := range []TerminatedReason{
		"DuplicateChannelSet", "UserDeleted", "NonResponsiveChannel", "ExplicitDelete", "Expired", "UnknownChannel",
	} {
		withRig(t, func(t *testing.T, r *rig) {
			x := r.serve("xsp:80")
			ch := r.open(r.client("http://xsp"))
			x.tell(string(readSamples(t)["ev-ChannelTerminatedEvent-"+string(reason)]))
			var end *TerminatedError
			if err := ch.ended(); !errors.As(err, &end) || end.Reason != reason {
				t.Errorf("%v, want %s", err, reason)
			}
			if got := ch.take(); len(got) != 1 {
				t.Errorf("%d documents delivered", len(got))
			}
		})
	}
}

func TestRun_Ends(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(x *xsp, ch *channel)
		want error
	}{
		{"the server ends the stream", func(x *xsp, _ *channel) { close(x.stream().send) }, ErrStreamEnded},
		{"it ends within a document", func(x *xsp, _ *channel) { x.tell("<a>"); close(x.stream().send) }, ErrStreamEnded},
		{"the server dies", func(x *xsp, _ *channel) { x.server.Close() }, ErrStreamEnded},
		{"the context ends", func(_ *xsp, ch *channel) { ch.cancel() }, context.Canceled},
		{"too large a document", func(x *xsp, _ *channel) { x.tell("<a>" + strings.Repeat("x", MaxDocument)) }, ErrDocumentTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			withRig(t, func(t *testing.T, r *rig) {
				x := r.serve("xsp:80")
				ch := r.open(r.client("http://xsp"))
				c.do(x, ch)
				if err := ch.ended(); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
				synctest.Wait()
				select {
				case <-x.stream().gone:
				default:
					t.Error("the server still holds the stream")
				}
			})
		})
	}
}

// A document that can't be read is delivered as such, and the stream goes on.
func TestRun_DeliversWhatItCantRead(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		ch := r.open(r.client("http://xsp"))
		x.tell(envelope("", `<xsi:eventData><a></b></xsi:eventData>`), string(readSamples(t)["ev-HookStatusEvent-on-hook"]),
			`<Novelty/>`, `<x:Event xmlns:x="http://schema.broadsoft.com/xsi" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="x:ErrorEvent"><x:errorCode>7</x:errorCode><x:errorMessage>m</x:errorMessage></x:Event>`)
		got := ch.take()
		if len(got) != 4 {
			t.Fatalf("%+v, %v", got, ch.ended())
		}
		var se *SyntaxError
		if !errors.As(got[0].Err, &se) || se.EventID != "e1" || got[0].Document != nil {
			t.Errorf("%+v", got[0])
		}
		if diff := cmp.Diff([]Document{got[1].Document, got[2].Document, got[3].Document}, []Document{
			samples(t)["ev-HookStatusEvent-on-hook"], &UnknownDocument{Name: "Novelty"}, &ErrorEvent{ErrorCode: 7, ErrorMessage: "m"},
		}); diff != "" {
			t.Error(diff)
		}
	})
}
