package raftnet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// A connection's kind is its first byte.
const (
	kindRaft byte = 'R'
	kindPeer byte = 'P'

	kindTunnel byte = 'T'
)

// The caller's hello: kind, "HL", version, node ID, boot ID. The answer: 0, node
// ID, boot ID; or 1 and why not. A text is one byte of length and its bytes.
const (
	maxName      = 255
	helloVersion = byte(1)

	answerYes byte = 0
	answerNo  byte = 1
)

var errNotHello = errors.New("does not start with a node's hello")

func appendText(b []byte, s string) []byte {
	if len(s) > maxName {
		s = s[:maxName]
	}
	return append(append(b, byte(len(s))), s...)
}

func readText(r io.Reader) (string, error) {
	var n [1]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return "", err
	}
	b := make([]byte, n[0])
	if _, err := io.ReadFull(r, b); err != nil {
		return "", err
	}
	return string(b), nil
}

func appendHello(b []byte, kind byte, nodeID, bootID string) []byte {
	b = append(b, kind, 'H', 'L', helloVersion)
	return appendText(appendText(b, nodeID), bootID)
}

// readHello reads what a caller says first. It reads no byte too many.
func readHello(r io.Reader) (kind byte, who Peer, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:1]); err != nil {
		return 0, Peer{}, err
	}
	if kind = head[0]; kind != kindRaft && kind != kindPeer && kind != kindTunnel {
		return 0, Peer{}, errNotHello
	}
	if _, err := io.ReadFull(r, head[1:]); err != nil {
		return 0, Peer{}, err
	}
	if head[1] != 'H' || head[2] != 'L' {
		return 0, Peer{}, errNotHello
	}
	if head[3] != helloVersion {
		return 0, Peer{}, fmt.Errorf("%w: version %d, this node speaks %d", errNotHello, head[3], helloVersion)
	}
	who, err = readWho(r)
	return kind, who, err
}

func readWho(r io.Reader) (who Peer, err error) {
	if who.NodeID, err = readText(r); err != nil {
		return Peer{}, err
	}
	if who.BootID, err = readText(r); err != nil {
		return Peer{}, err
	}
	if who.NodeID == "" || who.BootID == "" {
		return Peer{}, fmt.Errorf("%w: node ID or boot ID is empty", errNotHello)
	}
	return who, nil
}

func appendWelcome(b []byte, nodeID, bootID string) []byte {
	return appendText(appendText(append(b, answerYes), nodeID), bootID)
}

func appendRefusal(b []byte, reason string) []byte {
	return appendText(append(b, answerNo), reason)
}

// readAnswer reads what an answering node says first.
func readAnswer(r io.Reader) (Peer, error) {
	var b [1]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return Peer{}, fmt.Errorf("read the hello's answer: %w", err)
	}
	switch b[0] {
	case answerYes:
		return readWho(r)
	case answerNo:
		reason, err := readText(r)
		if err != nil {
			return Peer{}, fmt.Errorf("read the refusal: %w", err)
		}
		return Peer{}, fmt.Errorf("%w: %s", ErrRefused, printable(reason))
	}
	return Peer{}, fmt.Errorf("the other end is no node of this kind: answered byte %#02x", b[0])
}

// printable makes another node's text fit for a log line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}
