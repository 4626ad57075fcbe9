package interpreter

import (
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// Several options at once stand side by side in one table, under a name and a title of their own; what does not go together is
// declined with the reason.
func TestSideBySide(t *testing.T) {
	i := interpreterFor(t, folder{dir: "testdata/subs"})
	answer := func(id, option string, also ...string) plan.Answer {
		return plan.Answer{Question: id, Option: option, Also: also}
	}
	churn, region := "definition:churn", "definition:region"
	bothChurns, bothRegions := answer(churn, "term:logo_churn", "term:revenue_churn"), answer(region, "term:billing_region", "term:usage_region")
	for _, test := range []struct {
		name    string
		answers []plan.Answer
		want    string
	}{
		{"measures", []plan.Answer{bothChurns, answer(region, "term:usage_region")}, "logo_churn revenue_churn by usage_region"},
		{"splits", []plan.Answer{answer(churn, "term:revenue_churn"), bothRegions}, "revenue_churn by billing_region usage_region"},
		{"all", []plan.Answer{bothChurns, bothRegions}, "logo_churn revenue_churn by billing_region usage_region"},
		{"the rest is asked", []plan.Answer{bothChurns}, "asks " + region},
	} {
		q := request("Can we track weekly churn by region?")
		q.Answers = test.answers
		r := read(t, i, q)
		got := string(r.Outcome)
		if r.Outcome == plan.OutcomeQuestions {
			got = "asks " + r.Questions[0].ID
		}
		if r.Spec != nil {
			var names []string
			for _, m := range r.Spec.Measures {
				names = append(names, m.Name)
			}
			names = append(names, "by")
			for _, d := range r.Spec.Dimensions {
				names = append(names, d.Name)
			}
			got = strings.Join(names, " ")
			if !strings.Contains(r.Spec.Title, " and ") || !strings.Contains(r.Restatement, " and ") || r.Spec.Target.Name == "" {
				t.Errorf("%s: title %q, model %q", test.name, r.Spec.Title, r.Spec.Target.Name)
			}
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	q := request("churn rate by billing region")
	for range 4 { // until the period is asked, of which a table has one
		r := read(t, i, q)
		if r.Outcome != plan.OutcomeQuestions {
			if r.Outcome != plan.OutcomeDeclined || !strings.Contains(r.Message, "cannot be all of that at once") {
				t.Errorf("two periods: %s %s", r.Outcome, r.Message)
			}
			return
		}
		x := r.Questions[0]
		a := plan.Answer{Question: x.ID, Option: x.Options[0].ID}
		if x.Kind == plan.AskGrain {
			a.Also = []string{x.Options[1].ID}
		}
		q.Answers = append(q.Answers, a)
	}
	t.Error("the period was never asked")
}
