package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// summarize reads DuckDB's syntax tree of one SELECT.
func summarize(node json.RawMessage) (*Statement, error) {
	decoder := json.NewDecoder(bytes.NewReader(node))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("reading the syntax tree: %w", err)
	}
	s := &Statement{Count: 1, Kind: "SELECT", Tree: node}
	w := walker{statement: s}
	w.walk(tree, nil)
	return s, nil
}

// walker collects the tables and table functions of a tree.
type walker struct{ statement *Statement }

// walk visits a node. ctes are the names that WITH clauses around it define.
func (w *walker) walk(node any, ctes []string) {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			w.walk(child, ctes)
		}
	case map[string]any:
		ctes = w.with(n, ctes)
		switch n["type"] {
		case "BASE_TABLE":
			w.table(n, ctes)
		case "TABLE_FUNCTION":
			if function, ok := n["function"].(map[string]any); ok {
				w.function(text(function["function_name"]))
			}
		}
		for _, key := range sortedKeys(n) {
			if key != "cte_map" {
				w.walk(n[key], ctes)
			}
		}
	}
}

// with visits the queries of a node's WITH clause and returns the names known in the node. Each query sees the names before
// its own, and its own, in case it is recursive.
func (w *walker) with(node map[string]any, ctes []string) []string {
	entries := []any{}
	if m, ok := node["cte_map"].(map[string]any); ok {
		entries, _ = m["map"].([]any)
	}
	for _, entry := range entries {
		e, ok := entry.(map[string]any)
		if !ok {
			continue
		}
		name := text(e["key"])
		inside := ctes
		if recursive(e["value"]) {
			inside = append(slices.Clone(ctes), name)
		}
		w.walk(e["value"], inside)
		ctes = append(slices.Clone(ctes), name)
	}
	return ctes
}

// recursive says whether a CTE's query is a recursive one, which may name itself.
func recursive(cte any) bool {
	for _, key := range []string{"query", "node"} {
		m, ok := cte.(map[string]any)
		if !ok {
			return false
		}
		cte = m[key]
	}
	m, ok := cte.(map[string]any)
	return ok && text(m["type"]) == "RECURSIVE_CTE_NODE"
}

func (w *walker) table(n map[string]any, ctes []string) {
	t := TableRef{Database: text(n["catalog_name"]), Schema: text(n["schema_name"]), Name: text(n["table_name"])}
	if t.Database == "" && t.Schema == "" && containsFold(ctes, t.Name) {
		return
	}
	if !slices.Contains(w.statement.Tables, t) {
		w.statement.Tables = append(w.statement.Tables, t)
	}
}

func (w *walker) function(name string) {
	if !slices.Contains(w.statement.Functions, name) {
		w.statement.Functions = append(w.statement.Functions, name)
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// sortedKeys makes the walk's order the same every time. "from_table" sorts before "select_list" and "where_clause".
func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
