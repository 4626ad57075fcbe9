package render

import (
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// page collects blocks and never grows beyond Slack's limits. What does not fit is left out and remembered in cut.
type page struct {
	blocks    []slack.Block
	maxBlocks int
	left      int  // characters that may still come
	cut       bool // something was shortened or left out
}

func newPage() *page { return &page{maxBlocks: maxBlocks, left: maxMessage} }

// room reserves blocks and characters for what comes last and must not be missing.
func (p *page) room(blocks, chars int) { p.maxBlocks -= blocks; p.left -= chars }

func (p *page) add(chars int, b slack.Block) bool {
	if len(p.blocks) >= p.maxBlocks || chars > p.left {
		p.cut = true
		return false
	}
	p.blocks = append(p.blocks, b)
	p.left -= chars
	return true
}

// esc is foreign text, escaped, of at most n characters.
func (p *page) esc(s string, n int) string {
	s, cut := clip(s, n)
	p.cut = p.cut || cut
	return Escape(s)
}

// item is foreign text as one line.
func (p *page) item(s string, n int) string { return p.esc(line(s), n) }

// header is a title in large letters.
func (p *page) header(s string) {
	s, cut := clip(line(s), maxTitle)
	p.cut = p.cut || cut
	if s == "" {
		return
	}
	// Plain text is not escaped: Slack shows it as it is.
	p.add(count(s), slack.NewHeaderBlock(plain(s, maxHeader)))
}

// text puts lines of mrkdwn, each already safe, into as few sections as they need.
func (p *page) text(lines ...string) {
	var now []string
	size := 0
	flush := func() {
		if s := strings.Join(now, "\n"); strings.TrimSpace(s) != "" {
			p.section(s)
		}
		now, size = nil, 0
	}
	for _, l := range lines {
		n := count(l) + 1
		if size+n > maxSection {
			flush()
		}
		now, size = append(now, l), size+n
	}
	flush()
}

func (p *page) section(mrkdwn string) {
	if count(mrkdwn) > maxSection {
		p.cut = true
		return
	}
	p.add(count(mrkdwn), slack.NewSectionBlock(rich(mrkdwn), nil, nil))
}

// Blocks get no id of ours: Slack wants a new one for each version of a message and makes it itself.

// small is a line in small grey letters.
func (p *page) small(mrkdwn string) {
	if strings.TrimSpace(mrkdwn) == "" {
		return
	}
	p.add(count(mrkdwn), slack.NewContextBlock("", rich(mrkdwn)))
}

// rich is a mrkdwn text in which Slack makes no links by itself.
func rich(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}

// plain is a plain text of 1 to n characters, without :emoji: names being replaced.
func plain(s string, n int) *slack.TextBlockObject {
	s, _ = clip(line(s), n)
	if s == "" {
		s = " "
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func count(s string) int { return utf8.RuneCountInString(s) }
