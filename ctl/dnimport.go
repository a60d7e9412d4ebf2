package ctl

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
	"google.golang.org/protobuf/proto"

	"github.com/holdline/holdline/transport/api/apipb"
)

// A batch is one request: as many rows as surely fit into one log entry.
const (
	batchRows  = 200
	batchBytes = 64 << 10
)

func dnImportCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "create and change devices from a CSV file",
		ArgsUsage: "FILE.csv",
		Description: "The first line names the columns: " + columnNames() + ".\n" +
			"Only id is needed. A row is all of a device's configuration: what it leaves empty is empty.\n" +
			"Several values in one cell are separated by |. Devices that the file doesn't name stay as they are.\n" +
			"Nothing is changed if any line is wrong. FILE.csv may be - for standard input. What export wrote\n" +
			"imports without a change; an import that broke off can be repeated.\n\n" +
			examples("linkctl dn import --dry-run dns.csv", "linkctl dn import dns.csv", "linkctl dn import --switch pbx1 --delimiter ';' dns.csv"),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "switch", Usage: "switch of the rows that name none"},
			&cli.StringFlag{Name: "delimiter", Value: ",", Usage: "the `character` between two columns"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "dry-run", Usage: "only say what would change"},
		},
		Action: do(dnImport),
	}
}

func dnImport(ctx context.Context, c *cmd) error {
	file := c.Args().First()
	delimiter, size := utf8.DecodeRuneInString(c.String("delimiter"))
	if size == 0 || size != len(c.String("delimiter")) || strings.ContainsRune("\r\n\"|\\\uFFFD", delimiter) {
		return usagef("--delimiter %q: give one character, not a quote, | or \\", c.String("delimiter"))
	}
	rows, err := c.readFile(file, delimiter)
	if err != nil {
		return err
	}
	v := &importView{DryRun: c.Bool("dry-run"), File: file, Rows: len(rows), Results: []importResult{}}
	err = c.importRows(ctx, v, rows)
	if err != nil {
		v.Error = err.Error()
	}
	if err := c.out.show(v); err != nil {
		return err
	}
	switch {
	case err != nil:
		return fmt.Errorf("%d of %d rows were imported; run it again for the rest: %w", v.done, len(rows), err)
	case v.Refused > 0:
		return statusError{exitFailed, plural(int(v.Refused), "row") + " refused"}
	}
	return nil
}

func (c *cmd) readFile(file string, delimiter rune) ([]row, error) {
	in := c.std.In
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		defer f.Close()
		in = f
	}
	rows, err := readDNs(file, in, delimiter, c.String("switch"))
	var wrong fileErrors
	if errors.As(err, &wrong) {
		for line := range strings.SplitSeq(wrong.Error(), "\n") {
			fmt.Fprintln(c.std.Err, clean(line))
		}
		return nil, statusError{exitFailed, plural(len(wrong), "error") + " in " + file + ": nothing was imported"}
	}
	return rows, err
}

// importRows sends the rows batch by batch and collects in v what became of them.
func (c *cmd) importRows(ctx context.Context, v *importView, rows []row) error {
	bar := newProgress(c.std.Err, c.out.json)
	defer bar.end()
	slices.SortStableFunc(rows, func(a, b row) int { return strings.Compare(a.device.Switch, b.device.Switch) })
	had := map[string]map[string]*apipb.DeviceInfo{} // by switch, for the dry run
	for batch := range batches(rows) {
		sw := batch[0].device.Switch
		q := &apipb.PutDevicesRequest{Switch: sw, DryRun: v.DryRun,
			Devices: each(batch, func(r row) *apipb.DeviceInfo { return r.device })}
		r, err := c.api.PutDevices(ctx, q)
		if err != nil {
			return err
		}
		if len(r.Results) != len(batch) {
			return fmt.Errorf("the node answered for %d of %d rows from %s:%d on", len(r.Results), len(batch), v.File, batch[0].line)
		}
		if v.DryRun && r.Changed > 0 && had[sw] == nil {
			if had[sw], err = c.configured(ctx, sw); err != nil {
				return err
			}
		}
		v.add(batch, r, had[sw])
		bar.set("dn import", v.done, len(rows))
	}
	return nil
}

// configured reads the switch's devices as they are.
func (c *cmd) configured(ctx context.Context, sw string) (map[string]*apipb.DeviceInfo, error) {
	all, _, err := pages(0, c.devices(ctx, &apipb.DevicesRequest{Read: c.read(), Switch: sw}, &applied{}))
	byID := make(map[string]*apipb.DeviceInfo, len(all))
	for _, d := range all {
		byID[d.Id] = d
	}
	return byID, err
}

// batches cuts rows where the switch changes or a request would grow too large.
func batches(rows []row) func(yield func([]row) bool) {
	return func(yield func([]row) bool) {
		start, size := 0, 0
		for i, r := range rows {
			n := proto.Size(r.device) + 8
			if i > start && (r.device.Switch != rows[start].device.Switch || i-start == batchRows || size+n > batchBytes) {
				if !yield(rows[start:i]) {
					return
				}
				start, size = i, 0
			}
			size += n
		}
		if start < len(rows) {
			yield(rows[start:])
		}
	}
}

type importView struct {
	DryRun    bool           `json:"dry_run"`
	File      string         `json:"file"`
	Rows      int            `json:"rows"`
	Created   uint32         `json:"created"`
	Changed   uint32         `json:"changed"`
	Unchanged uint32         `json:"unchanged"`
	Refused   uint32         `json:"refused"`
	Error     string         `json:"error"`
	Results   []importResult `json:"results"` // all but the unchanged

	done int
}

type importResult struct {
	Line    int          `json:"line"`
	Switch  string       `json:"switch"`
	ID      string       `json:"id"`
	Result  string       `json:"result"`
	Error   string       `json:"error"`
	Changes []changeView `json:"changes"`
}

type changeView struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

func (v *importView) add(batch []row, r *apipb.PutDevicesResponse, had map[string]*apipb.DeviceInfo) {
	v.Created += r.Created
	v.Changed += r.Changed
	v.Unchanged += r.Unchanged
	v.Refused += r.Refused
	v.done += len(batch)
	for i, result := range r.Results {
		if result.Result == "unchanged" {
			continue
		}
		row := batch[i]
		out := importResult{row.line, row.device.Switch, row.device.Id, result.Result, result.Error, []changeView{}}
		if old := had[row.device.Id]; old != nil && result.Result == "changed" {
			out.Changes = changes(old, row.device)
		}
		v.Results = append(v.Results, out)
	}
}

// changes compares what the CSV file can say.
func changes(old, new *apipb.DeviceInfo) []changeView {
	diff := []changeView{}
	for _, c := range columns {
		if from, to := c.get(old), c.get(new); from != to {
			diff = append(diff, changeView{c.name, from, to})
		}
	}
	return diff
}

// text lists every row in a dry run; else only those that were refused.
func (v *importView) text(s *screen) {
	shown := v.Results
	if !v.DryRun {
		shown = slices.DeleteFunc(slices.Clone(shown), func(r importResult) bool { return r.Result != "refused" })
	}
	if len(shown) > 0 {
		s.table("LINE DN SWITCH RESULT CHANGES ERROR", each(shown, func(r importResult) []string {
			diff := each(r.Changes, func(c changeView) string { return fmt.Sprintf("%s %q -> %q", c.Field, c.From, c.To) })
			return []string{fmt.Sprintf("%s:%d", v.File, r.Line), r.ID, r.Switch, r.Result, strings.Join(diff, ", "), r.Error}
		}))
	}
	s.linef("%s: %d created, %d changed, %d unchanged, %d refused", plural(v.done, "row"), v.Created, v.Changed, v.Unchanged, v.Refused)
	if v.DryRun {
		s.linef("(dry run: nothing was changed)")
	}
}
