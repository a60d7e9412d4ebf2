package proposer

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/holdline/holdline/fsm/fsmpb"
	"google.golang.org/protobuf/proto"
)

func event(o uint64, id string) *fsmpb.Command {
	return &fsmpb.Command{Kind: &fsmpb.Command_Fact{Fact: &fsmpb.Fact{Link: "one", Epoch: 1, Ordinal: o, Event: id}}}
}

// What is put together of encoded commands is the message.
func TestItems_MakeEntriesAndProposals(t *testing.T) {
	p := New(Options{Logger: hclog.NewNullLogger()})
	client := &fsmpb.Command{Kind: &fsmpb.Command_Client{Client: &fsmpb.ClientCommand{Session: 3, Attachment: 4, Ordinal: 5}}}
	entry := &fsmpb.Entry{TimeMs: 1 << 40, Level: 1}
	proposal := new(fsmpb.Proposal)
	var batch []*item
	add := func(c *fsmpb.Command, secret []byte) {
		t.Helper()
		it, err := p.newItem(c, secret)
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, it)
		entry.Commands, proposal.Commands = append(entry.Commands, c), append(proposal.Commands, c)
	}
	check := func() {
		t.Helper()
		if want, err := proto.Marshal(entry); err != nil || !bytes.Equal(entryOf(entry.TimeMs, batch), want) {
			t.Errorf("entry %x, want %x, %v", entryOf(entry.TimeMs, batch), want, err)
		}
		got, err := proposalOf(batch)
		if want, werr := proto.Marshal(proposal); err != nil || werr != nil || !bytes.Equal(got, want) {
			t.Errorf("proposal %x, %v, want %x, %v", got, err, want, werr)
		}
		if n := len(entryOf(entry.TimeMs, batch)); n > sizeOf(batch)+32 {
			t.Errorf("an entry of %d bytes, and not more than %d were expected", n, sizeOf(batch))
		}
	}
	add(event(1, ""), []byte("a secret of nobody"))
	add(event(2, strings.Repeat("x", 300)), nil)
	entry.Level = 2 // events with IDs need it
	add(client, []byte("1234"))
	proposal.Secrets = []*fsmpb.Secret{{Session: 3, Attachment: 4, Ordinal: 5, Value: []byte("1234")}}
	check()
}

// An entry that no node can read must not come into the log.
func TestItems_RefuseWhatCannotBeRead(t *testing.T) {
	p := New(Options{Logger: hclog.NewNullLogger(), EntryBytes: 100})
	if _, err := p.newItem(event(1, "\xff"), nil); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("a text that isn't UTF-8: %v", err)
	}
	if _, err := p.newItem(event(1, strings.Repeat("x", 100)), nil); err == nil || !strings.Contains(err.Error(), "the limit of an entry is 100") {
		t.Errorf("a large command: %v", err)
	}
}
