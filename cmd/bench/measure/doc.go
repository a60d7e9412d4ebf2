// Package measure turns what was measured into figures: percentiles of times,
// medians of rounds, ratios of one subject to another, and the processor time
// that a set of processes used.
//
// It never interpolates: a percentile is one of the values that were measured.
package measure
