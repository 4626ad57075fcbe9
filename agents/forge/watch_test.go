package forge_test

import (
	"context"
	"testing"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// A look at our pull request tells how it stands and what people wrote, and nothing of what the bot wrote itself.
func TestWatch(t *testing.T) {
	b := newBench(t, nil)
	ctx := context.Background()
	pr := publish(t, b.forge(), b.publication("select 1\n"))
	look := func() plan.PRStatus {
		t.Helper()
		s, err := b.forge().Watch(ctx, pr)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := look(); s.State != plan.PROpen || len(s.Comments) != 0 {
		t.Errorf("a new one stands %+v", s)
	}
	mara := b.client("mara-token")
	if _, _, err := mara.Issues.CreateComment(ctx, "northpeak", "analytics", 1, &github.IssueComment{Body: github.String("Why not weekly?")}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := mara.PullRequests.CreateReview(ctx, "northpeak", "analytics", 1, &github.PullRequestReviewRequest{
		Body: github.String("Please call it churned."), Event: github.String("COMMENT"),
		Comments: []*github.DraftReviewComment{{Path: github.String("models/marts/fct_churn.sql"), Position: github.Int(1), Body: github.String("Trials, too?")}}}); err != nil {
		t.Fatal(err)
	}
	s := look()
	texts := map[string]bool{}
	for _, c := range s.Comments {
		texts[c.Text] = true
		if c.Author != "mara" || c.At.IsZero() {
			t.Errorf("a comment by %q at %s", c.Author, c.At)
		}
	}
	if !texts["Why not weekly?"] || !texts["Please call it churned."] || !texts["Trials, too?"] {
		t.Errorf("heard %v", texts)
	}
	if _, _, err := mara.PullRequests.Merge(ctx, "northpeak", "analytics", 1, "", nil); err != nil {
		t.Fatal(err)
	}
	if s := look(); s.State != plan.PRMerged {
		t.Errorf("after merging it stands %q", s.State)
	}
	if _, err := b.forge().Watch(ctx, plan.PR{Number: 99}); err == nil {
		t.Error("a pull request that is not there was looked at")
	}
}
