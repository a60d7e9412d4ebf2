package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/holdline/holdline/cmd/bench/hosts"
)

// Spec says what to run.
type Spec struct {
	Name    string // for messages
	Program string
	Args    []string
	Env     []string // beside this process's
	Host    *hosts.Host
	Log     string // file that gets standard error, and standard output if Out is nil
	Out     func(line []byte)
	Pipe    bool // standard input is a pipe: see Write
}

// Process is a process, or the place of one that ended.
type Process struct {
	spec Spec

	mu    sync.Mutex
	cmd   *exec.Cmd
	in    io.WriteCloser
	ended chan struct{}
	err   error
}

// New makes the place; Start starts the process.
func New(s Spec) *Process { return &Process{spec: s} }

// Start starts the process; one that ended may be started again.
func (p *Process) Start() error {
	log, err := os.OpenFile(p.spec.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(p.spec.Program, p.spec.Args...)
	cmd.Env = append(os.Environ(), p.spec.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	if p.spec.Out != nil {
		cmd.Stdout = &lines{each: p.spec.Out}
	}
	var in io.WriteCloser
	if p.spec.Pipe {
		if in, err = cmd.StdinPipe(); err != nil {
			return err
		}
	}
	own(cmd)
	if err := p.spec.Host.Start(cmd); err != nil {
		return fmt.Errorf("start %s: %w", p.spec.Name, err)
	}
	ended := make(chan struct{})
	p.mu.Lock()
	p.cmd, p.in, p.ended, p.err = cmd, in, ended, nil
	p.mu.Unlock()
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		p.err = err
		p.mu.Unlock()
		close(ended)
	}()
	return nil
}

// lines hands out what is written to it, line by line.
type lines struct {
	each func([]byte)
	rest []byte
}

func (l *lines) Write(b []byte) (int, error) {
	l.rest = append(l.rest, b...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		l.each(line)
		l.rest = rest
	}
}

// Write writes to the process's standard input.
func (p *Process) Write(b []byte) error {
	p.mu.Lock()
	in := p.in
	p.mu.Unlock()
	if in == nil {
		return fmt.Errorf("%s was never started, or takes no input", p.spec.Name)
	}
	_, err := in.Write(b)
	return err
}

// PID is the process's ID, 0 if it doesn't run.
func (p *Process) PID() int {
	if !p.Running() {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// Running tells whether it runs, or stands still.
func (p *Process) Running() bool {
	select {
	case <-p.Ended():
		return false
	default:
		return true
	}
}

// Ended is closed when the process has ended, and before it was started.
func (p *Process) Ended() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended == nil {
		never := make(chan struct{})
		close(never)
		return never
	}
	return p.ended
}

// Signal sends a signal; none to a process that has ended.
func (p *Process) Signal(s syscall.Signal) error {
	p.mu.Lock()
	cmd := p.cmd
	p.mu.Unlock()
	if cmd == nil {
		return errors.New("not started")
	}
	return cmd.Process.Signal(s)
}

// Freeze stops the process and waits until it stands still: some of its threads
// may go on for a moment after the signal.
func (p *Process) Freeze() error {
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for limit := time.Now().Add(time.Second); !still(p.PID()); {
		if time.Now().After(limit) {
			return fmt.Errorf("%s doesn't stand still a second after SIGSTOP", p.spec.Name)
		}
		time.Sleep(100 * time.Microsecond)
	}
	return nil
}

// Kill ends the process at once. It gives the moment before, and returns when it
// is gone.
func (p *Process) Kill() time.Time {
	at := time.Now()
	if p.Signal(syscall.SIGKILL) == nil {
		<-p.Ended()
	}
	return at
}

// Stop asks all processes to end, and kills those that don't within the limit
// or when ctx ends.
func Stop(ctx context.Context, limit time.Duration, all ...*Process) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, p := range all {
		_ = p.Signal(syscall.SIGCONT)
		_ = p.Signal(syscall.SIGTERM)
	}
	for _, p := range all {
		select {
		case <-p.Ended():
		case <-ctx.Done():
			p.Kill()
		}
	}
}
