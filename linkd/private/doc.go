// Package private packs what a CSTA message carries beyond the standard, its
// privateData and unknown extensions, into the opaque bytes that facts, intents
// and the feed carry, and unpacks them again.
//
// It never looks inside, and leaves out the security element, which speaks of
// one association only.
package private
