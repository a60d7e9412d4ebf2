package xsi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	postChannel  = "POST /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel"
	putHeartbeat = "PUT /com.broadsoft.xsi-events/v2.0/channel/c1/heartbeat"
	putChannel   = "PUT /com.broadsoft.xsi-events/v2.0/channel/c1\n"
	postResponse = "POST /com.broadsoft.xsi-events/v2.0/channel/eventresponse"
)

func TestOpen_AsksAsTyped(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("10.0.0.1:80")
		r.net.resolve("xsp1.pbx.example:80", "10.0.0.1:80")
		ch := r.open(r.client("http://xsp1.pbx.example/", func(o *Options) { o.ProtocolVersion = "20.0" }))
		equal(t, "requests", x.took(), []string{postChannel + "\n" + string(readSamples(t)["cmd-channel-create-request"])})
		for name, want := range map[string]string{
			"Authorization": "Basic Y3RpYWRtaW5AcGJ4LmV4YW1wbGU6c2VjcmV0", "Content-Type": "application/xml; charset=UTF-8",
			"Accept": "application/xml", "X-Broadworks-Protocol-Version": "20.0",
		} {
			if got := x.headers[0].Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if g := ch.Granted(); ch.ID() != "c1" || *g.Expires != 86400 || ch.Peer().String() != "10.0.0.1:80" {
			t.Errorf("%s, %+v at %v", ch.ID(), g, ch.Peer())
		}
	})
}

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

// Heartbeats, responses and the end go to the server that holds the stream,
// wherever its name leads meanwhile, with the name as Host and its cookies.
func TestEventChannel_StaysWithTheServerOfTheStream(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		first, second := r.serve("10.0.0.1:80"), r.serve("10.0.0.2:80")
		hosts := map[string]bool{}
		first.replace(postChannel, func(w http.ResponseWriter, q *http.Request) {
			w.Header().Add("Set-Cookie", "JSESSIONID=node1; Path=/com.broadsoft.xsi-events; HttpOnly")
			first.channel(w, q)
		})
		first.replace("DELETE /com.broadsoft.xsi-events/v2.0/channel/c1", func(_ http.ResponseWriter, q *http.Request) {
			hosts[q.Host] = true
			first.tell(string(readSamples(t)["ev-ChannelTerminatedEvent-ExplicitDelete"]))
		})
		r.net.resolve("xsp.pbx.example:80", "10.0.0.1:80")
		c := r.client("http://xsp.pbx.example")
		ch := r.open(c)
		first.took()
		r.net.resolve("xsp.pbx.example:80", "10.0.0.2:80")

		err := ch.Respond(t.Context(), EventResponse{
			EventID: "e0000000-0000-4000-8000-000000000001", StatusCode: StatusDelivered, Reason: "OK",
		})
		if err != nil {
			t.Error(err)
		}
		equal(t, "response", first.took(), []string{postResponse + "\n" + string(readSamples(t)["cmd-eventresponse-200"])})
		time.Sleep(16 * time.Second) // virtual
		equal(t, "heartbeat", first.took(), []string{putHeartbeat + "\n"})
		if got := first.headers[len(first.headers)-1].Get("Cookie"); got != "JSESSIONID=node1" {
			t.Errorf("cookie %q", got)
		}
		if got := first.headers[0].Get("Cookie"); got != "" {
			t.Errorf("cookie %q at first", got)
		}
		if err := ch.Delete(t.Context()); err != nil {
			t.Error(err)
		}
		var end *TerminatedError
		if err := ch.ended(); !errors.As(err, &end) || end.Reason != ExplicitDelete {
			t.Errorf("%v, want ExplicitDelete", err)
		}
		if !hosts["xsp.pbx.example"] || len(second.took()) != 0 {
			t.Errorf("hosts %v, %d requests at the other server", hosts, len(second.took()))
		}
		// An event that came before the end can still be answered.
		if err := ch.Respond(t.Context(), EventResponse{EventID: "e", StatusCode: StatusTryNext, Reason: "not leader"}); err != nil {
			t.Error(err)
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

func TestEventChannel_Close(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		e, err := r.client("http://xsp").Open(t.Context(), want(), ChannelOptions{})
		if err != nil {
			t.Fatal(err)
		}
		e.Close()
		e.Close()
		synctest.Wait()
		select {
		case <-x.stream().gone:
		default:
			t.Error("the server still holds the stream")
		}
		err = e.Respond(t.Context(), EventResponse{EventID: "e", StatusCode: StatusDelivered, Reason: "OK"})
		if !errors.Is(err, errClosed) || !NotObeyed(err) {
			t.Errorf("%v", err)
		}
		if err := e.Run(t.Context(), func(Delivery) {}); err == nil {
			t.Error("a closed channel runs")
		}
		if err := e.Run(t.Context(), func(Delivery) {}); err == nil || !strings.Contains(err.Error(), "run already") {
			t.Errorf("the second time: %v", err)
		}
	})
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

// Responses run side by side, as many as there are connections.
func TestRespond_ManyAtOnce(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		open, most := make(chan struct{}, 100), 0
		x.replace(postResponse, func(http.ResponseWriter, *http.Request) {
			open <- struct{}{}
			x.mu.Lock()
			most = max(most, len(open))
			x.mu.Unlock()
			time.Sleep(10 * time.Millisecond)
			<-open
		})
		ch := r.open(r.client("http://xsp", func(o *Options) { o.Conns = 4 }))
		done := make(chan error, 20)
		for i := range 20 {
			go func() {
				done <- ch.Respond(context.Background(), EventResponse{EventID: fmt.Sprint("e", i), StatusCode: StatusDelivered, Reason: "OK"})
			}()
		}
		for range 20 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if most != 4 || count(x.took(), postResponse) != 20 {
			t.Errorf("%d at once, want 4", most)
		}
	})
}

// The header and the first document leave in one write.
func TestOpenStream_OneWrite(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		l := r.net.listen("xsp:80")
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			d, info, err := ReadRequest(q, 0)
			if c, ok := d.(*Channel); !ok || err != nil || c.ApplicationID != "csta-connector" || info.Leniencies != 0 {
				t.Errorf("%+v %+v %v", d, info, err)
			}
			s, err := OpenStream(w, Channel{ChannelID: "c1", Expires: new(86400)})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Send(samples(t)["ev-HookStatusEvent-on-hook"]); err != nil {
				t.Error(err)
			}
			if err := s.Send(&UnknownDocument{}); err == nil {
				t.Error("an unknown document is sent")
			}
		})}
		done := make(chan struct{})
		go func() { defer close(done); server.Serve(l) }()
		defer func() { server.Close(); <-done }()
		conn, err := r.net.dial(t.Context(), "tcp", "xsp:80")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		body := string(readSamples(t)["cmd-channel-create-request"])
		// With line feeds alone, as a client in the field does.
		fmt.Fprintf(conn, "POST / HTTP/1.1\nHost: xsp\nContent-Length: %d\nConnection: close\n\n%s", len(body), body)
		first := make([]byte, 65536)
		n, err := conn.Read(first)
		if err != nil || !strings.HasPrefix(string(first[:n]), "HTTP/1.1 200 OK\r\n") ||
			!strings.Contains(string(first[:n]), grant86400+"\n\r\n") {
			t.Errorf("%q, %v", first[:n], err)
		}
		rest, err := io.ReadAll(conn)
		want := string(readSamples(t)["ev-HookStatusEvent-on-hook"])
		if err != nil || !strings.Contains(string(rest), fmt.Sprintf("%x\r\n%s\n\r\n", len(want)+1, want)) {
			t.Errorf("%q, %v", rest, err)
		}
	})
}
