// Package prompts holds everything that is ever said to a language model: one
// template and one JSON schema per task, and one typed method that fills them in.
//
// A prompt has two parts. System is the same, byte for byte, for every call of a
// task, so that providers can cache it; it comes first. Data is what this
// call is about, as JSON inside a fence. JSON with "<", ">" and "&" escaped cannot
// hold the fence's closing mark, so whatever a request, a glossary or a model's
// description says, it stays data.
//
// Version is the hash of template and schema. It is recorded with every answer, so
// that an answer can be traced to the words that asked for it. The package owns
// *.tmpl, *.schema.json and, in tests, testdata/*.golden (go test ./prompts -update).
package prompts

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"
	"unicode"
)

//go:embed *.tmpl *.schema.json
var files embed.FS

// Prompt is one rendered question to a model.
type Prompt struct {
	Task    string // "settle"; a name that providers accept for a schema
	Version string // "settle-3f2a9c81d0b7"
	System  string // the same for every call of the task
	Data    string
	Schema  []byte // JSON schema that the answer must fit
}

// Library is every prompt, parsed. Safe for use by several goroutines.
type Library struct {
	settle, probe task
}

// Load parses the embedded templates. It fails only when the program was built from broken ones.
func Load() (*Library, error) {
	settle, err := load("settle")
	if err != nil {
		return nil, err
	}
	probe, err := load("probe")
	if err != nil {
		return nil, err
	}
	return &Library{settle: settle, probe: probe}, nil
}

// task is a template with its schema. The template defines "system" and "data".
type task struct {
	name, version, system string
	template              *template.Template
	schema                []byte
}

func load(name string) (task, error) {
	text, err := files.ReadFile(name + ".tmpl")
	if err != nil {
		return task{}, fmt.Errorf("reading prompt %s: %w", name, err)
	}
	schema, err := files.ReadFile(name + ".schema.json")
	if err != nil {
		return task{}, fmt.Errorf("reading the schema of prompt %s: %w", name, err)
	}
	t, err := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{"json": quote}).Parse(string(text))
	if err != nil {
		return task{}, fmt.Errorf("parsing prompt %s: %w", name, err)
	}
	var system strings.Builder
	if err := t.ExecuteTemplate(&system, "system", nil); err != nil { // nil: nothing of a call can get into it
		return task{}, fmt.Errorf("rendering prompt %s: %w", name, err)
	}
	sum := sha256.New()
	sum.Write(text)
	sum.Write([]byte{0})
	sum.Write(schema)
	return task{name: name, version: name + "-" + hex.EncodeToString(sum.Sum(nil))[:12], system: system.String(), template: t, schema: schema}, nil
}

func (t task) prompt(data any) (Prompt, error) {
	var b strings.Builder
	if err := t.template.ExecuteTemplate(&b, "data", data); err != nil {
		return Prompt{}, fmt.Errorf("rendering prompt %s: %w", t.name, err)
	}
	return Prompt{Task: t.name, Version: t.version, System: t.system, Data: b.String(), Schema: t.schema}, nil
}

// quote writes a string as JSON. Go's encoder escapes "<", ">", "&" and line separators, so the text cannot leave its fence.
func quote(s string) (string, error) {
	b, err := json.Marshal(s)
	return string(b), err
}

// plain makes text fit for a prompt: without characters that nobody sees but a model reads, its white space folded, and
// no longer than limit characters.
func plain(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return s
}
