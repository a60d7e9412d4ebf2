package authority

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"testing"
	"time"
)

func TestIssue(t *testing.T) {
	a, err := New(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	files, err := a.Issue(t.TempDir(), "n1", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		t.Fatal(err)
	}
	if pair.Leaf.Subject.CommonName != "n1" {
		t.Errorf("issued for %q", pair.Leaf.Subject.CommonName)
	}
	ca, err := os.ReadFile(files.CA)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth} {
		check := x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{use}}
		if _, err := pair.Leaf.Verify(check); err != nil {
			t.Errorf("use %v: %v", use, err)
		}
		check.CurrentTime = time.Now().Add(2 * time.Minute)
		if _, err := pair.Leaf.Verify(check); err == nil {
			t.Errorf("use %v: good beyond its life", use)
		}
	}
}
