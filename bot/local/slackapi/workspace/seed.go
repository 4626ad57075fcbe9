package workspace

import (
	"fmt"
	"slices"
)

// Seed is what the caller decides about a workspace. Ids must stay the same from start to start, because the
// journal refers to them; new people, channels and members may be added between starts.
type Seed struct {
	Team     Team
	App      App
	Users    []User    // people; the bot user is App.User
	Channels []Channel // public and private channels; direct messages come into being by conversations.open
}

// Team names the workspace.
type Team struct {
	ID     string `json:"id"` // "T…"
	Name   string `json:"name"`
	Domain string `json:"domain"` // the part before .slack.com in real links
}

// App is the one installed app.
type App struct {
	ID     string   // "A…"
	Name   string   // as shown beside its messages
	BotID  string   // "B…"
	User   User     // the bot user, "U…"; people mention its Name
	Scopes []string // bot token scopes, such as "chat:write"; they also decide which events arrive
}

// User is a person or the bot user.
type User struct {
	ID       string `json:"id"`   // "U…"
	Name     string `json:"name"` // the handle people type after @, lower case
	RealName string `json:"real_name"`
	Title    string `json:"title,omitempty"`
	Email    string `json:"email,omitempty"`
	TZ       string `json:"tz,omitempty"`    // IANA name; empty means UTC
	Color    string `json:"color,omitempty"` // six hex digits, for an avatar
	Admin    bool   `json:"is_admin,omitempty"`
}

// Channel is a conversation. Exactly one of the kinds applies: public (neither flag), private, or direct message.
type Channel struct {
	ID      string   `json:"id"` // "C…", for direct messages "D…", for those of several people "G…"
	Name    string   `json:"name,omitempty"`
	Topic   string   `json:"topic,omitempty"`
	Purpose string   `json:"purpose,omitempty"`
	Private bool     `json:"private,omitempty"`
	IM      bool     `json:"im,omitempty"`   // a direct message between its two members
	MPIM    bool     `json:"mpim,omitempty"` // a direct message between more than two
	Creator string   `json:"creator,omitempty"`
	Created int64    `json:"created,omitempty"` // Unix seconds
	Members []string `json:"members"`           // user ids; the app gets events only where its bot user is in
}

// Kind is the channel_type of events: "channel", "group" (private), "im" or "mpim".
func (c *Channel) Kind() string {
	switch {
	case c.IM:
		return "im"
	case c.MPIM:
		return "mpim"
	case c.Private:
		return "group"
	}
	return "channel"
}

// Has says whether a user is a member.
func (c *Channel) Has(user string) bool { return slices.Contains(c.Members, user) }

// Check says what is missing or contradictory in a seed.
func (s Seed) Check() error {
	if s.Team.ID == "" || s.App.ID == "" || s.App.BotID == "" || s.App.User.ID == "" || s.App.User.Name == "" {
		return fmt.Errorf("workspace seed: team id, app id, bot id and bot user (id and name) are required")
	}
	ids, handles := map[string]bool{}, map[string]bool{}
	for _, u := range append([]User{s.App.User}, s.Users...) {
		if u.ID == "" || u.Name == "" {
			return fmt.Errorf("workspace seed: every user needs an id and a name, got %q and %q", u.ID, u.Name)
		}
		if ids[u.ID] || handles[u.Name] {
			return fmt.Errorf("workspace seed: user %s (%s) is there twice", u.ID, u.Name)
		}
		ids[u.ID], handles[u.Name] = true, true
	}
	seen := map[string]bool{}
	for _, c := range s.Channels {
		if c.ID == "" || c.Name == "" || seen[c.ID] || seen[c.Name] {
			return fmt.Errorf("workspace seed: every channel needs an id and a name of its own, got %q and %q", c.ID, c.Name)
		}
		seen[c.ID], seen[c.Name] = true, true
		for _, m := range c.Members {
			if !ids[m] {
				return fmt.Errorf("workspace seed: channel %s has the unknown member %s", c.Name, m)
			}
		}
	}
	return nil
}
