// Package dialect spells a logical plan in the SQL of one engine: the second room of the synthesizer, and
// the only place that knows engines apart. Each engine is one row of a small table of differences
// (engines.go); everything else is standard SQL and shared.
//
// Verified by execution: duckdb, and postgres where a server is there. The other engines follow their manuals and are checked by
// goldens only.
package dialect

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

// Dialect is how one engine spells what the plan means.
type Dialect struct {
	// Name is dbt's name of the adapter.
	Name string

	quote    string // around names that need it
	upper    bool   // names are folded to upper case
	slash    bool   // a backslash escapes the next character of a string
	fraction string // type that an integer must be cast to before it is divided; empty: "/" gives fractions
	types    map[string]string
	same     string // operator that takes null as equal to null; empty: spelled out

	trunc      func(d Dialect, arg sqltree.Expr, g plan.Grain, sunday bool) sqltree.Expr
	shift      func(d Dialect, arg sqltree.Expr, n int, unit plan.Grain, clock bool) sqltree.Expr
	part       func(d Dialect, arg sqltree.Expr, part plan.DatePart) sqltree.Expr
	local      func(d Dialect, arg sqltree.Expr, zone string, instant bool) sqltree.Expr
	civil      func(arg sqltree.Expr) sqltree.Expr                               // a time column that needs no conversion; nil: as it is
	elapsed    func(d Dialect, from, to sqltree.Expr, g plan.Grain) sqltree.Expr // periods between the starts of two
	percentile func(arg sqltree.Expr, p float64) (sqltree.Expr, error)
	series     func(d Dialect, s series) (sqltree.Select, error)
}

// For is the dialect of a dbt adapter. An adapter that is not known is a *plan.Failure that lists those that are.
func For(adapter string) (Dialect, error) {
	var names []string
	for _, d := range engines() {
		if d.Name == adapter {
			return d, nil
		}
		names = append(names, d.Name)
	}
	slices.Sort(names)
	message := fmt.Sprintf("The project runs on %q, and I write SQL for %s only.", adapter, strings.Join(names, ", "))
	if adapter == "" {
		message = "I cannot tell which database the project runs on: profiles.yml in the project folder (or `adapter` in firstmile.yml) would say it."
	}
	return Dialect{}, plan.NewFailure(plan.Refused, "unknown_adapter", message, nil)
}

// Names lists the adapters that For knows, in the order of the table.
func Names() []string {
	var out []string
	for _, d := range engines() {
		out = append(out, d.Name)
	}
	return out
}

// name writes an identifier, quoted only where it must be.
func (d Dialect) name(s string) string {
	if isPlain(s) && !isReserved(s) {
		return s
	}
	if d.upper && strings.ToUpper(s) == s && isPlain(strings.ToLower(s)) && !isReserved(s) {
		return strings.ToLower(s)
	}
	if d.upper && isPlain(s) {
		s = strings.ToUpper(s)
	}
	return d.quote + strings.ReplaceAll(s, d.quote, d.quote+d.quote) + d.quote
}

func (d Dialect) typeName(canonical string) string {
	if t, ok := d.types[canonical]; ok {
		return t
	}
	return canonical
}

func isPlain(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// isReserved covers the words that at least one of the engines does not take as a bare column or table name.
func isReserved(s string) bool {
	_, found := slices.BinarySearch(reservedWords, strings.ToLower(s))
	return found
}
