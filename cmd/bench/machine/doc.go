// Package machine says what machine figures are from: processors, system, and
// how fast its disk syncs. Figures of two machines are not to be compared, and
// those of one machine only within one run.
//
// It never writes outside the directory that it is given.
package machine
