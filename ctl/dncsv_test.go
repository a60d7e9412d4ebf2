package ctl

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/holdline/holdline/transport/api/apipb"
)

func TestReadDNs(t *testing.T) {
	station := func(id string) *apipb.DeviceInfo {
		return &apipb.DeviceInfo{Switch: "pbx1", Id: id, Kind: "station", Provisioned: true}
	}
	for name, tc := range map[string]struct {
		file string
		want []*apipb.DeviceInfo
	}{
		"only ids":           {"id\n1\n2\n", []*apipb.DeviceInfo{{Switch: "sw", Id: "1", Provisioned: true}, {Switch: "sw", Id: "2", Provisioned: true}}},
		"any order":          {"kind,id,switch\nstation,1,pbx1\n", []*apipb.DeviceInfo{station("1")}},
		"carriage returns":   {"id,switch,kind\r\n1,pbx1,station\r\n", []*apipb.DeviceInfo{station("1")}},
		"byte order mark":    {"\uFEFFid,switch,kind\n1,pbx1,station\n", []*apipb.DeviceInfo{station("1")}},
		"no last line break": {"id,switch,kind\n1,pbx1,station", []*apipb.DeviceInfo{station("1")}},
		"empty lines":        {"id,switch,kind\n\n1,pbx1,station\n\n", []*apipb.DeviceInfo{station("1")}},
		"quotes":             {"id,switch,kind\n\"1\",\"pbx1\",\"station\"\n", []*apipb.DeviceInfo{station("1")}},
		"blanks in names":    {"id, switch ,kind\n1,pbx1,station\n", []*apipb.DeviceInfo{station("1")}},
		"one DN on two":      {"id,switch,kind\n1,pbx1,station\n1,,\n", []*apipb.DeviceInfo{station("1"), {Switch: "sw", Id: "1", Provisioned: true}}},
		"lists": {"id,aliases,owner_clients\n1,+49|sip:1@x;user=phone,\"a\\|b|c\\\\|d, e\"\n", []*apipb.DeviceInfo{
			{Switch: "sw", Id: "1", Provisioned: true, Aliases: []string{"+49", "sip:1@x;user=phone"}, OwnerClients: []string{"a|b", `c\`, "d, e"}}}},
		"nothing": {"id\n", nil},
	} {
		rows, err := readDNs("f.csv", strings.NewReader(tc.file), ',', "sw")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := each(rows, func(r row) *apipb.DeviceInfo { return r.device })
		if diff := cmp.Diff(tc.want, got, protocmp.Transform()); diff != "" && len(tc.want)+len(got) > 0 {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Every error says where it is: file:line:column.
func TestWrongFiles(t *testing.T) {
	for name, tc := range map[string]struct{ file, want string }{
		"empty":             {"", "f.csv:1:1: the file is empty: its first line must name the columns: switch, id, kind,"},
		"unknown column":    {"id,name\n", `f.csv:1:4: no column is called "name": there are switch, id,`},
		"column twice":      {"id,id\n", "f.csv:1:4: the column id is there twice"},
		"no id":             {"switch,kind\n", "f.csv:1:1: the column id is missing"},
		"semicolons":        {"id;kind\n1;station\n", "f.csv:1:1: the columns are separated by another character: name it with --delimiter"},
		"empty id":          {"kind,id\nstation,\n", "f.csv:2:9: the id is empty"},
		"too few columns":   {"id,kind\n1,station\n2\n", "f.csv:3:1: 1 column, where the first line has 2"},
		"too many columns":  {"id,kind\n1,station,x\n", "f.csv:2:1: 3 columns, where the first line has 2"},
		"service from":      {"id,service_from\n1,phone\n", `f.csv:2:3: service_from is "phone": write switch, register or client`},
		"DN twice":          {"id\n1\n2\n1\n", "f.csv:4:1: 1 is already in line 2"},
		"stray quote":       {"id,kind\n1,sta\"tion\n", `f.csv:2:6: bare " in non-quoted-field`},
		"quote that stays":  {"id\n\"1\n2\n", `f.csv:`},
		"line break inside": {"id,kind\n1,\"a\nb\"\n", "f.csv:2:3: there is a line break or another control character in it"},
		"control character": {"id\n1\x07\n", "f.csv:2:1: there is a line break or another control character"},
		"not UTF-8":         {"id\n1\xff\n", "f.csv:2:1: it isn't UTF-8"},
		"blank":             {"id,site\n1, berlin\n", "f.csv:2:3: there is a blank before or behind it"},
		"bad escape":        {"id,aliases\n1,a\\b\n", `f.csv:2:3: a \ may only stand before | or another \`},
		"empty alias":       {"id,aliases\n1,a||b\n", "f.csv:2:3: there is an empty value between two |"},
		"alias at the end":  {"id,aliases\n1,a|\n", "f.csv:2:3: there is an empty value between two |"},
	} {
		rows, err := readDNs("f.csv", strings.NewReader(tc.file), ',', "sw")
		var wrong fileErrors
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s: err = %v, want %s", name, err, tc.want)
		}
		if rows != nil {
			t.Errorf("%s: rows came out of a wrong file", name)
		}
	}
	if _, err := readDNs("f.csv", strings.NewReader("id\n1\n"), ',', ""); err == nil || err.Error() != "f.csv:2:1: no switch: fill the column switch, or give --switch" {
		t.Errorf("err = %v", err)
	}
}

func TestAllErrorsOfAFileAreTold(t *testing.T) {
	file := "id,service_from\n" + strings.Repeat(",x\n", 30)
	_, err := readDNs("f.csv", strings.NewReader(file), ',', "sw")
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != shownErrors+1 || lines[0] != "f.csv:2:1: the id is empty" || lines[20] != "and 40 more" {
		t.Errorf("%d lines:\n%s", len(lines), err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is on fire") }

func TestUnreadableFile(t *testing.T) {
	if _, err := readDNs("f.csv", failing{}, ',', "sw"); err == nil || !strings.Contains(err.Error(), "the disk is on fire") {
		t.Errorf("err = %v", err)
	}
}

// What is written is read as it was, whatever the names are made of.
func TestCSVRoundTrip(t *testing.T) {
	name := rapid.StringMatching(`[\pL\pN|\\",;'+@:.= -]{1,12}`).Filter(func(s string) bool { return legible(s) == nil })
	rapid.Check(t, func(t *rapid.T) {
		var want []*apipb.DeviceInfo
		var file bytes.Buffer
		w, err := newDNWriter(&file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "devices") {
			d := &apipb.DeviceInfo{
				Switch: name.Draw(t, "switch"), Id: fmt.Sprint(i) + name.Draw(t, "id"), Kind: name.Draw(t, "kind"), Site: name.Draw(t, "site"),
				Aliases: rapid.SliceOfN(name, 0, 3).Draw(t, "aliases"), OwnerClients: rapid.SliceOfN(name, 0, 3).Draw(t, "clients"),
				ServiceFrom: rapid.SampledFrom([]string{"", "switch", "register", "client"}).Draw(t, "from"), Provisioned: true,
			}
			if err := w.write(d); err != nil {
				t.Fatal(err)
			}
			want = append(want, d)
		}
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}
		rows, err := readDNs("f.csv", &file, ',', "")
		if err != nil {
			t.Fatal(err)
		}
		got := each(rows, func(r row) *apipb.DeviceInfo { return r.device })
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" && len(want)+len(got) > 0 {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func FuzzReadDNs(f *testing.F) {
	for _, s := range []string{"id\n1\n", "id,aliases\n1,a|b\n", "\uFEFFid;kind\n", "id\n\"", "id,id\n", "\n\n", "id\r1", `id,aliases` + "\n" + `1,\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := readDNs("f.csv", strings.NewReader(s), ',', "sw")
		if err != nil {
			if len(rows) > 0 || !strings.HasPrefix(err.Error(), "f.csv:") && !strings.HasPrefix(err.Error(), "read f.csv: ") {
				t.Fatalf("%d rows and %v", len(rows), err)
			}
			return
		}
		for _, r := range rows {
			if r.device.Id == "" || r.device.Switch == "" || r.line < 2 {
				t.Fatalf("a row that can't be: %+v", r)
			}
		}
	})
}
