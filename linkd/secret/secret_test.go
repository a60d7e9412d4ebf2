package secret_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdline/holdline/linkd/secret"
)

func TestPackedForm(t *testing.T) {
	for name, c := range map[string]struct {
		s    secret.Secret
		want []byte
	}{
		"nothing":          {secret.Secret{}, nil},
		"an empty pass":    {secret.Secret{Password: []byte{}}, []byte{0x0a, 0}},
		"password":         {secret.Secret{Password: []byte("12")}, []byte{0x0a, 2, '1', '2'}},
		"code and digits":  {secret.Secret{AuthCode: []byte{0xff}, Digits: []byte("#9")}, []byte{0x12, 1, 0xff, 0x1a, 2, '#', '9'}},
		"all of the three": {secret.Secret{Password: []byte("p"), AuthCode: []byte("a"), Digits: []byte("d")}, []byte{0x0a, 1, 'p', 0x12, 1, 'a', 0x1a, 1, 'd'}},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.s.Append(nil)
			if !bytes.Equal(got, c.want) {
				t.Fatalf("packed % x, want % x", got, c.want)
			}
			back, err := secret.Parse(got)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.s, back); d != "" {
				t.Error(d)
			}
			if c.s.IsZero() != (len(c.want) == 0) {
				t.Error("IsZero is wrong")
			}
		})
	}
}

func TestLaterFieldsArePassedOver(t *testing.T) {
	s, err := secret.Parse([]byte{0x20, 7, 0x2a, 1, 'x', 0x0a, 1, 'p'})
	if err != nil || string(s.Password) != "p" {
		t.Fatalf("got %q, %v", s.Password, err)
	}
}

func TestBrokenFormIsRefused(t *testing.T) {
	for _, b := range [][]byte{{0x0a}, {0x0a, 5, 'x'}, {0xff}, {0x0b}} {
		if _, err := secret.Parse(b); err == nil {
			t.Errorf("% x was read", b)
		}
	}
}

func TestPrintingTellsNothing(t *testing.T) {
	s := secret.Secret{Password: []byte("hunter2")}
	for _, f := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(f, s); got != "(secret)" {
			t.Errorf("%s prints %s", f, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x0a, 1, 'p', 0x12, 1, 'a', 0x1a, 1, 'd'})
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := secret.Parse(data)
		if err != nil {
			return
		}
		again, err := secret.Parse(s.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, again); d != "" {
			t.Error(d)
		}
	})
}
