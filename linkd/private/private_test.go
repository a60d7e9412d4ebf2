package private_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/linkd/private"
	"github.com/holdline/holdline/transport/csta"
)

func TestPackedForm(t *testing.T) {
	for name, c := range map[string]struct {
		e    *csta.Extensions
		want []byte
		back *csta.Extensions // if it differs from e
	}{
		"nothing": {nil, nil, nil},
		"xml":     {&csta.Extensions{PrivateData: &csta.PrivateData{Private: "<v/>"}}, []byte("\x0a\x04<v/>"), nil},
		"octets":  {&csta.Extensions{PrivateData: &csta.PrivateData{String: []byte{0, 255}}}, []byte("\x12\x02\x00\xff"), nil},
		"other":   {&csta.Extensions{Other: "<o/>"}, []byte("\x1a\x04<o/>"), nil},
		"both": {
			&csta.Extensions{PrivateData: &csta.PrivateData{Private: "<v/>"}, Other: "<o/>"},
			[]byte("\x0a\x04<v/>\x1a\x04<o/>"), nil,
		},
		"security stays behind": {
			&csta.Extensions{Security: &csta.Security{TimeStamp: "x"}, Other: "<o/>"},
			[]byte("\x1a\x04<o/>"), &csta.Extensions{Other: "<o/>"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := private.Pack(c.e)
			if !bytes.Equal(got, c.want) {
				t.Fatalf("packed %q, want %q", got, c.want)
			}
			back, err := private.Unpack(got)
			if err != nil {
				t.Fatal(err)
			}
			want := c.back
			if want == nil {
				want = c.e
			}
			if d := cmp.Diff(want, back); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestUnpackDamage(t *testing.T) {
	for _, b := range []string{"\x0a", "\x0a\x05<v/>", "\x80"} {
		if e, err := private.Unpack([]byte(b)); err == nil {
			t.Errorf("%q unpacked as %+v", b, e)
		}
	}
	e, err := private.Unpack([]byte("\x20\x07\x1a\x04<o/>")) // field 4 of a later release
	if err != nil || e.Other != "<o/>" {
		t.Errorf("later release: %+v, %v", e, err)
	}
}
