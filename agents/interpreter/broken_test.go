package interpreter

import (
	"context"
	"strings"
	"testing"

	"firstmile/glossary"
	"firstmile/planner/plan"
)

// withTerms is a folder whose glossary is given as text.
type withTerms struct {
	folder
	yaml string
}

func (w withTerms) Glossary(context.Context, plan.Base) (*glossary.Glossary, error) {
	return glossary.Parse("glossary/terms.yml", []byte(w.yaml))
}

// A term that points to a missing column is not used, and the request that needs it says where to mend it.
func TestBrokenTerm(t *testing.T) {
	f := withTerms{folder{dir: "testdata/shop"}, `terms:
  - id: margin
    name: Margin
    metric: {type: simple, model: fct_orders, agg: sum, expr: margin_amount, agg_time_dimension: ordered_at}
  - id: turnover
    metric: {type: simple, model: fct_orders, agg: sum, expr: amount, agg_time_dimension: ordered_at}
`}
	i, err := New(f, f)
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, i, request("monthly margin by segment"))
	if r.Outcome != plan.OutcomeDeclined || !strings.Contains(r.Message, `glossary/terms.yml:4: term margin: the model fct_orders has no column "margin_amount"; did you mean "amount"?`) {
		t.Errorf("%+v", r)
	}
	if r := read(t, i, request("monthly turnover by segment")); r.Outcome != plan.OutcomeSpec {
		t.Errorf("another term of the same glossary: %s", short(r))
	}
}

// Whatever is in the turns, there is an answer.
func TestEmptyRequests(t *testing.T) {
	i := interpreterFor(t, folder{dir: "testdata/shop"})
	for _, r := range []plan.Request{
		{}, {Turns: []plan.Turn{{}}}, {Turns: []plan.Turn{{Text: "monthly revenue"}, {Text: "", Revises: true}}},
		request(strings.Repeat("revenue by segment ", 400)), request("revenue last month"),
	} {
		out := read(t, i, r)
		if err := wellFormed(out); err != "" {
			t.Errorf("%+v: %s: %+v", r, err, out)
		}
	}
	// Without a date of today, a relative date is refused rather than guessed.
	r := request("revenue last month")
	r.AsOf = ""
	if out := read(t, i, r); out.Outcome != plan.OutcomeDeclined || !strings.Contains(out.Message, "today") {
		t.Errorf("%+v", out)
	}
}
