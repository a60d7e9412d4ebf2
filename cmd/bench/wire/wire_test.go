package wire

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/holdline/holdline/transport/csta"
)

func TestNextTakesFramesOneByOne(t *testing.T) {
	buf := Message(nil, "0001", "MonitorStop", "<monitorCrossRefID>7</monitorCrossRefID>")
	buf = Message(buf, "9999", "HeldEvent", "")
	whole := len(buf)
	f, rest, ok, err := Next(buf)
	if !ok || err != nil || f.Invoke != "0001" || f.IsEvent() || string(Root(f.Body)) != "MonitorStop" {
		t.Fatalf("first frame: %v %v %v", f, ok, err)
	}
	second := whole - len(rest)
	f, rest, ok, err = Next(rest)
	if !ok || err != nil || !f.IsEvent() || string(Root(f.Body)) != "HeldEvent" || len(rest) != 0 {
		t.Fatalf("second frame: %v %v %v, %d octets left", f, ok, err, len(rest))
	}
	for n := range whole {
		rest, frames := buf[:n], 0
		for {
			var ok bool
			if _, rest, ok, err = Next(rest); err != nil {
				t.Fatalf("%d octets: %v", n, err)
			} else if !ok {
				break
			}
			frames++
		}
		want := 0
		if n >= second {
			want = 1
		}
		if frames != want {
			t.Errorf("%d of %d octets hold %d frames, want %d", n, whole, frames, want)
		}
	}
	for _, bad := range []string{"\x00\x01\x00\x080001", "\x00\x00\x00\x070001"} {
		if _, _, _, err := Next([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a frame", bad)
		}
	}
}

func TestRootAndValue(t *testing.T) {
	const body = Declaration + `<p:MonitorStart xmlns:p="x"><monitorObject><deviceObject typeOfNumber="other">1000</deviceObject></monitorObject><monitorType>device</monitorType><empty/><none></none></p:MonitorStart>`
	if got := string(Root([]byte(body))); got != "MonitorStart" {
		t.Errorf("root: got %q", got)
	}
	for name, want := range map[string]string{"deviceObject": "1000", "monitorType": "device", "monitorObject": "", "monitor": "", "empty": "", "absent": ""} {
		if got := string(Value([]byte(body), name)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if Value([]byte(body), "none") == nil {
		t.Error("an element without text is taken for none at all")
	}
	for _, bad := range []string{"", "<", "<?xml", "<a", "no XML"} {
		if got := Root([]byte(bad)); got != nil {
			t.Errorf("root of %q: got %q", bad, got)
		}
		_ = Value([]byte(bad), "a")
	}
}

// TestEventsAreCSTA holds the events against the codec of the other side: it
// must take them without forgiving anything.
func TestEventsAreCSTA(t *testing.T) {
	for step := range Script {
		id := NewID(1023, uint32(step)+1)
		buf := AppendEvent(nil, Call{ID: 4711, Device: "2000", Far: "+4930555"}, Step(step), id, "17")
		f, rest, ok, err := Next(buf)
		if !ok || err != nil || len(rest) != 0 || !f.IsEvent() {
			t.Fatalf("step %d: no frame: %v %v", step, ok, err)
		}
		if got, ok := EventID(f.Body); !ok || got != id || got.Slot() != 1023 || got.N() != uint32(step)+1 {
			t.Errorf("step %d: ID %x, want %x", step, got, id)
		}
		m, info, err := csta.Decode(f.Body)
		if err != nil {
			t.Fatalf("step %d: %v\n%s", step, err, f.Body)
		}
		if want := strings.TrimPrefix(Script[step].Event, "far "); m.Name() != want {
			t.Errorf("step %d: %s, want %s", step, m.Name(), want)
		}
		out, err := csta.AppendMessage(nil, 9999, csta.Declaration, m, csta.Ed6)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(out[HeadLen:]); got != string(f.Body) {
			t.Errorf("step %d: written again it is\n%s\nand was\n%s\n%+v", step, got, f.Body, info)
		}
		if d := xml.NewDecoder(strings.NewReader(string(f.Body))); !wellFormed(d) {
			t.Errorf("step %d: not well-formed: %s", step, f.Body)
		}
	}
}

func wellFormed(d *xml.Decoder) bool {
	for {
		if _, err := d.Token(); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

func TestEventIDOfOthers(t *testing.T) {
	for _, body := range []string{"", "<correlatorData>", "<correlatorData><string>00", "<correlatorData><string>00000000000000zz</string></correlatorData>", "<userData><string>0000000000000001</string></userData>"} {
		if id, ok := EventID([]byte(body)); ok {
			t.Errorf("%q has the ID %x", body, id)
		}
	}
}

func TestEventsCostNoMemory(t *testing.T) {
	buf := make([]byte, 0, 4096)
	c := Call{ID: 4711, Device: "2000", Far: "+4930555"}
	if n := testing.AllocsPerRun(100, func() {
		out := AppendEvent(buf, c, 2, NewID(1, 2), "17")
		f, _, _, _ := Next(out)
		_, _ = EventID(f.Body)
	}); n != 0 {
		t.Errorf("an event costs %v allocations", n)
	}
}
