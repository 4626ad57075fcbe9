package reading

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

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
	on := "true"
	if keys := whole.keys(); len(keys) > 0 {
		on = sameKeys(keys, "d", "n")
	}
	columns = append(columns, "cast(n.value as double) / nullif(cast(d.value as double), 0) as value")
	return fmt.Sprintf("select %s from (%s) as n left join (%s) as d on %s", strings.Join(columns, ", "), over, under, on), nil
}
