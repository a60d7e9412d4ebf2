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
