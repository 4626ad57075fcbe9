package slackbot

import (
	"bytes"
	_ "embed"
	"slices"
)

//go:embed manifest.yaml
var manifest []byte

// Manifest is the app's manifest (YAML) to paste into Slack.
func Manifest() []byte { return bytes.Clone(manifest) }

// needs lists, for every Web API method that this package calls, the scopes of which one is enough; for
// methods that read conversations, the scope for each kind of conversation. Nil: no scope.
var needs = map[string][]string{
	"apps.connections.open":        nil, // connections:write of the app token
	"assistant.threads.setStatus":  {"chat:write"},
	"auth.test":                    nil,
	"chat.postEphemeral":           {"chat:write"},
	"chat.postMessage":             {"chat:write"},
	"chat.update":                  {"chat:write"},
	"conversations.history":        {"channels:history", "groups:history", "im:history", "mpim:history"},
	"conversations.info":           {"channels:read", "groups:read", "im:read", "mpim:read"},
	"conversations.replies":        {"channels:history", "groups:history", "im:history", "mpim:history"},
	"files.completeUploadExternal": {"files:write"},
	"files.getUploadURLExternal":   {"files:write"},
	"reactions.add":                {"reactions:write"},
	"reactions.get":                {"reactions:read"},
	"users.conversations":          {"channels:read", "groups:read", "im:read", "mpim:read"},
	"users.info":                   {"users:read"},
	"views.publish":                nil,
}

// Scopes are all scopes of the bot token: what the methods need and what the events need, sorted.
func Scopes() []string {
	// app_mention events need a scope of their own; message events need the history scopes, reaction events reactions:read.
	// A picture in a block is read by Slack on the bot's behalf.
	all := []string{"app_mentions:read", "files:read"}
	for _, scopes := range needs {
		all = append(all, scopes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
