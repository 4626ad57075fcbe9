package dbt

import (
	"strings"

	"firstmile/agents/dbt/jinja"
)

// relations names where each node is built, by dbt's default macros: a node's schema is the target's, or
// target_custom when a custom schema is configured; its name is its alias or its own.
// (docs.getdbt.com/docs/build/custom-schemas, custom-aliases)
func (l *linker) relations() {
	for _, n := range l.p.Nodes {
		if n.Kind == Source {
			n.Relation = l.sourceRelation(n)
			continue
		}
		n.Relation = l.builtRelation(n)
	}
}

func (l *linker) sourceRelation(n *Node) Relation {
	d := l.entries[entryKey(Source, n.Source, n.Name)]
	r := Relation{Known: true}
	r.Schema = l.setting(&r, "schema", d.schema)
	r.Identifier = l.setting(&r, "identifier", d.identifier)
	r.Database = l.setting(&r, "database", d.database)
	if n.Config["external_location"] != nil || n.Meta["external_location"] != nil {
		r.Known, r.Why = false, "the source is read from files (external_location)"
	}
	return r
}

// setting evaluates a name that may hold Jinja; one that only dbt can tell makes the relation unknown.
func (l *linker) setting(r *Relation, what, text string) string {
	v := evaluated(text, l.env)
	s, ok := v.(string)
	if !ok {
		r.Known, r.Why = false, "its "+what+" is "+text+", which only dbt can evaluate"
		return text
	}
	return s
}

func (l *linker) builtRelation(n *Node) Relation {
	r := Relation{Known: true, Schema: l.p.Profile.Schema, Identifier: n.Name}
	custom, alias := n.relation[0], n.relation[1]
	if n.Kind == Snapshot && configText(n.Config, "target_schema") != "" {
		r.Schema, custom = configText(n.Config, "target_schema"), ""
		r.Identifier = firstText(alias, n.Name)
		return r
	}
	switch {
	case !l.p.Profile.Known:
		r.Known, r.Why = false, "there is no profiles.yml in the project folder that tells the schema"
		if r.Schema == "" {
			r.Schema = "main"
		}
	case !plainText(r.Schema):
		r.Known, r.Why = false, "the schema in profiles.yml is "+r.Schema+", which only dbt can evaluate"
		r.Schema = "main"
	}
	if _, deferred := n.Config["schema"].(jinja.Deferred); deferred {
		r.Known, r.Why = false, "its schema is configured by an expression that only dbt can evaluate"
	}
	if custom != "" {
		r.Schema += "_" + strings.TrimSpace(custom)
	}
	r.Identifier = firstText(strings.TrimSpace(alias), n.Name)
	if n.Version != "" && alias == "" {
		r.Identifier = n.Name + "_v" + n.Version
	}
	l.overridden(&r, "generate_schema_name", "custom_schema_name", custom, &r.Schema)
	l.overridden(&r, "generate_alias_name", "custom_alias_name", alias, &r.Identifier)
	if _, ok := l.schemas["generate_database_name"]; ok {
		r.Known, r.Why = false, "the project overrides generate_database_name"
	}
	if db := configText(n.Config, "database"); db != "" {
		r.Database = db
	}
	return r
}

// overridden asks the project's own naming macro for a name. When it needs more than its custom name and the target, only
// dbt can tell.
func (l *linker) overridden(r *Relation, macro, arg, custom string, into *string) {
	t, ok := l.schemas[macro]
	if !ok {
		return
	}
	var given any
	if custom != "" {
		given = custom
	}
	if name, ok := t.CallMacro(macro, l.env, map[string]any{arg: given}); ok && strings.TrimSpace(name) != "" {
		*into = strings.TrimSpace(name)
		return
	}
	if r.Known {
		r.Known, r.Why = false, "the project overrides "+macro+" in a way that only dbt can evaluate"
	}
}
