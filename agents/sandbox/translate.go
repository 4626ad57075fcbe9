package sandbox

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// duckError is DuckDB's error with errors_as_json.
type duckError struct {
	Type     string `json:"exception_type"`
	Message  string `json:"exception_message"`
	Position string `json:"position"`
}

// kinds maps DuckDB's exception types (duckdb/common/exception.hpp).
var kinds = map[string]Kind{
	"Parser": KindParser, "Syntax": KindParser,
	"Binder": KindBinder, "Mismatch Type": KindBinder, "Invalid type": KindBinder, "Parameter Not Resolved": KindBinder,
	"Catalog":    KindCatalog,
	"Conversion": KindConversion, "Out of Range": KindConversion, "Invalid Input": KindConversion, "Decimal": KindConversion,
	"Divide by Zero": KindConversion, "Unknown Type": KindConversion,
	"Out of Memory": KindMemory,
	"INTERRUPT":     KindTimeout,
	"Permission":    KindPermission, "IO": KindPermission, "HTTP": KindPermission, "Network": KindPermission,
	"Missing Extension": KindPermission, "Extension Autoloading": KindPermission, "Settings": KindPermission,
}

// asError translates any error of the engine. Places are set only by refusal, which knows the text they are in.
func asError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		copied := *own
		return &copied
	}
	e, _ := fromDuck(err)
	return e
}

// fromDuck reads DuckDB's error and the position it names.
func fromDuck(err error) (*Error, string) {
	var known *duckdb.Error
	if !errors.As(err, &known) {
		return &Error{Kind: KindOther, Message: err.Error(), Offset: -1}, ""
	}
	text := known.Msg
	// Errors of the parser carry a prefix even in JSON: Parser Error: {"exception_type": …
	if i := strings.Index(text, `{"exception_type"`); i >= 0 {
		var d duckError
		if json.Unmarshal([]byte(text[i:]), &d) == nil {
			kind, ok := kinds[d.Type]
			if !ok {
				kind = KindOther
			}
			return &Error{Kind: kind, Message: d.Message, Offset: -1}, d.Position
		}
	}
	kind, message := KindOther, text
	if before, after, ok := strings.Cut(text, " Error: "); ok {
		if k, known := kinds[before]; known {
			kind, message = k, after
		}
	}
	return &Error{Kind: kind, Message: message, Offset: -1}, ""
}

// refusal translates an error of preparing text.
func refusal(err error, text string) error {
	var known *duckdb.Error
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	if !errors.As(err, &known) {
		// The driver's own: no statement, or more than one.
		return &Error{Kind: KindPermission, Message: "exactly one SELECT statement is run here", Offset: -1}
	}
	e, position := fromDuck(err)
	return placed(e, position, text)
}

// placed sets the place from DuckDB's position in text. The parser counts characters, everything after it bytes.
func placed(e *Error, position, text string) *Error {
	at, err := strconv.Atoi(position)
	if err == nil && e.Kind == KindParser {
		at = byteOffset(text, at)
	}
	if err != nil || at < 0 || at > len(text) {
		return e
	}
	before := text[:at]
	e.Offset = at
	e.Line = 1 + strings.Count(before, "\n")
	e.Column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return e
}

// unplaced translates an error of running, whose place is in a statement of our own.
func unplaced(err error) error {
	if err == nil {
		return nil
	}
	return asError(err)
}

// byteOffset is where the nth character of text begins; -1 if there is none.
func byteOffset(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	if n == 0 {
		return len(text)
	}
	return -1
}
