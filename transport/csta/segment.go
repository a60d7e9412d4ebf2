package csta

import "fmt"

// Limits on what a Segments gathers. At 16 connections a device they allow far
// more than a switch has.
const (
	MaxSegments     = 4096
	MaxSegmentItems = 65536
)

// maxSentBody is what a body may measure in octets to be sent with a
// declaration in one frame.
const maxSentBody = MaxSend - HeaderLen - len(Declaration)

// AnswerSnapshotDevice builds the answer to SnapshotDevice: the response alone
// if it fits into one frame, else a response with serviceCrossRefID and the
// segments to send after it, numbered from 1. It fails if one of the infos
// can't be sent or doesn't fit into a frame.
func AnswerSnapshotDevice(infos []SnapshotDeviceResponseInfo, serviceCrossRefID string, ed Edition) (
	*SnapshotDeviceResponse, []*SnapshotDeviceData, error) {
	response := &SnapshotDeviceResponse{}
	response.CrossRefIDorSnapshotData.SnapshotData = infos
	parts, err := split(response, infos, &SnapshotDeviceData{}, serviceCrossRefID, "snapshotDeviceResponseInfo", ed)
	if err != nil || parts == nil {
		return response, nil, err
	}
	segments := make([]*SnapshotDeviceData, len(parts))
	for i, part := range parts {
		segments[i] = &SnapshotDeviceData{ServiceCrossRefID: serviceCrossRefID, SegmentID: new(i + 1),
			LastSegment: i == len(parts)-1, SnapshotData: part}
	}
	response.CrossRefIDorSnapshotData = DeviceSnapshot{ServiceCrossRefID: serviceCrossRefID}
	return response, segments, nil
}

// AnswerSnapshotCall builds the answer to SnapshotCall as AnswerSnapshotDevice
// does. What response says besides the devices is sent in the response.
func AnswerSnapshotCall(response *SnapshotCallResponse, infos []SnapshotCallResponseInfo, serviceCrossRefID string,
	ed Edition) (*SnapshotCallResponse, []*SnapshotCallData, error) {
	direct := *response
	direct.CrossRefIDorSnapshotData = CallSnapshot{SnapshotData: infos}
	parts, err := split(&direct, infos, &SnapshotCallData{}, serviceCrossRefID, "snapshotCallResponseInfo", ed)
	if err != nil || parts == nil {
		return &direct, nil, err
	}
	segments := make([]*SnapshotCallData, len(parts))
	for i, part := range parts {
		segments[i] = &SnapshotCallData{ServiceCrossRefID: serviceCrossRefID, SegmentID: new(i + 1),
			LastSegment: i == len(parts)-1, SnapshotData: part}
	}
	direct.CrossRefIDorSnapshotData = CallSnapshot{ServiceCrossRefID: serviceCrossRefID}
	return &direct, segments, nil
}

// segmentOverhead is more than what a segment's XML measures besides its items
// and its reference.
const segmentOverhead = 512

// split returns nil if the response can be sent whole, else the items of each
// segment.
func split[T any, P interface {
	*T
	fielder
}](whole Message, items []T, segment Message, ref, item string, ed Edition) ([][]T, error) {
	body, err := Append(nil, whole, ed)
	if err != nil {
		return nil, err
	}
	if len(body) <= maxSentBody {
		return nil, nil
	}
	if ref == "" {
		return nil, &MissingError{Message: whole.Name(), Element: "serviceCrossRefID"}
	}
	room := maxSentBody - segmentOverhead - len(appendText(nil, ref))
	c := &coder{writing: true, ed: ed, root: segment.Name()}
	var parts [][]T
	first, used := 0, 0
	for i := range items {
		c.n = 0
		c.group(item, true, P(&items[i]), req)
		size := c.n
		if size > room {
			return nil, fmt.Errorf("csta %s: item %d of %d octets does not fit into a segment", segment.Name(), i, size)
		}
		if used+size > room {
			parts = append(parts, items[first:i])
			first, used = i, 0
		}
		used += size
	}
	return append(parts, items[first:]), nil
}

// SegmentError is a segment that does not continue what was gathered before.
type SegmentError struct {
	ServiceCrossRefID string
	Reason            string
}

func (e *SegmentError) Error() string {
	return fmt.Sprintf("csta segment of %q: %s", e.ServiceCrossRefID, e.Reason)
}

// Segments puts the items of a segmented answer together again. Gather the
// segments of one serviceCrossRefID, in the order in which they came.
type Segments[T any] struct {
	ServiceCrossRefID string
	items             []T
	count             int
	last              int // segmentID of the segment before
	numbered, done    bool
}

// Add takes the content of one segment. It reports whether it was the last.
// After an error the answer can't be completed: ask again.
func (s *Segments[T]) Add(serviceCrossRefID string, segmentID *int, lastSegment bool, items []T) (bool, error) {
	fail := func(reason string) (bool, error) {
		return false, &SegmentError{ServiceCrossRefID: serviceCrossRefID, Reason: reason}
	}
	switch {
	case s.done:
		return fail("the last segment came before")
	case serviceCrossRefID != s.ServiceCrossRefID:
		return fail("another reference than " + s.ServiceCrossRefID)
	case s.count == MaxSegments:
		return fail("too many segments")
	case len(s.items)+len(items) > MaxSegmentItems:
		return fail("too many items")
	case s.numbered && segmentID != nil && *segmentID != s.last+1:
		return fail(fmt.Sprintf("segment %d follows segment %d", *segmentID, s.last))
	}
	if s.numbered = segmentID != nil; s.numbered {
		s.last = *segmentID
	}
	s.count++
	s.items = append(s.items, items...)
	s.done = lastSegment
	return s.done, nil
}

// Items returns what was gathered.
func (s *Segments[T]) Items() []T { return s.items }

// AddTo gathers the segment.
func (m *SnapshotDeviceData) AddTo(s *Segments[SnapshotDeviceResponseInfo]) (last bool, err error) {
	return s.Add(m.ServiceCrossRefID, m.SegmentID, m.LastSegment, m.SnapshotData)
}

// AddTo gathers the segment.
func (m *SnapshotCallData) AddTo(s *Segments[SnapshotCallResponseInfo]) (last bool, err error) {
	return s.Add(m.ServiceCrossRefID, m.SegmentID, m.LastSegment, m.SnapshotData)
}
