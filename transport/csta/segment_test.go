package csta

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func deviceInfos(n int) []SnapshotDeviceResponseInfo {
	infos := make([]SnapshotDeviceResponseInfo, n)
	for i := range infos {
		infos[i] = SnapshotDeviceResponseInfo{
			ConnectionIdentifier: Connection(fmt.Sprintf("FF0001000000000000000000%08X", i), "302118840100"),
			EndpointDevice:       Subject(fmt.Sprintf("N<3021188%05d>;noa=nk", i)),
			LocalCallState:       LocalCallState{CompoundCallState: []LocalConnectionState{StateConnected, StateHold}},
		}
	}
	return infos
}

func TestAnswerSnapshotDevice_Direct(t *testing.T) {
	for _, n := range []int{0, 1, 60} {
		response, segments, err := AnswerSnapshotDevice(deviceInfos(n), "", Ed4)
		if err != nil || segments != nil {
			t.Fatalf("%d connections: %d segments, %v", n, len(segments), err)
		}
		frame, err := AppendMessage(nil, 1, Declaration, response, Ed4)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := decode(t, string(frame[HeaderLen:]))
		got := m.(*SnapshotDeviceResponse).CrossRefIDorSnapshotData
		if len(got.SnapshotData) != n || got.ServiceCrossRefID != "" {
			t.Errorf("%d connections are read as %d", n, len(got.SnapshotData))
		}
	}
}

// A snapshot that doesn't fit into a frame is cut, sent and put together again.
func TestAnswerSnapshotDevice_Segments(t *testing.T) {
	infos := deviceInfos(700)
	response, segments, err := AnswerSnapshotDevice(infos, "42", Ed4)
	if err != nil || len(segments) < 3 {
		t.Fatalf("%d segments, %v", len(segments), err)
	}
	want := `<SnapshotDeviceResponse ` + ns4 + `><crossRefIDorSnapshotData><serviceCrossRefID>42</serviceCrossRefID></crossRefIDorSnapshotData></SnapshotDeviceResponse>`
	if got := encode(t, response, Ed4); got != want {
		t.Errorf("got %s", got)
	}
	gathered := Segments[SnapshotDeviceResponseInfo]{ServiceCrossRefID: "42"}
	for i, segment := range segments {
		frame, err := AppendMessage(nil, uint16(i), Declaration, segment, Ed4)
		if err != nil {
			t.Fatal(err)
		}
		if i < len(segments)-1 && len(frame) < MaxSend*9/10 {
			t.Errorf("segment %d uses %d octets of %d", i, len(frame), MaxSend)
		}
		head := fmt.Sprintf(`<SnapshotDeviceData %s><serviceCrossRefID>42</serviceCrossRefID><segmentID>%d</segmentID><lastSegment>%v</lastSegment><snapshotData>`,
			ns4, i+1, i == len(segments)-1)
		if body := string(frame[HeaderLen+len(Declaration):]); !strings.HasPrefix(body, head) {
			t.Errorf("segment %d: %.200s", i, body)
		}
		m, _ := decode(t, string(frame[HeaderLen:]))
		last, err := m.(*SnapshotDeviceData).AddTo(&gathered)
		if err != nil || last != (i == len(segments)-1) {
			t.Errorf("segment %d: %v, %v", i, last, err)
		}
	}
	if diff := cmp.Diff(infos, gathered.Items()); diff != "" {
		t.Error(diff)
	}
	if _, err := segments[0].AddTo(&gathered); err == nil {
		t.Error("a segment after the last one is taken")
	}
}

// Around the limit every frame stays below it, and nothing is lost.
func TestAnswerSnapshotDevice_Boundary(t *testing.T) {
	cut := 0
	for n := 65; n < 85; n++ {
		response, segments, err := AnswerSnapshotDevice(deviceInfos(n), "1", Ed6)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := AppendMessage(nil, 1, Declaration, response, Ed6); err != nil {
			t.Errorf("%d connections: %v", n, err)
		}
		total := len(response.CrossRefIDorSnapshotData.SnapshotData)
		for _, s := range segments {
			total += len(s.SnapshotData)
			if _, err := AppendMessage(nil, 1, Declaration, s, Ed6); err != nil {
				t.Errorf("%d connections: %v", n, err)
			}
		}
		if total != n {
			t.Errorf("%d connections of %d are sent", total, n)
		}
		if segments != nil {
			cut++
		}
	}
	if cut == 0 || cut == 20 {
		t.Errorf("the limit is not between 65 and 85 connections: %d are cut", cut)
	}
}

// Items of a size that seldom fills a segment to the last octet.
func TestAnswerSnapshotDevice_LongItems(t *testing.T) {
	for size := 1000; size < 9000; size += 777 {
		infos := deviceInfos(60)
		for i := range infos {
			infos[i].ConnectionIdentifier.CallID = strings.Repeat("7", size)
		}
		_, segments, err := AnswerSnapshotDevice(infos, "1", Ed6)
		if err != nil || len(segments) < 2 {
			t.Fatalf("%d segments, %v", len(segments), err)
		}
		for _, s := range segments {
			if _, err := AppendMessage(nil, 1, Declaration, s, Ed6); err != nil || len(s.SnapshotData) == 0 {
				t.Errorf("items of %d octets: %d in a segment, %v", size, len(s.SnapshotData), err)
			}
		}
	}
}

func TestAnswerSnapshotCall_Segments(t *testing.T) {
	infos := make([]SnapshotCallResponseInfo, 400)
	for i := range infos {
		infos[i] = SnapshotCallResponseInfo{DeviceOnCall: Subject(fmt.Sprint(1000 + i)),
			CallIdentifier: Connection("77", fmt.Sprint(1000+i)), LocalConnectionInfo: StateConnected}
	}
	asked := &SnapshotCallResponse{CallingDevice: Subject("1000"), CorrelatorData: []byte("x")}
	response, segments, err := AnswerSnapshotCall(asked, infos, "7", Ed4)
	if err != nil || len(segments) < 2 {
		t.Fatalf("%d segments, %v", len(segments), err)
	}
	if response.CrossRefIDorSnapshotData.ServiceCrossRefID != "7" || response.CallingDevice != Subject("1000") {
		t.Errorf("%+v", response)
	}
	if asked.CrossRefIDorSnapshotData.SnapshotData != nil {
		t.Error("the caller's response is changed")
	}
	gathered := Segments[SnapshotCallResponseInfo]{ServiceCrossRefID: "7"}
	for _, s := range segments {
		m, _ := decode(t, encode(t, s, Ed4))
		if _, err := m.(*SnapshotCallData).AddTo(&gathered); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(infos, gathered.Items()); diff != "" {
		t.Error(diff)
	}
	response, segments, err = AnswerSnapshotCall(asked, infos[:2], "", Ed4)
	if err != nil || segments != nil || len(response.CrossRefIDorSnapshotData.SnapshotData) != 2 {
		t.Errorf("%+v, %d segments, %v", response, len(segments), err)
	}
}

func TestAnswerSnapshot_Errors(t *testing.T) {
	var missing *MissingError
	if _, _, err := AnswerSnapshotDevice(deviceInfos(700), "", Ed4); !errors.As(err, &missing) || missing.Element != "serviceCrossRefID" {
		t.Error(err)
	}
	big := deviceInfos(200)
	big[7].ConnectionIdentifier.CallID = strings.Repeat("x", MaxSend)
	if _, _, err := AnswerSnapshotDevice(big, "1", Ed4); err == nil || !strings.Contains(err.Error(), "item 7 ") {
		t.Error(err)
	}
	if _, _, err := AnswerSnapshotDevice([]SnapshotDeviceResponseInfo{{}}, "1", Ed4); !errors.As(err, &missing) {
		t.Error(err)
	}
}

func TestSegments_Refused(t *testing.T) {
	type segment struct {
		ref   string
		id    *int
		last  bool
		items int
	}
	for name, c := range map[string]struct {
		reason   string
		segments []segment
	}{
		"another reference":   {"another reference", []segment{{"2", nil, false, 1}}},
		"a gap":               {"segment 4 follows segment 2", []segment{{"1", new(2), false, 1}, {"1", new(4), false, 1}}},
		"a segment again":     {"segment 2 follows segment 2", []segment{{"1", new(2), false, 1}, {"1", new(2), false, 1}}},
		"one after the last":  {"the last segment came before", []segment{{"1", nil, true, 1}, {"1", nil, false, 1}}},
		"too many items":      {"too many items", []segment{{"1", nil, false, MaxSegmentItems}, {"1", nil, false, 1}}},
		"too many items once": {"too many items", []segment{{"1", nil, false, MaxSegmentItems + 1}}},
	} {
		s := Segments[int]{ServiceCrossRefID: "1"}
		var err error
		for i, g := range c.segments {
			if _, err = s.Add(g.ref, g.id, g.last, make([]int, g.items)); err != nil && i < len(c.segments)-1 {
				t.Errorf("%s: segment %d: %v", name, i, err)
			}
		}
		var se *SegmentError
		if !errors.As(err, &se) || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := Segments[int]{ServiceCrossRefID: "1"}
	for i := range MaxSegments {
		if _, err := s.Add("1", nil, false, nil); err != nil {
			t.Fatalf("segment %d: %v", i, err)
		}
	}
	if _, err := s.Add("1", nil, false, nil); err == nil {
		t.Error("segments have no end")
	}
}
