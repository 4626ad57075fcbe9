package synthesizer

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"firstmile/planner/plan"
)

var (
	seed  = flag.Uint64("seed", 0, "seed of the differential test; 0 takes one from the clock")
	cases = flag.Int("cases", 400, "number of random designs to compare with the naive evaluator")
)

// casesPerWarehouse keeps the time for starting databases small.
const casesPerWarehouse = 50

// TestRandomDesigns compares compiled SQL on DuckDB with the naive evaluator, on random rows with nulls,
// duplicates, orphans, ties and empty periods around the end of a year.
func TestRandomDesigns(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with: go test -run TestRandomDesigns -args -seed=%d -cases=%d", *seed, *cases)
	p, _ := shopProject(t, ".", "duckdb")
	r := rand.New(rand.NewPCG(*seed, 1))
	failed := 0
	for done := 0; done < *cases && failed < 3; {
		tables := randomTables(r)
		s := warehouse(t, inserts(tables)...)
		for range casesPerWarehouse {
			done++
			spec := randomSpec(r)
			c, err := Compile(p, spec)
			if err != nil {
				t.Fatalf("case %d: %v\n%s", done, err, spec.Canonical())
			}
			if problem := differ(rows(t, s, c.SQL), dated(tables, spec).rows()); problem != "" {
				t.Errorf("case %d: %s\n%s\n%s\n%s", done, problem, spec.Canonical(), c.SQL, strings.Join(inserts(tables), "\n"))
				failed++
				break
			}
		}
		s.Close()
	}
}

// differ compares rows as text; a cell that may be null or zero fits either.
func differ(got, want []string) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d rows, want %d\ngot:\n%s\nwant:\n%s", len(got), len(want), strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i := range got {
		g, w := strings.Split(got[i], " | "), strings.Split(want[i], " | ")
		same := slices.EqualFunc(g, w, func(a, b string) bool {
			return a == b || b == unknown || b == anything && (a == "0" || a == "null")
		})
		if !same {
			return fmt.Sprintf("row %d\ngot:  %s\nwant: %s", i, got[i], want[i])
		}
	}
	return ""
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func maybe(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

// orNull gives null in one of ten cases.
func orNull(r *rand.Rand, v any) any {
	if maybe(r, 10) {
		return nil
	}
	return v
}

func randomTables(r *rand.Rand) map[string][]record {
	moment := func() time.Time {
		t := time.Date(2025, 11, 20, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(pick(r, 30, 80, 130)))
		return t.Add(time.Duration(pick(r, 0, 0, r.IntN(24*60))) * time.Minute)
	}
	day := func() time.Time { return moment().Truncate(24 * time.Hour) }
	length := func(days int) time.Duration { // whole days or hours
		if maybe(r, 50) {
			return time.Duration(r.IntN(days)) * 24 * time.Hour
		}
		return time.Duration(r.IntN(days*24)) * time.Hour
	}
	customer := func() any { return orNull(r, float64(r.IntN(9))) } // 6 to 8 are orphans
	out := map[string][]record{}
	for i, code := range []string{"DE", "FR", "US"} {
		out["dim_countries"] = append(out["dim_countries"], record{"country_code": code, "region": pick[any](r, []any{"EMEA", "EMEA", "NA"}[i], nil, "EMEA")})
	}
	for i := range 6 {
		out["dim_customers"] = append(out["dim_customers"], record{"customer_id": float64(i), "country_code": orNull(r, pick(r, "DE", "FR", "US", "XX")),
			"segment": orNull(r, pick(r, "small", "large")), "vip": orNull(r, maybe(r, 50))})
	}
	for i := range 6 {
		from := time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC)
		for range r.IntN(4) { // one version after the other, with gaps
			from = from.Add(length(30))
			to := from.Add(max(length(40), time.Hour))
			row := record{"customer_id": float64(i), "tier": orNull(r, pick(r, "gold", "silver")), "valid_from": from, "valid_to": to}
			from = to
			if maybe(r, 20) {
				row["valid_to"], from = nil, from.AddDate(100, 0, 0)
			}
			out["dim_tiers"] = append(out["dim_tiers"], row)
		}
	}
	for i := range r.IntN(40) {
		out["fct_orders"] = append(out["fct_orders"], record{"order_id": float64(i), "customer_id": customer(), "ordered_at": orNull(r, moment()),
			"amount": orNull(r, float64(r.IntN(40)-8)/2), "status": orNull(r, pick(r, "paid", "open", "void")), "is_gift": orNull(r, maybe(r, 50)),
			"product": pick[any](r, "a", "b", "c", "d")})
	}
	for i := range r.IntN(15) {
		out["fct_refunds"] = append(out["fct_refunds"], record{"refund_id": float64(i), "customer_id": customer(), "refunded_on": orNull(r, day()),
			"amount": orNull(r, float64(r.IntN(20)))})
	}
	for i := range r.IntN(25) {
		from := moment()
		to := any(from.Add(length(40)))
		switch {
		case maybe(r, 30):
			to = nil
		case maybe(r, 10): // planned
			to = from.AddDate(200, 0, 0)
		}
		out["fct_subscriptions"] = append(out["fct_subscriptions"], record{"subscription_id": float64(i), "customer_id": customer(),
			"plan": orNull(r, pick(r, "basic", "pro")), "mrr": orNull(r, float64(r.IntN(50))), "started_at": orNull(r, from), "ended_at": to})
	}
	for range r.IntN(40) {
		out["fct_balances"] = append(out["fct_balances"], record{"account_id": float64(r.IntN(4)), "customer_id": customer(),
			"taken_on": orNull(r, day()), "balance": orNull(r, float64(r.IntN(100)))})
	}
	maps.Copy(out, (&generator{r: r}).saleTables(moment))
	for name, rows := range out {
		if len(rows) > 0 && strings.HasPrefix(name, "fct_") && maybe(r, 40) {
			out[name] = append(rows, rows[r.IntN(len(rows))]) // the same row twice
		}
	}
	return out
}

func randomSpec(r *rand.Rand) plan.Spec {
	spec := plan.Spec{Target: plan.Target{Name: "fct_random"}}
	if maybe(r, 80) {
		g := pick(r, plan.Day, plan.Week, plan.Week, plan.Month, plan.Month, plan.Quarter, plan.Year)
		spec.Time = &plan.TimeAxis{Name: string(g), Grain: g, Zone: "UTC", WeekStart: pick(r, "monday", "monday", "sunday", ""),
			Complete: maybe(r, 40), Spine: maybe(r, 40)}
	}
	if maybe(r, 40) || spec.Time == nil && maybe(r, 50) {
		from := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(40))
		spec.Window = &plan.Window{From: from.Format("2006-01-02"), To: from.AddDate(0, 0, 8+r.IntN(60)).Format("2006-01-02")}
		if spec.Time != nil && maybe(r, 40) {
			*pick(r, &spec.Window.From, &spec.Window.To) = ""
		}
	}
	if t := spec.Time; t != nil && maybe(r, 30) {
		t.FiscalStart = r.IntN(13)
	}
	g := &generator{r: r, spec: &spec, far: maybe(r, 50)}
	if maybe(r, 12) {
		g.overPeriods()
	} else {
		g.measures()
	}
	g.dimensions()
	if len(spec.Dimensions) == 0 && spec.Time != nil && maybe(r, 10) && spec.Measures[0].Kind != plan.OverPeriods {
		g.rank()
		spec.Rank.PerPeriod, spec.Rank.Rest = false, false
	}
	if maybe(r, 40) {
		spec.Filters = append(spec.Filters, g.sharedFilter())
	}
	if len(spec.Dimensions) > 0 && spec.Measures[0].Kind != plan.OverPeriods && maybe(r, 30) {
		g.rank()
	}
	g.within()
	return spec
}

// allFacts are what measures are computed on; all lead to a customer.
var allFacts = []string{"fct_orders", "fct_refunds", "fct_subscriptions", "fct_balances", "fct_lines"}

type generator struct {
	r    *rand.Rand
	spec *plan.Spec
	next int
	far  bool // lines are dated two joins away
}

func (g *generator) name() string { g.next++; return fmt.Sprintf("m%d", g.next) }

func (g *generator) measures() {
	r := g.r
	kinds := []func() plan.Measure{g.orders, g.orders, g.refunds, g.lines, g.lines, g.ratio, g.share, g.share, g.difference, g.balance, g.conversion, g.conversion}
	timed := g.spec.Time != nil
	if timed || g.spec.Window != nil && g.spec.Window.From != "" && g.spec.Window.To != "" {
		kinds = append(kinds, g.population, g.population, g.churn)
	}
	if timed {
		kinds = append(kinds, g.cumulative, g.cumulative, g.growth)
	}
	for range 1 + r.IntN(3) {
		g.spec.Measures = append(g.spec.Measures, pick(r, kinds...)())
	}
}

// rank puts a measure in front that is null only where it has no rows.
func (g *generator) rank() {
	by := g.orders()
	by.Agg, by.Expr, by.Percentile = plan.Count, nil, 0
	g.spec.Measures = append([]plan.Measure{by}, g.spec.Measures...)
	g.spec.Rank = &plan.Rank{N: 1 + g.r.IntN(2), By: by.Name, Descending: maybe(g.r, 70), PerPeriod: g.spec.Time != nil && maybe(g.r, 50), Rest: maybe(g.r, 40)}
}

func (g *generator) dimensions() {
	r := g.r
	facts := allFacts
	if maybe(r, 60) {
		g.spec.Dimensions = append(g.spec.Dimensions, regionDimension(pick(r, "unknown", ""), facts...))
	}
	if maybe(r, 25) {
		g.spec.Dimensions = append(g.spec.Dimensions, tierDimension(pick(r, "none", ""), facts...))
	}
	if maybe(r, 30) {
		d := plan.Dimension{Name: "segment", Column: plan.ColumnRef{Relation: "dim_customers", Column: "segment"}, NullAs: pick(r, "none", "")}
		for _, f := range facts {
			d.Paths = append(d.Paths, segmentFrom(f))
		}
		g.spec.Dimensions = append(g.spec.Dimensions, d)
	}
}

// sharedFilter can be reached from every fact.
func (g *generator) sharedFilter() plan.Filter {
	f := plan.Filter{Column: plan.ColumnRef{Relation: "dim_countries", Column: "region"}, KeepNull: maybe(g.r, 30)}
	value := plan.Literal{Kind: plan.StringLiteral, Text: pick(g.r, "EMEA", "NA")}
	f.Op = pick(g.r, plan.Eq, plan.Ne, plan.NotIn, plan.IsNull, plan.NotNull, plan.Gte)
	if f.Op != plan.IsNull && f.Op != plan.NotNull {
		f.Values = []plan.Literal{value}
	}
	for _, fact := range allFacts {
		f.Paths = append(f.Paths, regionFrom(fact))
	}
	return f
}

func (g *generator) orderFilters() []plan.Filter {
	r := g.r
	var out []plan.Filter
	if maybe(r, 40) {
		f := statusIs(pick(r, plan.Eq, plan.Ne, plan.In, plan.NotIn), "paid")
		if (f.Op == plan.In || f.Op == plan.NotIn) && maybe(r, 50) {
			f = statusIs(f.Op, "open", "void")
		}
		f.KeepNull = maybe(r, 30)
		out = append(out, f)
	}
	if maybe(r, 15) {
		ordered := plan.ColumnRef{Relation: "fct_orders", Column: "ordered_at"}
		day := func(s string) plan.Literal { return plan.Literal{Kind: plan.DateLiteral, Text: s} }
		out = append(out, pick(r,
			plan.Filter{Column: ordered, Op: pick(r, plan.Between, plan.NotBetween), Values: []plan.Literal{day("2025-12-10"), day("2026-01-05")}},
			plan.Filter{Column: ordered, Op: pick(r, plan.Lt, plan.Gte), Values: []plan.Literal{day("2025-12-24")}},
			plan.Filter{Column: ordered, Part: pick(r, plan.Weekday, plan.MonthOfYear), Op: pick(r, plan.In, plan.NotIn),
				Values: []plan.Literal{{Kind: plan.NumberLiteral, Text: "6"}, {Kind: plan.NumberLiteral, Text: "1"}}, KeepNull: maybe(r, 30)}))
	}
	if maybe(r, 20) {
		number := func(s string) plan.Literal { return plan.Literal{Kind: plan.NumberLiteral, Text: s} }
		out = append(out, plan.Filter{Column: plan.ColumnRef{Relation: "fct_orders", Column: "amount"}, Op: plan.Between,
			Values: []plan.Literal{number("0"), number("9.5")}, KeepNull: maybe(r, 30)})
	}
	return out
}

func (g *generator) orders() plan.Measure {
	r := g.r
	m := plan.Measure{Name: g.name(), Kind: plan.Simple, Model: "fct_orders", Time: "ordered_at", Filters: g.orderFilters()}
	g.aggregation(&m, "amount", "product")
	if maybe(r, 10) {
		m.Agg, m.Expr = plan.SumBoolean, column("is_gift")
	}
	return m
}

func (g *generator) refunds() plan.Measure {
	m := plan.Measure{Name: g.name(), Kind: plan.Simple, Model: "fct_refunds", Time: "refunded_on"}
	g.aggregation(&m, "amount", "customer_id")
	return m
}

func (g *generator) aggregation(m *plan.Measure, amount, key string) {
	m.Agg = pick(g.r, plan.Sum, plan.Sum, plan.Count, plan.Count, plan.CountDistinct, plan.Average, plan.Min, plan.Max, plan.Median, plan.Percentile)
	switch m.Agg {
	case plan.Count:
		if maybe(g.r, 40) {
			m.Expr = column(amount)
		}
	case plan.CountDistinct:
		m.Expr = column(key)
	case plan.Percentile:
		m.Percentile = 0.9
		m.Expr = column(amount)
	default:
		m.Expr = column(amount)
	}
}

func (g *generator) ratio() plan.Measure {
	over, under := pick(g.r, g.orders, g.refunds, g.lines)(), pick(g.r, g.orders, g.lines)()
	return plan.Measure{Name: g.name(), Kind: plan.Ratio, Numerator: &over, Denominator: &under}
}

// conversion of orders into refunds, of refunds into orders, or of one kind of order into another.
func (g *generator) conversion() plan.Measure {
	r := g.r
	base, then := g.orders(), g.refunds()
	if maybe(r, 30) {
		base, then = then, base
	}
	if maybe(r, 20) {
		base = g.lines()
	} else if maybe(r, 20) {
		then = g.lines()
	}
	if maybe(r, 30) {
		base, then = g.orders(), g.orders()
		base.Filters = append(base.Filters, statusIs(plan.Ne, "void"))
	}
	for _, in := range []*plan.Measure{&base, &then} {
		in.Agg, in.Expr, in.Percentile = plan.Count, nil, 0
	}
	if maybe(r, 30) {
		base.Agg, base.Expr = plan.CountDistinct, column("customer_id")
	}
	m := plan.Measure{Name: g.name(), Kind: plan.Conversion, Inputs: []plan.Measure{base, then}, Interval: &plan.Interval{Entity: "customer_id"},
		Calculation: pick(r, "", plan.ConversionRate, plan.Conversions, plan.Opportunities)}
	if maybe(r, 80) {
		m.Trailing = &plan.Span{Count: 1 + r.IntN(20), Unit: pick(r, plan.Day, plan.Day, plan.Week, plan.Month)}
	}
	return m
}

func (g *generator) difference() plan.Measure {
	a, b := g.orders(), pick(g.r, g.orders, g.refunds, g.lines)()
	formula, err := plan.ParseExpr(pick(g.r, a.Name+" - "+b.Name, "("+a.Name+" + 1) * "+b.Name, "2 * "+a.Name+" / ("+b.Name+" - 1)"))
	if err != nil {
		panic(err)
	}
	return plan.Measure{Name: g.name(), Kind: plan.Derived, Formula: &formula, Inputs: []plan.Measure{a, b}}
}

// growth compares a measure with an earlier period.
func (g *generator) growth() plan.Measure {
	now := pick(g.r, g.orders, g.refunds, g.lines)()
	before := now
	before.Name = g.name()
	before.Offset = &plan.Span{Count: 1 + g.r.IntN(2), Unit: g.spec.Time.Grain}
	formula, err := plan.ParseExpr(pick(g.r, now.Name+" - "+before.Name, "("+now.Name+" - "+before.Name+") / "+before.Name))
	if err != nil {
		panic(err)
	}
	return plan.Measure{Name: g.name(), Kind: plan.Derived, Formula: &formula, Inputs: []plan.Measure{now, before}}
}

func (g *generator) population() plan.Measure {
	r := g.r
	m := population(g.name(), pick(r, plan.Opening, plan.Closing, plan.Lost, plan.Gained))
	if maybe(r, 25) { // by activity
		m.Model = "fct_orders"
		m.Interval = &plan.Interval{Entity: "customer_id", From: "ordered_at", State: m.Interval.State, For: &plan.Span{Count: 1 + r.IntN(30), Unit: pick(r, plan.Day, plan.Week)}}
		m.Filters = g.orderFilters()
		return m
	}
	if maybe(r, 30) {
		m.Agg, m.Expr = plan.Sum, column("mrr")
	}
	if maybe(r, 30) {
		m.Filters = []plan.Filter{{Column: plan.ColumnRef{Relation: "fct_subscriptions", Column: "plan"}, Op: pick(r, plan.Eq, plan.Ne),
			Values: []plan.Literal{{Kind: plan.StringLiteral, Text: "pro"}}, KeepNull: maybe(r, 30)}}
	}
	return m
}

func (g *generator) churn() plan.Measure {
	over, under := population(g.name(), plan.Lost), population(g.name(), plan.Opening)
	return plan.Measure{Name: g.name(), Kind: plan.Ratio, Numerator: &over, Denominator: &under}
}

func (g *generator) cumulative() plan.Measure {
	m := pick(g.r, g.orders, g.orders, g.lines)()
	m.Kind = plan.Cumulative
	switch g.r.IntN(3) {
	case 0:
		m.Trailing = &plan.Span{Count: 1 + g.r.IntN(3), Unit: pick(g.r, plan.Day, plan.Week, plan.Month)}
	case 1:
		if grain := g.spec.Time.Grain; grain != plan.Week && grain != plan.Year {
			m.GrainToDate = pick(g.r, plan.Quarter, plan.Year)
		}
	}
	return m
}

func (g *generator) balance() plan.Measure {
	m := plan.Measure{Name: g.name(), Kind: plan.Balance, Model: "fct_balances", Time: "taken_on", Agg: plan.Sum, Expr: column("balance")}
	key := "account_id"
	if maybe(g.r, 30) {
		m = lines(m.Name, plan.Sum, column("quantity"), g.far)
		m.Kind, key = plan.Balance, "customer_id"
	}
	if maybe(g.r, 50) {
		m.Interval = &plan.Interval{Entity: key}
	}
	return m
}
