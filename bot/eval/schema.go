package eval

import (
	"bytes"
	_ "embed" // for the schema
)

//go:embed suite.schema.json
var schema []byte

// Schema is the JSON schema (draft 2020-12) of a suite, for editors:
//
//	# yaml-language-server: $schema=suite.schema.json
func Schema() []byte { return bytes.Clone(schema) }
