package render

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Escape makes plain text safe inside mrkdwn: Slack's control characters become entities, so that no mention
// and no link can come out of it (https://docs.slack.dev/messaging/formatting-message-text#escaping).
func Escape(s string) string { return escaper.Replace(clean(s)) }

// clean drops what no text needs and some abuse: invalid UTF-8, control characters other than line breaks and
// tabs, and the marks that turn the reading direction around.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
}

// line makes one line of a text.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// clip shortens s to at most n characters, counted after escaping, and says whether it had to.
func clip(s string, n int) (string, bool) {
	s = clean(s)
	size := 0
	for i, r := range s {
		w := len(escaper.Replace(string(r)))
		if w < 4 {
			w = 1 // not an entity: one character, however many bytes
		}
		if size+w > n {
			return cutTo(s[:i], n), true
		}
		size += w
	}
	return s, false
}

// cutTo takes the end off a text that fills n characters, to make room for the sign that says so.
func cutTo(s string, n int) string {
	for utf8.RuneCountInString(Escape(s)) > max(n-1, 0) {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return strings.TrimRight(s, " \n\t") + "…"
}

// code is s as inline code. A backtick would end it.
func code(s string) string {
	s = strings.ReplaceAll(line(s), "`", "'")
	if s == "" {
		return ""
	}
	return "`" + Escape(s) + "`"
}

// fence is s as a code block of at most n characters. Three backticks in s would end it: they are set apart.
func fence(s string, n int) (string, bool) {
	s = strings.ReplaceAll(s, "```", "`\u200b`\u200b`")
	s, cut := clip(strings.TrimRight(s, "\n"), n-8)
	if strings.TrimSpace(s) == "" {
		s = " "
	}
	return "```\n" + Escape(s) + "\n```", cut
}

// Link is a link to an address that the program made itself, or the address as text where Slack could take it
// for something else.
func Link(address, label string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil ||
		strings.ContainsAny(address, "<>| \t\r\n") || clean(address) != address {
		return Escape(address)
	}
	label = strings.ReplaceAll(line(label), "|", "/")
	if label == "" {
		label = address
	}
	return "<" + escapeAmp(address) + "|" + Escape(label) + ">"
}

func escapeAmp(s string) string { return strings.ReplaceAll(s, "&", "&amp;") }
