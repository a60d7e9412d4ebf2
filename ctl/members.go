package ctl

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/holdline/holdline/transport/api/apipb"
)

func membersCommand() *cli.Command {
	return &cli.Command{
		Name:  "members",
		Usage: "the nodes and how far each is",
		Description: "Lists every member, also those that can't be asked, with all their addresses.\n\n" +
			examples("linkctl members", "linkctl members --json"),
		Action: do(members),
	}
}

func members(ctx context.Context, c *cmd) error {
	r, err := c.api.Status(ctx, &apipb.StatusRequest{Local: c.stale})
	if err != nil {
		return err
	}
	return c.out.show(&membersView{appliedOf(r.Applied), r.Leader, each(r.Members, memberOf)})
}

type membersView struct {
	Applied applied      `json:"applied"`
	Leader  string       `json:"leader"`
	Members []memberView `json:"members"`
}

type memberView struct {
	ID          string `json:"id"`
	Site        string `json:"site"`
	State       string `json:"state"`
	Voter       bool   `json:"voter"`
	Error       string `json:"error"`
	Applied     uint64 `json:"applied"`
	LastIndex   uint64 `json:"last_index"`
	Behind      uint64 `json:"behind"`
	Hash        string `json:"hash"`
	HashIndex   uint64 `json:"hash_index"`
	Version     string `json:"version"`
	BootID      string `json:"boot_id"`
	Address     string `json:"address"`
	APIAddress  string `json:"api_address"`
	HTTPAddress string `json:"http_address"`
}

func memberOf(m *apipb.Member) memberView {
	return memberView{m.Id, m.Site, m.State, m.Voter, m.Error, m.Applied, m.LastIndex, m.Behind, m.Hash, m.HashIndex,
		m.Version, m.BootId, m.Address, m.ApiAddress, m.HttpAddress}
}

func (v *membersView) text(s *screen) {
	s.table("MEMBER SITE STATE VOTER APPLIED LAST BEHIND RAFT API HTTP VERSION BOOT ERROR", each(v.Members, func(m memberView) []string {
		a, l, b := m.progress()
		return []string{m.ID, m.Site, m.State, yesNo(m.Voter), a, l, b, m.Address, m.APIAddress, m.HTTPAddress, m.Version, m.BootID, m.Error}
	}))
}

// membersTable is the part of the status that is about members.
func membersTable(s *screen, members []memberView) {
	s.table("MEMBER SITE STATE VOTER APPLIED BEHIND HASH VERSION API ERROR", each(members, func(m memberView) []string {
		a, _, b := m.progress()
		return []string{m.ID, m.Site, m.State, yesNo(m.Voter), a, b, m.shortHash(), m.Version, m.APIAddress, m.Error}
	}))
}

// progress is empty for a member that couldn't say.
func (m memberView) progress() (applied, last, behind string) {
	if m.Error != "" || m.State == "unreachable" {
		return "", "", ""
	}
	return number(m.Applied), number(m.LastIndex), number(m.Behind)
}

// shortHash is enough to see a difference: digits of the hash @ its entry.
func (m memberView) shortHash() string {
	if m.Hash == "" {
		return ""
	}
	return m.Hash[:min(8, len(m.Hash))] + "@" + number(m.HashIndex)
}
