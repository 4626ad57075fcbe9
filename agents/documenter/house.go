package documenter

import (
	"fmt"
	"strings"

	"firstmile/agents/dbt/conventions"
	"firstmile/planner/plan"
)

// house lists the habits of the project that a new model follows, each with the number of files that show it ("37 of 41"), and says
// of those in SQL that it does not follow what it has instead. An extended model keeps its own hand.
func house(style conventions.Conventions, c plan.Change) string {
	f, ok := c.File(c.ModelPath)
	if !ok || f.Action != plan.Create {
		return ""
	}
	other := map[string]string{}
	for _, x := range style.Compare(string(f.Content)) {
		if !x.Same() {
			other[x.Field] = x.Got
		}
	}
	var rows [][]string
	guided := 0
	for _, e := range style.Fields {
		switch {
		case e.Of == 0:
			guided++
			continue
		case 2*e.For <= e.Of, e.Value == "false": // no habit, or that of not doing something
			continue
		}
		value := code(e.Value)
		if got := other[e.Field]; got != "" {
			value += " (not followed: " + Text(got) + ")"
		}
		rows = append(rows, []string{Text(e.Field), value, fmt.Sprintf("%d of %d", e.For, e.Of)})
	}
	var b strings.Builder
	if len(rows) > 0 {
		table(&b, []string{"Habit of this project", "Value", "Shown by"}, rows)
	}
	if guided > 0 {
		fmt.Fprintf(&b, "\nWhere the project shows nothing (%d of %d habits), dbt's style guide decided.\n", guided, len(style.Fields))
	}
	return strings.TrimLeft(b.String(), "\n")
}
