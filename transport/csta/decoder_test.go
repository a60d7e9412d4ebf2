package csta

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A Decoder and an Encoder that are used again leave nothing of one message in
// the next, after one that fails either.
func TestUsedAgain(t *testing.T) {
	bodies := slices.Collect(func(yield func([]byte) bool) {
		for _, body := range readSamples(t) {
			// Whole, cut at every place, and whole again.
			for n := len(body); n > 0; n-- {
				if !yield(body[:n]) || n%16 == 0 && !yield(body) {
					return
				}
			}
		}
	})
	var d Decoder
	var e Encoder
	for _, body := range bodies {
		want, wantInfo, wantErr := Decode(body)
		got, gotInfo, gotErr := d.Decode(body)
		if diff := cmp.Diff(want, got); diff != "" || gotInfo != wantInfo || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
			t.Fatalf("%s: %+v instead of %+v, %v instead of %v %s", body, gotInfo, wantInfo, gotErr, wantErr, diff)
		}
		if wantErr != nil {
			continue
		}
		for _, m := range []Message{new(DeliveredEvent), want, new(UnknownMessage)} {
			want, wantErr := Append([]byte("before"), m, Ed4)
			got, gotErr := e.Append([]byte("before"), m, Ed4)
			if string(got) != string(want) || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
				t.Fatalf("got  %s, %v\nwant %s, %v", got, gotErr, want, wantErr)
			}
		}
	}
}
