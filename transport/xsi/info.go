package xsi

import "strings"

// Info says how a document was read.
type Info struct {
	Root       string // local name of the root element
	Leniencies Leniency
	// Missing, Unknown and BadValue name the first element of each kind.
	Missing  string // required by the schema, and not there
	Unknown  string // there, and not known in its place
	BadValue string // there, with a value that can't be read; it counts as absent
}

// Leniency is what was forgiven when a document was read, as a set of bits.
type Leniency uint16

const (
	LenientNamespace Leniency = 1 << iota // an element in no namespace, or with a prefix that is not declared
	LenientOrder                          // children not in the schema's order
	LenientMissing                        // a required child is missing
	LenientUnknown                        // a child that is not known; it was skipped
	LenientRepeated                       // a child that may occur once occurs again; the last one counts
	LenientValue                          // a value that can't be read; the child counts as absent
	LenientContent                        // an element where a text is expected
	LenientSpelling                       // a name spelt otherwise than in the schema
	LenientType                           // xsi:type missing or with a prefix of something else
	LenientEncoding                       // not UTF-8; read as ISO 8859-1
)

// Leniencies are all bits, in their order.
var leniencies = []string{
	"namespace", "order", "missing", "unknown", "repeated", "value", "content", "spelling", "type", "encoding",
}

// String lists the bits, "" for none.
func (l Leniency) String() string {
	var set []string
	for i, name := range leniencies {
		if l&(1<<i) != 0 {
			set = append(set, name)
		}
	}
	return strings.Join(set, " ")
}
