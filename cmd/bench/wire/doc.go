// Package wire reads and writes just as much of CSTA XML as a load generator
// needs: frames (ECMA-323 Annex J, J.2), the name of a message, the text of one
// of its elements, and the events of plain calls. It shares no code with the
// codec that it puts under load.
//
// It never understands a whole message, and it allocates nothing per event.
package wire
