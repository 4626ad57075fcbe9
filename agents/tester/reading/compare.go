package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// tolerance is the largest relative difference between two equal figures: both
// sides add the same numbers in different orders.
const tolerance = "1e-6"

// Comparison is what comparing a model with the independent reading gave.
type Comparison struct {
	Measure string
	// Groups were compared; Differ of them had another value. Example is the worst.
	Groups, Differ int
	Example        string
	// Lost groups are in the reading but not in the model; Extra are in the
	// model with a value other than 0 or NULL although no row supports them.
	Lost, Extra int
}

// OK reports whether the two agree.
func (c Comparison) OK() bool { return c.Differ == 0 && c.Lost == 0 && c.Extra == 0 }

// String says what differs.
func (c Comparison) String() string {
	if c.OK() {
		return fmt.Sprintf("%s: %d groups agree", c.Measure, c.Groups)
	}
	var parts []string
	if c.Differ > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d groups differ (%s)", c.Differ, c.Groups, c.Example))
	}
	if c.Lost > 0 {
		parts = append(parts, fmt.Sprintf("%d groups are missing", c.Lost))
	}
	if c.Extra > 0 {
		parts = append(parts, fmt.Sprintf("%d groups have a value that no row supports", c.Extra))
	}
	return c.Measure + ": " + strings.Join(parts, "; ")
}

// Compare returns SQL with one row: groups, differ, lost, extra, example. It
// puts the model's column beside the independent query.
//
// Groups outside what the Spec keeps are not counted as lost: periods that have not ended when only complete periods
// were asked for, and groups that a rank left out (see Ranking). Periods that the base rows do not reach are extra.
func Compare(spec plan.Spec, m plan.Measure, names Names, model string) (string, error) {
	query, err := Query(spec, m, names, model)
	if err != nil {
		return "", err
	}
	b := &builder{spec: spec, names: names, model: model}
	expected, beyond, err := b.expected()
	if err != nil {
		return "", err
	}
	keys := b.keys()
	both := "m.seen and r.seen"
	// A value beside NULL is a difference: without coalesce it would be neither equal nor unequal.
	same := fmt.Sprintf("coalesce(m.value is not distinct from r.value or abs(cast(m.value as double) - cast(r.value as double)) <= %s * greatest(1, abs(cast(r.value as double))), false)", tolerance)
	if zeroOrNull(m) {
		same = fmt.Sprintf("(%s or coalesce(m.value, 0) = coalesce(r.value, 0))", same)
	}
	example := "'model ' || coalesce(cast(m.value as varchar), 'null') || ', independent ' || coalesce(cast(r.value as varchar), 'null')"
	if len(keys) > 0 {
		example = fmt.Sprintf("concat_ws(', ', m.%s) || ': ' || %s", strings.Join(keys, ", m."), example)
	}
	modelSide := "select *, true as seen from (select " + strings.Join(append(keys, ident(m.Name)+" as value"), ", ") + " from " + model + ")"
	return fmt.Sprintf(`select
  count(*) filter (where %[1]s) as groups,
  count(*) filter (where %[1]s and not %[2]s) as differ,
  count(*) filter (where m.seen is null and %[3]s) as lost,
  count(*) filter (where r.seen is null and coalesce(m.value, 0) <> 0 or m.seen and %[8]s) as extra,
  min(%[4]s) filter (where %[1]s and not %[2]s) as example
from (%[5]s) as m full join (select *, true as seen from (%[6]s)) as r on %[7]s`,
		both, same, expected, example, modelSide, query, sameKeys(keys, "m", "r"), beyond), nil
}

// zeroOrNull: an empty group may show 0 or NULL for a count or a sum.
func zeroOrNull(m plan.Measure) bool { return m.Kind != plan.Ratio && zeroWhenEmpty(m) }

// expected is the condition under which a group r of the reading must be in the model, beyond the one under which a
// row m of the model cannot be right.
func (b *builder) expected() (expected, beyond string, err error) {
	expected, beyond = "true", "false"
	if t := b.spec.Time; t != nil {
		s, err := b.span()
		if err != nil {
			return "", "", err
		}
		name := ident(t.Name)
		beyond = fmt.Sprintf("(m.%s < %s or m.%s > %s)", name, s.from, name, s.to)
		if t.Complete {
			expected = fmt.Sprintf("r.%s <= %s", name, s.last)
		}
	}
	if r := b.spec.Rank; r != nil && !r.Rest { // with the rest every group has its place
		expected = "false"
	}
	return expected, beyond, nil
}
