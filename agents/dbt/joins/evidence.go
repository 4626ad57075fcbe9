package joins

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt"
)

// relationships adds the hops of relationships tests.
func (b *builder) relationships() {
	for _, n := range b.p.Nodes {
		for _, c := range n.Columns {
			for _, t := range c.Tests {
				to, ok := b.p.Node(t.To)
				if !ok || t.Field == "" {
					continue
				}
				b.link(n, to, []string{c.Name}, []string{t.Field}, true, fmt.Sprintf("relationships test in %s:%d", n.YAMLPath, t.Line))
			}
		}
	}
}

// foreignKeys adds the hops of foreign-key constraints.
func (b *builder) foreignKeys() {
	for _, n := range b.p.Nodes {
		add := func(c dbt.Constraint) {
			to, ok := b.p.Node(c.To)
			if c.Type != "foreign_key" || !ok || len(c.Columns) != len(c.ToColumns) || len(c.Columns) == 0 {
				return
			}
			b.link(n, to, c.Columns, c.ToColumns, true, fmt.Sprintf("foreign key of %s in %s", n.Name, n.YAMLPath))
		}
		for _, c := range n.Constraints {
			add(c)
		}
		for _, col := range n.Columns {
			for _, c := range col.Constraints {
				add(c)
			}
		}
	}
}

// keyColumn is an entity of a semantic model with the column behind it.
type keyColumn struct {
	node   *dbt.Node
	column string
	entity dbt.Entity
	model  dbt.SemanticModel
}

// entities adds the hops between semantic models that share an entity: foreign to primary or unique, and
// primary to primary. (MetricFlow's join rules; docs.getdbt.com/docs/build/join-logic)
func (b *builder) entities() {
	shared := map[string][]keyColumn{}
	var names []string
	for _, s := range b.p.Semantic {
		n, ok := b.p.Node(s.Model)
		if !ok {
			continue
		}
		for _, e := range s.Entities {
			column := e.Expr
			if column == "" {
				column = e.Name
			}
			if _, ok := n.Column(column); !ok && n.ColumnsKnown {
				continue // the entity is an expression, not a column
			}
			if e.Type == "primary" || e.Type == "unique" {
				b.keys[n.ID] = append(b.keys[n.ID], []string{column})
			}
			if shared[e.Name] == nil {
				names = append(names, e.Name)
			}
			shared[e.Name] = append(shared[e.Name], keyColumn{n, column, e, s})
		}
	}
	for _, name := range names {
		for _, to := range shared[name] {
			if to.entity.Type != "primary" && to.entity.Type != "unique" {
				continue
			}
			for _, from := range shared[name] {
				b.link(from.node, to.node, []string{from.column}, []string{to.column}, true,
					fmt.Sprintf("entity %s of the semantic models %s (%s:%d) and %s (%s:%d)", name,
						from.model.Name, from.model.Path, from.model.Line, to.model.Name, to.model.Path, to.model.Line))
			}
		}
	}
}

// byName adds hops that only names speak for.
func (b *builder) byName() {
	columns := map[string][]*dbt.Node{} // lower-case column name → nodes that have it
	for _, n := range b.p.Nodes {
		for _, c := range n.Columns {
			name := strings.ToLower(c.Name)
			columns[name] = append(columns[name], n)
		}
	}
	for _, to := range b.p.Nodes {
		for _, key := range b.keys[to.ID] {
			switch {
			case len(key) == 1:
				b.bySingleKey(to, key[0], columns)
			case !slices.ContainsFunc(key, func(k string) bool { return !isKeyName(k) }):
				b.byCompositeKey(to, key, columns)
			}
		}
	}
}

// generic names say nothing about what they identify.
var generic = []string{"id", "key", "name", "code", "type", "status", "date", "day", "week", "month", "year", "hash", "uuid", "guid", "pk", "sk", "row_id",
	"date_day", "date_week", "date_month", "value", "unique_key", "surrogate_key", "email"}

func (b *builder) bySingleKey(to *dbt.Node, key string, columns map[string][]*dbt.Node) {
	lower := strings.ToLower(key)
	if !slices.Contains(generic, lower) {
		for _, from := range columns[lower] {
			if from != to {
				b.link(from, to, []string{name(from, key)}, []string{key}, false,
					fmt.Sprintf("%s is unique in %s, and %s has a column of the same name", key, to.RelationName(), from.RelationName()))
			}
		}
	}
	if lower != "id" && lower != "key" && lower != "pk" && lower != "sk" && lower != "uuid" {
		return
	}
	entity := entityOf(to)
	for _, ending := range []string{"_" + lower, "_id", "id"} {
		for _, from := range columns[entity+ending] {
			if from != to {
				b.link(from, to, []string{name(from, entity+ending)}, []string{key}, false,
					fmt.Sprintf("%s is unique in %s, and %s has the column %s", key, to.RelationName(), from.RelationName(), entity+ending))
			}
		}
	}
}

func (b *builder) byCompositeKey(to *dbt.Node, key []string, columns map[string][]*dbt.Node) {
	for _, from := range columns[strings.ToLower(key[0])] {
		if from == to {
			continue
		}
		var cols []string
		for _, k := range key {
			if c, ok := from.Column(k); ok {
				cols = append(cols, c.Name)
			}
		}
		if len(cols) == len(key) {
			b.link(from, to, cols, key, false, fmt.Sprintf("%s together are unique in %s, and %s has columns of the same names",
				strings.Join(key, " and "), to.RelationName(), from.RelationName()))
		}
	}
}

// isKeyName says whether a column's name says that it identifies something.
func isKeyName(s string) bool {
	s = strings.ToLower(s)
	for _, ending := range []string{"_id", "_key", "_sk", "_uuid"} {
		if strings.HasSuffix(s, ending) {
			return true
		}
	}
	return false
}

// name is the column's name as the node spells it.
func name(n *dbt.Node, column string) string {
	if c, ok := n.Column(column); ok {
		return c.Name
	}
	return column
}

// prefixes of model names that say nothing about the entity.
var prefixes = []string{"stg_", "dim_", "fct_", "fact_", "int_", "base_", "raw_", "src_", "prep_", "mart_", "wk_"}

// entityOf is what one row of a relation is, from its name: "dim_customers" and "stg_shop__customers" hold a customer.
func entityOf(n *dbt.Node) string {
	s := strings.ToLower(n.Name)
	for _, p := range prefixes {
		s = strings.TrimPrefix(s, p)
	}
	if i := strings.LastIndex(s, "__"); i >= 0 {
		s = s[i+2:]
	}
	return singular(strings.TrimLeft(s, "_"))
}

// singular is the singular of an English noun as table names use it.
func singular(s string) string {
	switch {
	case strings.HasSuffix(s, "ies") && len(s) > 4:
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "sses"), strings.HasSuffix(s, "xes"), strings.HasSuffix(s, "ches"), strings.HasSuffix(s, "shes"), strings.HasSuffix(s, "uses"):
		return s[:len(s)-2]
	case strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss") && !strings.HasSuffix(s, "us"):
		return s[:len(s)-1]
	}
	return s
}
