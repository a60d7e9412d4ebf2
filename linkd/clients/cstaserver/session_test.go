package cstaserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
)

// Requests wait for a leader; without one they are refused in the end, and the
// client may ask again.
func TestNoLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		n.role.set(false, false, true)
		cl.noLeader()
		c := n.client(4)
		start := "<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>"
		c.send("0001", start)
		c.send("0002", start)
		c.quiet() // heartbeats are answered meanwhile
		begun := time.Now()
		refused := " <CSTAErrorCode><systemResourceAvailibility>networkOutOfService</systemResourceAvailibility></CSTAErrorCode>"
		c.expect("0001"+refused, "0002"+refused)
		if d := time.Since(begun); d != openLimit {
			t.Errorf("refused after %v", d)
		}
		cl.leader()
		n.role.set(true, true, true)
		c.expect("9000 " + statusNormal)
		if got := n.monitored(c, "1000"); got != "1" {
			t.Error(got)
		}
	})
}

// An interruption shorter than that is not noticed.
func TestLeaderComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(4)
		n.monitored(c, "1000")
		cl.noLeader()
		c.send("0001", "<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>")
		c.send("0002", "<MonitorStop><monitorCrossRefID>1</monitorCrossRefID></MonitorStop>")
		time.Sleep(3 * time.Second)
		cl.leader()
		if got := c.started("0001"); got != "2" {
			t.Error(got)
		}
		c.expect("0002 <MonitorStopResponse/>")
	})
}

// A T-Server that starts all its monitors at once has them all, in its order.
func TestManyMonitorsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{})
		c := n.client(6)
		n.monitored(c, "1000")
		const many = 2000
		go func() {
			for i := range uint64(many) {
				c.send(invokeOf(i), "<MonitorStart><monitorObject><deviceObject>1000</deviceObject></monitorObject></MonitorStart>")
			}
		}()
		for i := range uint64(many) {
			if got := c.started(invokeOf(i)); got != decimal(i+2) {
				t.Fatalf("%d: cross reference ID %s", i, got)
			}
		}
		c.send("0001", "<GetMonitors/>")
		c.expect("0001 <GetMonitorsResponse><crossRefIDorRegistrationData><serviceCrossRefID>1</serviceCrossRefID></crossRefIDorRegistrationData></GetMonitorsResponse>")
		got := 0
		for {
			f := c.next()
			got += strings.Count(f.xml, "<monitorListEntry>")
			if strings.Contains(f.xml, "<lastSegment>true</lastSegment>") {
				break
			}
		}
		if got != many+1 {
			t.Errorf("%d monitors", got)
		}
	})
}

func invokeOf(i uint64) string { return ("0000" + decimal(i))[len(decimal(i)):] }

// A session that an operator or its deadline ends takes its connection along.
func TestSessionEnds(t *testing.T) {
	for name, x := range map[string]struct{ explicit bool }{"implicit": {false}, "explicit": {true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cl := newCluster(t, "1000")
				n := start(t, cl, Options{})
				c := n.client(4)
				want := "9000 " + status("disabled")
				if x.explicit {
					c.session("", "1")
					want = "9001 <ApplicationSessionTerminated><sessionID>1</sessionID><sessionTermReason><serverTermReason>the session ended: by hand</serverTermReason></sessionTermReason></ApplicationSessionTerminated>"
				}
				n.monitored(c, "1000")
				cl.must(endSession(1, "by hand"))
				c.expect(want)
				c.closed()
			})
		})
	}
}

// A session outlives its connection, but not for ever.
func TestConnectionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cl := newCluster(t, "1000")
		n := start(t, cl, Options{SessionLife: time.Minute, Heartbeat: time.Hour})
		c := n.client(4)
		n.monitored(c, "1000")
		time.Sleep(5 * time.Minute)
		s, ok := cl.View().Session(1)
		if !ok || s.DueMs-time.Now().UnixMilli() < 50_000 {
			t.Fatalf("session %v", s)
		}
		c.close()
		synctest.Wait()
		if s, _ := cl.View().Session(1); s.GetAttachment() != 0 {
			t.Errorf("still attached: %v", s)
		}
	})
}

// The whole of it over TCP and TLS, where the client is who its certificate
// says.
func TestTLS(t *testing.T) {
	ca, key := certificate(t, "ca", nil, nil)
	server, client := issue(t, "node1", ca, key), issue(t, "ts1.example", ca, key)
	pool := x509.NewCertPool()
	pool.AddCert(ca)

	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := tls.NewListener(tcp, &tls.Config{Certificates: []tls.Certificate{server}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert})
	cl := newCluster(t, "1000")
	dial := func(string) net.Conn {
		c, err := tls.Dial("tcp", tcp.Addr().String(), &tls.Config{RootCAs: pool, ServerName: "node1", Certificates: []tls.Certificate{client}})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	n := serve(t, cl, Options{StatusFirst: true}, ln, dial)
	c := n.client(4)
	c.expect("0000 " + statusNormal)
	n.monitored(c, "1000")
	want := cl.calls("1000", "1", 20)
	if got := c.hear(); !equal(got, want) {
		t.Fatalf("heard %v", got)
	}
	s, _ := cl.View().Session(1)
	if s.GetIdentity() != "certificate:ts1.example" {
		t.Errorf("identity %q", s.GetIdentity())
	}
	cl.wait("the delivered position", func(v *fsm.State) bool {
		s, _ := v.Session(1)
		at := fsm.PositionOf(s.GetDelivered())
		return !at.Before(v.Feed().Last())
	})
	// Without a certificate there is no way in.
	bare, err := tls.Dial("tcp", tcp.Addr().String(), &tls.Config{RootCAs: pool, ServerName: "node1"})
	if err == nil {
		_, err = io.ReadFull(bare, make([]byte, 1))
		_ = bare.Close()
	}
	if err == nil {
		t.Error("a client without a certificate got in")
	}
	cl.must(&fsmpb.Command{Kind: &fsmpb.Command_EndSession{EndSession: &fsmpb.EndSession{Session: 1, Reason: "test"}}})
	c.expect("9000 " + status("disabled"))
	c.closed()
}

func certificate(t *testing.T, name string, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: parent == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return c, key
}

func issue(t *testing.T, name string, ca *x509.Certificate, key *ecdsa.PrivateKey) tls.Certificate {
	t.Helper()
	c, k := certificate(t, name, ca, key)
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: k}
}
