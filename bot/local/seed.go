package local

import (
	"crypto/rand"
	"encoding/hex"

	"firstmile/bot/local/githubapi"
	"firstmile/bot/local/slackapi/workspace"
	"firstmile/bot/local/web"
)

// Who and what is in the workspace.
const (
	owner    = "northpeak"
	botUser  = "U0FIRSTML"
	requests = "data-requests"
	// DataTeam is the group whose members may approve what could not be checked completely.
	DataTeam = "data-team"
)

// seeded is a person of the workspace.
type seeded struct {
	id, handle, name, title, note, color string
	dataTeam                             bool
}

// people are those one may speak as, the default first.
func people() []seeded {
	return []seeded{
		{"U0ANALYST", "ana", "Ana", "Analytics engineer", "data team: may approve everything", "2f6f8f", true},
		{"U0BENSALE", "ben", "Ben", "Sales lead", "may approve what he asked for", "8f5a2f", false},
		{"U0CHLOEDT", "chloe", "Chloe", "Data engineer", "data team: may approve everything", "5b4b8a", true},
		{"U0DANGUES", "dan", "Dan", "Working student", "may approve only what he asked for", "4b7a4f", false},
	}
}

// Groups maps group names to the people in them, as a server's configuration does.
func Groups() map[string][]string {
	groups := map[string][]string{}
	for _, p := range people() {
		if p.dataTeam {
			groups[DataTeam] = append(groups[DataTeam], p.id)
		}
	}
	return groups
}

func channels() []workspace.Channel {
	everyone := []string{botUser}
	for _, p := range people() {
		everyone = append(everyone, p.id)
	}
	return []workspace.Channel{
		{ID: "C0REQUESTS", Name: requests, Topic: "Ask for a number, get a pull request", Members: everyone},
		{ID: "C0GENERALS", Name: "general", Topic: "Everything else", Members: everyone[1:]},
	}
}

func seed(scopes []string) workspace.Seed {
	s := workspace.Seed{
		Team: workspace.Team{ID: "T0NORTHPK", Name: "Northpeak", Domain: "northpeak"},
		App: workspace.App{ID: "A0FIRSTML", Name: "Firstmile", BotID: "B0FIRSTML", Scopes: scopes,
			User: workspace.User{ID: botUser, Name: "firstmile", RealName: "Firstmile", Color: "1d7a5f"}},
		Channels: channels(),
	}
	for _, p := range people() {
		s.Users = append(s.Users, workspace.User{ID: p.id, Name: p.handle, RealName: p.name, Title: p.title, Color: p.color, Admin: p.dataTeam})
	}
	return s
}

func collaborators() []githubapi.Collaborator {
	var out []githubapi.Collaborator
	for _, p := range people() {
		permission := "read"
		if p.dataTeam {
			permission = "write"
		}
		out = append(out, githubapi.Collaborator{Login: p.handle, Name: p.name, Permission: permission})
	}
	return out
}

// teams are those that the sample's CODEOWNERS names.
func teams() []string {
	return []string{"data-team", "finance-analytics", "support-operations", "product-analytics"}
}

// Suggestions are requests that show what the bot can do on the sample.
func Suggestions() []string {
	return []string{
		"Can we track weekly churn by region?",
		"Net revenue per month and segment",
		"Top 5 account managers by net revenue",
	}
}

func welcome() web.Welcome {
	return web.Welcome{Channel: requests, Title: "Ask for a number",
		Text:        "Mention @firstmile with a question about Northpeak's data. It asks back where words are ambiguous, shows what it would build with real rows, and opens a pull request when you react with ✅.",
		Suggestions: Suggestions()}
}

// random is 40 hex digits nobody can guess.
func random() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return hex.EncodeToString(b)
}
