package reading

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// ratio divides two independent readings, group by group.
func (b *builder) ratio(m plan.Measure) (string, error) {
	if m.Numerator == nil || m.Denominator == nil {
		return "", &Unsupported{"a ratio without both parts"}
	}
	over, err := b.measure(*m.Numerator)
	if err != nil {
		return "", err
	}
	if m.Denominator.Whole != nil {
		return b.share(m, over)
	}
	under, err := b.measure(*m.Denominator)
	if err != nil {
		return "", err
	}
	zero := func(part plan.Measure, x string) string {
		if zeroWhenEmpty(part) {
			return "coalesce(" + x + ", 0)"
		}
		return x
	}
	value := fmt.Sprintf("%s / nullif(cast(%s as double), 0)", zero(*m.Numerator, "cast(n.value as double)"), "d.value")
	keys := b.keys()
	if len(keys) == 0 {
		return fmt.Sprintf("select %s as value from (%s) as n, (%s) as d", value, over, under), nil
	}
	var columns []string
	for _, k := range keys {
		columns = append(columns, fmt.Sprintf("coalesce(n.%s, d.%s) as %s", k, k, k))
	}
	return fmt.Sprintf("select %s, %s as value from (%s) as n full join (%s) as d on %s",
		strings.Join(columns, ", "), value, over, under, sameKeys(keys, "n", "d")), nil
}

// share divides the reading of each group by a reading of its own of the whole, which is taken over the rows again, with no dimensions but
// those that the whole lies within.
func (b *builder) share(m plan.Measure, over string) (string, error) {
	den := *m.Denominator
	whole := *b
	whole.spec.Rank, whole.spec.Dimensions = nil, nil
	for _, d := range b.spec.Dimensions {
		if slices.Contains(den.Whole.Within, d.Name) {
			whole.spec.Dimensions = append(whole.spec.Dimensions, d)
		}
	}
	if len(whole.spec.Dimensions) != len(den.Whole.Within) {
		return "", &Unsupported{"a share within groups that the design does not have"}
	}
	den.Whole = nil
	under, err := whole.measure(den)
	if err != nil {
		return "", err
	}
	var columns []string
	for _, k := range b.keys() {
		columns = append(columns, "n."+k)
	}
	columns = append(columns, "cast(n.value as double) / nullif(cast(d.value as double), 0) as value")
	return fmt.Sprintf("select %s from (%s) as n left join (%s) as d on %s", strings.Join(columns, ", "), over, under, sameKeys(whole.keys(), "d", "n")), nil
}
