package dbt

import (
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"

	"gopkg.in/yaml.v3"
)

// properties is one YAML properties file as parsed, free of its path so that it can be cached by content. References
// stay as written until the project is linked.
type properties struct {
	text      string
	nodes     map[Kind][]entry
	exposures []Exposure
	groups    []Group
	unitTests []UnitTest
	semantic  []SemanticModel
	metrics   []Metric
	saved     []SavedQuery
	problems  []Problem
}

// entry describes one node.
type entry struct {
	name, source string
	line         int
	description  string
	config       map[string]any
	columns      []Column
	tests        []Test
	constraints  []Constraint
	versions     []version
	latest       string
	access       string
	group        string

	database, schema, identifier string // sources
	loader, loadedAt             string
	freshness                    bool
	relation                     string // snapshots declared in YAML: what they are taken of
}

// version is one version of a versioned model.
type version struct {
	v, definedIn, alias string
	columns             []Column
	include             bool // columns are those of the model, changed
}

func parseProperties(b []byte) (*properties, error) {
	root, err := parseYAML(b)
	if err != nil {
		return nil, err
	}
	p := &properties{text: string(b), nodes: map[Kind][]entry{}}
	for _, k := range []struct {
		kind Kind
		key  string
	}{{Model, "models"}, {Seed, "seeds"}, {Snapshot, "snapshots"}} {
		for _, n := range p.list(root, k.key) {
			if e, ok := p.entry(n, k.key); ok {
				p.nodes[k.kind] = append(p.nodes[k.kind], e)
				if k.kind == Model {
					p.latestSemantic(n, e)
				}
			}
		}
	}
	for _, n := range p.list(root, "sources") {
		p.source(n)
	}
	p.others(root)
	p.semanticLayer(root)
	return p, nil
}

func (p *properties) problem(n *yaml.Node, reason string) {
	p.problems = append(p.problems, Problem{Line: n.Line, Reason: reason})
}

// list returns the mappings under a top-level key and names entries that are none.
func (p *properties) list(root *yaml.Node, key string) []*yaml.Node {
	n := get(root, key)
	if n == nil || n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		p.problem(n, key+": must be a list")
		return nil
	}
	var out []*yaml.Node
	for _, x := range items(n) {
		if x.Kind != yaml.MappingNode {
			p.problem(x, "an entry of "+key+": must be a mapping with a name")
			continue
		}
		out = append(out, x)
	}
	return out
}

func (p *properties) entry(n *yaml.Node, what string) (entry, bool) {
	e := entry{name: str(n, "name"), line: n.Line, description: str(n, "description"), access: str(n, "access"), group: str(n, "group")}
	if e.name == "" {
		p.problem(n, "an entry of "+what+": has no name")
		return e, false
	}
	e.config = map[string]any{}
	for _, key := range []string{"tags", "meta", "enabled", "docs", "freshness"} {
		if v := value(get(n, key)); v != nil {
			e.config[key] = v
		}
	}
	mergeConfig(e.config, mapping(get(n, "config")))
	e.columns = p.columns(n)
	e.tests = p.tests(n)
	e.constraints = constraints(get(n, "constraints"), "")
	e.latest = str(n, "latest_version")
	e.relation = str(n, "relation")
	for _, v := range items(get(n, "versions")) {
		ver := version{v: str(v, "v"), definedIn: str(v, "defined_in"), alias: configText(mapping(get(v, "config")), "alias")}
		ver.columns = p.columns(v)
		ver.include = slices.ContainsFunc(items(get(v, "columns")), func(c *yaml.Node) bool { return get(c, "include") != nil }) || get(v, "columns") == nil
		if ver.v != "" {
			e.versions = append(e.versions, ver)
		}
	}
	return e, true
}

func (p *properties) columns(n *yaml.Node) []Column {
	var out []Column
	for _, c := range items(get(n, "columns")) {
		name := str(c, "name")
		if name == "" {
			if get(c, "include") == nil {
				p.problem(c, "a column has no name")
			}
			continue
		}
		col := Column{Name: name, Type: str(c, "data_type"), Description: str(c, "description"), From: FromYAML, Documented: true, Line: c.Line}
		config := map[string]any{"tags": value(get(c, "tags")), "meta": value(get(c, "meta"))}
		mergeConfig(config, mapping(get(c, "config")))
		col.Tags = texts(config["tags"])
		col.Meta, _ = config["meta"].(map[string]any)
		col.Tests = p.tests(c)
		col.Constraints = constraints(get(c, "constraints"), name)
		if t, ok := col.Test("accepted_values"); ok && t.Where == "" {
			col.Values = slices.Clone(t.Values)
			slices.Sort(col.Values)
		}
		if i := slices.IndexFunc(out, func(o Column) bool { return o.Name == name }); i >= 0 {
			// described twice: dbt keeps the tests of both and the rest of the last
			col.Tests = slices.Concat(out[i].Tests, col.Tests)
			col.Constraints = slices.Concat(out[i].Constraints, col.Constraints)
			out[i] = col
			continue
		}
		out = append(out, col)
	}
	return out
}

func (p *properties) source(n *yaml.Node) {
	name := str(n, "name")
	if name == "" {
		p.problem(n, "a source has no name")
		return
	}
	schema := name
	if get(n, "schema") != nil {
		schema = str(n, "schema")
	}
	base, _ := p.entry(n, "sources")
	for _, t := range items(get(n, "tables")) {
		if t.Kind != yaml.MappingNode {
			p.problem(t, "a table of source "+name+" must be a mapping with a name")
			continue
		}
		e, ok := p.entry(t, "tables")
		if !ok {
			continue
		}
		config := map[string]any{}
		mergeConfig(config, base.config)
		mergeConfig(config, e.config)
		e.source, e.config, e.schema, e.database = name, config, schema, str(n, "database")
		if e.identifier = str(t, "identifier"); e.identifier == "" {
			e.identifier = e.name
		}
		e.loader, e.loadedAt = str(n, "loader"), firstText(str(t, "loaded_at_field"), configText(e.config, "loaded_at_field"), str(n, "loaded_at_field"))
		e.freshness = e.config["freshness"] != nil
		p.nodes[Source] = append(p.nodes[Source], e)
	}
}

func firstText(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

func constraints(n *yaml.Node, column string) []Constraint {
	var out []Constraint
	for _, c := range items(n) {
		k := Constraint{Type: str(c, "type"), Columns: texts(value(get(c, "columns"))), To: str(c, "to"),
			ToColumns: texts(value(get(c, "to_columns"))), Text: str(c, "expression")}
		if column != "" && len(k.Columns) == 0 {
			k.Columns = []string{column}
		}
		if k.Type != "" {
			out = append(out, k)
		}
	}
	return out
}

// reference reads ref('x') or source('s', 't'), with or without braces, as YAML holds it.
func reference(text string) (jinja.Uses, bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{{") {
		text = "{{ " + text + " }}"
	}
	_, uses := jinja.Parse(text).Sketch(jinja.Nothing{})
	return uses, len(uses.Refs)+len(uses.Sources) > 0
}
