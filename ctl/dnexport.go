package ctl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func dnExportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "write the configured devices as CSV",
		ArgsUsage: "[FILE]",
		Description: "Writes to standard output, or to FILE, which is replaced only once all is written.\n" +
			"The format is that of import.\n\n" +
			examples("linkctl dn export", "linkctl dn export --switch pbx1 dns.csv"),
		Flags:  []cli.Flag{&cli.StringFlag{Name: "switch", Usage: "only those of this switch"}},
		Action: do(dnExport),
	}
}

func dnExport(ctx context.Context, c *cmd) error {
	file := c.Args().First()
	if file == "" || file == "-" {
		if c.out.json {
			return usagef("dn export writes CSV: for JSON use linkctl dn list --json, or name a FILE")
		}
		_, err := c.exportTo(ctx, c.std.Out)
		return err
	}
	n, err := c.exportFile(ctx, file)
	if err != nil {
		return fmt.Errorf("export to %s: %w", file, err)
	}
	return c.out.show(&exportView{file, n})
}

// exportFile leaves the file as it was unless everything could be written.
func (c *cmd) exportFile(ctx context.Context, file string) (n int, err error) {
	tmp, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	n, err = c.exportTo(ctx, tmp)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return 0, err
	}
	return n, os.Rename(tmp.Name(), file)
}

func (c *cmd) exportTo(ctx context.Context, w io.Writer) (n int, err error) {
	out, err := newDNWriter(w)
	if err != nil {
		return 0, err
	}
	fetch := c.devices(ctx, &apipb.DevicesRequest{Read: c.read(), Switch: c.String("switch")}, &applied{})
	for last := false; !last; {
		var page []*apipb.DeviceInfo
		if page, last, err = fetch(pageSize); err != nil {
			return n, err
		}
		for _, d := range page {
			if !d.Provisioned {
				continue // the switch named it; nobody configured it
			}
			if err := out.write(d); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, out.flush()
}

type exportView struct {
	File    string `json:"file"`
	Devices int    `json:"devices"`
}

func (v *exportView) text(s *screen) { s.linef("%s: %s", v.File, plural(v.Devices, "device")) }
