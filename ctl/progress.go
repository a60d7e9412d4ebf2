package ctl

import (
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows bars to a person at a terminal, and nothing to anybody else.
type progress struct {
	bars *mpb.Progress
	by   map[string]*mpb.Bar
}

func newProgress(w io.Writer, json bool) *progress {
	if json || !isTerminal(w) {
		return &progress{}
	}
	return newBars(w)
}

func newBars(w io.Writer, opts ...mpb.ContainerOption) *progress {
	opts = append(opts, mpb.WithOutput(w), mpb.WithWidth(60), mpb.WithRefreshRate(100*time.Millisecond))
	return &progress{bars: mpb.New(opts...), by: map[string]*mpb.Bar{}}
}

// set shows that done of total is done for what name says.
func (p *progress) set(name string, done, total int) {
	if p.bars == nil {
		return
	}
	bar := p.by[name]
	if bar == nil {
		bar = p.bars.AddBar(0, // a total from the start would be taken for the final one
			mpb.PrependDecorators(decor.Name(clean(name), decor.WCSyncSpaceR), decor.CountersNoUnit("%d / %d", decor.WCSyncWidth)),
			mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5})),
		)
		p.by[name] = bar
	}
	bar.SetTotal(int64(total), false)
	bar.SetCurrent(int64(done))
}

// end leaves the bars as they are and waits until they are drawn.
func (p *progress) end() {
	if p.bars == nil {
		return
	}
	for _, bar := range p.by {
		bar.Abort(false)
	}
	p.bars.Wait()
}
