package dbt

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"
	"firstmile/agents/dbt/sqltext"
)

// Compile renders SQL with refs and sources as "schema"."identifier", so that it runs as it stands on the
// project's database. Refs to ephemeral models become CTEs, as in dbt. A relation whose name is not
// known for sure is rendered with dbt's default name; see Node.Relation. The error names line and construct.
func (p *Project) Compile(sql string) (string, error) { return p.compile(sql, nil) }

// CompileNode renders the node's own SQL; {{ this }} is its relation.
func (p *Project) CompileNode(n *Node) (string, error) {
	if n.RawSQL == "" {
		return "", fmt.Errorf("%s %s has no SQL of its own", n.Kind, n.Name)
	}
	if strings.HasSuffix(n.Path, ".py") {
		return "", fmt.Errorf("%s is a Python model", n.Name)
	}
	sql, err := p.compile(n.RawSQL, n)
	if err != nil {
		return "", fmt.Errorf("%s: %w", n.Path, err)
	}
	return sql, nil
}

func (p *Project) compile(sql string, this *Node) (string, error) {
	c := &compiler{environment: environment{project: p.Name, vars: p.Config.Vars, profile: p.Profile, macros: p.macros}, p: p, this: this}
	out, err := jinja.Render(sql, c)
	if err != nil {
		return "", err
	}
	return c.inject(out), nil
}

// compiler is a Resolver that writes relation names.
type compiler struct {
	environment
	p     *Project
	this  *Node
	ctes  []*Node // ephemeral models in the order in which they must stand
	texts map[string]string
	stack []string // ephemeral models being rendered, against cycles
}

func (c *compiler) Ref(pkg, name, version string) (string, error) {
	n, err := c.p.ref(pkg, name, version)
	if err != nil {
		return "", err
	}
	if n.Materialized == "ephemeral" {
		return c.ephemeral(n)
	}
	return n.Relation.SQL(), nil
}

func (c *compiler) Source(source, table string) (string, error) {
	n, err := c.p.source(source, table)
	if err != nil {
		return "", err
	}
	return n.Relation.SQL(), nil
}

func (c *compiler) This() (string, error) {
	if c.this == nil {
		return "", errors.New("the SQL has no relation of its own yet")
	}
	return c.this.Relation.SQL(), nil
}

// ephemeralPrefix is how dbt names the CTE of an ephemeral model.
const ephemeralPrefix = "__dbt__cte__"

// ephemeral renders an ephemeral model once, after those that it reads.
func (c *compiler) ephemeral(n *Node) (string, error) {
	name := ephemeralPrefix + n.Name
	if _, done := c.texts[n.ID]; done {
		return name, nil
	}
	if slices.Contains(c.stack, n.ID) {
		return "", fmt.Errorf("the ephemeral model %s refers to itself", n.Name)
	}
	c.stack = append(c.stack, n.ID)
	this := c.this
	c.this = n
	sql, err := jinja.Render(n.RawSQL, c)
	c.this, c.stack = this, c.stack[:len(c.stack)-1]
	if err != nil {
		return "", fmt.Errorf("in the ephemeral model %s: %w", n.Name, err)
	}
	if c.texts == nil {
		c.texts = map[string]string{}
	}
	c.texts[n.ID] = strings.TrimRight(strings.TrimSpace(sql), ";")
	c.ctes = append(c.ctes, n)
	return name, nil
}

// inject puts the CTEs of ephemeral models in front, before the query's own.
func (c *compiler) inject(sql string) string {
	if len(c.ctes) == 0 {
		return sql
	}
	var b strings.Builder
	for i, n := range c.ctes {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s as (\n%s\n)", ephemeralPrefix+n.Name, c.texts[n.ID])
	}
	toks := sqltext.Code(sqltext.Tokenize(sql))
	if len(toks) > 0 && toks[0].Is("with") {
		at := toks[0].End
		if len(toks) > 1 && toks[1].Is("recursive") {
			at = toks[1].End
		}
		return sql[:at] + " " + b.String() + "," + sql[at:]
	}
	return "with " + b.String() + "\n" + sql
}
