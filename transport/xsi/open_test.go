package xsi

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestOpen_Fails(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter, q *http.Request)
		want   error
		text   string
		after  time.Duration // virtual
	}{
		{"not authorised", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, ErrUnauthorized,
			"POST /com.broadsoft.async/com.broadsoft.xsi-events/v2.0/channel: 401 Unauthorized", 0},
		{"overload", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(503)
		}, ErrOverload, "503 Service Unavailable", 0},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { ReplyError(w, 403, 110842, "Channel set not found.") },
			ErrChannelSetGone, "403 Forbidden: Channel set not found. (110842)", 0},
		{"no answer at all", func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() }, context.DeadlineExceeded,
			"open event channel at xsp", 10 * time.Second},
		{"a header and nothing else", func(w http.ResponseWriter, q *http.Request) {
			w.(http.Flusher).Flush()
			<-q.Context().Done()
		}, context.DeadlineExceeded, "open event channel at xsp", 10 * time.Second},
		{"an end at once", func(http.ResponseWriter, *http.Request) {}, io.EOF, "read the first document", 0},
		{"another document", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, heartBeat) }, nil,
			"begins with a ChannelHeartBeat, want a Channel with a channelId", 0},
		{"a channel without an ID", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `<Channel/>`) }, nil,
			"begins with a Channel, want a Channel with a channelId", 0},
		{"no XML", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"Channel":{}}`) }, nil, "a tag is expected", 0},
		{"XML that can't be read", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `<a><b></a></b>`) }, nil,
			"an end tag does not match", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			withRig(t, func(t *testing.T, r *rig) {
				x := r.serve("xsp:80")
				x.replace(postChannel, c.answer)
				begin := time.Now()
				e, err := r.client("http://xsp").Open(t.Context(), want(), ChannelOptions{})
				if e != nil || err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
					t.Errorf("%v", err)
				}
				if took := time.Since(begin); took != c.after {
					t.Errorf("after %v, want %v", took, c.after)
				}
			})
		})
	}
}

func TestOpen_NobodyListens(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		if _, err := r.client("http://xsp").Open(t.Context(), want(), ChannelOptions{}); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v", err)
		}
	})
}

func TestOpen_GivenUp(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		x := r.serve("xsp:80")
		x.replace(postChannel, func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if _, err := r.client("http://xsp").Open(ctx, want(), ChannelOptions{}); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

// A redirect is followed with the same method and body, and all that belongs to
// the channel goes where it led.
func TestOpen_FollowsARedirect(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		withRig(t, func(t *testing.T, r *rig) {
			balancer, x := r.serve("10.0.0.1:80"), r.serve("10.0.0.2:8080")
			r.net.resolve("xsi.pbx.example:80", "10.0.0.1:80")
			r.net.resolve("xsp2.pbx.example:8080", "10.0.0.2:8080")
			balancer.replace(postChannel, func(w http.ResponseWriter, q *http.Request) {
				w.Header().Set("Location", "http://xsp2.pbx.example:8080"+q.URL.Path)
				w.WriteHeader(status)
			})
			ch := r.open(r.client("http://xsi.pbx.example"))
			equal(t, "requests", x.took(), []string{postChannel + "\n" + string(readSamples(t)["cmd-channel-create-request"])})
			time.Sleep(16 * time.Second)
			equal(t, "heartbeat", x.took(), []string{putHeartbeat + "\n"})
			if ch.Peer().String() != "10.0.0.2:8080" || len(balancer.took()) != 1 || x.headers[0].Get("Authorization") == "" {
				t.Errorf("%v", ch.Peer())
			}
		})
	}
}

func TestRedirect_Refused(t *testing.T) {
	for _, c := range []struct{ name, from, location, text string }{
		{"round and round", "http://xsp", "http://xsp/com.broadsoft.xsi-events/v2.0/versions", "more than 5 in a row"},
		{"out of TLS", "https://xsp", "http://xsp/x", "from https to http"},
		{"to something else", "http://xsp", "ftp://xsp/x", "from http to ftp"},
		{"to nowhere", "http://xsp", "", "it says nowhere to"},
		{"to nonsense", "http://xsp", "http://[::1", "redirect refused"},
	} {
		withRig(t, func(t *testing.T, r *rig) {
			x := r.serve("xsp:80")
			certificate, roots := makeCertificate(t, "xsp")
			r.serveTLS("xsp:443", x, certificate)
			x.replace("GET /com.broadsoft.xsi-events/v2.0/versions", func(w http.ResponseWriter, _ *http.Request) {
				if c.location != "" {
					w.Header().Set("Location", c.location)
				}
				w.WriteHeader(302)
			})
			client := r.client(c.from, func(o *Options) { o.TLS = &tls.Config{RootCAs: roots} })
			_, err := client.Versions(t.Context())
			if !errors.Is(err, ErrRedirect) || !strings.Contains(err.Error(), c.text) || !NotObeyed(err) {
				t.Errorf("%s: %v", c.name, err)
			}
			if n := len(x.took()); n > 6 {
				t.Errorf("%s: %d requests", c.name, n)
			}
		})
	}
}

// What was redirected wasn't obeyed, even if nobody is where it led.
func TestRedirect_ToNobody(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		r.serve("xsp:80").replace("/", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://nobody/")
			w.WriteHeader(302)
		})
		err := r.client("http://xsp").User(agent100).Hold(t.Context(), "callhalf-1:0")
		if !errors.Is(err, syscall.ECONNREFUSED) || !NotObeyed(err) {
			t.Errorf("%v, not obeyed: %v", err, NotObeyed(err))
		}
	})
}

// Over TLS the name is verified, at the remembered address, too.
func TestOpen_TLS(t *testing.T) {
	withRig(t, func(t *testing.T, r *rig) {
		certificate, roots := makeCertificate(t, "xsp1.pbx.example")
		x := r.serve("10.0.0.1:80")
		r.serveTLS("10.0.0.1:443", x, certificate)
		r.net.resolve("xsp1.pbx.example:443", "10.0.0.1:443")
		r.net.resolve("other.pbx.example:443", "10.0.0.1:443")
		trust := func(o *Options) { o.TLS = &tls.Config{RootCAs: roots} }
		ch := r.open(r.client("https://xsp1.pbx.example", trust))
		r.net.resolve("xsp1.pbx.example:443", "10.0.0.2:443")
		time.Sleep(16 * time.Second)
		if n := count(x.took(), putHeartbeat); n != 1 || ch.ended() != nil {
			t.Errorf("%d heartbeats, %v", n, ch.ended())
		}
		_, err := r.client("https://other.pbx.example", trust).Open(t.Context(), want(), ChannelOptions{})
		if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
			t.Errorf("another name: %v", err)
		}
	})
}

func (r *rig) serveTLS(address string, x *xsp, certificate tls.Certificate) {
	l := tls.NewListener(r.net.listen(address), &tls.Config{Certificates: []tls.Certificate{certificate}})
	server := &http.Server{Handler: http.HandlerFunc(x.handle), ErrorLog: silentLog()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(l)
	}()
	r.t.Cleanup(func() {
		server.Close()
		<-done
		synctest.Wait()
	})
}

func makeCertificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
