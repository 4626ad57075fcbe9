package dbt

// Compile renders a model's SQL (or any SQL with the allowed Jinja) with relations as "schema"."identifier". Refs
// to ephemeral models become CTEs as dbt does it. The error names line and construct. `this` is the
// relation that {{ this }} stands for; empty when the SQL has no name yet.
func (p *Project) Compile(sql string) (string, error) { return "", nil }

// CompileNode renders the node's own SQL.
func (p *Project) CompileNode(n *Node) (string, error) { return "", nil }
