// Package mirror tells which events of one connection to a switch are copies of
// those that another connection brought, and that took effect already: the heart of
// a hot standby.
//
// CSTA events carry no number, so copies are recognised by what they say: type,
// connection, state, parties and linkage must agree, in order, on each strand
// (strand.go): what one monitored device hears of one call, or of its agents. The
// two connections' names of a call are learnt on the way. A fact that takes effect
// before its copy came leaves a credit that cancels the copy when it comes.
//
// A strand is aligned if both monitors were up before it began, or if it was quiet
// since, or nothing was left over of it for as long: then nothing of it is under way
// unseen, and what is left of it at a crash did not take effect. If the two
// connections disagree on a call, its strands are not aligned any more, and that is
// counted.
//
// It knows no links and no leaders, sends nothing, and never guesses about a strand
// that isn't aligned.
package mirror
