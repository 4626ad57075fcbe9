package conventions

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/jinja"
)

// placing is the evidence of how marts are kept: where they stand, what they are called and what their entries hold.
func (c Conventions) placing() []Evidence {
	l := c.Layer(dbt.Mart)
	if len(c.marts) == 0 {
		return nil
	}
	var out []Evidence
	add := func(field, value string, holds func(*dbt.Node) bool) {
		e := Evidence{Field: field, Value: value, Of: len(c.marts)}
		for _, n := range c.marts {
			if holds(n) {
				e.For++
			}
		}
		out = append(out, e)
	}
	add("folder of marts", l.Folder, func(n *dbt.Node) bool { return strings.HasPrefix(n.Path, l.Folder+"/") })
	for _, x := range l.Prefixes {
		if x.Text != "" {
			add("prefix of marts", x.Text, func(n *dbt.Node) bool { return prefixOf(n.Name) == x.Text })
		}
	}
	add("materialization of marts", l.Materialized, func(n *dbt.Node) bool { return n.Materialized == l.Materialized })
	add("contracts of marts", strconv.FormatBool(l.Contracts), func(n *dbt.Node) bool { return enforced(n.Config) == l.Contracts })
	for _, k := range l.MetaKeys {
		if 2*k.Count > l.Models {
			add("meta of marts", k.Text, func(n *dbt.Node) bool { _, ok := n.Meta[k.Text]; return ok })
		}
	}
	return out
}

// minTagged is from how many marts of a folder on their common tags are a habit.
const minTagged = 3

// Tags lists the tags that nearly all marts of a folder set for themselves, and whether they do so in config() rather than in YAML.
// Tags that come from dbt_project.yml are left out: the new model gets them without a word.
func (c Conventions) Tags(dir string) (tags []string, inConfig bool) {
	counts := map[string]int{}
	all, calls := 0, 0
	for _, n := range c.marts {
		if path.Dir(n.Path) != dir {
			continue
		}
		all++
		if slices.Contains(configKeys(n), "tags") {
			calls++
		}
		for _, t := range n.Tags {
			if setsTag(n, t) {
				counts[t]++
			}
		}
	}
	for _, x := range sorted(counts) {
		if all >= minTagged && x.Count*10 >= all*9 {
			tags = append(tags, x.Text)
		}
	}
	return tags, 2*calls > all
}

// setsTag reports whether a model has a tag by its own YAML entry or by its config() call.
func setsTag(n *dbt.Node, tag string) bool {
	switch own := n.Entry["tags"].(type) { // as written, or as put together from the entry and its config
	case string:
		if own == tag {
			return true
		}
	case []any:
		if slices.Contains(own, any(tag)) {
			return true
		}
	case []string:
		if slices.Contains(own, tag) {
			return true
		}
	}
	return slices.ContainsFunc(n.Calls, func(c jinja.Call) bool {
		return c.Name == "config" && (strings.Contains(c.Text, "'"+tag+"'") || strings.Contains(c.Text, `"`+tag+`"`))
	})
}

// OwnContracts reports whether most marts enforce a contract in their own YAML entry, so that a new one has to as well.
func (c Conventions) OwnContracts() bool {
	own := 0
	for _, n := range c.marts {
		if enforced(n.Entry) {
			own++
		}
	}
	return 2*own > len(c.marts)
}
