package csta

import (
	"bytes"
	"errors"
	"testing"
)

// Whatever comes in, reading it ends without a panic, and what was read is
// written in a form that is read as the same message without a complaint.
func FuzzDecode(f *testing.F) {
	for _, body := range readSamples(f) {
		f.Add(body, uint8(Ed6))
	}
	for _, frame := range fieldFrames {
		f.Add([]byte(frame.body), uint8(Ed4))
	}
	f.Fuzz(func(t *testing.T, body []byte, edition uint8) {
		m, info, err := Decode(body)
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || m != nil {
				t.Fatalf("%T %v, %v", err, err, m)
			}
			return
		}
		if info.Root == "" || m.Name() != info.Root && info.Leniencies&LenientSpelling == 0 {
			t.Fatalf("%s is read as %s", info.Root, m.Name())
		}
		ed := Ed3 + Edition(edition)%4
		out, err := Append(nil, m, ed)
		if err != nil {
			return // lacks something, or isn't in the edition
		}
		for _, c := range out {
			if c >= 0x80 || c < ' ' {
				t.Fatalf("octet %#x is sent: %q", c, out)
			}
		}
		if len(out) > MaxBody {
			return
		}
		back, info, err := Decode(out)
		if err != nil || info.Leniencies != 0 || info.Namespace != Namespace(m, ed) {
			t.Fatalf("what is sent is not clean: %v, %+v\n%s\n%s", err, info, body, out)
		}
		again, err := Append(nil, back, ed)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("%v\n%s\n%s", err, out, again)
		}
	})
}
