package csta

import "unicode/utf8"

// What an octet is good for.
const (
	charName    = 1 << iota // inside a name
	charStart               // at the start of a name
	charRead                // stands for itself in a text that is read
	charWritten             // stands for itself in a text that is written
)

// Octets of the same kinds.
const (
	letter = charName | charStart | charRead | charWritten
	digit  = charName | charRead | charWritten
	sign   = charRead | charWritten
)

// chars says what each octet is good for. Octets beyond ASCII are taken as they
// come in names, and are looked at one by one in texts. A blank at either end
// of a text is for the caller to see to.
var chars = [256]uint8{
	'\t': charRead, '\n': charRead, 0x7F: charRead, '"': charRead, '>': charRead,

	' ': sign, '!': sign, '#': sign, '$': sign, '%': sign, '\'': sign, '(': sign, ')': sign, '*': sign, '+': sign,
	',': sign, '/': sign, ';': sign, '=': sign, '?': sign, '@': sign, '[': sign, '\\': sign, ']': sign, '^': sign,
	'`': sign, '{': sign, '|': sign, '}': sign, '~': sign,

	'-': digit, '.': digit, '0': digit, '1': digit, '2': digit, '3': digit, '4': digit, '5': digit, '6': digit,
	'7': digit, '8': digit, '9': digit,

	':': letter, '_': letter,
	'A': letter, 'B': letter, 'C': letter, 'D': letter, 'E': letter, 'F': letter, 'G': letter, 'H': letter, 'I': letter,
	'J': letter, 'K': letter, 'L': letter, 'M': letter, 'N': letter, 'O': letter, 'P': letter, 'Q': letter, 'R': letter,
	'S': letter, 'T': letter, 'U': letter, 'V': letter, 'W': letter, 'X': letter, 'Y': letter, 'Z': letter,
	'a': letter, 'b': letter, 'c': letter, 'd': letter, 'e': letter, 'f': letter, 'g': letter, 'h': letter, 'i': letter,
	'j': letter, 'k': letter, 'l': letter, 'm': letter, 'n': letter, 'o': letter, 'p': letter, 'q': letter, 'r': letter,
	's': letter, 't': letter, 'u': letter, 'v': letter, 'w': letter, 'x': letter, 'y': letter, 'z': letter,
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func isNameStart(c byte) bool { return chars[c]&charStart != 0 || c >= utf8.RuneSelf }

func isName(c byte) bool { return chars[c]&charName != 0 || c >= utf8.RuneSelf }

// isChar reports whether XML 1.0 allows the character.
func isChar(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r >= 0xD800 && r <= 0xDFFF:
		return false
	}
	return r != 0xFFFE && r != 0xFFFF && r <= utf8.MaxRune
}
