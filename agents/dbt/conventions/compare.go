package conventions

import (
	"firstmile/agents/dbt"
	"firstmile/agents/dbt/jinja"
)

// Comparison is one habit of the project's SQL beside what a single model shows.
type Comparison struct {
	Evidence        // what the project's models show
	Got      string // what the model shows
}

// Same reports whether the model follows the habit.
func (c Comparison) Same() bool { return c.Got == c.Value }

// Compare looks at a mart's SQL with the same eyes as at the project's models. It lists, in the order of Fields, the habits
// that both the model and at least two of three of those models show.
func (c Conventions) Compare(sql string) []Comparison {
	b := &ballots{m: map[string]*ballot{}}
	b.sql(&dbt.Node{RawSQL: sql, Calls: jinja.Calls(sql), Layer: dbt.Mart})
	var out []Comparison
	for _, e := range c.Fields {
		if b.m[e.Field] != nil && e.For*3 >= e.Of*2 && e.Of > 0 {
			out = append(out, Comparison{e, b.decide(e.Field, e.Value)})
		}
	}
	return out
}
