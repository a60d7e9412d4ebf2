package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun_PrintsItsAddressesAndEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	a := app()
	a.Writer, a.ErrWriter = in, io.Discard
	done := make(chan error, 1)
	go func() {
		done <- a.RunContext(ctx, strings.Fields("switchsim --json --listen 127.0.0.1:0 --listen 127.0.0.1:0 --control 127.0.0.1:0 --rate 0 --seed 9"))
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var at started
	if err := json.Unmarshal(line, &at); err != nil || len(at.Links) != 2 || at.Seed != 9 {
		t.Fatalf("printed %s: %v", line, err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + at.Control + "/truth")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestRun_SpeaksXsi(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	a := app()
	a.Writer, a.ErrWriter = in, io.Discard
	done := make(chan error, 1)
	go func() {
		done <- a.RunContext(ctx, strings.Fields("switchsim --json --protocol xsi --listen 127.0.0.1:0 --control 127.0.0.1:0 --rate 0 --xsi-token t"))
	}()
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var at started
	if err := json.Unmarshal(line, &at); err != nil || len(at.Links) != 1 {
		t.Fatalf("printed %s: %v", line, err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for token, want := range map[string]int{"t": http.StatusOK, "x": http.StatusUnauthorized} {
		request, err := http.NewRequest("GET", "http://"+at.Links[0]+"/com.broadsoft.xsi-events/v2.0/versions", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("token %s: %d, want %d", token, response.StatusCode, want)
		}
	}
	response, err := client.Get("http://" + at.Control + "/xsi")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	response.Body.Close()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestRun_RefusesBadUse(t *testing.T) {
	for _, args := range []string{"switchsim surplus", "switchsim --edition 9 --listen 127.0.0.1:0 --control 127.0.0.1:0", "switchsim --listen nowhere:x",
		"switchsim --protocol sip", "switchsim --protocol xsi --xsi-cut up --listen 127.0.0.1:0 --control 127.0.0.1:0"} {
		a := app()
		a.Writer, a.ErrWriter = io.Discard, io.Discard
		if err := a.RunContext(t.Context(), strings.Fields(args)); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
