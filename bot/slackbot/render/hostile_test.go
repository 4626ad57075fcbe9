package render_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/slack-go/slack"

	"firstmile/bot/local/slackapi/blockkit"
	"firstmile/bot/slackbot/render"
	"firstmile/planner/plan"
)

// words are what people, models and repositories may send.
var words = []string{"churn", "<!everyone>", "<!channel>", "<@U0ANA>", "<https://evil.example|https://good.example>", "a & b", "&amp;", "&lt;!here&gt;",
	"```", "`", "*bold*", "_it_", ":rocket:", "\x00\x07", "\u202eevil", "\xff\xfe", "日本語", "👩‍👩‍👧", "\n", "\n\n", "\t", "|", "> quote", "", " ", "{\"q\":1}", "\\", "<"}

type maker struct{ *rand.Rand }

func (m maker) text(n int) string {
	var b strings.Builder
	for range m.IntN(n + 1) {
		b.WriteString(words[m.IntN(len(words))])
		if m.IntN(3) > 0 {
			b.WriteString(" ")
		}
	}
	return b.String()
}

// size is mostly small and sometimes very large.
func (m maker) size(large int) int {
	if m.IntN(8) == 0 {
		return large
	}
	return m.IntN(6)
}

func (m maker) texts(n int) []string {
	list := make([]string, m.size(n))
	for i := range list {
		list[i] = m.text(m.size(300))
	}
	return list
}

func (m maker) message() plan.Message {
	kinds := []plan.MessageKind{plan.SayHelp, plan.SayRestate, plan.SayProgress, plan.SayQuestions, plan.SayProposal, plan.SayProposal, plan.SayExists,
		plan.SayPublished, plan.SayRefused, plan.SayDeclined, plan.SayEscalated, plan.SayCancelled, plan.SayFailed, plan.SayNote, plan.MessageKind(m.text(2))}
	msg := plan.Message{Kind: kinds[m.IntN(len(kinds))], Text: m.text(m.size(3000)), Examples: m.texts(80)}
	for range m.size(120) {
		msg.Steps = append(msg.Steps, plan.ProgressStep{Name: m.text(m.size(300)), State: plan.StepRunning, Note: m.text(m.size(300))})
		msg.Unknown = append(msg.Unknown, plan.Unknown{Words: m.text(8), Reason: m.text(m.size(300)), Nearest: m.texts(20)})
	}
	for range m.size(30) {
		q := plan.Question{ID: "definition:" + m.text(m.size(400)), Text: m.text(m.size(300)), Why: m.text(m.size(300))}
		for range m.size(40) {
			q.Options = append(q.Options, plan.Option{ID: m.text(6), Label: m.text(m.size(200)), Detail: m.text(m.size(200)), Default: m.IntN(2) == 0})
		}
		msg.Questions = append(msg.Questions, q)
		if m.IntN(3) == 0 {
			msg.Answers = append(msg.Answers, plan.Answer{Question: q.ID, Text: m.text(m.size(300)), Person: plan.Person{Name: m.text(4)}, Assumed: m.IntN(2) == 0})
		}
	}
	if m.IntN(6) > 0 {
		msg.Proposal = m.proposal()
		msg.Reuse = &plan.Reuse{Model: m.text(4), Path: m.text(6), Query: m.text(m.size(3000)), Evidence: m.texts(60)}
		msg.PR = m.pr()
	}
	return msg
}

// links are addresses as the program makes them, and some that it must not turn into a link.
var links = []string{"https://git.example.com/a/b/pull/7", "https://git.example.com/a?x=1&y=2", "https://git.example.com/team/analytics/pull/7", "https://a|b>", "javascript:alert(1)", "https://user:pw@evil.example", "<!everyone>", "", "https://a.example/ x"}

func (m maker) pr() *plan.PR {
	if m.IntN(2) == 0 {
		return nil
	}
	return &plan.PR{Number: m.IntN(3), URL: links[m.IntN(len(links))], Branch: m.text(3), Commit: m.text(1), Warning: m.text(m.size(200))}
}

func (m maker) proposal() *plan.Proposal {
	states := []plan.VerdictState{plan.Green, plan.Waiting, plan.Red, plan.Partial, ""}
	p := &plan.Proposal{Digest: "d" + m.text(m.size(500)), Title: m.text(m.size(60)), Restatement: m.text(m.size(800)), Model: m.text(m.size(50)),
		Path: m.text(m.size(50)), SQL: m.text(m.size(8000)), Files: m.texts(100), State: states[m.IntN(len(states))], Reasons: m.texts(50),
		Approvers: m.text(m.size(300)), Emoji: append(m.texts(3), "rocket"), Stale: m.IntN(4) == 0, PR: m.pr(), Spec: &plan.Spec{}}
	if m.IntN(3) == 0 {
		p.Approved = &plan.Person{Name: m.text(m.size(100))}
	}
	for range m.size(200) {
		p.Assumptions = append(p.Assumptions, plan.Assumption{Text: m.text(m.size(200)), Major: m.IntN(2) == 0})
		p.Checks = append(p.Checks, plan.Check{Name: m.text(2), Status: plan.Failed, Detail: m.text(m.size(300))})
	}
	v := &plan.Preview{Truncated: m.IntN(2) == 0, RowCount: m.IntN(500)}
	for i := range m.size(200) {
		v.Columns = append(v.Columns, fmt.Sprint(m.text(3), i))
	}
	for range m.size(300) {
		row := make([]any, m.IntN(len(v.Columns)+2))
		for i := range row {
			row[i] = []any{nil, m.text(m.size(40)), m.Float64() * 1e9, true, int64(3)}[m.IntN(5)]
		}
		v.Rows = append(v.Rows, row)
	}
	p.Preview = v
	return p
}

// Whatever is to be said, Slack takes it, nothing foreign acts, and nothing disappears.
func TestAnythingRenders(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	m := maker{rand.New(rand.NewPCG(seed, 1))}
	schema := schemaOf(t)
	for i := range 120 {
		msg := m.message()
		o := render.Options{}
		if m.IntN(2) == 0 {
			o.Chart = "F0CHART"
		}
		if problems := problemsOf(t, msg, o, schema); len(problems) > 0 {
			t.Fatalf("message %d: %q", i, problems)
		}
		requests := make([]render.Request, m.size(300))
		for i := range requests {
			requests[i] = render.Request{Title: m.text(m.size(200)), Stage: plan.Stage(m.text(1)), Link: links[m.IntN(len(links))], PR: m.pr()}
		}
		home := render.Home(requests, m.texts(50))
		if problems := blockProblems(t, home.Blocks.BlockSet, 100); len(problems) > 0 {
			t.Fatalf("home %d: %q", i, problems)
		}
	}
}

// FuzzMessage does the same with what the fuzzer comes up with as text.
func FuzzMessage(f *testing.F) {
	for i, w := range words {
		f.Add(w, w+w, i)
	}
	names := make([]string, 0, len(every()))
	for name := range every() {
		names = append(names, name)
	}
	slices.Sort(names)
	f.Fuzz(func(t *testing.T, a, b string, n int) {
		msg := every()[names[uint(n)%uint(len(names))]]
		msg.Text = a
		for i := range msg.Questions {
			msg.Questions[i].ID, msg.Questions[i].Text, msg.Questions[i].Why = a+b, b, a
		}
		if msg.Proposal != nil {
			msg.Proposal.SQL, msg.Proposal.Title, msg.Proposal.Approvers = strings.Repeat(a, uintMod(n, 400)), b, a+b
			msg.Proposal.Preview.Rows = append(msg.Proposal.Preview.Rows, []any{a, b})
		}
		if msg.PR != nil {
			msg.PR.URL = b
		}
		if problems := problemsOf(t, msg, render.Options{}, nil); len(problems) > 0 {
			t.Fatalf("%q", problems)
		}
	})
}

func uintMod(n, m int) int { return int(uint(n) % uint(m)) }

func problemsOf(t testing.TB, msg plan.Message, o render.Options, schema *jsonschema.Schema) []string {
	r := render.Message(msg, o)
	problems := blockProblems(t, r.Blocks, 50)
	if r.Text == "" || utf8.RuneCountInString(r.Text) > 4000 || unescaped(r.Text) {
		problems = append(problems, fmt.Sprintf("text %.200q", r.Text))
	}
	for _, f := range r.Files {
		if len(f.Content) == 0 || f.Name == "" || strings.ContainsAny(f.Name, "/\\<> ") || len(f.Name) > 120 {
			problems = append(problems, fmt.Sprintf("file %q of %d bytes", f.Name, len(f.Content)))
		}
	}
	if schema != nil {
		for _, b := range r.Blocks {
			v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encode(t, b))))
			if err == nil {
				err = schema.Validate(v)
			}
			if err != nil {
				problems = append(problems, err.Error())
			}
		}
	}
	return append(problems, proposalProblems(msg, r)...)
}

// proposalProblems checks what a proposal promises: buttons exactly while a decision is open, and the whole SQL.
func proposalProblems(msg plan.Message, r render.Rendered) (problems []string) {
	p := msg.Proposal
	if msg.Kind != plan.SayProposal || p == nil {
		return nil
	}
	approve, shown := false, false
	for _, b := range r.Blocks {
		if s, ok := b.(*slack.SectionBlock); ok && strings.TrimSpace(p.SQL) != "" && strings.HasPrefix(s.Text.Text, "```") && (!strings.Contains(s.Text.Text, "…") || strings.Contains(p.SQL, "…")) {
			shown = true
		}
		a, ok := b.(*slack.ActionBlock)
		if !ok {
			continue
		}
		for _, e := range a.Elements.ElementSet {
			approve = approve || e.(*slack.ButtonBlockElement).ActionID == render.ActionApprove && e.(*slack.ButtonBlockElement).Value == p.Digest
		}
	}
	open := !p.Stale && p.Approved == nil && p.PR == nil && p.State != plan.Red && utf8.RuneCountInString(p.Digest) <= 2000
	if approve != open {
		problems = append(problems, fmt.Sprintf("approve button %v, want %v", approve, open))
	}
	for _, f := range r.Files {
		shown = shown || string(f.Content) == p.SQL
	}
	if strings.TrimSpace(p.SQL) != "" && !shown {
		problems = append(problems, "the SQL is neither shown nor attached")
	}
	return problems
}

func blockProblems(t testing.TB, blocks []slack.Block, most int) (problems []string) {
	raw := encode(t, blocks)
	parsed, err := blockkit.Parse(raw)
	if err != nil {
		return []string{err.Error()}
	}
	for _, p := range blockkit.Check(parsed, most) {
		problems = append(problems, p.String())
	}
	if n := blockkit.Characters(parsed); n > 12_000 {
		problems = append(problems, fmt.Sprintf("%d characters", n))
	}
	if len(parsed) == 0 {
		problems = append(problems, "no blocks")
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return append(problems, err.Error())
	}
	return append(problems, foreign(v)...)
}

// foreign looks for mrkdwn in which anything but the program's own links is not escaped.
func foreign(v any) (problems []string) {
	switch x := v.(type) {
	case []any:
		for _, e := range x {
			problems = append(problems, foreign(e)...)
		}
	case map[string]any:
		if text, _ := x["text"].(string); x["type"] == "mrkdwn" {
			if unescaped(text) {
				problems = append(problems, fmt.Sprintf("not escaped: %.300q", text))
			}
			if x["verbatim"] != true {
				problems = append(problems, "Slack may make links in a text")
			}
		}
		for _, e := range x {
			problems = append(problems, foreign(e)...)
		}
	}
	return problems
}

func unescaped(text string) bool {
	for _, l := range links[:3] {
		start := "<" + strings.ReplaceAll(l, "&", "&amp;") + "|"
		for {
			before, rest, ok := strings.Cut(text, start)
			_, after, closed := strings.Cut(rest, ">")
			if !ok || !closed {
				break
			}
			text = before + after
		}
	}
	for _, entity := range []string{"&amp;", "&lt;", "&gt;"} {
		text = strings.ReplaceAll(text, entity, "")
	}
	return strings.ContainsAny(text, "<>&\x00\u202e") || !utf8.ValidString(text)
}

// schemaOf is the schema of a block from the client of Slack's own; nil where the contracts are not at hand.
func schemaOf(t *testing.T) *jsonschema.Schema {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "contracts", "slack-webapi-8.2.0.schema.json")
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI needs the contracts: %v", err)
		}
		t.Log("the contracts are not here: blocks are checked by their limits only")
		return nil
	}
	schema, err := jsonschema.NewCompiler().Compile(path + "#/definitions/KnownBlock")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
