package interpreter

import (
	"context"
	"fmt"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// values asks the data for the different values of text columns that the project does not list, in one query. Without data, or where
// the query fails, the interpreter knows those that are declared.
func (i *Interpreter) values(ctx context.Context, b plan.Base, project *dbt.Project, excluded knowledge.Excluded) map[plan.ColumnRef][]string {
	columns := knowledge.Unlisted(project, excluded)
	if i.figures == nil || len(columns) == 0 {
		return nil
	}
	var parts []string
	for n, c := range columns {
		node, ok := project.Relation(c.Relation)
		if !ok {
			continue
		}
		parts = append(parts, fmt.Sprintf("select %d as n, value from (select distinct cast(%s as varchar) as value from %s where %s is not null limit %d) as t%d",
			n, quoteName(c.Column), node.Relation.SQL(), quoteName(c.Column), knowledge.MaxValues+1, n))
	}
	rows, err := i.figures.Query(ctx, b, strings.Join(parts, "\nunion all\n"))
	if err != nil || rows.Truncated {
		return nil
	}
	out := map[plan.ColumnRef][]string{}
	for _, r := range rows.Rows {
		if len(r) != 2 {
			continue
		}
		n, ok := number(r[0])
		text, isText := r[1].(string)
		if ok && isText && int(n) < len(columns) {
			out[columns[int(n)]] = append(out[columns[int(n)]], text)
		}
	}
	return out
}
