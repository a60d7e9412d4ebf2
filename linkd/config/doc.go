// Package config reads a node's configuration file (HCL) into typed, checked
// values.
//
// The struct tags of the types here are the one place where a setting's name,
// range and default are written down: decoding, Default, error texts and the
// test of docs/configuration.md all read them. Every error is one line,
// file:line:column: what is wrong and what is allowed; all errors of a file are
// reported at once.
//
// The package reads one file and nothing else: no environment, no flags, no
// other files that it names. It never knows whether a setting is in force in the
// cluster: switches, links, DNs, limits and timers of a file only seed an empty
// cluster.
package config
