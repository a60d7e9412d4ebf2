package ctl

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// pageSize is how many rows one request asks for.
const pageSize = 500

func limitFlag() cli.Flag {
	return &cli.IntFlag{Name: "limit", Value: 1000, Usage: "show `N` at most; 0: all"}
}

// pages reads rows page by page until there are no more or limit (0: none) is
// reached; fetch asks for up to size rows after those it gave before. more says
// that rows were left out.
func pages[T any](limit int, fetch func(size uint32) (rows []T, last bool, err error)) (all []T, more bool, err error) {
	for {
		size := pageSize
		if limit > 0 {
			size = min(size, limit-len(all))
		}
		rows, last, err := fetch(uint32(size))
		if err != nil {
			return nil, false, err
		}
		all = append(all, rows...)
		switch {
		case limit > 0 && len(all) >= limit:
			return all[:limit], !last || len(all) > limit, nil
		case last:
			return all, false, nil
		case len(rows) == 0:
			return nil, false, fmt.Errorf("the node sent an empty page and says that more follows: ask again, or another node")
		}
	}
}

// limit reads --limit.
func (c *cmd) limit() (int, error) {
	n := c.Int("limit")
	if n < 0 {
		return 0, usagef("--limit %d: give a number from 0", n)
	}
	return n, nil
}

// cut says that rows were left out.
func (c *cmd) cut(what string, shown int, more bool) {
	if more {
		fmt.Fprintf(c.std.Err, "linkctl: the first %d %s; --limit 0 shows all\n", shown, what)
	}
}
