package eval

import (
	"strings"
	"testing"

	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

func about(subjects ...string) []plan.Question {
	var qs []plan.Question
	for _, s := range subjects {
		qs = append(qs, plan.Question{ID: "definition:" + s, Subject: s, Text: "Which " + s + "?"})
	}
	return qs
}

func TestJudge(t *testing.T) {
	right, wrong := table("n BIGINT", []any{1}), table("n BIGINT", []any{2})
	for name, test := range map[string]struct {
		expect  Expect
		answer  Answer
		got     *sandbox.Result
		want    *sandbox.Result
		problem string // empty: right
		unasked bool
	}{
		"right rows":                      {Expect{Status: OneOf{Proposed}, MustNotAsk: true, ResultSQL: "x"}, Answer{Status: Proposed}, right, right, "", false},
		"one of two statuses":             {Expect{Status: OneOf{Exists, Proposed}}, Answer{Status: Proposed}, nil, nil, "", false},
		"wrong rows":                      {Expect{Status: OneOf{Proposed}, ResultSQL: "x"}, Answer{Status: Proposed}, wrong, right, "rows: no row [1], but [2]", true},
		"wrong rows of an existing model": {Expect{Status: OneOf{Exists}, ResultSQL: "x"}, Answer{Status: Exists}, wrong, right, "rows: no row [1], but [2]", true},
		"rows that do not come":           {Expect{Status: OneOf{Proposed}, ResultSQL: "x"}, Answer{Status: Proposed}, nil, right, "rows: no SQL that could be run", true},
		"wrong rows after a question": {Expect{Asks: []string{"churn"}, ResultSQL: "x"}, Answer{Status: Proposed, Asked: about("churn")}, wrong, right,
			"rows: no row [1], but [2]", false},
		"right rows without the question": {Expect{Asks: []string{"churn"}, ResultSQL: "x"}, Answer{Status: Proposed}, right, right, `not asked about "churn"`, true},
		"the other question":              {Expect{Asks: []string{"churn"}}, Answer{Status: Proposed, Asked: about("region")}, nil, nil, `not asked about "churn"`, true},
		"the question in other words":     {Expect{Asks: []string{"weekly Churn"}}, Answer{Status: NeedsAnswers, Asked: about("churn")}, nil, nil, "", false},
		"half a word is no subject":       {Expect{Asks: []string{"gain"}}, Answer{Status: NeedsAnswers, Asked: about("again")}, nil, nil, `not asked about "gain"`, false},
		"asked and must not":              {Expect{Status: OneOf{NeedsAnswers}, MustNotAsk: true}, Answer{Status: NeedsAnswers, Asked: about("month")}, nil, nil, `asked about "month"`, false},
		"asked instead of proposed":       {Expect{Status: OneOf{Proposed}, ResultSQL: "x"}, Answer{Status: NeedsAnswers, Asked: about("month")}, nil, right, "status needs_answers, expected proposed", false},
		"declined instead of figures":     {Expect{ResultSQL: "x"}, Answer{Status: Declined}, nil, right, "status declined, without figures", false},
		"figures instead of a refusal":    {Expect{Status: OneOf{Declined}}, Answer{Status: Proposed}, nil, nil, "status proposed, expected declined", true},
		"refused by name":                 {Expect{Status: OneOf{Declined}, Names: []string{"Moon"}}, Answer{Status: Declined, Message: "I don't know moon phase."}, nil, nil, "", false},
		"named as unknown":                {Expect{Names: []string{"moon"}}, Answer{Status: Declined, Unknown: []plan.Unknown{{Words: "moon"}}}, nil, nil, "", false},
		"refused without the name":        {Expect{Status: OneOf{Declined}, Names: []string{"moon"}}, Answer{Status: Declined, Message: "No."}, nil, nil, `the answer does not say "moon"`, false},
		"the model":                       {Expect{Model: "fct_a"}, Answer{Status: Exists, Model: "fct_a"}, nil, nil, "", false},
		"another model":                   {Expect{Status: OneOf{Exists}, Model: "fct_a"}, Answer{Status: Exists, Model: "fct_b"}, nil, nil, "model fct_b, expected fct_a", true},
		"a new model where one exists":    {Expect{Status: OneOf{Extend}, Model: "fct_a"}, Answer{Status: Proposed, Model: "fct_b"}, nil, nil, "status proposed, expected extend; model fct_b, expected fct_a", false},
		"another model, right rows":       {Expect{Status: OneOf{Exists}, Model: "fct_a", ResultSQL: "x"}, Answer{Status: Exists, Model: "fct_b"}, right, right, "model fct_b, expected fct_a", false},
		"new where one exists":            {Expect{Status: OneOf{Exists}, ResultSQL: "x"}, Answer{Status: Proposed}, right, right, "status proposed, expected exists", false},
		"its relations":                   {Expect{Uses: []string{"Orders"}}, Answer{Status: Proposed, Uses: []string{"orders", "stores"}}, nil, nil, "", false},
		"other relations":                 {Expect{Uses: []string{"orders"}}, Answer{Status: Proposed, Uses: []string{"refunds"}}, nil, nil, "does not read orders, only refunds", true},
		"other relations, right rows":     {Expect{Uses: []string{"orders"}, ResultSQL: "x"}, Answer{Status: Proposed, Uses: []string{"refunds"}}, right, right, "does not read orders, only refunds", false},
		"its columns":                     {Expect{Columns: []string{"N"}}, Answer{Status: Proposed}, right, nil, "", false},
		"other columns":                   {Expect{Columns: []string{"m"}}, Answer{Status: Proposed}, right, nil, "no column m, only n", true},
		"failed":                          {Expect{Names: []string{"a"}}, Answer{Status: Failed, Message: "a"}, nil, nil, "status failed", false},
	} {
		t.Run(name, func(t *testing.T) {
			v := judge(Case{Expect: test.expect}, test.answer, rows{test.got, test.want})
			said := strings.Join(v.Problems, "; ")
			if v.Right != (test.problem == "") || !strings.HasPrefix(said, test.problem) || v.Right && said != "" {
				t.Errorf("right %v: %q, expected %q", v.Right, said, test.problem)
			}
			if v.UnaskedWrong != test.unasked {
				t.Errorf("unasked and wrong is %v", v.UnaskedWrong)
			}
			if v.UnaskedWrong && v.Right {
				t.Error("right and wrong")
			}
		})
	}
}

// TestNullAs: a case may write NULL or the model's label for rows without a value, but other texts stay themselves.
func TestNullAs(t *testing.T) {
	labels := map[string]string{"region": "unknown"}
	got := table("region VARCHAR, status VARCHAR, n BIGINT", []any{"unknown", "unknown", 1}, []any{"EMEA", "open", 2})
	for name, test := range map[string]struct {
		want  *sandbox.Result
		right bool
	}{
		"label":                   {table("region VARCHAR, n BIGINT", []any{"unknown", 1}, []any{"EMEA", 2}), true},
		"null":                    {table("region VARCHAR, n BIGINT", []any{nil, 1}, []any{"EMEA", 2}), true},
		"null, another name":      {table("billing_region VARCHAR, n BIGINT", []any{nil, 1}, []any{"EMEA", 2}), true},
		"label, another name":     {table("billing_region VARCHAR, n BIGINT", []any{"unknown", 1}, []any{"EMEA", 2}), true},
		"another column's value":  {table("region VARCHAR, status VARCHAR", []any{nil, "unknown"}, []any{"EMEA", "open"}), true},
		"no label in that column": {table("region VARCHAR, status VARCHAR", []any{nil, nil}, []any{"EMEA", "open"}), false},
		"both kinds of row":       {table("region VARCHAR, n BIGINT", []any{nil, 1}, []any{"unknown", 0}, []any{"EMEA", 2}), false},
		"another label":           {table("region VARCHAR, n BIGINT", []any{"none", 1}, []any{"EMEA", 2}), false},
	} {
		c := Case{Expect: Expect{Status: OneOf{Proposed}, ResultSQL: "x"}}
		if v := judge(c, Answer{Status: Proposed, NullAs: labels}, rows{got, test.want}); v.Right != test.right {
			t.Errorf("%s: right is %v: %v", name, v.Right, v.Problems)
		}
	}
}

// TestAlwaysAsks: the baseline is never wrong unasked, and never right about a clear request.
func TestAlwaysAsks(t *testing.T) {
	clear := Case{Request: "Orders", Expect: Expect{Status: OneOf{Proposed}, MustNotAsk: true}}
	if v := judge(clear, alwaysAsks(clear), rows{}); v.Right || v.UnaskedWrong || !v.Asked {
		t.Errorf("%+v", v)
	}
	ambiguous := Case{Request: "Churn", Expect: Expect{Status: OneOf{NeedsAnswers}, Asks: []string{"churn", "region"}}}
	if v := judge(ambiguous, alwaysAsks(ambiguous), rows{}); !v.Right {
		t.Errorf("%+v", v)
	}
}

func TestNames(t *testing.T) {
	n, err := NewNames(map[string][]string{"fct_orders": {"order_id", "amount"}, "dim_customers": {"customer_id", "loyalty_level"}})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for request, want := range map[string]string{"Orders per month": "fct_orders", "split by loyalty level": "dim_customers", "zebra": ""} {
		got, err := n.Find(t.Context(), request)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", request, got, err)
		}
	}
	if foundByName(Case{}, "fct_orders") != nil {
		t.Error("a case that names no model has nothing to find")
	}
	if f := foundByName(Case{Expect: Expect{Uses: []string{"fct_orders"}}}, "FCT_ORDERS"); f == nil || !*f {
		t.Error("the relation is not recognised")
	}
}
