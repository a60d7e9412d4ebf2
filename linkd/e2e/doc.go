// Package e2e holds the tests of a whole cluster: real linkd processes on
// loopback, a simulated switch on one side, CSTA clients on the other. They
// judge the bytes on the clients' side against tables that were typed from
// ECMA-323, and the switch's side by what the simulated switch complains of and
// has carried out.
//
// There is nothing to import here, and none of its readers or tables is shared
// with the codec that it judges.
package e2e
