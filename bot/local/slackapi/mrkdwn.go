package slackapi

import (
	"strings"

	"firstmile/bot/local/slackapi/workspace"
)

// normalize turns the text of a call into what Slack stores: & < > are escaped unless they are escaped already or
// belong to a link, mention or command in angle brackets, and bare web addresses become links.
func normalize(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		switch rest := text[i:]; {
		case rest[0] == '<':
			n := bracketed(rest)
			if n == 0 {
				out.WriteString("&lt;")
				i++
				continue
			}
			out.WriteString(rest[:n])
			i += n
		case rest[0] == '>':
			out.WriteString("&gt;")
			i++
		case rest[0] == '&':
			if hasAnyPrefix(rest, "&amp;", "&lt;", "&gt;") {
				out.WriteByte('&')
			} else {
				out.WriteString("&amp;")
			}
			i++
		case rest[0] == 'h' && startsWord(text, i) && webAddress(rest) > 0:
			n := webAddress(rest)
			out.WriteString("<" + strings.ReplaceAll(strings.ReplaceAll(rest[:n], "&amp;", "&"), "&", "&amp;") + ">")
			i += n
		default:
			out.WriteByte(rest[0])
			i++
		}
	}
	return out.String()
}

// bracketed is the length of a mention, link or command in angle brackets at the start of text, or 0.
func bracketed(text string) int {
	end := strings.IndexAny(text[1:], "<>\n") + 1
	if end < 2 || text[end] != '>' || !hasAnyPrefix(text[1:], "@", "#", "!", "http://", "https://", "mailto:", "tel:") {
		return 0
	}
	return end + 1
}

// webAddress is the length of a bare web address at the start of text, or 0; punctuation at its end is not part of it.
func webAddress(text string) int {
	if !hasAnyPrefix(text, "http://", "https://") {
		return 0
	}
	end := strings.IndexAny(text, " \t\r\n<>|\"`")
	if end < 0 {
		end = len(text)
	}
	for _, stop := range []string{"&lt;", "&gt;"} {
		if i := strings.Index(text[:end], stop); i >= 0 {
			end = i
		}
	}
	address := text[:end]
	for {
		shorter := strings.TrimRight(address, ".,:!?)*_~'")
		if strings.HasSuffix(shorter, ";") && !strings.HasSuffix(shorter, "&amp;") {
			shorter = shorter[:len(shorter)-1]
		}
		if shorter == address {
			break
		}
		address = shorter
	}
	_, host, _ := strings.Cut(address, "//")
	if host == "" || !wordByte(host[0]) {
		return 0
	}
	return len(address)
}

// startsWord says whether a word can begin at i: in code marks a web address stays as it is.
func startsWord(text string, i int) bool {
	return i == 0 || strings.IndexByte(" \t\r\n(*_~", text[i-1]) >= 0
}

// resolveHandles turns "@handle" typed by a person into <@ID>. Slack's own composer does this before it sends; here the
// server does it for everything sent with a person's token, so that every client can mention by typing.
func resolveHandles(text string, users []*workspace.User) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		if text[i] == '<' {
			if n := bracketed(text[i:]); n > 0 {
				out.WriteString(text[i : i+n])
				i += n
				continue
			}
		}
		if text[i] == '@' && (i == 0 || !wordByte(text[i-1])) {
			end := i + 1
			for end < len(text) && (wordByte(text[end]) || text[end] == '.' || text[end] == '-') {
				end++
			}
			// "@ann." at the end of a sentence is Ann: shorten until a handle fits
			if u, n := handle(text[i+1:end], users); u != nil {
				out.WriteString("<@" + u.ID + ">")
				i += 1 + n
				continue
			}
		}
		out.WriteByte(text[i])
		i++
	}
	return out.String()
}

func handle(word string, users []*workspace.User) (*workspace.User, int) {
	for n := len(word); n > 0; n = len(strings.TrimRight(word[:n], ".-")) {
		for _, u := range users {
			if strings.EqualFold(u.Name, word[:n]) {
				return u, n
			}
		}
		if c := word[n-1]; c != '.' && c != '-' {
			break
		}
	}
	return nil, 0
}

// mentions says whether a stored text mentions a user.
func mentions(text, user string) bool {
	return strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@"+user+"|")
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
