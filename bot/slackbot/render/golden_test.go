package render_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"firstmile/bot/slackbot/render"
	"firstmile/planner/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files; read the difference before committing it")

func churn() plan.Question {
	return plan.NewQuestion(plan.AskDefinition, "churn", "Which churn do you mean?", "It changes the number: 352 or 312 in May 2026.",
		plan.Option{ID: "customers", Label: "Customers who left", Default: true, Detail: "share of paying customers"},
		plan.Option{ID: "revenue", Label: "Revenue lost"})
}

func proposed(change func(*plan.Proposal)) plan.Message {
	p := plan.Proposal{
		Digest: "c89116", Title: "Weekly customer churn rate by billing region", Restatement: "You want the weekly customer churn rate by billing region.",
		Model: "fct_weekly_churn", Path: "models/marts/fct_weekly_churn.sql", Files: []string{"models/marts/fct_weekly_churn.sql"},
		SQL:         "select\n    week,\n    region,\n    lost / nullif(opening, 0) as churn_rate\nfrom {{ ref('fct_subscriptions') }}\nwhere a < 3 and b > 4\n",
		Assumptions: []plan.Assumption{{Text: "Weeks start on Monday."}, {Text: "Trials are left out.", Major: true}},
		Checks: []plan.Check{{Name: plan.CheckPaths, Status: plan.Passed, Detail: "2 files below models/"}, {Name: plan.CheckGrain, Status: plan.Failed, Detail: "3 rows share a key"},
			{Name: plan.CheckDBT, Status: plan.NotRun, Detail: "running"}},
		Preview: &plan.Preview{Columns: []string{"week", "region", "churn_rate"}, RowCount: 90, Truncated: true,
			Rows: [][]any{{"2026-01-05", "EMEA", 0.1}, {"2026-01-12", nil, nil}}},
		Spec:  &plan.Spec{Measures: []plan.Measure{{Name: "churn_rate", Format: plan.Rate}}},
		State: plan.Green, Approvers: "the requester may approve", Emoji: []string{"white_check_mark", "rocket"}}
	if change != nil {
		change(&p)
	}
	return plan.Message{Kind: plan.SayProposal, Text: "Proposal: " + p.Title, Proposal: &p}
}

// every is one message of each kind and state.
func every() map[string]plan.Message {
	two := churn()
	pr := &plan.PR{Number: 7, URL: "https://git.example.com/team/analytics/pull/7", Branch: "firstmile/fct_weekly_churn-12345678"}
	return map[string]plan.Message{
		"restate":  {Kind: plan.SayRestate, Text: "You want the weekly churn rate by region."},
		"progress": {Kind: plan.SayProgress, Text: "Working on it", Steps: []plan.ProgressStep{{Name: "Write the model", State: plan.StepDone}, {Name: "Check it on data", State: plan.StepRunning, Note: "2 of 9"}, {Name: "Show it", State: plan.StepWaiting}}},
		"question": {Kind: plan.SayQuestions, Text: "One question before I start:", Questions: []plan.Question{two}},
		"questions": {Kind: plan.SayQuestions, Text: "2 questions before I start:", Questions: []plan.Question{two,
			plan.NewQuestion(plan.AskUnknown, "sticky", "What does “sticky” mean?", "Nothing in the glossary explains it.")},
			Answers: []plan.Answer{{Question: two.ID, Option: "revenue", Person: plan.Person{ID: "U1", Name: "Ana"}}}},
		"questions_closed":   {Kind: plan.SayQuestions, Text: "These questions are closed."},
		"proposal":           proposed(nil),
		"proposal_waiting":   proposed(func(p *plan.Proposal) { p.State, p.Reasons = plan.Waiting, []string{"dbt build is running"} }),
		"proposal_partial":   proposed(func(p *plan.Proposal) { p.State, p.Reasons = plan.Partial, []string{"no data source"} }),
		"proposal_red":       proposed(func(p *plan.Proposal) { p.State, p.Reasons = plan.Red, []string{"3 rows share a key"} }),
		"proposal_stale":     proposed(func(p *plan.Proposal) { p.Stale = true }),
		"proposal_approved":  proposed(func(p *plan.Proposal) { p.Approved = &plan.Person{ID: "U1", Name: "Ana"} }),
		"proposal_published": proposed(func(p *plan.Proposal) { p.Approved, p.PR = &plan.Person{ID: "U1", Name: "Ana"}, pr }),
		"proposal_extend": proposed(func(p *plan.Proposal) {
			p.Diff = plan.Diff([]byte("select *\nfrom a\n"), []byte("select *, 1 as b\nfrom a\n"))
			p.Reuse = &plan.Reuse{Verdict: plan.Extend, Model: p.Model, Evidence: []string{"It has one row per week already & lacks <b>.", "It is used by exposure board."}}
			p.Checks = append(p.Checks, plan.Check{Name: plan.CheckUnchanged, Status: plan.Passed, Detail: "90 rows as before"})
		}),
		"proposal_branch": proposed(func(p *plan.Proposal) { p.PR = &plan.PR{Branch: "firstmile/x", Commit: "0123456789"} }),
		"exists": {Kind: plan.SayExists, Text: "This exists already.", Reuse: &plan.Reuse{Verdict: plan.Exists, Model: "fct_churn", Path: "models/fct_churn.sql",
			Query: "select week, churn_rate from fct_churn", Evidence: []string{"same measure", "same grain"}}},
		"published": {Kind: plan.SayPublished, Text: "The pull request is open: " + pr.URL, PR: pr},
		"declined":  {Kind: plan.SayDeclined, Text: "I don't know one of the words.", Unknown: []plan.Unknown{{Words: "vibes", Reason: "no term or column of that name", Nearest: []string{"visits"}}}},
		"help":      {Kind: plan.SayHelp, Text: "Tell me what to measure, for example:", Examples: []string{"weekly churn by region", "revenue > 100 & <b>"}},
		"refused":   {Kind: plan.SayRefused, Text: "Your approval does not count.", To: &plan.Person{ID: "U1"}},
		"escalated": {Kind: plan.SayEscalated, Text: "Someone of the data team should look at this."},
		"cancelled": {Kind: plan.SayCancelled, Text: "Stopped. Nothing was published."},
		"failed":    {Kind: plan.SayFailed, Text: "I could not reach the repository. <!channel> <https://evil.example|https://good.example>"},
		"note":      {Kind: plan.SayNote, Text: "Noted. One more approval is needed."},
	}
}

func TestGoldens(t *testing.T) {
	for name, m := range every() {
		t.Run(name, func(t *testing.T) {
			o := render.Options{}
			if name == "proposal" {
				o.Chart = "F0CHART"
			}
			r := render.Message(m, o)
			got := encode(t, struct {
				Text   string `json:"text"`
				Blocks any    `json:"blocks"`
				Files  int    `json:"files"`
			}{r.Text, r.Blocks, len(r.Files)})
			path := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
