package config

import (
	"fmt"
	"os"
	"strings"
)

// BroadWorks is what a switch that speaks Xsi has of its own.
type BroadWorks struct {
	User string `hcl:"user,required" form:"text"` // whose channels and subscriptions these are
	// PasswordFile holds the user's password, and nothing else. It is the node's own:
	// it is read when a link is opened, and never goes into the log. Without it the
	// password is in the environment, see PasswordVariable.
	PasswordFile string `hcl:"password_file" form:"text"`
	Domain       string `hcl:"domain,required" form:"text"` // what follows a DN in a user ID
	TLS          bool   `hcl:"tls" default:"false"`
	// ProtocolVersion is X-BroadWorks-Protocol-Version.
	ProtocolVersion string `hcl:"protocol_version" form:"text"`
	// Controller is the application controller that is set to ready.
	Controller string `hcl:"controller" form:"text"`
	// Packages are the event packages that people are subscribed to, calls first.
	Packages []string `hcl:"packages" form:"text"`
	// Expires is asked for channels and subscriptions, which are renewed at half of
	// what is granted.
	Expires Duration `hcl:"expires" range:"1h..8760h" default:"24h"`
	// Heartbeat is half of the server's eventTimeout.
	Heartbeat Duration `hcl:"heartbeat" range:"1s..5m" default:"15s"`
	// Hold is how long a node that doesn't lead keeps an event that comes to it.
	Hold Duration `hcl:"hold" range:"250ms..8s" default:"2s"`
	// Audit is the time between two looks at the server's list of subscriptions.
	Audit Duration `hcl:"audit" range:"10s..24h" off:"true" default:"1m"`
}

// PasswordVariable is the environment variable that has the password of a switch's
// user, if no file does: HOLDLINE_PASSWORD_ and the switch's name in capitals, with
// "_" for what isn't a letter or digit.
func PasswordVariable(sw string) string {
	return "HOLDLINE_PASSWORD_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, sw)
}

// Password reads the password of a switch's user.
func (c *Config) Password(sw string) (string, error) {
	for _, s := range c.Switches {
		if s.Name != sw || s.BroadWorks == nil || s.BroadWorks.PasswordFile == "" {
			continue
		}
		text, err := os.ReadFile(s.BroadWorks.PasswordFile)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(string(text), "\r\n"), nil
	}
	if text, ok := os.LookupEnv(PasswordVariable(sw)); ok {
		return text, nil
	}
	return "", fmt.Errorf("no password: set password_file in switch %q, broadworks, or %s in the environment", sw, PasswordVariable(sw))
}

// checkBroadWorks: the protocol and its block belong together.
func (d *decoder) checkBroadWorks(s *Switch) {
	b := s.BroadWorks
	switch {
	case s.Protocol != "broadworks":
		if b != nil {
			d.errorf(d.at[b], "switch %q has a block broadworks and protocol = %q: set protocol = \"broadworks\", or leave the block out", s.Name, s.Protocol)
		}
	case b == nil:
		d.errorf(d.at[s], "switch %q has protocol = \"broadworks\": add broadworks { user = \"...\" domain = \"...\" }", s.Name)
	case len(b.Packages) > 0 && !strings.HasSuffix(b.Packages[0], " Call"):
		d.errorf(d.at[&b.Packages], "the first of packages is %q: it must be \"Basic Call\", \"Standard Call\" or \"Advanced Call\"", b.Packages[0])
	}
}
