package sandbox

import (
	"encoding/json"
	"strings"
)

// numeric are the types whose values are JSON numbers. DECIMAL carries width and scale in its name.
var numeric = map[string]bool{"TINYINT": true, "SMALLINT": true, "INTEGER": true, "BIGINT": true, "HUGEINT": true, "UTINYINT": true,
	"USMALLINT": true, "UINTEGER": true, "UBIGINT": true, "UHUGEINT": true, "FLOAT": true, "DOUBLE": true, "BIGNUM": true}

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
