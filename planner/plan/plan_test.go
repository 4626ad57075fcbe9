package plan

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestDigestSeesEveryByteAndNothingElse(t *testing.T) {
	base := Change{Base: Base{Project: "p", Commit: "c1"}, Model: "m", Files: []File{
		{Path: "a.sql", Action: Create, Mode: "100644", Content: []byte("select 1")},
		{Path: "b.yml", Action: Edit, Mode: "100644", OriginalBlob: "abc", Content: []byte("models: []")},
	}}
	want := base.Digest()
	same := map[string]func(c *Change){
		"order of files": func(c *Change) { c.Files[0], c.Files[1] = c.Files[1], c.Files[0] },
		"base commit":    func(c *Change) { c.Base.Commit = "c2" },
		"model name":     func(c *Change) { c.Model = "other" },
	}
	other := map[string]func(c *Change){
		"project":  func(c *Change) { c.Base.Project = "q" },
		"path":     func(c *Change) { c.Files[0].Path = "a2.sql" },
		"action":   func(c *Change) { c.Files[0].Action = Edit },
		"mode":     func(c *Change) { c.Files[0].Mode = "100755" },
		"original": func(c *Change) { c.Files[1].OriginalBlob = "abd" },
		"content":  func(c *Change) { c.Files[1].Content = []byte("models: [] ") },
		"moved":    func(c *Change) { c.Files[0].Path, c.Files[0].Content = "a.sqls", []byte("elect 1") },
		"dropped":  func(c *Change) { c.Files = c.Files[:1] },
	}
	for name, change := range same {
		c := copyOf(t, base)
		change(&c)
		if c.Digest() != want {
			t.Errorf("%s changes the digest", name)
		}
	}
	for name, change := range other {
		c := copyOf(t, base)
		change(&c)
		if c.Digest() == want {
			t.Errorf("%s does not change the digest", name)
		}
	}
}

func copyOf(t *testing.T, c Change) Change {
	t.Helper()
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var out Change
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestQuestionMatch(t *testing.T) {
	q := NewQuestion(AskDefinition, "  Churn ", "Which?", "why", Option{ID: "term:a", Label: "Customer churn rate", Default: true},
		Option{ID: "term:b", Label: "Revenue churn rate"})
	if q.ID != "definition:churn" {
		t.Errorf("id %q", q.ID)
	}
	for text, want := range map[string]string{"1": "term:a", " 2. ": "term:b", "TERM:B": "term:b", "revenue churn rate!": "term:b",
		"revenue": "term:b", "Customer churn": "term:a", "*revenue*": "term:b", "3": "", "0": "", "the first one": "term:a", "second": "term:b", "2nd": "term:b", "The latter.": "term:b", "option 2": "term:b", "third": "", "churn": "", "": "", "rev": ""} {
		o, ok := q.Match(text)
		if o.ID != want || ok != (want != "") {
			t.Errorf("Match(%q) = %q, want %q", text, o.ID, want)
		}
	}
	if o, ok := q.DefaultOption(); !ok || o.ID != "term:a" {
		t.Errorf("default %v", o)
	}
}

func TestParseExprErrorsNameThePlace(t *testing.T) {
	for text, want := range map[string]string{
		"": "position 1", "a +": "position", "(a": "expected )", "sum(a)": "known scalar functions", "a.b": "unexpected character",
		"'x": "not closed", "a in ()": "position", "a between 1": "expected and", "case end": "expected when", "cast(a as blob)": "cannot cast",
		"a -- b": "unexpected", "select": "", "nullif(a)": "1 arguments", strings.Repeat("(", 200) + "a": "levels deep",
	} {
		_, err := ParseExpr(text)
		if want == "" {
			continue // any word is a column name to an expression
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseExpr(%q): %v, want %q", text, err, want)
		}
	}
}

// TestExprRoundTrip: printing a random expression and reading it again gives the same expression.
func TestExprRoundTrip(t *testing.T) {
	for seed := range uint64(2000) {
		e := randomExpr(rand.New(rand.NewPCG(seed, 1)), 4)
		back, err := ParseExpr(e.String())
		if err != nil || !reflect.DeepEqual(e, back) {
			t.Fatalf("seed %d: %s reads as %s (%v)", seed, e, back, err)
		}
	}
}

func randomExpr(r *rand.Rand, depth int) Expr {
	if depth == 0 || r.IntN(4) == 0 {
		return []Expr{Col("amount"), Col("Odd Name"), Col("date"), Lit(Literal{NumberLiteral, "12.5"}), Lit(Literal{StringLiteral, "it's"}),
			Lit(Literal{BoolLiteral, "true"}), Lit(Literal{DateLiteral, "2026-01-31"}), {Kind: ExprNull}}[r.IntN(8)]
	}
	sub := func() Expr { return randomExpr(r, depth-1) }
	switch r.IntN(8) {
	case 0:
		return Expr{Kind: ExprUnary, Name: []string{"-", "not"}[r.IntN(2)], Args: []Expr{sub()}}
	case 1:
		return Expr{Kind: ExprCall, Name: "coalesce", Args: []Expr{sub(), sub()}}
	case 2:
		return Expr{Kind: ExprCase, Args: []Expr{sub(), sub(), sub()}}
	case 3:
		return Expr{Kind: ExprIn, Not: r.IntN(2) == 0, Args: []Expr{sub(), sub(), sub()}}
	case 4:
		return Expr{Kind: ExprBetween, Not: r.IntN(2) == 0, Args: []Expr{sub(), sub(), sub()}}
	case 5:
		return Expr{Kind: ExprIsNull, Not: r.IntN(2) == 0, Args: []Expr{sub()}}
	case 6:
		return Expr{Kind: ExprCast, Name: "double", Args: []Expr{sub()}}
	}
	ops := []string{"or", "and", "=", "<>", "<", "<=", ">", ">=", "+", "-", "||", "*", "/", "%"}
	return Expr{Kind: ExprBinary, Name: ops[r.IntN(len(ops))], Args: []Expr{sub(), sub()}}
}

func FuzzParseExpr(f *testing.F) {
	f.Add("coalesce(amount, 0) - refund")
	f.Add("case when a = 'x' then 1 else -2.5 end")
	f.Add("not (a in (1, 2) or b is not null) and c between 1 and 2")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseExpr(text)
		if err != nil {
			return
		}
		back, err := ParseExpr(e.String())
		if err != nil || back.String() != e.String() {
			t.Errorf("%q prints as %q, which reads as %q (%v)", text, e, back, err)
		}
	})
}

// TestCanonical: what people read does not count, what changes numbers does.
func TestCanonical(t *testing.T) {
	spec := func() Spec {
		return Spec{Title: "t", Measures: []Measure{{Name: "revenue", Kind: Simple, Model: "f", Agg: Sum, Expr: ptr(Col("amount")), Time: "at"}},
			Dimensions: []Dimension{{Name: "region", Column: ColumnRef{"d", "region"}}, {Name: "plan", Column: ColumnRef{"f", "plan"}}},
			Time:       &TimeAxis{Name: "week", Grain: Week, Zone: "UTC"},
			Filters: []Filter{{Column: ColumnRef{"d", "x"}, Op: In, Values: []Literal{{StringLiteral, "b"}, {StringLiteral, "a"}}},
				{Column: ColumnRef{"d", "y"}, Op: Eq, Values: []Literal{{StringLiteral, "c"}}}}}
	}
	want := spec().Canonical()
	for name, change := range map[string]func(s *Spec){
		"title":      func(s *Spec) { s.Title = "u" },
		"target":     func(s *Spec) { s.Target.Name = "fct" },
		"origin":     func(s *Spec) { s.Time.Origin.Quote = "weekly" },
		"dimensions": func(s *Spec) { s.Dimensions[0], s.Dimensions[1] = s.Dimensions[1], s.Dimensions[0] },
		"filters":    func(s *Spec) { s.Filters[0], s.Filters[1] = s.Filters[1], s.Filters[0] },
		"values":     func(s *Spec) { v := s.Filters[0].Values; v[0], v[1] = v[1], v[0] },
	} {
		s := spec()
		change(&s)
		if s.Canonical() != want {
			t.Errorf("%s changes the canonical form", name)
		}
	}
	for name, change := range map[string]func(s *Spec){
		"grain":     func(s *Spec) { s.Time.Grain = Month },
		"agg":       func(s *Spec) { s.Measures[0].Agg = Average },
		"filter":    func(s *Spec) { s.Filters = s.Filters[:1] },
		"dimension": func(s *Spec) { s.Dimensions = nil },
		"window":    func(s *Spec) { s.Window = &Window{From: "2026-01-01"} },
		"rank":      func(s *Spec) { s.Rank = &Rank{N: 5, By: "revenue"} },
		"time path": func(s *Spec) { s.Measures[0].TimePath = &JoinPath{From: "f", To: "d"} },
	} {
		s := spec()
		change(&s)
		if s.Canonical() == want {
			t.Errorf("%s does not change the canonical form", name)
		}
	}
}

// TestDated: the date of a measure is its column and the way there; why the way is believed in does not count.
func TestDated(t *testing.T) {
	path := func(key, evidence string) []JoinPath {
		return []JoinPath{{From: "payments", To: "orders", Hops: []Hop{{From: "payments", To: "orders", FromColumns: []string{key}, ToColumns: []string{"id"}, Evidence: evidence}}}}
	}
	own := Measure{Model: "payments", Time: "paid_on"}
	lent := Measure{Model: "payments", Time: "ordered_at", TimePath: &path("order_id", "a test")[0]}
	date := ColumnRef{"orders", "ordered_at"}
	if own.Dated() != (ColumnRef{"payments", "paid_on"}) || lent.Dated() != date {
		t.Errorf("dated by %s and %s", own.Dated(), lent.Dated())
	}
	again := lent
	again.TimePath = &path("order_id", "a guess")[0]
	other := lent
	other.TimePath = &path("old_order_id", "a test")[0]
	if !lent.SameTime(again) || lent.SameTime(other) || lent.SameTime(own) {
		t.Error("the same column over the same keys is the same time, and nothing else")
	}
	if !lent.DatedBy(date, path("order_id", "")) || lent.DatedBy(date, path("old_order_id", "")) || lent.DatedBy(date, nil) || !own.DatedBy(own.Dated(), nil) {
		t.Error("a column over other keys is another date")
	}
	if (Spec{Measures: []Measure{lent}}).Canonical() != (Spec{Measures: []Measure{again}}).Canonical() {
		t.Error("evidence changes the canonical form")
	}
}

func TestBranchName(t *testing.T) {
	a, b := BranchName("fct_x", "slack:T/C/1"), BranchName("fct_x", "slack:T/C/2")
	if a == b || !strings.HasPrefix(a, "firstmile/fct_x-") || a != BranchName("fct_x", "slack:T/C/1") {
		t.Errorf("%s, %s", a, b)
	}
}

func TestApprovers(t *testing.T) {
	requester := Person{ID: "r"}
	a := Approvers{Requester: true, People: []string{"p"}, Groups: []string{"g"}, DataTeam: []string{"d"}}
	for _, c := range []struct {
		who       Person
		may, team bool
	}{{requester, true, false}, {Person{ID: "p"}, true, false}, {Person{ID: "x", Groups: []string{"g"}}, true, false},
		{Person{ID: "x", Groups: []string{"d"}}, true, true}, {Person{ID: "x", Groups: []string{"other"}}, false, false}, {Person{}, false, false}} {
		if a.May(c.who, requester) != c.may || a.InDataTeam(c.who) != c.team {
			t.Errorf("%+v: may %v, team %v", c.who, a.May(c.who, requester), a.InDataTeam(c.who))
		}
	}
	if (Approvers{}).May(Person{ID: "r"}, requester) {
		t.Error("without a rule nobody may approve")
	}
}

func ptr[T any](v T) *T { return &v }
