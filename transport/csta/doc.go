// Package csta reads and writes CSTA Phase III in XML: the messages of
// ECMA-323 (editions 3 to 6) and the application session services of
// ECMA-354, and the 8-byte frames that carry them over TCP without SOAP.
//
// It is lenient in what it reads and strict in what it writes. Decode takes
// any namespace or none, children in any order and the other liberties that
// peers in the field take, and reports them in Info. Append writes the exact
// namespace, the schema's order and the schema's (mis)spellings, in ASCII,
// and leaves out what the association's edition lacks.
//
// Each message is one struct, named after its element; its fields are named
// after the schema's elements with the first letter in upper case. Absent
// optional children are nil pointers, nil slices or empty strings.
//
// Who reads or writes many messages keeps a Decoder or an Encoder, which use
// their working memory again. BenchmarkDecode says how fast they are beside
// encoding/xml.
//
// The package never opens a socket, starts a goroutine, keeps anything of one
// message for the next or decides how a request is answered. It expands no
// entity but the predefined ones, reads no document type and bounds what a
// message may cost.
package csta
