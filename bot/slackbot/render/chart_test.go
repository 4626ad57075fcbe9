package render_test

import (
	"bytes"
	"fmt"
	"image/png"
	"testing"

	"firstmile/bot/slackbot/render"
	"firstmile/planner/plan"
)

// charted is a proposal of a year of weeks in ten regions.
func charted() plan.Message {
	return proposed(func(p *plan.Proposal) {
		p.Spec = &plan.Spec{Measures: []plan.Measure{{Name: "churn_rate", Label: "Churn rate", Format: plan.Rate}},
			Dimensions: []plan.Dimension{{Name: "region"}}, Time: &plan.TimeAxis{Name: "week", Grain: plan.Week}}
		p.Preview.Rows = nil
		for w := range 52 {
			for r := range 10 {
				p.Preview.Rows = append(p.Preview.Rows, []any{fmt.Sprintf("2026-%02d-%02d", 1+w/5, 1+w%5*6), fmt.Sprint("region ", r), float64(w*r%17) / 100})
			}
		}
	})
}

func TestChart(t *testing.T) {
	drop := func(change func(*plan.Proposal)) *plan.Proposal {
		p := charted().Proposal
		change(p)
		return p
	}
	for name, test := range map[string]struct {
		p    *plan.Proposal
		want bool
	}{
		"lines":         {charted().Proposal, true},
		"one line":      {drop(func(p *plan.Proposal) { p.Spec.Dimensions = nil }), true},
		"bars":          {drop(func(p *plan.Proposal) { p.Spec.Time = nil }), true},
		"negative bars": {drop(func(p *plan.Proposal) { p.Spec.Time, p.Preview.Rows[0][2] = nil, -1.0 }), true},
		"all equal": {drop(func(p *plan.Proposal) {
			p.Preview.Rows = [][]any{{"2026-01-05", "EMEA", 0.0}, {"2026-01-12", "EMEA", 0.0}}
		}), true},
		"gaps":             {drop(func(p *plan.Proposal) { p.Preview.Rows[3][2], p.Preview.Rows[4] = nil, nil }), true},
		"one point":        {drop(func(p *plan.Proposal) { p.Preview.Rows = p.Preview.Rows[:1] }), false},
		"only words":       {drop(func(p *plan.Proposal) { p.Preview.Rows = [][]any{{"a", "b", "c"}, {"a", "b", "c"}} }), false},
		"no rows":          {drop(func(p *plan.Proposal) { p.Preview.Rows = nil }), false},
		"no preview":       {drop(func(p *plan.Proposal) { p.Preview = nil }), false},
		"no spec":          {drop(func(p *plan.Proposal) { p.Spec = nil }), false},
		"measure missing":  {drop(func(p *plan.Proposal) { p.Spec.Measures[0].Name = "other" }), false},
		"one total":        {drop(func(p *plan.Proposal) { p.Spec.Time, p.Spec.Dimensions = nil, nil }), false},
		"nothing proposed": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			b, ok, err := render.Chart(test.p)
			if err != nil || ok != test.want {
				t.Fatalf("drawn %v, error %v", ok, err)
			}
			if !ok {
				return
			}
			if _, err := png.Decode(bytes.NewReader(b)); err != nil {
				t.Fatal(err)
			}
			again, _, err := render.Chart(test.p)
			if err != nil || !bytes.Equal(b, again) {
				t.Fatal("the same rows give another picture", err)
			}
		})
	}
}

func TestValue(t *testing.T) {
	for _, test := range []struct {
		v    any
		f    plan.Format
		want string
	}{
		{0.1234, plan.Rate, "12.3%"}, {1234567.5, plan.Currency, "1,234,567.50"}, {-1234.0, plan.Currency, "-1,234.00"}, {12.0, plan.Number, "12"},
		{0.333333333, plan.Number, "0.3333"}, {1234567.891, plan.Number, "1234567.89"}, {nil, plan.Rate, "–"}, {"EMEA", "", "EMEA"}, {true, "", "true"}, {999.0, plan.Currency, "999.00"},
	} {
		if got := render.Value(test.v, test.f); got != test.want {
			t.Errorf("%v as %s: got %s, want %s", test.v, test.f, got, test.want)
		}
	}
}
