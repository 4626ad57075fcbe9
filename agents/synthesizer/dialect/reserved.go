package dialect

// reservedWords is sorted. A word that only one engine reserves is quoted everywhere: quotes around a plain name change nothing.
var reservedWords = []string{
	"all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "at", "between", "both",
	"by", "case", "cast", "check", "collate", "column", "connect", "constraint", "contains", "create", "cross",
	"cube", "current", "current_catalog", "current_date", "current_role", "current_schema", "current_time",
	"current_timestamp", "current_user", "default", "deferrable", "delete", "desc", "describe", "distinct",
	"drop", "else", "end", "escape", "except", "exclude", "execute", "exists", "extract", "false", "fetch",
	"following", "for", "foreign", "freeze", "from", "full", "grant", "group", "grouping", "groups", "hash",
	"having", "ilike", "in", "increment", "inner", "insert", "intersect", "interval", "into", "is", "isnull",
	"join", "language", "lateral", "leading", "left", "like", "limit", "localtime", "localtimestamp", "lookup",
	"merge", "minus", "natural", "new", "no", "not", "notnull", "null", "of", "off", "offset", "old", "on",
	"only", "or", "order", "outer", "over", "overlaps", "partition", "percent", "permissions", "pivot",
	"placing", "preceding", "primary", "proto", "qualify", "range", "recursive", "references", "regexp",
	"returning", "right", "rlike", "rollup", "row", "rows", "sample", "select", "semi", "session_user", "set",
	"show", "similar", "some", "start", "struct", "summarize", "symmetric", "system_user", "table",
	"tablesample", "tag", "then", "to", "top", "trailing", "treat", "trigger", "true", "unbounded", "union",
	"unique", "unnest", "unpivot", "update", "user", "using", "values", "variadic", "view", "when", "whenever",
	"where", "window", "with", "within",
}
