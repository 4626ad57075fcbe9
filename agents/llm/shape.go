package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Limits in bytes: of an answer that is read at all, and of one that is shown to the model again.
const (
	maxAnswer = 256 << 10
	maxShown  = 4 << 10
)

// shape is a compiled schema.
type shape struct{ schema *jsonschema.Schema }

func compile(task string, schema []byte) (shape, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return shape{}, fmt.Errorf("reading the schema of %s: %w", task, err)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(nowhere{})
	if err := c.AddResource("mem:"+task, doc); err != nil {
		return shape{}, fmt.Errorf("reading the schema of %s: %w", task, err)
	}
	s, err := c.Compile("mem:" + task)
	if err != nil {
		return shape{}, fmt.Errorf("reading the schema of %s: %w", task, err)
	}
	return shape{s}, nil
}

// nowhere loads nothing: a schema may not refer to other files.
type nowhere struct{}

func (nowhere) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s is outside the schema", url)
}

// read takes the JSON out of a reply and holds it to the schema. The error is for the model to read.
func (s shape) read(text string) (json.RawMessage, error) {
	if len(text) > maxAnswer {
		return nil, errors.New("the answer is too long")
	}
	body := []byte(unwrap(text))
	if len(body) == 0 {
		return nil, errors.New("the answer is empty")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the answer is not one JSON value: %w", err)
	}
	if err := s.schema.Validate(value); err != nil {
		var v *jsonschema.ValidationError
		if errors.As(err, &v) {
			return nil, fmt.Errorf("the answer does not fit the schema: %s", clip(reasons(v), 500))
		}
		return nil, err
	}
	return body, nil
}

// reasons lists what a value violates, without the address of the schema.
func reasons(v *jsonschema.ValidationError) string {
	lines := strings.Split(v.Error(), "\n")
	if len(lines) > 1 {
		lines = lines[1:]
	}
	for i, l := range lines {
		lines[i] = strings.TrimLeft(l, " -")
	}
	return strings.Join(lines, "; ")
}

// unwrap takes off what models without structured outputs put around JSON: their thoughts before it, and a code fence.
func unwrap(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "<think>") {
		if _, after, ok := strings.Cut(text, "</think>"); ok {
			text = strings.TrimSpace(after)
		}
	}
	const fence = "```"
	if inner, ok := strings.CutPrefix(text, fence); ok {
		if inner, ok = strings.CutSuffix(inner, fence); ok {
			if first, rest, ok := strings.Cut(inner, "\n"); ok && !strings.ContainsAny(first, "{[") {
				inner = rest
			}
			text = strings.TrimSpace(inner)
		}
	}
	return text
}

// repair tells the model what is wrong with its answer.
func repair(wrong error, schema []byte) string {
	return "That cannot be used: " + wrong.Error() + ". Answer the same question again with one JSON object that fits this schema, and nothing else:\n" + string(schema)
}

func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
