package ctl

import (
	"errors"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api"
	"github.com/holdline/holdline/transport/api/apipb"
)

func TestNobodyAnswers(t *testing.T) {
	for _, line := range []string{"status", "members", "leader show", "leader transfer", "links", "calls", "dn list", "dn show 1", "dn delete --switch p 1",
		"dn export", "sessions", "monitors", "intents", "resync", "watch"} {
		r := run(t, []string{closedPort(t), closedPort(t)}, strings.Fields(line)...)
		r.want(t, exitUnreachable, "no node could answer: 127.0.0.1:7500: connection refused; 127.0.0.1:7501: connection refused. Check that linkd runs there")
		if r.out != "" {
			t.Errorf("linkctl %s: standard output should be empty: %q", line, r.out)
		}
	}
}

func TestNoLeader(t *testing.T) {
	for line, method := range map[string]string{"leader transfer": "TransferLeader", "calls": "Calls", "resync": "Resync"} {
		f := newFake()
		f.fail[method] = api.NotLeader("", "")
		r := run(t, []string{serve(t, f)}, append([]string{"--timeout", "500ms"}, strings.Fields(line)...)...)
		r.want(t, exitNoLeader, "no leader: 127.0.0.1:7500: this node doesn't lead, and no leader is known. Changes and current reads need a leader")
	}
}

func TestAnswersThatFail(t *testing.T) {
	for _, tc := range []struct {
		line, method string
		err          error
		code         int
		text         string
	}{
		{"leader transfer --to n3", "", nil, exitRefused, "n3 is 2,500 entries behind: wait until"},
		{"calls --switch pbx9", "Calls", connect.NewError(connect.CodeNotFound, errors.New("no switch pbx9")), exitFailed, "not found: 127.0.0.1:7500: no switch pbx9"},
		{"watch --after x", "", nil, exitUsage, "no feed in this test"},
		{"links", "Links", connect.NewError(connect.CodeInternal, errors.New("broken\x1b[2J")), exitFailed, `broken\x1b[2J`},
		{"calls 99", "", nil, exitFailed, "no live call has the ID 99"},
		{"dn show 99", "", nil, exitFailed, "no device is called 99"},
		{"dn delete 2001", "", nil, exitFailed, "1 device refused"},
		{"resync --device 1", "Status", connect.NewError(connect.CodeInternal, errors.New("no status")), exitFailed, "no status"},
	} {
		f := newFake()
		if tc.method != "" {
			f.fail[tc.method] = tc.err
		}
		run(t, []string{serve(t, f)}, strings.Fields(tc.line)...).want(t, tc.code, tc.text)
	}
}

func TestSwitchIsNeededWhereThereAreSeveral(t *testing.T) {
	f := newFake()
	f.status.Switches = append(f.status.Switches, &apipb.SwitchStatus{Name: "pbx2"})
	addr := serve(t, f)
	for _, line := range []string{"dn delete 2002", "resync --device 2002"} {
		run(t, []string{addr}, strings.Fields(line)...).want(t, exitUsage, "--switch is needed: there are pbx1, pbx2")
	}
	if f.times("DeleteDevices")+f.times("Resync") != 0 {
		t.Error("it was done all the same")
	}
}
