package glossary

import _ "embed" // for the schema

//go:embed glossary.schema.json
var schema []byte

// Schema is the JSON schema (draft 2020-12) of a glossary file, for editors:
//
//	# yaml-language-server: $schema=glossary.schema.json
func Schema() []byte { return append([]byte(nil), schema...) }
