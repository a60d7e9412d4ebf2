package switchsim

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"testing"
)

func TestRun_OverTCP(t *testing.T) {
	var listeners [2]net.Listener
	for i := range listeners {
		var err error
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	link, control := listeners[0], listeners[1]
	s, err := New(Options{Links: []net.Listener{link}, Control: control, Rate: 50})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()

	conn, err := net.Dial("tcp", link.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if id, body, err := readFrame(conn); err != nil || id != 0 || plainBody(string(body)) != msg("SystemStatus", "<systemStatus>normal</systemStatus>") {
		t.Fatalf("read %d %s, %v", id, body, err)
	}
	if _, err := conn.Write(raw(1, msg("MonitorStart", "<monitorObject><deviceObject>7000</deviceObject></monitorObject>"))); err != nil {
		t.Fatal(err)
	}
	for events := 0; events < 5; { // the traffic comes by itself
		id, body, err := readFrame(conn)
		if err != nil {
			t.Fatal(err)
		}
		if judgeSent(t, 6, string(body)); id == eventInvokeID {
			events++
		}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + control.Addr().String() + "/truth")
	if err != nil {
		t.Fatal(err)
	}
	var truth Truth
	if err := json.NewDecoder(response.Body).Decode(&truth); err != nil || truth.Seq == 0 {
		t.Errorf("the truth at seq %d, %v", truth.Seq, err)
	}
	response.Body.Close()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("the association wasn't closed in order: %v", err)
	}
}

func TestNew_RefusesBadOptions(t *testing.T) {
	link := []net.Listener{newPipeListener()}
	for _, opt := range []Options{
		{}, {Links: link, Agents: -1}, {Links: link, Edition: 7}, {Links: link, Rate: -1}, {Links: link, Rename: "x"},
		{Links: link, MergeID: "x"}, {Links: link, QueueFrames: -1}, {Links: link, Queues: 1000},
	} {
		if _, err := New(opt); err == nil {
			t.Errorf("options %+v are taken", opt)
		}
	}
}
