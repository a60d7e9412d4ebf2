package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// withSwitch is a file whose switch has a body.
func withSwitch(body string) []byte {
	return []byte(`
node {
  id       = "n1"
  data_dir = "/var/lib/holdline"
}
cluster {
  peer "n1" {
    address = "10.0.0.1:7400"
  }
}
switch "bw-1" {
  link "a" {
    address = "xsp1.pbx.example:80"
  }
` + body + `
}
`)
}

func TestBroadWorks(t *testing.T) {
	c, err := Parse("x.hcl", withSwitch(`
  protocol = "broadworks"
  broadworks {
    user       = "ctiadmin@pbx.example"
    domain     = "pbx.example"
    tls        = true
    controller = "holdline"
    packages   = ["Standard Call", "Call Center Agent"]
    expires    = "2h"
    audit      = "0s"
  }`))
	if err != nil {
		t.Fatal(err)
	}
	b := c.Switches[0].BroadWorks
	if b.User != "ctiadmin@pbx.example" || !b.TLS || b.Controller != "holdline" || len(b.Packages) != 2 ||
		b.Expires != 2*time.Hour || b.Heartbeat != 15*time.Second || b.Audit != 0 {
		t.Errorf("read %+v", b)
	}
}

func TestBroadWorksMistakes(t *testing.T) {
	for body, want := range map[string]string{
		`protocol = "broadworks"`:                         "add broadworks {",
		"broadworks {\n user = \"u\"\n domain = \"d\"\n}": `set protocol = "broadworks"`,
		"protocol = \"broadworks\"\nbroadworks {\n user = \"u\"\n domain = \"d\"\n packages = [\"Call Center Agent\"]\n}": "the first of packages",
		"protocol = \"broadworks\"\nbroadworks {\n domain = \"d\"\n}":                                                     "user",
	} {
		_, err := Parse("x.hcl", withSwitch(body))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q in it", body, err, want)
		}
	}
}

// The password is in a file of the node's, or else in its environment.
func TestPassword(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("of the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &Config{Switches: []Switch{{Name: "bw-1", BroadWorks: &BroadWorks{PasswordFile: file}}, {Name: "bw.2"}}}
	if got, err := c.Password("bw-1"); got != "of the file" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := c.Password("bw.2"); err == nil || !strings.Contains(err.Error(), "HOLDLINE_PASSWORD_BW_2") {
		t.Errorf("error %v, want the variable's name in it", err)
	}
	t.Setenv("HOLDLINE_PASSWORD_BW_2", "of the environment")
	if got, err := c.Password("bw.2"); got != "of the environment" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	c.Switches[0].BroadWorks.PasswordFile = file + "x"
	if _, err := c.Password("bw-1"); err == nil {
		t.Error("a file that isn't there was read")
	}
}
