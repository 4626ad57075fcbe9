package design

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"gopkg.in/yaml.v3"

	"firstmile/planner/plan"
)

// ReadAnswers reads a YAML file of answers: a list, used in the order questions
// come, or a map from a question's id or subject to its answer.
func ReadAnswers(path string) (Answers, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading answers: %w", err)
	}
	return ParseAnswers(path, body)
}

// ParseAnswers reads the bytes of an answers file; name is used in errors.
func ParseAnswers(name string, body []byte) (Answers, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(body, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(doc.Content) == 0 {
		return &listed{}, nil
	}
	root := doc.Content[0]
	switch root.Kind {
	case yaml.SequenceNode:
		var list []string
		if err := root.Decode(&list); err != nil {
			return nil, fmt.Errorf("%s:%d: an answer must be text", name, root.Line)
		}
		return &listed{list: list}, nil
	case yaml.MappingNode:
		var m map[string]string
		if err := root.Decode(&m); err != nil {
			return nil, fmt.Errorf("%s:%d: an answer must be text", name, root.Line)
		}
		named := map[string]string{}
		for k, v := range m {
			named[strings.ToLower(strings.Join(strings.Fields(k), " "))] = v
		}
		return mapped{named}, nil
	}
	return nil, fmt.Errorf("%s:%d: answers are a list in order, or a map from a question's id or subject to the answer", name, root.Line)
}

// listed gives its answers in order, one for each question asked.
type listed struct {
	list []string
}

func (l *listed) Answer(plan.Question) (string, bool) {
	if len(l.list) == 0 {
		return "", false
	}
	text := l.list[0]
	l.list = l.list[1:]
	return text, true
}

// mapped gives the answer under the question's id, else under its subject.
type mapped struct{ by map[string]string }

func (m mapped) Answer(q plan.Question) (string, bool) {
	if text, ok := m.by[strings.ToLower(q.ID)]; ok {
		return text, true
	}
	text, ok := m.by[q.Subject]
	return text, ok
}

// Prompt asks a person at a terminal. An empty line takes the default; the end of input gives up.
type Prompt struct {
	In  *bufio.Reader
	Out io.Writer
}

// Answer reads one line.
func (p Prompt) Answer(q plan.Question) (string, bool) {
	if _, err := fmt.Fprintf(p.Out, "%s > ", q.Subject); err != nil {
		return "", false
	}
	line, err := p.In.ReadString('\n')
	line = strings.TrimSpace(line)
	if line == "" && err != nil {
		return "", false
	}
	if line == "" {
		if o, ok := q.DefaultOption(); ok {
			return o.ID, true
		}
	}
	return line, true
}
