package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// Ranking returns SQL with one row: missing, wrong, most. It ranks the independent reading of all groups and says how many
// groups that belong among the first N are not in the model, how many that do not are, and how many groups the model
// has at most (in one period, where each is ranked by itself). Groups that tie at the edge may be in or
// out; the one that takes the rest is not ranked.
func Ranking(spec plan.Spec, names Names, model string) (string, error) {
	rank := spec.Rank
	var by *plan.Measure
	for i := range spec.Measures {
		if spec.Measures[i].Name == rank.By {
			by = &spec.Measures[i]
		}
	}
	if by == nil {
		return "", fmt.Errorf("the ranking is by %q, which is no measure of the request", rank.By)
	}
	spec.Rank = nil // all groups are read
	if spec.Time != nil && len(spec.Dimensions) > 0 && !rank.PerPeriod {
		spec.Time = nil // groups are ranked over the whole window
	}
	query, err := Query(spec, *by, names, model)
	if err != nil {
		return "", err
	}
	b := &builder{spec: spec}
	keys := b.keys()
	if len(keys) == 0 {
		return "", fmt.Errorf("the ranking by %q has nothing to rank", rank.By)
	}
	var on []string
	for _, k := range keys { // as text, which is what names of groups beside the rest are
		on = append(on, fmt.Sprintf("cast(m.%s as varchar) is not distinct from cast(r.%s as varchar)", k, k))
	}
	named := "true"
	if rank.Rest {
		var rest []string
		for _, d := range spec.Dimensions {
			rest = append(rest, ident(d.Name)+" is not distinct from 'other'")
		}
		named = "not (" + strings.Join(rest, " and ") + ")"
	}
	direction, partition, per := "asc", "", "true"
	if rank.Descending {
		direction = "desc"
	}
	if rank.PerPeriod && spec.Time != nil {
		partition, per = "partition by "+ident(spec.Time.Name), ident(spec.Time.Name)
	}
	// Rounded, because both sides add the same numbers in different orders.
	order := fmt.Sprintf("%s order by round(cast(value as double), 6) %s nulls last", partition, direction)
	return fmt.Sprintf(`with r as (
  select *, rank() over (%[1]s) as place, count(*) over (%[1]s range between unbounded preceding and current row) as through
  from (%[2]s)
), m as (select distinct %[3]s, true as seen from %[4]s where %[8]s)
select
  (select count(*) from r left join m on %[5]s where r.through <= %[6]d and m.seen is null) as missing,
  (select count(*) from m left join r on %[5]s where r.place is null or r.place > %[6]d) as wrong,
  (select max(n) from (select count(*) as n from m group by %[7]s)) as most`,
		order, query, strings.Join(keys, ", "), model, strings.Join(on, " and "), rank.N, per, named), nil
}
