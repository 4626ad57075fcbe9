package synthesizer

import (
	"firstmile/agents/dbt"
	"firstmile/agents/synthesizer/dialect"
	"firstmile/agents/synthesizer/layout"
	"firstmile/agents/synthesizer/metric"
	"firstmile/planner/plan"
)

// Compiled is a Spec as a query.
type Compiled struct {
	SQL     string          // one SELECT for DuckDB, with relations as "schema"."name"
	Outputs []metric.Output // the columns, in order
	Grain   []string        // the columns that identify a row; empty: one row
}

// Compile writes the query of a Spec for DuckDB, without any file: to run a reading on data before it is chosen, or to prove
// that a model gives the same rows. The error is a *plan.Failure of class refused where the Spec cannot be computed rightly.
func Compile(p *dbt.Project, spec plan.Spec) (Compiled, error) {
	logical, err := metric.Build(p, spec)
	if err != nil {
		return Compiled{}, err
	}
	duckdb, err := dialect.For("duckdb")
	if err != nil {
		return Compiled{}, err
	}
	sql, err := render(logical, duckdb, layout.Default(), nil)
	if err != nil {
		return Compiled{}, err
	}
	sql, err = p.Compile(sql)
	if err != nil {
		return Compiled{}, plan.NewFailure(plan.Permanent, "compile", "The query could not be resolved against the project.", err)
	}
	return Compiled{SQL: sql, Outputs: logical.Outputs, Grain: logical.Grain}, nil
}

// Headline is the query of a Spec's figures without dimensions and rank, one row: of the latest period where the Spec has
// periods, else of everything. It answers "which number changes": 352 or 312.
func Headline(p *dbt.Project, spec plan.Spec) (Compiled, error) {
	spec.Dimensions, spec.Rank = nil, nil
	c, err := Compile(p, spec)
	if err != nil || spec.Time == nil {
		return c, err
	}
	c.SQL = "select * from (\n" + c.SQL + "\n) as headline\norder by 1 desc\nlimit 1\n"
	return c, nil
}
