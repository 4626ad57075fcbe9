package metric

import (
	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// DatePart is one of plan.DatePart of a date or a civil time, as a number.
type DatePart struct {
	Arg  Scalar
	Part plan.DatePart
}

func (DatePart) scalar() {}

// partOf is a column, or the part of it that is asked for, in the design's time zone.
func (b *builder) partOf(at Scalar, relation string, col dbt.Column, part plan.DatePart) (Scalar, error) {
	switch part {
	case "":
		return at, nil
	case plan.Weekday, plan.HourOfDay, plan.MonthOfYear:
	default:
		return nil, refuse("date_part", "I do not know the part %q of a date.", part)
	}
	if family(col.Type) == dateFamily && part == plan.HourOfDay {
		return nil, refuse("date_part", "%s.%s holds dates without a time of day.", relation, col.Name)
	}
	local, err := b.localized(relation, at, col)
	return DatePart{local, part}, err
}
