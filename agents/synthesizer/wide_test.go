package synthesizer

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// wide is a design of 200 columns over 20 joins.
func wide(t testing.TB) (*dbt.Project, plan.Spec) {
	t.Helper()
	const joins, dimensions, measures = 20, 60, 139
	files := fstest.MapFS{
		"dbt_project.yml": {Data: []byte("name: wide\nprofile: wide\n")},
		"profiles.yml":    {Data: []byte("wide:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: wide.duckdb}\n")},
	}
	add := func(name string, columns []string) {
		files["models/marts/"+name+".sql"] = &fstest.MapFile{Data: []byte("select " + strings.Join(columns, ", ") + " from x\n")}
	}
	fact := []string{"happened_at"}
	spec := plan.Spec{Time: every(plan.Week), Target: plan.Target{Name: "fct_wide"}}
	for i := range joins {
		fact = append(fact, fmt.Sprintf("key_%d", i))
		var columns []string
		for j := range dimensions / joins {
			columns = append(columns, fmt.Sprintf("attribute_%d", j))
			name := fmt.Sprintf("dim_%d", i)
			spec.Dimensions = append(spec.Dimensions, plan.Dimension{Name: fmt.Sprintf("d_%d_%d", i, j), NullAs: "unknown",
				Column: plan.ColumnRef{Relation: name, Column: columns[j]},
				Paths:  []plan.JoinPath{{From: "fct_facts", To: name, Hops: []plan.Hop{hop("fct_facts", fmt.Sprintf("key_%d", i), name, "key")}}}})
		}
		add(fmt.Sprintf("dim_%d", i), append(columns, "key"))
	}
	for i := range measures {
		fact = append(fact, fmt.Sprintf("value_%d", i))
		m := simple(fmt.Sprintf("m_%d", i), plan.Sum, column(fmt.Sprintf("value_%d", i)))
		m.Model, m.Time = "fct_facts", "happened_at"
		spec.Measures = append(spec.Measures, m)
	}
	add("fct_facts", fact)
	p, err := dbt.Read(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	return p, spec
}

func TestWide(t *testing.T) {
	p, spec := wide(t)
	c, err := Compile(p, spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Outputs) != 200 || strings.Count(c.SQL, "left join") != 20 {
		t.Errorf("%d columns, %d joins", len(c.Outputs), strings.Count(c.SQL, "left join"))
	}
}

func BenchmarkCompileWide(b *testing.B) {
	p, spec := wide(b)
	for b.Loop() {
		if _, err := Compile(p, spec); err != nil {
			b.Fatal(err)
		}
	}
}
