package links

import (
	"bufio"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/holdline/holdline/fsm"
	"github.com/holdline/holdline/fsm/fsmpb"
	"github.com/holdline/holdline/linkd/links/cstalink"
	"github.com/holdline/holdline/transport/csta"
)

// The table in the comment of Settings is true: each name is known, and its
// default leaves the defaults as they are.
func TestSettingsTable(t *testing.T) {
	f, err := os.Open("settings.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	inTable := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "//	name ") {
			inTable = true
			continue
		}
		if !strings.HasPrefix(line, "//	") {
			inTable = false
		}
		if !inTable {
			continue
		}
		w := strings.Fields(strings.TrimPrefix(line, "//"))
		n++
		s := Defaults()
		if err := s.set(w[0], w[1]); err != nil {
			t.Errorf("%s = %s: %v", w[0], w[1], err)
		}
		if !reflect.DeepEqual(s, Defaults()) {
			t.Errorf("%s: %s is not the default", w[0], w[1])
		}
	}
	if n != 32 {
		t.Errorf("the table has %d rows", n)
	}
}

func TestSettings(t *testing.T) {
	option := func(name, value string) *fsmpb.Option { return &fsmpb.Option{Name: name, Value: value} }
	s, err := settingsOf(
		&fsm.Switch{Name: "s", Settings: []*fsmpb.Option{option("edition", "6"), option("keepalive", "0"), option("filter", "wanted"), option("request_timeout", "3s")}},
		&fsm.Link{Name: "l", Settings: []*fsmpb.Option{option("request_timeout", "700ms"), option("standby", "cold"), option("association", "explicit")}})
	if err != nil {
		t.Fatal(err)
	}
	if s.CSTA.Edition != csta.Ed6 || s.CSTA.Keepalive != 0 || s.CSTA.Filter != cstalink.FilterWanted ||
		s.CSTA.RequestTimeout != 700*time.Millisecond || s.Standby != Cold || !s.CSTA.Explicit {
		t.Errorf("settings %+v", s)
	}
}

func TestSettingsThatCantBeUsed(t *testing.T) {
	for name, value := range map[string]string{
		"edition": "7", "keepalive": "10", "max_outstanding": "0", "resync_rate": "NaN", "retry_min": "-1s",
		"request_timeout": "2h", "filter": "none", "no_such": "1", "system_register": "maybe", "linger": "1.5s", "failback": "yes",
	} {
		if Check(name, value) == nil {
			t.Errorf("%s = %s was taken", name, value)
		}
		s, err := settingsOf(&fsm.Switch{Name: "s", Settings: []*fsmpb.Option{{Name: name, Value: value}}}, &fsm.Link{Name: "l"})
		if err == nil || !strings.Contains(err.Error(), "switch s, link l") || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v", err)
		}
		if want, _ := settingsOf(&fsm.Switch{}, &fsm.Link{}); !reflect.DeepEqual(s, want) {
			t.Errorf("%s = %s changed something", name, value)
		}
	}
}
