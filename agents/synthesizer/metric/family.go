package metric

import (
	"strings"
)

// typeFamily is what the compiler has to know about a column's type.
type typeFamily int

const (
	unknownFamily typeFamily = iota
	textFamily
	numberFamily
	boolFamily
	dateFamily
	timestampFamily // without zone, taken as UTC
	instantFamily   // with zone
)

// family reads a type as warehouses spell it.
func family(kind string) typeFamily {
	k := strings.ToLower(kind)
	switch {
	case k == "":
		return unknownFamily
	case strings.HasPrefix(k, "timestamp") || strings.HasPrefix(k, "datetime"):
		if strings.Contains(k, "with time zone") || strings.Contains(k, "tz") {
			return instantFamily
		}
		return timestampFamily
	case k == "date":
		return dateFamily
	case strings.HasPrefix(k, "bool"):
		return boolFamily
	case strings.Contains(k, "char") || strings.Contains(k, "text") || strings.HasPrefix(k, "string"):
		return textFamily
	}
	for _, number := range []string{"int", "num", "dec", "float", "double", "real", "bigint", "smallint", "hugeint"} {
		if strings.HasPrefix(k, number) {
			return numberFamily
		}
	}
	return unknownFamily
}
