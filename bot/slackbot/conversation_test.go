package slackbot_test

import (
	"context"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"firstmile/bot/slackbot"
	"firstmile/planner/plan"
)

func sample() plan.Message {
	return plan.Message{Kind: plan.SayProposal, Text: "Proposal: Weekly churn", Proposal: &plan.Proposal{
		Digest: "abc123", Title: "Weekly churn by region", Restatement: "You want weekly churn by region.", Model: "fct_churn",
		Path: "models/marts/fct_churn.sql", SQL: "select 1 as churn_rate", Files: []string{"models/marts/fct_churn.sql"},
		Checks: []plan.Check{{Name: plan.CheckPaths, Status: plan.Passed, Detail: "1 file"}},
		Preview: &plan.Preview{Columns: []string{"week", "region", "churn_rate"}, RowCount: 4, Rows: [][]any{
			{"2026-01-05", "EMEA", 0.1}, {"2026-01-05", "APAC", 0.2}, {"2026-01-12", "EMEA", 0.15}, {"2026-01-12", "APAC", nil}}},
		Spec: &plan.Spec{Title: "Weekly churn", Measures: []plan.Measure{{Name: "churn_rate", Label: "Churn rate", Format: plan.Rate}},
			Dimensions: []plan.Dimension{{Name: "region"}}, Time: &plan.TimeAxis{Name: "week", Grain: plan.Week}},
		State: plan.Green, Approvers: "the requester may approve", Emoji: []string{"white_check_mark", "rocket"}}}
}

// The whole conversation as a person has it: a mention, an eye, a question with buttons, a proposal, an approval.
func TestConversation(t *testing.T) {
	o, d, ctx := open(t), newDesk(), context.Background()
	b, _ := o.listen(d, func(c *slackbot.Config) {
		c.Projects = func(string) []plan.ProjectID { return []plan.ProjectID{"northpeak"} }
	})

	root := o.say(ana, requests, "@firstmile Can we track churn & more?", "")
	e := d.last(t, 1)
	want := plan.Said{Person: plan.Person{ID: ana, Name: "ana"}, Text: "Can we track churn & more?",
		Message: plan.MessageRef{Channel: requests, TS: root}, Mention: true, Project: "northpeak"}
	if e.thread != id(root) || e.event.Key != "msg:"+team+"/"+requests+"/"+root+"/" || e.event.Said.Text != want.Text ||
		e.event.Said.Person.Name != "ana" || e.event.Said.Message != want.Message || !e.event.Said.Mention || e.event.Said.Project != "northpeak" {
		t.Fatalf("%+v %+v", e, e.event.Said)
	}

	for range 2 { // the second is already there
		if err := b.React(ctx, e.event.Said.Message, "eyes"); err != nil {
			t.Fatal(err)
		}
	}
	q := plan.NewQuestion(plan.AskDefinition, "churn", "Which churn?", "It changes the number.",
		plan.Option{ID: "customers", Label: "Customers", Default: true}, plan.Option{ID: "revenue", Label: "Revenue"})
	asked, err := b.Post(ctx, post(root, "1", plan.Message{Kind: plan.SayQuestions, Text: "One question:", Questions: []plan.Question{q}}))
	if err != nil {
		t.Fatal(err)
	}
	if shown := o.press(ben, requests, asked.TS, "answer:2"); shown != "" {
		t.Fatal(shown)
	}
	p := d.last(t, 2)
	if p.thread != id(root) || p.event.Pressed == nil || p.event.Pressed.Button != plan.PressAnswer || p.event.Pressed.Question != q.ID ||
		p.event.Pressed.Option != "revenue" || p.event.Pressed.Message != asked || strings.Join(p.event.Pressed.Person.Groups, ",") != "data-team" {
		t.Fatalf("%+v %+v", p, p.event.Pressed)
	}

	if _, err := b.Post(ctx, post(root, "2", plan.Message{Kind: plan.SayProgress, Text: "Working on it",
		Steps: []plan.ProgressStep{{Name: "Check it", State: plan.StepRunning}}})); err != nil {
		t.Fatal(err)
	}
	shown, err := b.Post(ctx, post(root, "3", sample()))
	if err != nil {
		t.Fatal(err)
	}
	if warned := o.press(ana, requests, shown.TS, "approve"); warned != "" {
		t.Fatal(warned)
	}
	if a := d.last(t, 3); a.event.Pressed == nil || a.event.Pressed.Button != plan.PressApprove || a.event.Pressed.Digest != "abc123" || a.thread != id(root) {
		t.Fatalf("%+v", a.event)
	}
	if err := o.person(ana).AddReaction("white_check_mark", slack.NewRefToMessage(requests, shown.TS)); err != nil {
		t.Fatal(err)
	}
	if r := d.last(t, 4); r.event.Reacted == nil || r.event.Reacted.Emoji != "white_check_mark" || !r.event.Reacted.Added ||
		r.event.Reacted.Message != shown || r.event.Reacted.Person.ID != ana || r.thread != id(root) {
		t.Fatalf("%+v", r.event)
	}
	o.say(ben, requests, "also by plan", root)
	if s := d.last(t, 5); s.event.Said == nil || s.event.Said.Mention || s.event.Said.Text != "also by plan" || s.thread != id(root) {
		t.Fatalf("%+v", s.event)
	}

	done := sample()
	done.Proposal.Approved, done.Proposal.PR = &plan.Person{ID: ana, Name: "Ana"}, &plan.PR{Number: 7, URL: "https://git.example.com/a/b/pull/7"}
	if err := b.Edit(ctx, shown, post(root, "4", done)); err != nil {
		t.Fatal(err)
	}
	messages := o.thread(requests, root)
	if len(messages) != 5 {
		t.Fatalf("%d messages in the thread", len(messages))
	}
	proposal := messages[3]
	kinds := map[slack.MessageBlockType]int{}
	for _, block := range proposal.Blocks.BlockSet {
		kinds[block.BlockType()]++
	}
	if kinds[slack.MBTTable] != 1 || kinds[slack.MBTImage] != 1 || kinds[slack.MBTAction] != 0 {
		t.Fatalf("%v", kinds)
	}
	if len(messages[0].Reactions) != 1 || messages[0].Reactions[0].Name != "eyes" {
		t.Fatalf("%v", messages[0].Reactions)
	}
}
