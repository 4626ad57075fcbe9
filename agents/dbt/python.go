package dbt

import (
	"strings"

	"firstmile/agents/dbt/jinja"
	"firstmile/agents/dbt/sqltext"
)

// pythonModel reads what a Python model refers to: dbt.ref("x") and dbt.source("s", "t") with literal arguments. Its
// columns are only known to dbt.
func pythonModel(src string) *sqlFile {
	s := &sqlFile{raw: src, tpl: jinja.Parse(""), why: "it is a Python model"}
	config := map[string]any{}
	toks := pythonTokens(src)
	for i := 0; i+3 < len(toks); i++ {
		if !toks[i].Is("dbt") || !toks[i+1].Sym(".") || !toks[i+3].Sym("(") {
			continue
		}
		args := literalArgs(toks[i+4:])
		switch {
		case toks[i+2].Is("ref") && len(args) == 1:
			s.uses.Refs = append(s.uses.Refs, jinja.Ref{Name: args[0], Line: toks[i].Line})
		case toks[i+2].Is("ref") && len(args) == 2:
			s.uses.Refs = append(s.uses.Refs, jinja.Ref{Package: args[0], Name: args[1], Line: toks[i].Line})
		case toks[i+2].Is("source") && len(args) == 2:
			s.uses.Sources = append(s.uses.Sources, jinja.SourceRef{Source: args[0], Table: args[1], Line: toks[i].Line})
		}
	}
	for i := 0; i+2 < len(toks); i++ {
		if toks[i].Is("materialized") && toks[i+1].Sym("=") {
			if v, ok := literal(toks[i+2]); ok {
				config["materialized"] = v
			}
		}
	}
	if config["materialized"] == nil {
		config["materialized"] = "table" // dbt's default for Python models
	}
	s.uses.Configs = []jinja.ConfigCall{{Line: 1, Values: config}}
	return s
}

// pythonTokens cuts Python with the SQL tokenizer after dropping comments, which suffices for calls with literals.
func pythonTokens(src string) []sqltext.Token {
	var b strings.Builder
	for line := range strings.Lines(src) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			line = "\n"
		}
		b.WriteString(line)
	}
	return sqltext.Code(sqltext.Tokenize(b.String()))
}

func literalArgs(toks []sqltext.Token) []string {
	var out []string
	for i, t := range toks {
		if i%2 == 1 {
			if t.Sym(")") {
				return out
			}
			if !t.Sym(",") {
				return nil
			}
			continue
		}
		s, ok := literal(t)
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	return nil
}

func literal(t sqltext.Token) (string, bool) {
	switch {
	case t.Kind == sqltext.Quoted:
		return t.Text, true
	case t.Kind == sqltext.String && len(t.Text) >= 2 && t.Text[0] == '\'':
		return t.Text[1 : len(t.Text)-1], true
	}
	return "", false
}
