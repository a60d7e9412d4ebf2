// Package tserver is a model of an unmodified T-Server on CSTA links: it opens
// all its links, keeps the one that says normal, monitors its devices there,
// believes what it is told and nothing else, and notes whatever an exact reader
// of the standard would complain about: a gap, a wrong order, an event twice.
//
// It shares no codec with the servers that it judges, and never asks them how
// things are except by the standard's own services.
package tserver
