package render

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// Rendered is a message as Slack takes it.
type Rendered struct {
	// Text stands in notifications and is read out by screen readers; it is escaped. Never empty.
	Text   string
	Blocks []slack.Block
	// Files hold what did not fit into the blocks, to be shared in the thread.
	Files []File
}

// File is a text to be uploaded.
type File struct {
	Name    string // of the file, without a folder
	Content []byte
}

// Options are what a message may show besides its own data.
type Options struct {
	// Chart is the id of an uploaded picture of the proposal's preview; empty shows none.
	Chart string
	// Call are ids of users ("U…", "W…") and user groups ("S…") to be notified; see Message.Call of package plan.
	Call []string
}

// Message renders every kind of message. An unknown kind is shown by its text.
func Message(m plan.Message, o Options) Rendered {
	p := newPage()
	p.room(1, len(cutNote))
	r := Rendered{}
	var sql *File
	switch m.Kind {
	case plan.SayProgress:
		progress(p, m)
	case plan.SayQuestions:
		questions(p, m)
	case plan.SayProposal:
		sql = proposal(p, m, o)
	case plan.SayExists:
		exists(p, m)
	case plan.SayPublished:
		published(p, m)
	case plan.SayDeclined:
		declined(p, m)
	case plan.SayHelp:
		help(p, m)
	case plan.SayLesson:
		lesson(p, m)
	case plan.SayAlike:
		say(p, "👯", m.Text)
		p.text(links(m.Past)...)
	default:
		say(p, marks[m.Kind], m.Text)
	}
	if call := mentions(o.Call); call != "" {
		p.text(call)
	}
	if p.cut {
		p.maxBlocks, p.left = maxBlocks, p.left+len(cutNote)
		p.small(cutNote)
		r.Files = append(r.Files, File{Name: safeName(string(m.Kind), "message") + ".txt", Content: []byte(Plain(m))})
	}
	if sql != nil {
		r.Files = append(r.Files, *sql)
	}
	r.Blocks = p.blocks
	r.Text = fallback(m)
	return r
}

// mentions notifies people and user groups by their ids. Anything else is no mention.
func mentions(ids []string) string {
	var out []string
	for _, id := range ids {
		switch {
		case !IsID(id):
		case id[0] == 'S':
			out = append(out, "<!subteam^"+id+">")
		default:
			out = append(out, "<@"+id+">")
		}
	}
	return strings.Join(out, " ")
}

// IsID reports whether a text is the id of a Slack user or user group.
func IsID(id string) bool {
	if len(id) < 6 || !strings.ContainsRune("UWS", rune(id[0])) {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
}

// cutNote follows a message that was shortened; room for it is kept from the start.
const cutNote = "This was too long for one message. The whole text is in a file in this thread."

// marks stand before the texts that people should see at a glance.
var marks = map[plan.MessageKind]string{
	plan.SayFailed: "⚠️", plan.SayEscalated: "🙋", plan.SayRefused: "🚫", plan.SayCancelled: "🛑",
}

// fallback is the message without blocks. A proposal's is short: its text is in the notification of a phone.
func fallback(m plan.Message) string {
	text := Plain(m)
	if m.Kind == plan.SayProposal && m.Proposal != nil {
		text = strings.TrimSpace(m.Text + "\n" + m.Proposal.Restatement + "\n" + stateLine(m.Proposal))
	}
	text, _ = clip(text, maxFallback)
	if strings.TrimSpace(text) == "" {
		return "(no text)"
	}
	return Escape(text)
}

// say shows a text, in as many sections as it needs.
func say(p *page, mark, text string) {
	if mark != "" {
		mark += " "
	}
	text = strings.TrimSpace(clean(text))
	if text == "" {
		text = "(no text)"
	}
	for _, part := range chunks(text, maxSection-10) {
		p.section(mark + Escape(part))
		mark = ""
	}
}

// chunks cuts a plain text into parts of at most n characters each after escaping, at a line's or word's end where there is one.
func chunks(text string, n int) []string {
	var out []string
	for {
		head, cut := clip(text, n)
		if !cut {
			return append(out, text)
		}
		head = strings.TrimSuffix(head, "…")
		if i := strings.LastIndexAny(head, "\n "); i > len(head)/2 {
			head = head[:i]
		}
		if head == "" {
			return out // cannot happen: n is larger than any entity
		}
		out = append(out, head)
		text = strings.TrimLeft(strings.TrimPrefix(clean(text), head), " \n")
		if text == "" {
			return out
		}
	}
}

var stepMarks = map[plan.ProgressState]string{
	plan.StepWaiting: "▫️", plan.StepRunning: "⏳", plan.StepDone: "✓", plan.StepFailed: "✗",
}

func progress(p *page, m plan.Message) {
	lines := []string{"*" + p.item(m.Text, maxLine) + "*"}
	for _, s := range m.Steps {
		l := stepMarks[s.State] + " " + p.item(s.Name, maxLine)
		if s.Note != "" {
			l += " – " + p.item(s.Note, maxLine)
		}
		lines = append(lines, l)
	}
	p.text(lines...)
}

func help(p *page, m plan.Message) {
	say(p, "", m.Text)
	p.text(bullets(p, m.Examples)...)
}

func bullets(p *page, items []string) []string {
	var out []string
	for _, e := range items {
		out = append(out, "• "+p.item(e, maxLine))
	}
	return out
}

func declined(p *page, m plan.Message) {
	say(p, "", m.Text)
	var lines []string
	for _, u := range m.Unknown {
		l := "• “" + p.item(u.Words, maxLine) + "”"
		if u.Reason == m.Text { // said already
			l = ""
		} else if u.Reason != "" {
			l += " – " + p.item(u.Reason, maxLine)
		}
		if len(u.Nearest) > 0 {
			l += "\n   Nearest: " + p.item(strings.Join(u.Nearest, ", "), maxLine)
		}
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	p.text(lines...)
}

func exists(p *page, m plan.Message) {
	say(p, "", m.Text)
	if m.Reuse == nil {
		return
	}
	if name := code(cropped(p, m.Reuse.Model)); name != "" {
		l := "*Model* " + name
		if path := code(cropped(p, m.Reuse.Path)); path != "" {
			l += " in " + path
		}
		p.text(l)
	}
	if m.Reuse.Query != "" {
		block, cut := fence(m.Reuse.Query, maxSQL)
		p.cut = p.cut || cut
		p.section(block)
	}
	p.text(bullets(p, m.Reuse.Evidence)...)
}

func cropped(p *page, s string) string {
	s, cut := clip(s, maxLine)
	p.cut = p.cut || cut
	return s
}

func published(p *page, m plan.Message) {
	if m.PR == nil || m.PR.URL == "" || !strings.Contains(m.Text, m.PR.URL) {
		say(p, "🎉", m.Text)
	} else {
		before, after, _ := strings.Cut(m.Text, m.PR.URL)
		p.text("🎉 " + p.esc(before, maxLine) + Link(m.PR.URL, prLabel(m.PR)) + p.esc(after, maxLine))
	}
	if m.PR != nil && m.PR.Warning != "" {
		p.small("⚠️ " + p.item(m.PR.Warning, maxLine))
	}
}

func prLabel(pr *plan.PR) string {
	if pr.Number > 0 {
		return fmt.Sprintf("pull request #%d", pr.Number)
	}
	return pr.URL
}

// links lead to the threads and pull requests of other designs.
func links(past []plan.PastDesign) []string {
	var out []string
	for _, d := range past {
		var to []string
		if d.Link != "" {
			to = append(to, Link(d.Link, "the thread"))
		}
		if d.PR != nil && d.PR.URL != "" {
			to = append(to, Link(d.PR.URL, prLabel(d.PR)))
		}
		if len(to) > 0 {
			out = append(out, "• "+strings.Join(to, " · "))
		}
	}
	return out
}

// prText is where a pull request, or the branch of a local repository, is.
func prText(p *page, pr *plan.PR) string {
	if pr.URL != "" {
		return Link(pr.URL, prLabel(pr))
	}
	return "branch " + code(cropped(p, pr.Branch))
}
