package csta

// parseHex reads hexBinary; white space may stand anywhere in it.
func parseHex(text string) ([]byte, bool) {
	out := make([]byte, 0, len(text)/2)
	high := rune(-1)
	for i := 0; i < len(text); i++ {
		d := hexDigit(text[i])
		switch {
		case d < 0:
			if !isSpace(text[i]) {
				return nil, false
			}
		case high < 0:
			high = d
		default:
			out = append(out, byte(high<<4|d))
			high = -1
		}
	}
	return out, high < 0
}

func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}
