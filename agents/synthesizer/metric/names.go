package metric

import (
	"strconv"
	"strings"

	"firstmile/agents/dbt"
)

// names gives every import and step a name of its own.
type names struct{ used map[string]bool }

func newNames() *names { return &names{used: map[string]bool{}} }

// take returns name, or name with a number where it is taken. Names are lower case, so that no dialect's folding of
// case makes two of them equal.
func (n *names) take(name string) string {
	name = strings.ToLower(name)
	for free, i := name, 2; ; i++ {
		if !n.used[free] {
			n.used[free] = true
			return free
		}
		free = name + "_" + strconv.Itoa(i)
	}
}

// relation names an import after what it holds: the model's name without the marks of its layer; all_orders where the result has a
// column named orders.
func (n *names) relation(node *dbt.Node) string {
	short := strings.ToLower(node.Name)
	for _, prefix := range []string{"stg", "int", "fct", "fact", "dim", "mart", "base", "prep", "raw", "src"} {
		if rest, ok := strings.CutPrefix(short, prefix+"_"); ok {
			short = strings.TrimLeft(rest, "_")
			break
		}
	}
	if _, thing, ok := strings.Cut(short, "__"); ok {
		short = thing
	}
	for _, name := range []string{short, strings.ToLower(node.Name), "all_" + short} {
		if name != "" && !n.used[name] {
			return n.take(name)
		}
	}
	return n.take(node.Name)
}

// free is a name for a column of a step that the result's own columns do not have.
func (b *builder) free(name string) string {
	for _, taken := range b.columnNames() {
		if strings.EqualFold(taken, name) {
			return b.free(name + "_of_row")
		}
	}
	return name
}

// plural of an English noun, for the names of steps.
func plural(noun string) string {
	switch {
	case noun == "":
		return "rows"
	case strings.HasSuffix(noun, "s"):
		return noun
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay") && !strings.HasSuffix(noun, "ey"):
		return noun[:len(noun)-1] + "ies"
	case strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "x"):
		return noun + "es"
	}
	return noun + "s"
}

// entityNoun is what a key column identifies: customer_id -> customer.
func entityNoun(column string) string {
	noun := strings.ToLower(column)
	for _, suffix := range []string{"_id", "_key", "_sk", "_pk", "_uuid", "_number", "_num", "_nr", "_no", "_code"} {
		noun = strings.TrimSuffix(noun, suffix)
	}
	return noun
}
