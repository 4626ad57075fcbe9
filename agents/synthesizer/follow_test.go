package synthesizer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"firstmile/planner/plan"
)

// TestRandomFollowing compares retentions and funnels on DuckDB with the naive evaluator, on random rows.
func TestRandomFollowing(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with: go test -run TestRandomFollowing -args -seed=%d -cases=%d", *seed, *cases)
	p, _ := shopProject(t, ".", "duckdb")
	r := rand.New(rand.NewPCG(*seed, 4))
	for done := 0; done < *cases/2; {
		tables := randomTables(r)
		s := warehouse(t, inserts(tables)...)
		for range casesPerWarehouse {
			done++
			spec := randomFollowing(r)
			c, err := Compile(p, spec)
			if err != nil {
				t.Fatalf("%v\n%s", err, spec.Canonical())
			}
			n := &naive{tables: tables, spec: spec}
			if problem := differ(rows(t, s, c.SQL), n.following()); problem != "" {
				t.Fatalf("case %d: %s\n%s\n%s\n%s", done, problem, spec.Canonical(), c.SQL, strings.Join(inserts(tables), "\n"))
			}
		}
		s.Close()
	}
}

func randomFollowing(r *rand.Rand) plan.Spec {
	g := pick(r, plan.Day, plan.Week, plan.Month, plan.Quarter, plan.Year)
	spec := plan.Spec{Time: &plan.TimeAxis{Name: string(g), Grain: g, Zone: "UTC", WeekStart: pick(r, "monday", "sunday")}, Target: plan.Target{Name: "fct_random"}}
	gen := &generator{r: r, spec: &spec}
	event := func() plan.Measure {
		m := pick(r, gen.orders, gen.refunds)()
		m.Agg, m.Expr, m.Percentile = plan.Count, nil, 0
		return m
	}
	if maybe(r, 50) {
		spec.Time.Complete = maybe(r, 50)
		spec.Measures = retention(event(), event(), plan.CohortSize, plan.Retained, plan.RetentionRate)
		spec.Dimensions = []plan.Dimension{age(pick(r, 0, 0, 1, 3))}
	} else {
		if maybe(r, 20) {
			spec.Time = nil
		}
		var window *plan.Span
		if maybe(r, 70) {
			window = &plan.Span{Count: 1 + r.IntN(20), Unit: pick(r, plan.Day, plan.Week, plan.Month)}
		}
		spec.Measures = funnel([]plan.Measure{event(), event(), event()}, window)
	}
	if maybe(r, 40) {
		from := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(40))
		spec.Window = &plan.Window{From: from.Format("2006-01-02"), To: from.AddDate(0, 0, 8+r.IntN(60)).Format("2006-01-02")}
	}
	if maybe(r, 50) {
		spec.Dimensions = append(spec.Dimensions, regionDimension(pick(r, "unknown", ""), "fct_orders", "fct_refunds"))
	}
	if maybe(r, 30) {
		spec.Filters = []plan.Filter{gen.sharedFilter()}
	}
	return spec
}

// first is the first event of an entity: its row and the start of its period.
type first struct {
	row    record
	who    any
	at     time.Time
	period time.Time
}

// firsts lists the rows before which their entity had no other: ever or, within, in the same period of the window.
func (n *naive) firsts(m plan.Measure, within bool) []first {
	base := m.Inputs[0]
	var out []first
	for _, r := range n.tables[base.Model] {
		at, ok := r[base.Time].(time.Time)
		who := r[m.Interval.Entity]
		if !ok || who == nil || !n.within(at) || !within && n.cut(at) || !n.passes(base.Model, r, base.Filters) || !n.passes(base.Model, r, n.spec.Filters) {
			continue
		}
		earlier := false
		for _, o := range n.tables[base.Model] {
			t, ok := o[base.Time].(time.Time)
			if !ok || o[m.Interval.Entity] != who || !t.Before(at) || !n.passes(base.Model, o, base.Filters) {
				continue
			}
			earlier = earlier || !within || n.within(t) && n.periodOf(t).Equal(n.periodOf(at))
		}
		if !earlier {
			out = append(out, first{r, who, at, n.periodOf(at)})
		}
	}
	return out
}

// cut reports whether a moment lies in a last period that the window holds only a part of, where only whole ones are asked for.
func (n *naive) cut(at time.Time) bool {
	w := n.spec.Window
	if w == nil || w.To == "" || !n.spec.Time.Complete {
		return false
	}
	end := n.periodOf(date(w.To))
	return end.After(date(w.From)) && !at.Before(end)
}

func (n *naive) periodOf(t time.Time) time.Time {
	if n.spec.Time == nil {
		return time.Time{}
	}
	return begin(t, *n.spec.Time)
}

// following is the result of a design of retentions or of a funnel.
func (n *naive) following() []string {
	m := n.spec.Measures[0]
	if m.Kind == plan.Retention {
		return n.retained(m)
	}
	return n.funnelled(m)
}

// groupOf is the attributes of a row, without its age.
func (n *naive) groupOf(model string, r record) []string {
	var out []string
	for _, d := range n.spec.Dimensions {
		if d.Age == nil {
			out = append(out, (&naive{tables: n.tables, spec: plan.Spec{Dimensions: []plan.Dimension{d}}}).ownDims(model, r))
		}
	}
	return out
}

func (n *naive) retained(m plan.Measure) []string {
	then := m.Inputs[1]
	var last time.Time
	for _, r := range n.tables[then.Model] {
		if t, ok := r[then.Time].(time.Time); ok && t.After(last) {
			last = t
		}
	}
	if last.IsZero() {
		return nil
	}
	end := n.periodOf(last)
	for n.spec.Time.Complete && n.next(end).After(last.Truncate(24*time.Hour).AddDate(0, 0, 1)) {
		end = n.before(end)
	}
	size, kept := map[string]map[any]bool{}, map[string]map[any]bool{}
	add := func(to map[string]map[any]bool, key string, who any) {
		if to[key] == nil {
			to[key] = map[any]bool{}
		}
		to[key][who] = true
	}
	for _, f := range n.firsts(m, false) {
		age := 0
		for p := f.period; !p.After(end); p = n.next(p) {
			if most := n.spec.Dimensions[0].Age.Max; most > 0 && age > most {
				break
			}
			key := strings.Join(append([]string{n.stamp(f.period), fmt.Sprint(age)}, n.groupOf(m.Inputs[0].Model, f.row)...), " | ")
			add(size, key, f.who)
			for _, r := range n.tables[then.Model] {
				if t, ok := r[then.Time].(time.Time); ok && r[m.Interval.Entity] == f.who && n.periodOf(t).Equal(p) && n.passes(then.Model, r, then.Filters) {
					add(kept, key, f.who)
				}
			}
			age++
		}
	}
	var out []string
	for key, all := range size {
		some := len(kept[key])
		out = append(out, fmt.Sprintf("%s | %d | %d | %s", key, len(all), some, number(float64(some)/float64(len(all)))))
	}
	slices.Sort(out)
	return out
}

func (n *naive) funnelled(m plan.Measure) []string {
	groups := map[string][]map[any]bool{}
	if len(n.spec.Dimensions) == 0 && n.spec.Time == nil {
		groups[""] = []map[any]bool{{}, {}, {}}
	}
	for _, f := range n.firsts(m, true) {
		var cells []string
		if n.spec.Time != nil {
			cells = append(cells, n.stamp(f.period))
		}
		key := strings.Join(append(cells, n.groupOf(m.Inputs[0].Model, f.row)...), " | ")
		if groups[key] == nil {
			groups[key] = []map[any]bool{{}, {}, {}}
		}
		groups[key][0][f.who] = true
		at, ok := f.at, true
		for i := 1; i < 3 && ok; i++ {
			if at, ok = n.earliest(m, i, f, at); ok {
				groups[key][i][f.who] = true
			}
		}
	}
	var out []string
	for key, steps := range groups {
		share := "null"
		if len(steps[0]) > 0 {
			share = number(float64(len(steps[2])) / float64(len(steps[0])))
		}
		row := fmt.Sprintf("%d | %d | %d | %s", len(steps[0]), len(steps[1]), len(steps[2]), share)
		if key != "" {
			row = key + " | " + row
		}
		out = append(out, row)
	}
	slices.Sort(out)
	return out
}

// earliest is the first event of a step at or after the one before it; of a day only, from that day on.
func (n *naive) earliest(m plan.Measure, step int, f first, after time.Time) (time.Time, bool) {
	in := m.Inputs[step]
	start := f.at
	if in.Time == "refunded_on" {
		start, after = start.Truncate(24*time.Hour), after.Truncate(24*time.Hour)
	}
	var best time.Time
	found := false
	for _, r := range n.tables[in.Model] {
		t, ok := r[in.Time].(time.Time)
		if !ok || r[m.Interval.Entity] != f.who || t.Before(after) || !n.passes(in.Model, r, in.Filters) {
			continue
		}
		if m.Trailing != nil && !t.Before(move(start, m.Trailing.Count, m.Trailing.Unit)) {
			continue
		}
		if !found || t.Before(best) {
			best, found = t, true
		}
	}
	return best, found
}
