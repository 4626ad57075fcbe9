package rephrase

import (
	"slices"
	"strings"
	"testing"
)

func texts(list []Variant, rule string) []string {
	var out []string
	for _, v := range list {
		if v.Rule == rule {
			out = append(out, v.Text)
		}
	}
	return out
}

func TestSame(t *testing.T) {
	names := [][]string{{"Fare income", "fares"}, {"Bike type", "kind of bike"}, {"bike"}}
	got := Same("Fare income by bike type per quarter", names)
	for rule, want := range map[string][]string{
		"frame": {"Can I get fare income by bike type per quarter?", "Can we track fare income by bike type per quarter?", "Please show me fare income by bike type per quarter", "I need fare income by bike type per quarter, thanks!",
			"Could you build a model with fare income by bike type per quarter?", "Fare income by bike type per quarter please"},
		"split":              {"Fare income per bike type per quarter", "Fare income split by bike type per quarter", "Fare income broken down by bike type per quarter", "Fare income for each bike type per quarter"},
		"grain":              {"Fare income by bike type by quarter", "Fare income by bike type each quarter", "Fare income by bike type for every quarter", "Quarterly fare income by bike type"},
		"order of the parts": {"Fare income per quarter by bike type", "per quarter, fare income by bike type"},
		"synonym":            {"fares by bike type per quarter", "Fare income by kind of bike per quarter"},
	} {
		if list := texts(got, rule); !slices.Equal(list, want) {
			t.Errorf("%s: %q", rule, list)
		}
	}
}

// What cannot be taken apart for sure is left in its order.
func TestSameLeavesAlone(t *testing.T) {
	for _, text := range []string{"How many rides by month?", "Rides by tier without guests", "Rides, by tier", "Rides", "Rides in Harbour", "rides by members of the club per day and night",
		"Top 5 bikes by repairs", "Cost per repair by tier", "Average rides per day",
		"Stock at the end of each month"} {
		for _, v := range Same(text, [][]string{{"cost per repair"}}) {
			if v.Rule == "order of the parts" || v.Rule == "split" || v.Rule == "grain" {
				t.Errorf("%q: %s: %q", text, v.Rule, v.Text)
			}
		}
	}
	if got := texts(Same("Rolling visits by day", [][]string{{"visits", "consultations"}, {"Rolling visits"}}), "synonym"); len(got) != 0 {
		t.Errorf("a part of a longer name is replaced: %q", got)
	}
	for _, v := range Same("Fares by tier", nil) {
		if strings.Contains(v.Text, "track") {
			t.Errorf("to track something without a grain asks for one: %q", v.Text)
		}
	}
	for _, v := range Same("Gross and net fares this month", [][]string{{"net fares", "fares after tax"}}) {
		if v.Rule == "synonym" || strings.Contains(v.Text, "track") {
			t.Errorf("%s: %q", v.Rule, v.Text)
		}
	}
	if got := texts(Same("Repairs per ride by tier", nil), "order of the parts"); len(got) != 0 {
		t.Errorf("the lower half of a ratio is moved: %q", got)
	}
}

func TestModified(t *testing.T) {
	got := Modified("Fares in 2025.", []string{"city", "cargo", "2025"})
	if list := texts(got, "condition on a value"); !slices.Equal(list, []string{"Fares in 2025 excluding city", "Fares in 2025 only cargo"}) {
		t.Errorf("%q", list)
	}
	if list := texts(got, "window"); !slices.Equal(list, []string{"Fares in 2025 except on weekends"}) {
		t.Errorf("a second window: %q", list)
	}
}

// FuzzRephrase: no text breaks the rules; no variant is the text itself, and none comes twice.
func FuzzRephrase(f *testing.F) {
	for _, text := range []string{"", " ", "Rides by month", "ÄÖÜ by İ", "by by per per", "\xff in 2025 by", "İstanbul by day"} {
		f.Add(text, "rides")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		for _, list := range [][]Variant{Same(text, [][]string{{name, "other"}, {"x", name}}), Modified(text, []string{name})} {
			seen := map[string]bool{text: true}
			for _, v := range list {
				if seen[v.Text] || v.Rule == "" || strings.TrimSpace(v.Text) == "" && strings.TrimSpace(text) != "" {
					t.Errorf("%q: %+v", text, v)
				}
				seen[v.Text] = true
			}
		}
	})
}
