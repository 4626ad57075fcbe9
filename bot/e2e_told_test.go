package main

import (
	"encoding/json"
	"strings"

	"github.com/google/go-github/v62/github"
	"github.com/slack-go/slack"
)

func pullPage(page int) *github.PullRequestListOptions {
	return &github.PullRequestListOptions{State: "all", ListOptions: github.ListOptions{Page: page, PerPage: 100}}
}

// told is what the bot said and did in a thread, without what differs from thread to thread, and the
// number of the pull request that it speaks of.
func told(th thread) (said []string, pull string) {
	for i, m := range th.read() {
		line := ""
		for _, r := range m.Reactions {
			line += ":" + r.Name + ": "
		}
		if i > 0 && (m.BotID == "" || strings.HasPrefix(m.Text, "This looks like what ")) {
			continue // a person, or a link to an earlier conversation, of which there are more each time
		}
		for _, f := range m.Files {
			line += "[" + f.Name + "] " // the title has a tag of the message
		}
		if i > 0 {
			line += m.Text + " " + plainBlocks(m)
		}
		line, number := withoutNumber(line)
		if number != "" {
			pull = number
		}
		said = append(said, line)
	}
	return said, pull
}

// withoutNumber replaces the number of a pull request, in its address and where it is named.
func withoutNumber(text string) (out, number string) {
	for _, mark := range []string{"/pull/", "pull request #"} {
		before, rest, found := strings.Cut(text, mark)
		out = before
		for found {
			var part string
			part, rest, found = strings.Cut(rest, mark)
			plain := strings.TrimLeft(part, "0123456789")
			number = part[:len(part)-len(plain)]
			out += mark + "N" + plain
		}
		text = out
	}
	return text, number
}

// plainBlocks are a message's blocks without the ids that the workspace made for them.
func plainBlocks(m slack.Message) string {
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		return err.Error()
	}
	var blocks any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return err.Error()
	}
	withoutIDs(blocks)
	raw, err = json.Marshal(blocks)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

func withoutIDs(v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			withoutIDs(one)
		}
	case map[string]any:
		delete(v, "block_id")
		if file, ok := v["slack_file"].(map[string]any); ok {
			delete(file, "id")
		}
		for _, one := range v {
			withoutIDs(one)
		}
	}
}
