// Package clock is where linkd reads time: wall time, boottime (which goes on
// while the machine is suspended) and log time, which never goes back.
//
// It never sets a timer; timers come from package time, so that a
// testing/synctest bubble governs them.
package clock
