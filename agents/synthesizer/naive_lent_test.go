package synthesizer

import (
	"maps"
	"time"

	"firstmile/planner/plan"
)

// Rows of fct_lines have no date: they are dated by their sale or by the day of that.

// lentDay and lentAt are where the naive evaluator keeps such a date in the row itself.
const (
	lentDay = "lent day"
	lentAt  = "lent at"
)

// soldFrom is the path from a line to its sale.
func soldFrom() plan.JoinPath {
	return plan.JoinPath{From: "fct_lines", To: "dim_sales", Hops: []plan.Hop{hop("fct_lines", "sale_id", "dim_sales", "sale_id")}}
}

// dayFrom is the path from a line over its sale to the day.
func dayFrom() plan.JoinPath {
	return plan.JoinPath{From: "fct_lines", To: "dim_days", Hops: append(soldFrom().Hops, hop("dim_sales", "day_id", "dim_days", "day_id"))}
}

// lines is a measure of fct_lines, dated one or two joins away.
func lines(name string, agg plan.Aggregation, expr *plan.Expr, far bool) plan.Measure {
	m := plan.Measure{Name: name, Kind: plan.Simple, Model: "fct_lines", Agg: agg, Expr: expr, Time: "sold_at"}
	path := soldFrom()
	if far {
		path = dayFrom()
		m.Time = "on_day"
	}
	m.TimePath = &path
	return m
}

func (g *generator) lines() plan.Measure {
	m := lines(g.name(), plan.Count, nil, g.far)
	g.aggregation(&m, "quantity", "sale_id")
	return m
}

// dated looks every lent date up once, hop by hop, and puts it into the row.
func dated(tables map[string][]record, spec plan.Spec) *naive {
	n := &naive{tables: maps.Clone(tables)}
	n.tables["fct_lines"] = nil
	for _, r := range tables["fct_lines"] {
		r = maps.Clone(r)
		r[lentAt] = n.look("fct_lines", r, plan.ColumnRef{Relation: "dim_sales", Column: "sold_at"}, []plan.JoinPath{soldFrom()})
		r[lentDay] = n.look("fct_lines", r, plan.ColumnRef{Relation: "dim_days", Column: "on_day"}, []plan.JoinPath{dayFrom()})
		n.tables["fct_lines"] = append(n.tables["fct_lines"], r)
	}
	n.spec = spec
	n.spec.Measures = own(spec.Measures)
	return n
}

// own are the measures as if every row had its date.
func own(measures []plan.Measure) []plan.Measure {
	var out []plan.Measure
	for _, m := range measures {
		switch {
		case m.TimePath != nil && m.Time == "on_day":
			m.Time = lentDay
		case m.TimePath != nil:
			m.Time = lentAt
		}
		m.TimePath = nil
		for _, part := range []**plan.Measure{&m.Numerator, &m.Denominator} {
			if *part != nil {
				*part = &own([]plan.Measure{**part})[0]
			}
		}
		m.Inputs = own(m.Inputs)
		out = append(out, m)
	}
	return out
}

// dateOf is the column that dates a measure of orders or lines.
func dateOf(m plan.Measure) plan.ColumnRef {
	switch m.Time {
	case lentAt:
		return plan.ColumnRef{Relation: "dim_sales", Column: "sold_at"}
	case lentDay:
		return plan.ColumnRef{Relation: "dim_days", Column: "on_day"}
	}
	return plan.ColumnRef{Relation: "fct_orders", Column: "ordered_at"}
}

// momentOfLine is when a line was sold, to the day where the measures of the design go by that.
func (n *naive) momentOfLine(r record) moment {
	for _, l := range n.leaves() {
		if at, ok := r[l.m.Time]; ok && l.m.Model == "fct_lines" {
			return moment{at: at, day: l.m.Time == lentDay}
		}
	}
	return moment{}
}

func (g *generator) saleTables(moment func() time.Time) map[string][]record {
	r := g.r
	out := map[string][]record{}
	for i := range 10 {
		out["dim_days"] = append(out["dim_days"], record{"day_id": float64(i), "on_day": orNull(r, moment().Truncate(24*time.Hour))})
	}
	for i := range 12 {
		out["dim_sales"] = append(out["dim_sales"], record{"sale_id": float64(i), "day_id": orNull(r, float64(r.IntN(12))), "sold_at": orNull(r, moment())})
	}
	for i := range r.IntN(40) { // sales 12 and 13 and days 10 and 11 are missing
		out["fct_lines"] = append(out["fct_lines"], record{"line_id": float64(i), "sale_id": orNull(r, float64(r.IntN(14))),
			"customer_id": orNull(r, float64(r.IntN(9))), "quantity": orNull(r, float64(r.IntN(20)))})
	}
	return out
}
