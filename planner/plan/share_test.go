package plan

import "testing"

// TestWholesTellDesignsApart: a share of all groups, one within a group, and the plain ratio are different figures; the order of the
// groups that it lies within does not count.
func TestWholesTellDesignsApart(t *testing.T) {
	of := func(w *Whole) string {
		part := Measure{Name: "orders", Kind: Simple, Model: "fct_orders", Agg: Count}
		whole := part
		whole.Whole = w
		return Spec{Measures: []Measure{{Name: "m", Kind: Ratio, Numerator: &part, Denominator: &whole}}}.Canonical()
	}
	seen := map[string]bool{}
	for _, w := range []*Whole{nil, {}, {Within: []string{"region"}}, {Within: []string{"plan", "region"}}} {
		seen[of(w)] = true
	}
	if len(seen) != 4 {
		t.Errorf("%d of 4 meanings", len(seen))
	}
	names := []string{"region", "plan"}
	if !seen[of(&Whole{Within: names})] || names[0] != "region" {
		t.Errorf("the order of names counts, or was changed: %v", names)
	}
}
