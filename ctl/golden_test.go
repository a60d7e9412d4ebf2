package ctl

import (
	"encoding/json"
	"strings"
	"testing"
)

// Every command that answers once, as a screen and as JSON.
func TestGolden(t *testing.T) {
	for _, tc := range []struct{ name, line string }{
		{"status", "status"},
		{"members", "members"},
		{"leader-show", "leader show"},
		{"leader-transfer", "leader transfer"},
		{"leader-transfer-to", "leader transfer --to n3x"},
		{"leader-transfer-already", "leader transfer --to n1"},
		{"failover-show", "failover show"},
		{"links", "links"},
		{"links-enable", "links enable pbx1-b"},
		{"links-disable", "links disable pbx1-a"},
		{"links-switch", "links switch pbx1-b"},
		{"links-restart", "links restart --node n2 pbx1-b"},
		{"calls", "calls"},
		{"calls-one", "calls 4711"},
		{"calls-device", "calls --device 2002"},
		{"calls-none", "calls --switch pbx9"},
		{"dn-list", "dn list"},
		{"dn-show", "dn show sip:2001@example.com"},
		{"dn-delete", "dn delete 2002 4000"},
		{"dn-delete-dry", "dn delete --dry-run --switch pbx1 2002"},
		{"dn-import", "dn import testdata/dns.csv"},
		{"dn-import-dry", "dn import --dry-run testdata/dns.csv"},
		{"sessions", "sessions"},
		{"monitors", "monitors"},
		{"monitors-session", "monitors --session 4"},
		{"intents", "intents"},
		{"resync", "resync"},
		{"resync-device", "resync --device 2001"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, form := range []string{"txt", "json"} {
				addr := serve(t, newFake())
				args := strings.Fields(tc.line)
				if form == "json" {
					args = append([]string{"--json"}, args...)
				}
				r := run(t, []string{addr}, args...)
				r.want(t, exitOK, "")
				golden(t, tc.name+"."+form, r.out)
				if form == "json" {
					for d := json.NewDecoder(strings.NewReader(r.out)); d.More(); {
						if err := d.Decode(&map[string]any{}); err != nil {
							t.Fatalf("not JSON: %v", err)
						}
					}
				}
			}
		})
	}
}
