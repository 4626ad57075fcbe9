package conventions

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"firstmile/agents/dbt"
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
	counts, inherited := map[string]int{}, map[string]bool{}
	all, calls := 0, 0
	for _, n := range c.marts {
		if path.Dir(n.Path) != dir {
			continue
		}
		all++
		own := n.Entry["tags"] != nil
		if slices.Contains(configKeys(n), "tags") {
			own = true
			calls++
		}
		for _, t := range n.Tags {
			counts[t]++
			inherited[t] = inherited[t] || !own
		}
	}
	for _, x := range sorted(counts) {
		if all >= minTagged && x.Count*10 >= all*9 && !inherited[x.Text] {
			tags = append(tags, x.Text)
		}
	}
	return tags, 2*calls > all
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
