package api_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
	"github.com/holdline/holdline/transport/api/apipb/apipbconnect"
)

// What curl does.
func TestPlainHTTPWithJSON(t *testing.T) {
	addr, _ := serve(t, &node{status: says("v1")}, api.ServerConfig{})
	hc := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := hc.Post("http://"+addr+"/holdline.api.v1.Operator/Status", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || string(body) != `{"version":"v1"}` {
		t.Errorf("%s %s %v", res.Status, body, err)
	}
}

func TestGRPC(t *testing.T) {
	addr, _ := serve(t, &node{status: says("v1")}, api.ServerConfig{})
	for name, opt := range map[string]connect.ClientOption{"gRPC": connect.WithGRPC(), "gRPC-Web": connect.WithGRPCWeb()} {
		tr := &http.Transport{Protocols: new(http.Protocols)}
		tr.Protocols.SetUnencryptedHTTP2(true)
		oc := apipbconnect.NewOperatorClient(&http.Client{Transport: tr}, "http://"+addr, opt)
		r, err := oc.Status(t.Context(), connect.NewRequest(&apipb.StatusRequest{}))
		if err != nil || r.Msg.Version != "v1" {
			t.Errorf("%s: %v, %v", name, r, err)
		}
		tr.CloseIdleConnections()
	}
}

func TestBadRequestsAreAnswered(t *testing.T) {
	addr, _ := serve(t, &node{status: says("v1")}, api.ServerConfig{})
	hc := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for body, want := range map[string]int{
		"":                           400,
		"{":                          400,
		"\x00\xff":                   400,
		`{"local":"maybe"}`:          400,
		strings.Repeat(" ", 5<<20):   429, // beyond the size limit: ResourceExhausted
		`{"never":"heard of it"}`:    200, // a newer client's field
		strings.Repeat("[", 100_000): 400,
	} {
		res, err := hc.Post("http://"+addr+"/holdline.api.v1.Operator/Status", "application/json", strings.NewReader(body))
		if err != nil {
			t.Errorf("%.20q: %v", body, err)
			continue
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%.20q: %d, want %d", body, res.StatusCode, want)
		}
	}
}

// Streams end at once, so that their readers go elsewhere; other requests finish.
func TestShutdown(t *testing.T) {
	asked, finish := make(chan struct{}), make(chan struct{})
	n := &node{
		status: func(context.Context) (*apipb.StatusResponse, error) {
			close(asked)
			<-finish
			return &apipb.StatusResponse{Version: "v1"}, nil
		},
		watch: func(ctx context.Context, _ *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
			if err := send(&apipb.WatchEvent{Position: "1.1"}); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		},
	}
	addr, stop := serve(t, n, api.ServerConfig{})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}})

	status := make(chan error, 1)
	go func() {
		_, err := c.Status(t.Context(), &apipb.StatusRequest{})
		status <- err
	}()
	<-asked
	watching, watch := make(chan struct{}), make(chan error, 1)
	go func() {
		watch <- c.Watch(t.Context(), &apipb.WatchRequest{}, func(*apipb.WatchEvent) error { close(watching); return nil })
	}()
	<-watching

	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	err := <-watch
	if connect.CodeOf(err) != connect.CodeUnavailable || !strings.Contains(err.Error(), "shutting down") {
		t.Errorf("watch ended with %v", err)
	}
	close(finish)
	if err := <-status; err != nil {
		t.Errorf("a request that was running got %v", err)
	}
	<-stopped
}

func TestShutdownCutsWhatHangs(t *testing.T) {
	asked := make(chan struct{})
	n := &node{status: func(ctx context.Context) (*apipb.StatusResponse, error) {
		close(asked)
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	addr, stop := serve(t, n, api.ServerConfig{Drain: time.Millisecond})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}})
	status := make(chan error, 1)
	go func() {
		_, err := c.Status(t.Context(), &apipb.StatusRequest{})
		status <- err
	}()
	<-asked
	stop()
	if err := <-status; !errors.Is(err, api.ErrUnreachable) {
		t.Errorf("err = %v, want ErrUnreachable", err)
	}
}

func TestTooManyConnections(t *testing.T) {
	rejected := make(chan string, 8)
	addr, _ := serve(t, &node{status: says("v1")}, api.ServerConfig{
		MaxConnections: 2,
		Rejected:       func(_ net.Addr, reason string) { rejected <- reason },
	})
	var held []net.Conn
	for range 3 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		held = append(held, conn)
	}
	if reason := <-rejected; reason != "too many connections" {
		t.Errorf("reason = %q", reason)
	}
	if _, err := held[2].Read(make([]byte, 1)); err == nil {
		t.Error("the third connection was kept")
	}
}

// A reader that stops reading is cut off, whatever the service does.
func TestStalledReader(t *testing.T) {
	cut := make(chan struct{})
	n := &node{watch: func(_ context.Context, _ *apipb.WatchRequest, send func(*apipb.WatchEvent) error) error {
		e := &apipb.WatchEvent{Record: make([]byte, 1<<20)}
		_, _ = rand.Read(e.Record) // what compresses well would fit into the buffers for long
		for {
			if err := send(e); err != nil {
				close(cut)
				return err
			}
		}
	}}
	addr, _ := serve(t, n, api.ServerConfig{WriteStall: 50 * time.Millisecond})
	c := client(t, api.ClientConfig{Endpoints: []string{addr}})
	err := c.Watch(t.Context(), &apipb.WatchRequest{}, func(*apipb.WatchEvent) error {
		<-cut // reads nothing more until the node has given up
		return nil
	})
	if err == nil {
		t.Error("the stream ended as if it were complete")
	}
}

// certs makes a CA and a certificate for 127.0.0.1, as PEM files.
func certs(t *testing.T) (ca, cert, key string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	must := func(der []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	newKey := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	caKey, nodeKey := newKey(), newKey()
	caCert := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caDER := must(x509.CreateCertificate(rand.Reader, caCert, caCert, caKey.Public(), caKey))
	nodeCert := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "node"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	nodeDER := must(x509.CreateCertificate(rand.Reader, nodeCert, caCert, nodeKey.Public(), caKey))
	keyDER := must(x509.MarshalPKCS8PrivateKey(nodeKey))
	return write("ca.pem", "CERTIFICATE", caDER), write("node.pem", "CERTIFICATE", nodeDER), write("node.key", "PRIVATE KEY", keyDER)
}

func TestTLS(t *testing.T) {
	ca, cert, key := certs(t)
	conf, err := api.ClientTLS(ca, cert, key)
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := serve(t, &node{status: says("v1")}, api.ServerConfig{TLS: &tls.Config{
		Certificates: conf.Certificates, ClientCAs: conf.RootCAs, ClientAuth: tls.RequireAndVerifyClientCert,
	}})
	plainAddr, _ := serve(t, &node{status: says("v1")}, api.ServerConfig{})
	anonymous, err := api.ClientTLS(ca, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		conf *tls.Config
		addr string
		want string // part of the error; empty: it works
	}{
		"both":             {conf, addr, ""},
		"scheme":           {conf, "https://" + addr, ""},
		"unknown CA":       {&tls.Config{}, addr, "signed by a CA that isn't trusted here"},
		"no certificate":   {anonymous, addr, "certificate"},
		"wrong name":       {&tls.Config{RootCAs: conf.RootCAs, ServerName: "n9"}, addr, "its certificate is for other names"},
		"port without TLS": {conf, plainAddr, "it speaks plain HTTP, not TLS"},
		"port with TLS":    {nil, addr, "if it speaks TLS"},
	} {
		c := client(t, api.ClientConfig{Endpoints: []string{tc.addr}, TLS: tc.conf})
		_, err := c.Status(t.Context(), &apipb.StatusRequest{})
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: err = %v, want %q in it", name, err, tc.want)
		}
	}
}

func TestClientTLSFiles(t *testing.T) {
	ca, cert, key := certs(t)
	if conf, err := api.ClientTLS("", "", ""); conf != nil || err != nil {
		t.Errorf("no files: %v, %v; want plain HTTP", conf, err)
	}
	for _, tc := range []struct{ ca, cert, key, want string }{
		{ca, cert, "", "needs both"},
		{"", "", key, "needs both"},
		{"missing.pem", "", "", "missing.pem"},
		{key, "", "", "holds no PEM certificate"},
		{ca, cert, ca, "read the client certificate"},
	} {
		if _, err := api.ClientTLS(tc.ca, tc.cert, tc.key); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v: err = %v, want %q in it", tc, err, tc.want)
		}
	}
}
