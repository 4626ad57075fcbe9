package teach

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// sampleDir is the sample company's project: it is read, never written.
const sampleDir = "../sample/project"

// sample is that project as if it lay in a repository.
type sample struct{ files fs.FS }

func (s sample) Resolve(context.Context, plan.ProjectID) (plan.Base, plan.Rules, error) {
	return plan.Base{Project: "sample", Branch: "main", Commit: "c1"}, plan.Rules{AsOf: "2026-06-30",
		Approvers: plan.Approvers{Requester: true, DataTeam: []string{"data-team"}}}, nil
}

func (s sample) Read(context.Context, plan.Base) (*dbt.Project, fs.FS, error) {
	p, err := dbt.Read(s.files, ".")
	return p, s.files, err
}

func (s sample) Project(ctx context.Context, b plan.Base) (*dbt.Project, error) {
	p, _, err := s.Read(ctx, b)
	return p, err
}

func (s sample) Glossary(context.Context, plan.Base) (*glossary.Glossary, error) {
	return glossary.Load(s.files, "glossary")
}

func lint(g *glossary.Glossary, p *dbt.Project) (glossary.Problems, error) {
	words, err := lexicon.Load()
	if err != nil {
		return nil, err
	}
	k, err := knowledge.Build(p, g, words, nil, nil)
	if err != nil {
		return nil, err
	}
	return glossary.Lint(g.Merge(k.Glossary), k), nil
}

func teacher(t *testing.T) *Teacher {
	t.Helper()
	s := sample{os.DirFS(sampleDir)}
	i, err := interpreter.New(s, s)
	if err != nil {
		t.Fatal(err)
	}
	return New(s, i, lint)
}

// green reports whether the three checks that the gate asks for are there and passed, about this change.
func green(r plan.Report, c plan.Change) bool {
	passed := 0
	for _, k := range r.Checks {
		if k.Status == plan.Passed {
			passed++
		}
	}
	return r.Digest == c.Digest() && r.Level == plan.LevelEmbedded && len(r.Checks) == 3 && passed == 3
}

func TestTeach(t *testing.T) {
	s := teacher(t)
	for _, test := range []struct{ word, means, ref, title, added string }{
		{"region", "Billing region", "term:billing_region", "“region” usually means Billing region", "    default_for: [region]\n"},
		{"churn", "revenue churn", "", "“churn” usually means Revenue churn rate", "default_for: [churn]"},
		{"attrition", "the customer churn rate", "", "“attrition” means Customer churn rate", "logo churn, attrition]"},
		{"country code", "dim_customers.billing_country_code", "", "“country code” means dim_customers.billing_country_code", "model: dim_customers\n        column: billing_country_code"},
		{"whales", "customers whose segment is enterprise", "", "“whales” means customers whose segment is enterprise", "- model: dim_customers\n        where: \"segment = 'enterprise'\""},
		{"key account revenue", "net revenue of enterprise customers", "", "“key account revenue” means net revenue of enterprise customers", "expr: net_amount"},
	} {
		t.Run(test.word, func(t *testing.T) {
			got, err := s.Teach(context.Background(), "sample", plan.Lesson{Word: test.word, Means: test.means, Ref: test.ref, Person: plan.Person{ID: "U1", Name: "Ana"}})
			if err != nil {
				t.Fatal(err)
			}
			body := string(got.Change.Files[0].Content)
			if got.Title != test.title || len(got.Change.Files) != 1 || !strings.Contains(body, test.added) {
				t.Errorf("%s\n%s", got.Title, got.Diff)
			}
			report, err := s.Prove(context.Background(), got.Change)
			if err != nil {
				t.Fatal(err)
			}
			if !green(report, got.Change) {
				t.Errorf("%+v\n%s", report, got.Diff)
			}
			if n := strings.Count(got.Diff, "\n- "); n > 1 {
				t.Errorf("%d lines are taken away:\n%s", n, got.Diff)
			}
		})
	}
}

func TestRefuse(t *testing.T) {
	s := teacher(t)
	for _, test := range []struct{ word, means, ref, want string }{
		{"attrition", "the moons of Jupiter", "", "cannot ground"},
		{"churn", "weekly churn by region", "", "not clear enough"},
		{"sales", "net revenue in May 2026", "", "leave the period out"},
		{"sales", "net revenue by plan", "", "is split by"},
		{"billing region", "Usage region", "term:usage_region", ""}, // allowed, with a default: the word is then shared
		{"customer churn", "customer churn rate", "", "already"},
		{"churn", "count of invoices", "", "names the term"},
		{"plan", "an option", "reading-1", "nothing that a glossary can hold"},
	} {
		got, err := s.Teach(context.Background(), "sample", plan.Lesson{Word: test.word, Means: test.means, Ref: test.ref})
		var f *plan.Failure
		switch {
		case test.want == "" && err != nil, test.want != "" && (!errors.As(err, &f) || f.Class != plan.Refused || !strings.Contains(f.Message, test.want)):
			t.Errorf("“%s” as “%s”: %v, want %q\n%s", test.word, test.means, err, test.want, got.Diff)
		}
	}
}

// Prove refuses what a change of the glossary must not do, whoever made it.
func TestProve(t *testing.T) {
	s := teacher(t)
	good, err := s.Teach(context.Background(), "sample", plan.Lesson{Word: "attrition", Means: "customer churn rate"})
	if err != nil {
		t.Fatal(err)
	}
	spoil := func(change func(*plan.File)) plan.Change {
		c := good.Change
		c.Files = slices.Clone(c.Files)
		change(&c.Files[0])
		return c
	}
	replace := func(old, now string) func(*plan.File) {
		return func(f *plan.File) { f.Content = []byte(strings.Replace(string(f.Content), old, now, 1)) }
	}
	for name, c := range map[string]plan.Change{
		"another file":    spoil(func(f *plan.File) { f.Path = "models/marts/fct_x.sql" }),
		"outside":         spoil(func(f *plan.File) { f.Path = "glossary/../packages.yml" }),
		"no file":         {Base: good.Change.Base},
		"other bytes":     spoil(func(f *plan.File) { f.OriginalBlob = "0" }),
		"a byte less":     spoil(replace("# What customer", "# Whatcustomer")),
		"another meaning": spoil(replace("is_trial = false", "is_trial = false and true")),
		"another filter":  spoil(replace("filter: is_trial = false", "filter: is_trial = false and mrr > 0")),
		"no YAML":         spoil(replace("terms:", "terms: [")),
		"unknown term":    spoil(replace("[revenue_churn_rate, customers_lost]", "[revenue_churn_rate, customers_lost, moon]")),
		"shared synonym":  spoil(replace("attrition]", "attrition, gross revenue]")),
		"executable":      spoil(func(f *plan.File) { f.Mode = "100755" }),
		"the file anew":   spoil(func(f *plan.File) { f.Action, f.OriginalBlob = plan.Create, "" }),
	} {
		r, err := s.Prove(context.Background(), c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if green(r, c) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// What people said stands in the pull request as they said it: it mentions and links nothing.
func TestDescriptionShowsWords(t *testing.T) {
	got, err := teacher(t).Teach(context.Background(), "sample", plan.Lesson{Word: "attrition", Means: "customer churn rate",
		Person: plan.Person{ID: "U1", Name: "Ana @everyone #12 https://shop.example <b>"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"@everyone", "#12", "https://", "<b>"} {
		if strings.Contains(got.Description.Body, bad) {
			t.Errorf("%q stands in the pull request:\n%s", bad, got.Description.Body)
		}
	}
}
