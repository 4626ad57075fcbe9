package glossary

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const proposeFile = `# What we mean.
terms:
  - id: churn_rate   # the rate
    name: "Churn rate"
    synonyms: [churn, 'it''s, churn' ]
    metric: {type: simple, model: fct_a, agg: count}

  - id: region
    dimensions: [dim_a.region]
    synonyms:
      - area
      - "sales area"
    caveats: [none]
  - id: plan
    name: Plan
    dimensions: [dim_a.plan]
    not_to_confuse_with: []
`

func TestAddWord(t *testing.T) {
	for _, test := range []struct{ term, list, word, want string }{
		{"churn_rate", "synonyms", "attrition", `[churn, 'it''s, churn', attrition ]`},
		{"churn_rate", "default_for", "churn", "[churn, 'it''s, churn' ]\n    default_for: [churn]\n"},
		{"churn_rate", "synonyms", "yes", `churn', "yes" ]`},
		{"churn_rate", "synonyms", "a, b: c", `churn', "a, b: c" ]`},
		{"region", "synonyms", "territory", "      - \"sales area\"\n      - territory\n    caveats"},
		{"region", "default_for", "area", "- id: region\n    default_for: [area]\n"},
		{"plan", "synonyms", "tariff", "name: Plan\n    synonyms: [tariff]\n"},
		{"plan", "not_to_confuse_with", "region", "not_to_confuse_with: [region]\n"},
	} {
		for _, nl := range []string{"\n", "\r\n"} {
			src := []byte(strings.ReplaceAll(proposeFile, "\n", nl))
			out, err := AddWord("g.yml", src, test.term, test.list, test.word)
			if err != nil {
				t.Errorf("%s of %s: %v", test.list, test.term, err)
				continue
			}
			if want := strings.ReplaceAll(test.want, "\n", nl); !strings.Contains(string(out), want) {
				t.Errorf("%s of %s: no %q in\n%s", test.list, test.term, want, out)
			}
			onlyInserted(t, src, out)
		}
	}
	var refusal *Refusal
	if _, err := AddWord("g.yml", []byte("terms: [{id: a, synonyms: [b], dimensions: [m.c]}]\n"), "a", "synonyms", "c"); !errors.As(err, &refusal) {
		t.Errorf("a term in braces: %v", err)
	}
	if out, err := AddWord("g.yml", []byte(proposeFile), "region", "synonyms", "area"); err != nil || string(out) != proposeFile {
		t.Errorf("a word that is there: %v", err)
	}
}

// onlyInserted fails unless taking one stretch out of the new text gives the old one.
func onlyInserted(t *testing.T, old, now []byte) {
	t.Helper()
	n := 0
	for n < len(old) && old[n] == now[n] {
		n++
	}
	if added := len(now) - len(old); added < 0 || !bytes.Equal(old[n:], now[n+added:]) {
		t.Errorf("more than an insertion:\n%s", now)
	}
}

func TestAddTerm(t *testing.T) {
	entry := "id: big_customers\nname: Big customers\nfilters:\n  - model: dim_a\n    where: plan = 'enterprise'\n"
	for _, src := range []string{proposeFile, strings.TrimRight(proposeFile, "\n"), "", "# nothing yet\n", strings.ReplaceAll(proposeFile, "\n", "\r\n"),
		"terms:\n- id: a\n  dimensions: [m.c]\n"} {
		out, err := AddTerm("g.yml", []byte(src), entry)
		if err != nil {
			t.Errorf("to %q: %v", src, err)
			continue
		}
		onlyInserted(t, []byte(src), out)
		g, err := Parse("g.yml", out)
		if _, ok := g.Term("big_customers"); err != nil || !ok {
			t.Errorf("to %q: %v", src, err)
		}
	}
	if _, err := AddTerm("g.yml", []byte(proposeFile), strings.Replace(entry, "big_customers", "region", 1)); err == nil {
		t.Error("an id that is taken was added again")
	}
}

// FuzzAddWord: whatever the file, adding a word either is refused or inserts bytes and changes nothing but that word.
func FuzzAddWord(f *testing.F) {
	f.Add([]byte(proposeFile), "attrition")
	f.Add([]byte("terms:\n- id: churn_rate\n  synonyms: [a\n   , b]\n  dimensions: [m.c]\n"), "it's")
	files, _ := filepath.Glob("../bot/sample/project/glossary/*.yml")
	for _, name := range files {
		if body, err := os.ReadFile(name); err == nil {
			f.Add(body, "a word")
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, word string) {
		g, err := Parse("g.yml", src)
		if err != nil || strings.TrimSpace(word) != word || word == "" {
			return
		}
		for _, term := range g.Terms {
			for _, list := range []string{"synonyms", "default_for"} {
				out, err := AddWord("g.yml", src, term.ID, list, word)
				if err != nil {
					continue
				}
				onlyInserted(t, src, out)
				again, err := Parse("g.yml", out)
				now, _ := again.Term(term.ID)
				if err != nil || list == "synonyms" && !slices.Contains(now.Synonyms, word) {
					t.Fatalf("%q is not in %s of\n%s", word, term.ID, out)
				}
			}
		}
	})
}
