// Package report prints figures as tables and files them as JSON.
//
// It never judges: where a figure was wanted it says which, and whether it was
// reached.
package report
