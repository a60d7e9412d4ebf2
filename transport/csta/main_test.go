package csta

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// decode reads a body that must be readable.
func decode(t testing.TB, body string) (Message, Info) {
	t.Helper()
	m, info, err := Decode([]byte(body))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	return m, info
}

// encode writes a message that must be writable.
func encode(t testing.TB, m Message, ed Edition) string {
	t.Helper()
	out, err := Append(nil, m, ed)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
