package jinja

import (
	"fmt"
	"slices"
	"strings"
)

// configKeys are the config() arguments that generated SQL may set. Hooks and sql_header would run SQL of
// their own, database, schema and alias would write elsewhere; they are not in the list.
var configKeys = []string{"materialized", "unique_key", "incremental_strategy", "on_schema_change", "tags", "meta", "enabled",
	"partition_by", "cluster_by", "sort", "dist", "contract", "group", "access", "docs", "event_time", "batch_size", "lookback", "begin"}

// Calls lists every expression and statement of a template in order, each with a verdict of the allow-list for generated
// SQL: ref, source, var and config with literals, this, and if/else over is_incremental(). Comments are not listed.
// A tag with broken syntax is listed as not allowed.
func Calls(src string) []Call { return Parse(src).Calls() }

// Calls is like the function Calls for a template that is parsed already.
func (t *Template) Calls() []Call {
	var out []Call
	for i := range t.segs {
		seg := &t.segs[i]
		switch seg.kind {
		case exprSegment:
			out = append(out, exprCall(seg))
		case stmtSegment:
			out = append(out, stmtCall(seg))
		}
	}
	if t.err != nil && !slices.ContainsFunc(out, func(c Call) bool { return !c.Allowed }) && len(out) > 0 {
		// The tags are fine one by one, but not together: an if without its endif.
		out[len(out)-1].Allowed, out[len(out)-1].Reason = false, t.err.Error()
	}
	return out
}

func exprCall(seg *segment) Call {
	c := Call{Line: seg.line, Text: seg.text, Kind: Expression}
	if seg.err != nil {
		c.Reason = seg.err.Error()
		return c
	}
	x, err := parseAll(seg.toks, seg.line)
	if err != nil {
		c.Reason = err.Error()
		return c
	}
	c.Name, c.Args = head(x)
	c.Keys = keywords(x)
	c.Reason = refuse(x, c.Name)
	c.Allowed = c.Reason == ""
	return c
}

// keywords lists the names of a call's keyword arguments, or the keys of the mapping in config({…}).
func keywords(x *expr) []string {
	var out []string
	for _, k := range x.keys {
		out = append(out, k.name)
	}
	if x.kind == callExpr && len(x.kids) == 2 && x.kids[1].kind == dictExpr {
		for i := 0; i < len(x.kids[1].kids); i += 2 {
			if s, ok := x.kids[1].kids[i].val.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// head names what an expression is about: the function it calls, or the name it writes.
func head(x *expr) (string, []string) {
	switch x.kind {
	case nameExpr:
		return x.name, nil
	case attrExpr:
		base, _ := head(x.kids[0])
		return base + "." + x.name, nil
	case callExpr:
		name, _ := head(x.kids[0])
		var args []string
		for _, k := range x.kids[1:] {
			s, _ := k.val.(string)
			args = append(args, s)
		}
		return name, args
	case filterExpr:
		return head(x.kids[0])
	}
	return "", nil
}

// refuse says why an expression is not on the allow-list; empty means that it is.
func refuse(x *expr, name string) string {
	if x.kind == nameExpr && x.name == "this" {
		return ""
	}
	if x.kind != callExpr || x.kids[0].kind != nameExpr {
		return "only ref, source, config, var and this may be used"
	}
	args := x.kids[1:]
	switch name {
	case "ref":
		if len(args) < 1 || len(args) > 2 || !allStrings(args) {
			return "ref() takes one or two names in quotes"
		}
		for _, k := range x.keys {
			if k.name != "v" && k.name != "version" || !isLiteral(k.val) {
				return "ref() takes only a literal version besides its names"
			}
		}
	case "source":
		if len(args) != 2 || !allStrings(args) || len(x.keys) > 0 {
			return "source() takes two names in quotes"
		}
	case "var":
		if len(args) < 1 || len(args) > 2 || !allStrings(args[:1]) || len(args) == 2 && !isLiteral(args[1]) || len(x.keys) > 0 {
			return "var() takes a name in quotes and a literal default"
		}
	case "config":
		return refuseConfig(x)
	default:
		return fmt.Sprintf("%s() is not on the list of allowed functions", name)
	}
	return ""
}

func refuseConfig(x *expr) string {
	if len(x.kids) > 1 {
		return "config() takes named arguments only"
	}
	for _, k := range x.keys {
		if !slices.Contains(configKeys, k.name) {
			return fmt.Sprintf("config(%s=…) is not allowed", k.name)
		}
		if !isLiteral(k.val) {
			return fmt.Sprintf("config(%s=…) must be a literal", k.name)
		}
	}
	return ""
}

func allStrings(xs []*expr) bool {
	for _, x := range xs {
		s, ok := x.val.(string)
		if x.kind != literalExpr || !ok || s == "" {
			return false
		}
	}
	return true
}

// isLiteral accepts literals and lists and mappings of them. Text that holds Jinja of its own would be rendered again by dbt.
func isLiteral(x *expr) bool {
	switch x.kind {
	case literalExpr:
		s, ok := x.val.(string)
		return !ok || !strings.Contains(s, "{{") && !strings.Contains(s, "{%") && !strings.Contains(s, "{#")
	case listExpr, tupleExpr, dictExpr:
		return !slices.ContainsFunc(x.kids, func(k *expr) bool { return !isLiteral(k) })
	case unaryExpr:
		return x.name != "not" && isLiteral(x.kids[0])
	}
	return false
}

func stmtCall(seg *segment) Call {
	c := Call{Line: seg.line, Text: seg.text, Kind: Statement}
	if seg.err != nil {
		c.Reason = seg.err.Error()
		return c
	}
	if len(seg.toks) == 0 || seg.toks[0].kind != nameToken {
		c.Reason = "a keyword is missing"
		return c
	}
	c.Name = seg.toks[0].text
	switch c.Name {
	case "else", "endif":
		if len(seg.toks) == 1 {
			c.Allowed = true
			return c
		}
		c.Reason = "nothing may follow " + c.Name
	case "if":
		if incremental(seg) {
			c.Allowed = true
			return c
		}
		c.Reason = "the only condition that is allowed is is_incremental()"
	default:
		c.Reason = fmt.Sprintf("{%% %s %%} is not on the list of allowed statements", c.Name)
	}
	return c
}

// incremental says whether the condition is is_incremental() or its negation.
func incremental(seg *segment) bool {
	x, err := parseAll(seg.toks[1:], seg.line)
	if err != nil {
		return false
	}
	if x.kind == unaryExpr && x.name == "not" {
		x = x.kids[0]
	}
	return x.kind == callExpr && len(x.kids) == 1 && len(x.keys) == 0 && x.kids[0].kind == nameExpr && x.kids[0].name == "is_incremental"
}
