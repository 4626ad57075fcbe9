package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// twoOpen are the questions of the tests: which churn, and which of three regions.
func twoOpen() []plan.Question {
	option := func(id, label string, def bool) plan.Option { return plan.Option{ID: id, Label: label, Default: def} }
	return []plan.Question{
		plan.NewQuestion(plan.AskDefinition, "churn", "Which churn?", "", option("term:customer_churn_rate", "Customer churn rate", true),
			option("term:revenue_churn_rate", "Revenue churn rate", false)),
		plan.NewQuestion(plan.AskColumn, "region", "Which region?", "", option("term:billing_region", "Billing region", true),
			option("term:usage_region", "Usage region", false), option("column:dim_stores.region", "Region of the store", false)),
	}
}

// said writes a reply in one line: what each question got, and the rest.
func (r reply) String() string {
	if r.unclear != "" {
		return "unclear"
	}
	var parts []string
	for _, a := range r.answers {
		_, subject, _ := strings.Cut(a.Question, ":")
		what := strings.Join(append([]string{a.Option}, a.Also...), "+")
		if a.Option == "" {
			what = fmt.Sprintf("%q", a.Text)
		}
		if a.Assumed {
			what += " assumed"
		}
		parts = append(parts, subject+"="+what)
	}
	if r.rest != "" {
		parts = append(parts, "rest "+r.rest)
	}
	return strings.NewReplacer("term:", "", "column:dim_", "", "_churn_rate", "", "_region", "", ".region", "").Replace(strings.Join(parts, " | "))
}

func TestReadReply(t *testing.T) {
	for _, test := range []struct {
		text string
		open string // both, churn or region
		want string
	}{
		{"revenue", "both", "churn=revenue"},
		{"the usage one", "both", "region=usage"},
		{"I think usage, please", "both", "region=usage"},
		{"revenue\nusage", "both", "churn=revenue | region=usage"},
		{"1. revenue\n2. whatever", "both", "churn=revenue | region=billing assumed"},
		{"2", "both", "churn=revenue"},
		{"2 and 3", "both", "churn=revenue | region=stores"},
		{"1, 2", "both", "churn=customer | region=usage"},
		{"1, 2, 1", "both", "unclear"},
		{"the last one", "region", "region=stores"},
		{"the second one", "region", "region=usage"},
		{"the second one, please", "both", "churn=revenue"},
		{"I'd say 2 please", "region", "region=usage"},
		{"usage, thanks!", "both", "region=usage"},
		{"1, 2, thank you", "both", "churn=customer | region=usage"},
		{"billing, and please leave out the trials", "region", "region=billing | rest please leave out the trials"},
		{"1 and billing", "both", "churn=customer | region=billing"},
		{"store and revenue churn", "both", "region=stores | churn=revenue"},
		{"churn: the second one; region: not sure", "both", "churn=revenue | region=billing assumed"},
		{"region is usage", "both", "region=usage"},
		{"both", "churn", "churn=customer+revenue"},
		{"let's have both of them", "churn", "churn=customer+revenue"},
		{"billing and usage", "region", "region=billing+usage"},
		{"1 & 2", "region", "region=billing+usage"},
		{"all of them", "region", "region=billing+usage+stores"},
		{"both", "both", "churn=customer+revenue"}, // only one of the two questions has two options
		{"both churns", "both", "churn=customer+revenue"},
		{"both of the regions", "both", "region=billing+usage+stores"},
		{"both and usage", "both", "churn=customer+revenue | region=usage"},
		{"not sure", "both", "churn=customer assumed | region=billing assumed"},
		{"I don't know", "region", "region=billing assumed"},
		{"I don’t know, you decide", "region", "region=billing assumed"},
		{"Whatever.", "region", "region=billing assumed"},
		{"sorry, no idea", "region", "region=billing assumed"},
		{"billing, and only enterprise", "region", "region=billing | rest only enterprise"},
		{"usage, but not the trials", "region", "region=usage | rest not the trials"},
		{"usage, not billing", "region", "region=usage"},
		{"revenue, usage, and only in 2026", "both", "churn=revenue | region=usage | rest only in 2026"},
		{"the country of the head office", "region", `region="the country of the head office"`},
		{"customers who left for good", "both", `churn="customers who left for good"`},
	} {
		open := twoOpen()
		switch test.open {
		case "churn":
			open = open[:1]
		case "region":
			open = open[1:]
		}
		if got := readReply(test.text, open).String(); got != test.want {
			t.Errorf("%q to %s: %s, want %s", test.text, test.open, got, test.want)
		}
	}
}

func TestCorrection(t *testing.T) {
	for text, want := range map[string]string{
		"sorry, I meant usage region":    "usage region",
		"actually by revenue":            "by revenue",
		"No, the first one":              "the first one",
		"oops – sorry – revenue instead": "– sorry – revenue",
		"make it the usage one, please":  "the usage one",
		"usage region":                   "",
		"normal orders":                  "", // no "no"
		"no":                             "",
	} {
		rest, marked := correction(text)
		if marked != (want != "") || marked && rest != want {
			t.Errorf("%q: %q, %v; want %q", text, rest, marked, want)
		}
	}
}

// FuzzReadReply: whatever is said, an answer names a question that is open and options that it has, each question at most
// once, and what is left over are words of the text.
func FuzzReadReply(f *testing.F) {
	for _, seed := range []string{"1 and billing", "both", "billing, and only enterprise", "churn: 2\nregion: 1", "1. 2. 3.", "not , and ,", "’’ no, actually"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		open := twoOpen()
		rest, _ := correction(text)
		for _, text := range []string{text, rest} {
			r := readReply(text, open)
			seen := map[string]bool{}
			for _, a := range r.answers {
				i := slices.IndexFunc(open, func(q plan.Question) bool { return q.ID == a.Question })
				if i < 0 || seen[a.Question] {
					t.Fatalf("%q answers %q", text, a.Question)
				}
				seen[a.Question] = true
				for _, id := range append(slices.Clone(a.Also), a.Option) {
					if id != "" && !slices.ContainsFunc(open[i].Options, func(o plan.Option) bool { return o.ID == id }) {
						t.Fatalf("%q chooses %q, which %s has not", text, id, a.Question)
					}
				}
				if slices.Contains(a.Also, a.Option) {
					t.Fatalf("%q chooses %q twice", text, a.Option)
				}
			}
			if !strings.Contains(text, r.rest) {
				t.Fatalf("%q leaves %q", text, r.rest)
			}
		}
	})
}
