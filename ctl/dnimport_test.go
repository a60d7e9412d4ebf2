package ctl

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"github.com/holdline/holdline/transport/api/apipb"
)

// write makes a file for one test.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dns.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExportImportsUnchanged(t *testing.T) {
	f := newFake()
	addr := serve(t, f)
	export := run(t, []string{addr}, "dn", "export")
	export.want(t, exitOK, "")
	golden(t, "dn-export.csv", export.out)

	r := run(t, []string{addr}, "dn", "import", write(t, export.out))
	r.want(t, exitOK, "")
	if r.out != "3 rows: 0 created, 0 changed, 3 unchanged, 0 refused\n" {
		t.Error(r.out)
	}

	r = runWith(t, t.Context(), export.out, []string{addr}, "--json", "dn", "import", "-")
	r.want(t, exitOK, "")
	if !strings.Contains(r.out, `"unchanged": 3`) {
		t.Error(r.out)
	}
}

func TestExportToAFile(t *testing.T) {
	f := newFake()
	f.pageSize = 1
	addr := serve(t, f)
	file := write(t, "what was there")
	r := run(t, []string{addr}, "dn", "export", file)
	r.want(t, exitOK, "")
	want, err := os.ReadFile("testdata/dn-export.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != string(want) || r.out != file+": 3 devices\n" {
		t.Errorf("%v %s\n%s", err, r.out, got)
	}
	if f.times("Devices") != 4 {
		t.Errorf("%d requests, want one for each of 4 devices", f.times("Devices"))
	}

	// What fails leaves the file as it was, and no other behind.
	f.fail["Devices"] = connect.NewError(connect.CodeInternal, nil)
	run(t, []string{addr}, "dn", "export", file).want(t, exitFailed, "export to "+file)
	if got, err := os.ReadFile(file); err != nil || string(got) != string(want) {
		t.Errorf("the file changed: %v\n%s", err, got)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	f := newFake()
	addr := serve(t, f)
	before := run(t, []string{addr}, "dn", "export")
	run(t, []string{addr}, "dn", "import", "--dry-run", "testdata/dns.csv").want(t, exitOK, "")
	run(t, []string{addr}, "dn", "delete", "--dry-run", "2002").want(t, exitOK, "")
	if after := run(t, []string{addr}, "dn", "export"); after.out != before.out {
		t.Errorf("changed:\n%s", after.out)
	}
}

func TestAWrongFileChangesNothing(t *testing.T) {
	f := newFake()
	file := write(t, "id,service_from\n2003,\n,phone\n")
	r := run(t, []string{serve(t, f)}, "dn", "import", "--switch", "pbx1", file)
	r.want(t, exitFailed, file+":3:1: the id is empty\n"+file+":3:2: service_from is")
	if !strings.Contains(r.err, "linkctl: 2 errors in "+file+": nothing was imported") || r.out != "" || f.times("PutDevices") != 0 {
		t.Errorf("%+v", r)
	}
	run(t, []string{serve(t, f)}, "dn", "import", "none.csv").want(t, exitFailed, "import: open none.csv: no such file")
}

func TestRefusedRows(t *testing.T) {
	f := newFake()
	file := write(t, "id,kind\n2003,station\n2004,toaster\n")
	r := run(t, []string{serve(t, f)}, "dn", "import", "--switch", "pbx1", file)
	r.want(t, exitFailed, "1 row refused")
	want := file + ":3  2004  pbx1    refused  there is no kind toaster\n2 rows: 1 created, 0 changed, 0 unchanged, 1 refused\n"
	if !strings.HasSuffix(r.out, want) || f.devices["pbx1/2003"] == nil {
		t.Errorf("%s, want at its end\n%s", r.out, want)
	}
}

func rowsOf(n int) string {
	var b strings.Builder
	b.WriteString("id\n")
	for i := range n {
		fmt.Fprintf(&b, "%d\n", 10000+i)
	}
	return b.String()
}

func TestImportInBatches(t *testing.T) {
	f := newFake()
	r := run(t, []string{serve(t, f)}, "dn", "import", "--switch", "pbx1", write(t, rowsOf(450)))
	r.want(t, exitOK, "")
	sizes := each(f.puts, func(q *apipb.PutDevicesRequest) int { return len(q.Devices) })
	if !slices.Equal(sizes, []int{200, 200, 50}) || r.out != "450 rows: 450 created, 0 changed, 0 unchanged, 0 refused\n" {
		t.Errorf("batches %v, %s", sizes, r.out)
	}
}

func TestSwitchesAreSentOneAfterTheOther(t *testing.T) {
	f := newFake()
	r := run(t, []string{serve(t, f)}, "dn", "import", write(t, "id,switch\n1,b\n1,a\n2,b\n2,a\n"))
	r.want(t, exitOK, "")
	var got []string
	for _, q := range f.puts {
		for _, d := range q.Devices {
			got = append(got, q.Switch+"/"+d.Id)
		}
	}
	if want := "a/1 a/2 b/1 b/2"; strings.Join(got, " ") != want || len(f.puts) != 2 {
		t.Errorf("%v in %d requests, want %s in 2", got, len(f.puts), want)
	}
}

func TestImportInterrupted(t *testing.T) {
	f := newFake()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	second := &breaksAfter{fake: f, n: 1, then: func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}}
	r := runWith(t, ctx, rowsOf(450), []string{serve(t, second)}, "dn", "import", "--switch", "pbx1", "-")
	r.want(t, exitInterrupted, "linkctl: interrupted: 200 of 450 rows were imported; run it again for the rest")
}

func TestBatchesAreBounded(t *testing.T) {
	long := strings.Repeat("x", 30<<10)
	rows := []row{
		{1, &apipb.DeviceInfo{Switch: "a", Id: "1", Site: long}},
		{2, &apipb.DeviceInfo{Switch: "a", Id: "2", Site: long}},
		{3, &apipb.DeviceInfo{Switch: "a", Id: "3", Site: long}}, // beyond 64 KiB
		{4, &apipb.DeviceInfo{Switch: "b", Id: "4"}},             // another switch
		{5, &apipb.DeviceInfo{Switch: "b", Id: "5", Site: long + long + long}},
	}
	var got [][]int
	for b := range batches(rows) {
		got = append(got, each(b, func(r row) int { return r.line }))
	}
	if fmt.Sprint(got) != "[[1 2] [3] [4] [5]]" {
		t.Errorf("%v", got)
	}
	for range batches(rows) {
		break // and a reader may stop
	}
	for range batches(nil) {
		t.Error("a batch of nothing")
	}
}

// What was done before a failure is told.
func TestImportBreaksOff(t *testing.T) {
	f := newFake()
	second := &breaksAfter{fake: f, n: 1}
	r := run(t, []string{serve(t, second)}, "--json", "dn", "import", "--switch", "pbx1", write(t, rowsOf(450)))
	r.want(t, exitFailed, "200 of 450 rows were imported; run it again for the rest: store devices: failed")
	var got struct {
		Rows, Created int
		Error         string
	}
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.Rows != 450 || got.Created != 200 || got.Error == "" {
		t.Errorf("%v %+v", err, got)
	}
}
