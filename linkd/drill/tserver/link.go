package tserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// link is one open connection to a CSTA listener.
type link struct {
	address   string
	namespace string
	conn      net.Conn
	in        *bufio.Reader
	dead      chan struct{}

	mu      sync.Mutex
	closed  bool
	invoke  int
	waiting map[string]func(*element)
}

// openLink connects and goes through the implicit association: the server says
// SystemStatus first. It fails unless that is normal.
func openLink(ctx context.Context, o Options, address string) (*link, error) {
	conn, err := o.Dial(ctx, address)
	if err != nil {
		return nil, err
	}
	l := &link{address: address, namespace: o.Namespace, conn: conn, in: bufio.NewReaderSize(conn, 64<<10), dead: make(chan struct{}), waiting: map[string]func(*element){}}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	err = l.associate()
	if !stop() || err != nil {
		conn.Close()
		return nil, errors.Join(err, context.Cause(ctx))
	}
	return l, nil
}

func (l *link) associate() error {
	invoke, body, err := readFrame(l.in)
	if err != nil {
		return err
	}
	e, err := parse(body)
	if err != nil {
		return err
	}
	if e.name != "SystemStatus" {
		return fmt.Errorf("%s before SystemStatus", e.name)
	}
	if err := l.respond(invoke, "SystemStatusResponse"); err != nil {
		return err
	}
	if s := e.at("systemStatus").text; s != "normal" {
		return fmt.Errorf("status %s", s)
	}
	if err := l.request("SystemRegister", "<requestTypes><systemStatus>true</systemStatus><requestSystemStatus>false</requestSystemStatus></requestTypes>", nil); err != nil {
		return err
	}
	for {
		_, body, err := readFrame(l.in)
		if err != nil {
			return err
		}
		e, err := parse(body)
		if err != nil {
			return err
		}
		if e.name == "SystemRegisterResponse" || e.name == "CSTAErrorCode" {
			return nil
		}
	}
}

// request sends a request; answer is called by the reader with the response.
func (l *link) request(name, children string, answer func(*element)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.invoke = l.invoke%8999 + 1
	if answer != nil {
		l.waiting[fmt.Sprintf("%04d", l.invoke)] = answer
	}
	_, err := l.conn.Write(frame(l.invoke, `<?xml version="1.0" encoding="UTF-8"?><`+name+` xmlns="`+l.namespace+`">`+children+`</`+name+`>`))
	return err
}

func (l *link) respond(invoke, name string) error {
	n, err := strconv.Atoi(invoke)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err = l.conn.Write(frame(n, `<?xml version="1.0" encoding="UTF-8"?><`+name+` xmlns="`+l.namespace+`"/>`))
	return err
}

// read hands out what comes until the connection ends or the link is no longer
// normal.
func (l *link) read(t *TServer) error {
	for {
		invoke, body, err := readFrame(l.in)
		if err != nil {
			return err
		}
		e, err := parse(body)
		if err != nil {
			return err
		}
		switch {
		case invoke == "9999":
			t.event(e)
		case e.name == "SystemStatus":
			if err := l.respond(invoke, "SystemStatusResponse"); err != nil {
				return err
			}
			s := e.at("systemStatus").text
			t.status(s)
			if s == "disabled" || s == "initializing" || s == "partiallyDisabled" {
				return fmt.Errorf("status %s", s)
			}
		default:
			l.mu.Lock()
			answer := l.waiting[invoke]
			delete(l.waiting, invoke)
			l.mu.Unlock()
			if answer != nil {
				answer(e)
			}
		}
	}
}

func (l *link) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.dead)
		l.conn.Close()
	}
}
