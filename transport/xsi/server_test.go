package xsi

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestReply(t *testing.T) {
	w := httptest.NewRecorder()
	if err := Reply(w, 201, &CallStartInfo{CallID: "callhalf-5001:0", ExternalTrackingID: "901:1"}); err != nil {
		t.Fatal(err)
	}
	if w.Code != 201 || w.Body.String() != string(readSamples(t)["actions-callstartinfo"]) ||
		w.Header().Get("Content-Type") != "application/xml; charset=UTF-8" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	w = httptest.NewRecorder()
	if err := Reply(w, 200, nil); err != nil || w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "0" {
		t.Errorf("%v, %d %v %q", err, w.Code, w.Header(), w.Body)
	}
	w = httptest.NewRecorder()
	if err := ReplyError(w, 403, 110842, "Channel set not found."); err != nil || w.Code != 403 ||
		w.Body.String() != string(readSamples(t)["resp-errorinfo"]) {
		t.Errorf("%v, %d %s", err, w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	if err := Reply(w, 200, &ErrorInfo{}); err == nil || w.Code != 500 {
		t.Errorf("what can't be sent: %v, %d", err, w.Code)
	}
}

func TestReadRequest(t *testing.T) {
	read := func(body io.Reader, limit int) (Document, error) {
		d, _, err := ReadRequest(httptest.NewRequest("POST", "/", body), limit)
		return d, err
	}
	if d, err := read(strings.NewReader(""), 0); d != nil || err != nil {
		t.Errorf("nothing: %v, %v", d, err)
	}
	if _, err := read(strings.NewReader("<Channel/>  "), 11); !errors.Is(err, ErrDocumentTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if d, err := read(strings.NewReader("<Channel/>"), 10); err != nil || d.Root() != "Channel" {
		t.Errorf("%v, %v", d, err)
	}
	if _, err := read(strings.NewReader("{}"), 0); err == nil {
		t.Error("JSON is read")
	}
	broken := errors.New("broken")
	if _, err := read(io.MultiReader(strings.NewReader("<"), &cutReader{end: broken}), 0); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
