// Package cstalink drives one CTI link to a switch that speaks CSTA XML
// (ECMA-323, ECMA-354): it associates, keeps the association alive, asks, and
// turns what the switch says into facts, in the order of its frames.
//
// How messages map to facts is in facts.go, how requests map to messages in
// requests.go.
//
// It never dials, chooses a link, decides what is monitored or asked, reads the
// state, or repeats a request that may have been obeyed.
package cstalink
