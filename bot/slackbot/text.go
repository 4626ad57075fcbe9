package slackbot

import (
	"strings"
)

var unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// plainText reads Slack's mrkdwn as what the person typed: mentions of me are taken out, of others become names, links
// their text, entities characters (https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages).
// mentioned says whether I was addressed. name gives the name of a user id.
func plainText(text, me string, name func(id string) string) (plain string, mentioned bool) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "<")
		b.WriteString(unescaper.Replace(before))
		if !found {
			break
		}
		token, after, closed := strings.Cut(rest, ">")
		if !closed { // a lone < cannot come from Slack; keep it
			b.WriteString("<" + unescaper.Replace(rest))
			break
		}
		if id, ok := mention(token); ok && id == me {
			mentioned = true
			after = leaveOut(&b, after)
		} else {
			b.WriteString(tokenText(token, name))
		}
		text = after
	}
	return strings.TrimSpace(b.String()), mentioned
}

// leaveOut closes the gap that a mention leaves: one space of two, and the punctuation after an address at the start.
func leaveOut(b *strings.Builder, after string) string {
	soFar := b.String()
	if strings.TrimSpace(soFar) == "" {
		return strings.TrimLeft(after, " \t,:;")
	}
	if strings.HasSuffix(soFar, " ") {
		return strings.TrimPrefix(after, " ")
	}
	return after
}

// mention reads "@U123" or "@U123|name".
func mention(token string) (id string, ok bool) {
	id, ok = strings.CutPrefix(token, "@")
	id, _, _ = strings.Cut(id, "|")
	return id, ok
}

// tokenText is what a reader sees of <token>.
func tokenText(token string, name func(string) string) string {
	target, label, labelled := strings.Cut(token, "|")
	label = unescaper.Replace(label)
	switch {
	case strings.HasPrefix(target, "@"):
		return name(target[1:])
	case strings.HasPrefix(target, "#"):
		if label == "" {
			label = target[1:]
		}
		return "#" + label
	case strings.HasPrefix(target, "!"):
		if labelled {
			return label
		}
		word, _, _ := strings.Cut(target[1:], "^")
		return "@" + word
	case label != "":
		return label
	}
	return unescaper.Replace(strings.TrimPrefix(target, "mailto:"))
}

// emojiName is a reaction's name without its skin tone.
func emojiName(reaction string) string {
	name, _, _ := strings.Cut(strings.Trim(reaction, ":"), "::")
	return name
}
