package csta_test

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/holdline/holdline/transport/csta"
)

// A server reads a request and answers it in the association's edition.
func Example() {
	const request = "\x00\x00\x00\x940007" + `<SnapshotDevice xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4">` +
		`<snapshotObject>1000</snapshotObject></SnapshotDevice>`
	frame, err := csta.ReadFrame(bufio.NewReader(strings.NewReader(request)), nil, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, info, err := csta.Decode(frame.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	var answer csta.Message
	switch m := m.(type) {
	case *csta.SnapshotDevice:
		fmt.Println("snapshot of", m.SnapshotObject.Value, "in", info.Edition)
		answer = csta.NewError(csta.ErrorOperation, csta.OpInvalidDeviceID)
	case *csta.UnknownMessage:
		answer = csta.NewError(csta.ErrorOperation, csta.OpServiceNotSupported)
	}
	out, err := csta.AppendMessage(nil, frame.InvokeID, csta.Declaration, answer, info.Edition)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", out[csta.HeaderLen:])
	// Output:
	// snapshot of 1000 in ed4
	// <?xml version="1.0" encoding="UTF-8"?><CSTAErrorCode xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4"><operation>invalidDeviceID</operation></CSTAErrorCode>
}
