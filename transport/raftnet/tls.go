package raftnet

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// TLSFiles names a node's certificate, its key and the authority that signed
// every node's certificate, all PEM. The certificate's common name or one of its
// DNS names is the node ID; it must permit both client and server use. Files
// that changed are read again at the next handshake; files that can't be used
// then leave the former ones in force.
type TLSFiles struct {
	Cert, Key, CA string
}

// identity is what TLSFiles hold, kept up to date.
type identity struct {
	files TLSFiles
	log   hclog.Logger

	mu     sync.Mutex
	stamps [3]stamp
	cert   tls.Certificate
	roots  *x509.CertPool
}

// stamp tells whether a file changed.
type stamp struct {
	modified time.Time
	size     int64
}

func newIdentity(files TLSFiles, log hclog.Logger) (*identity, error) {
	id := &identity{files: files, log: log}
	stamps, err := id.look()
	if err != nil {
		return nil, fmt.Errorf("raftnet: %w", err)
	}
	if err := id.load(); err != nil {
		return nil, fmt.Errorf("raftnet: %w", err)
	}
	id.stamps = stamps
	return id, nil
}

func (id *identity) look() (stamps [3]stamp, err error) {
	for i, name := range []string{id.files.Cert, id.files.Key, id.files.CA} {
		info, err := os.Stat(name)
		if err != nil {
			return stamps, fmt.Errorf("look at a TLS file: %w", err)
		}
		stamps[i] = stamp{info.ModTime(), info.Size()}
	}
	return stamps, nil
}

func (id *identity) load() error {
	cert, err := tls.LoadX509KeyPair(id.files.Cert, id.files.Key)
	if err != nil {
		return fmt.Errorf("load certificate %s with key %s: %w", id.files.Cert, id.files.Key, err)
	}
	pem, err := os.ReadFile(id.files.CA)
	if err != nil {
		return fmt.Errorf("load the authority's certificate: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return fmt.Errorf("load the authority's certificate: %s holds no PEM certificate", id.files.CA)
	}
	id.cert, id.roots = cert, roots
	return nil
}

// current returns what is in force now. A stamp is taken before the files are
// read: a change in between is seen next time.
func (id *identity) current() (tls.Certificate, *x509.CertPool) {
	id.mu.Lock()
	defer id.mu.Unlock()
	stamps, err := id.look()
	if err == nil && stamps == id.stamps {
		return id.cert, id.roots
	}
	if err == nil {
		err = id.load()
		id.stamps = stamps // don't read and complain again until they change again
	}
	if err != nil {
		id.log.Warn("new TLS files can't be used, the former ones stay in force", "error", err)
	} else {
		id.log.Info("TLS files read again", "cert", id.files.Cert)
	}
	return id.cert, id.roots
}

func (id *identity) server() *tls.Config {
	cert, roots := id.current()
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		Certificates:           []tls.Certificate{cert},
		ClientAuth:             tls.RequireAndVerifyClientCert,
		ClientCAs:              roots,
		SessionTicketsDisabled: true, // a resumed session would outlive its authority
	}
}

// client verifies the chain itself: the name to expect is a node ID, which the
// hello gives, not a host name.
func (id *identity) client() *tls.Config {
	cert, roots := id.current()
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		Certificates:       []tls.Certificate{cert},
		InsecureSkipVerify: true,
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("no certificate shown")
			}
			between := x509.NewCertPool()
			for _, c := range state.PeerCertificates[1:] {
				between.AddCert(c)
			}
			_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{
				Roots: roots, Intermediates: between,
				KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			})
			return err
		},
	}
}

// certNames are the node IDs that a certificate vouches for.
func certNames(state tls.ConnectionState) []string {
	leaf := state.PeerCertificates[0]
	names := append([]string(nil), leaf.DNSNames...)
	if cn := leaf.Subject.CommonName; cn != "" {
		names = append(names, cn)
	}
	return names
}
