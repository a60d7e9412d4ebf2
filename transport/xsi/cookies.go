package xsi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

const (
	cookieLimit = 16   // kept for one server
	cookieSize  = 4096 // octets of name and value
)

// cookies keeps what servers set: JSESSIONID spares them authenticating each
// request, and keeps a balancer on one server.
type cookies struct {
	mu   sync.Mutex
	kept []cookie // oldest first
}

type cookie struct {
	host, path, name, value string
	secure                  bool
}

// take keeps the cookies of an answer from u.
func (k *cookies) take(u *url.URL, r *http.Response) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range r.Cookies() {
		k.kept = slices.DeleteFunc(k.kept, func(o cookie) bool {
			return o.host == u.Host && o.path == c.Path && o.name == c.Name
		})
		if c.MaxAge < 0 || c.Value == "" || len(c.Name)+len(c.Value) > cookieSize {
			continue
		}
		if len(k.kept) == cookieLimit {
			k.kept = slices.Delete(k.kept, 0, 1)
		}
		k.kept = append(k.kept, cookie{u.Host, c.Path, c.Name, c.Value, c.Secure})
	}
}

// give adds the cookies that belong to a request.
func (k *cookies) give(r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.kept {
		if c.host == r.URL.Host && (!c.secure || r.URL.Scheme == "https") && strings.HasPrefix(r.URL.Path, c.path) {
			r.AddCookie(&http.Cookie{Name: c.name, Value: c.value})
		}
	}
}
