package main

import (
	"encoding/json"
	"fmt"
	"net"

	"github.com/hashicorp/go-hclog"
	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/switchsim"
)

// started is the line that says where everything is.
type started struct {
	Links   []string `json:"links"`
	Control string   `json:"control"`
	Seed    uint64   `json:"seed"`
}

func run(c *cli.Context) error {
	if c.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: all settings are flags, see --help", c.Args().First())
	}
	if p := c.String("protocol"); p != "csta" && p != "xsi" {
		return fmt.Errorf("--protocol %q: want csta or xsi", p)
	}
	links, err := listen(c.StringSlice("listen"))
	if err != nil {
		return err
	}
	control, err := net.Listen("tcp", c.String("control"))
	if err != nil {
		return fmt.Errorf("listen for HTTP on --control %s: %w", c.String("control"), err)
	}
	opt := options(c)
	opt.Control = control
	kind := "CSTA XML"
	if c.String("protocol") == "xsi" {
		opt.Xsi.XSPs, kind = links, "Xsi"
	} else {
		opt.Links = links
	}
	addresses := started{Control: control.Addr().String(), Seed: opt.Seed}
	for _, l := range links {
		addresses.Links = append(addresses.Links, l.Addr().String())
	}
	opt.Relisten = func(link int) (net.Listener, error) { return net.Listen("tcp", addresses.Links[link]) }
	opt.Xsi.Relisten = opt.Relisten
	opt.Logger = hclog.New(&hclog.LoggerOptions{
		Name: "switchsim", Level: hclog.LevelFromString(c.String("log-level")), Output: c.App.ErrWriter,
	})
	sim, err := switchsim.New(opt)
	if err != nil {
		return err
	}
	if err := report(c, addresses, kind); err != nil {
		return err
	}
	return sim.Run(c.Context)
}

// listen opens the CTI ports, all or none.
func listen(addresses []string) ([]net.Listener, error) {
	var links []net.Listener
	for _, address := range addresses {
		l, err := net.Listen("tcp", address)
		if err != nil {
			for _, open := range links {
				open.Close()
			}
			return nil, fmt.Errorf("listen for CTI clients on --listen %s: %w", address, err)
		}
		links = append(links, l)
	}
	return links, nil
}

func report(c *cli.Context, at started, kind string) error {
	if c.Bool("json") {
		return json.NewEncoder(c.App.Writer).Encode(at)
	}
	for i, address := range at.Links {
		fmt.Fprintf(c.App.Writer, "link %d   %s   %s\n", i+1, address, kind)
	}
	_, err := fmt.Fprintf(c.App.Writer, "control  %s   http://%s/truth\nseed     %d\n", at.Control, at.Control, at.Seed)
	return err
}
