package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// numeric are the types whose values are JSON numbers. DECIMAL carries width and scale in its name.
var numeric = map[string]bool{"TINYINT": true, "SMALLINT": true, "INTEGER": true, "BIGINT": true, "HUGEINT": true, "UTINYINT": true,
	"USMALLINT": true, "UINTEGER": true, "UBIGINT": true, "UHUGEINT": true, "FLOAT": true, "DOUBLE": true, "BIGNUM": true}

// spellings are the names of types without parameters as DuckDB prints them. A column of nothing but NULLs becomes an
// INTEGER where a table is made of it.
var spellings = map[duckdb.Type]string{
	duckdb.TYPE_BOOLEAN: "BOOLEAN", duckdb.TYPE_TINYINT: "TINYINT", duckdb.TYPE_SMALLINT: "SMALLINT", duckdb.TYPE_INTEGER: "INTEGER",
	duckdb.TYPE_BIGINT: "BIGINT", duckdb.TYPE_HUGEINT: "HUGEINT", duckdb.TYPE_UTINYINT: "UTINYINT", duckdb.TYPE_USMALLINT: "USMALLINT",
	duckdb.TYPE_UINTEGER: "UINTEGER", duckdb.TYPE_UBIGINT: "UBIGINT", duckdb.TYPE_UHUGEINT: "UHUGEINT", duckdb.TYPE_FLOAT: "FLOAT",
	duckdb.TYPE_DOUBLE: "DOUBLE", duckdb.TYPE_VARCHAR: "VARCHAR", duckdb.TYPE_BLOB: "BLOB", duckdb.TYPE_UUID: "UUID", duckdb.TYPE_DATE: "DATE",
	duckdb.TYPE_TIME: "TIME", duckdb.TYPE_INTERVAL: "INTERVAL", duckdb.TYPE_TIMESTAMP: "TIMESTAMP",
	duckdb.TYPE_TIMESTAMP_TZ: "TIMESTAMP WITH TIME ZONE", duckdb.TYPE_SQLNULL: "INTEGER",
}

// spelling is a type's name, or "" for those that DuckDB has to spell.
func spelling(info duckdb.TypeInfo) string {
	if info.Alias() == "JSON" {
		return "JSON"
	}
	if d, ok := info.Details().(*duckdb.DecimalDetails); ok {
		return fmt.Sprintf("DECIMAL(%d,%d)", d.Width, d.Scale)
	}
	if info.Alias() != "" {
		return ""
	}
	return spellings[info.InternalType()]
}

// value turns DuckDB's text of a cell into the value that Result documents.
func value(column Column, cell *string) any {
	if cell == nil {
		return nil
	}
	text := *cell
	switch {
	case column.Type == "BOOLEAN":
		return text == "true"
	case numeric[column.Type] || strings.HasPrefix(column.Type, "DECIMAL(") && strings.HasSuffix(column.Type, ")"):
		if json.Valid([]byte(text)) { // not nan, inf
			return json.Number(text)
		}
		return text
	case column.Type == "TIMESTAMP WITH TIME ZONE":
		return strings.TrimSuffix(isoTime(text), "+00") + zone(text)
	case strings.HasPrefix(column.Type, "TIMESTAMP") && !strings.HasSuffix(column.Type, "]"):
		return isoTime(text)
	}
	return text
}

// isoTime puts the T between date and time.
func isoTime(text string) string {
	if len(text) > 10 && text[10] == ' ' {
		return text[:10] + "T" + text[11:]
	}
	return text
}

// zone is Z for a time in UTC, which is how the engine is set; "infinity" has none.
func zone(text string) string {
	if strings.HasSuffix(text, "+00") {
		return "Z"
	}
	return ""
}

// fits checks that an answer has what its request asks for: the child may have been taken over.
func (r response) fits(asked op) error {
	if asked == opParse && r.Statement == nil || asked == opOpen && r.Confinement == nil {
		return fmt.Errorf("an empty answer to %q", asked)
	}
	for _, row := range r.Rows {
		if len(row) != len(r.Columns) {
			return fmt.Errorf("a row of %d cells for %d columns", len(row), len(r.Columns))
		}
	}
	return nil
}

func result(r response) *Result {
	out := &Result{Columns: r.Columns, Rows: make([][]any, len(r.Rows)), Truncated: r.Truncated}
	for i, row := range r.Rows {
		out.Rows[i] = make([]any, len(row))
		for j, cell := range row {
			out.Rows[i][j] = value(r.Columns[j], cell)
		}
	}
	return out
}

// Plain is a row with its numbers as float64, for showing and comparing: exact up to 15 digits.
func Plain(row []any) []any {
	out := make([]any, len(row))
	for i, v := range row {
		out[i] = v
		if n, ok := v.(json.Number); ok {
			if f, err := n.Float64(); err == nil {
				out[i] = f
			}
		}
	}
	return out
}
