package config

import (
	"os"
	"strings"
)

// Model is the language model that may help where words run out. The zero Model is none: everything that glossary and
// project can ground works without one.
type Model struct {
	// Name is FIRSTMILE_MODEL, on Azure the deployment's name. It alone decides whether a model is used: a key that lies in
	// the environment for other programs is not touched.
	Name string
	// Key is OPENAI_API_KEY, or the content of the file OPENAI_API_KEY_FILE. Required for OpenAI and Azure; a server of
	// one's own may need none.
	Key Secret
	// BaseURL is OPENAI_BASE_URL, the address before "/chat/completions"; empty: OpenAI.
	BaseURL string
	// AzureVersion is OPENAI_API_VERSION ("2024-10-21"); set for Azure OpenAI's deployments only.
	AzureVersion string
}

// Configured reports whether there is a model.
func (m Model) Configured() bool { return m.Name != "" }

// LoadModel reads the language model from the environment. The error is a Problems.
func LoadModel(getenv func(string) string) (Model, error) {
	l := &loader{getenv: getenv}
	m := l.model()
	if len(l.problems) > 0 {
		return Model{}, l.problems
	}
	return m, nil
}

func (l *loader) model() Model {
	m := Model{Name: strings.TrimSpace(l.getenv("FIRSTMILE_MODEL"))}
	if m.Name == "" {
		return Model{}
	}
	m.Key, m.BaseURL, m.AzureVersion = l.modelKey(), l.address("OPENAI_BASE_URL"), l.getenv("OPENAI_API_VERSION")
	switch {
	case strings.ContainsAny(m.Key.Reveal(), " \t\r\n"):
		l.problem("OPENAI_API_KEY is malformed: it must hold no space")
	case m.AzureVersion != "" && l.getenv("OPENAI_BASE_URL") == "":
		l.problem("OPENAI_API_VERSION is set, as for Azure OpenAI, but OPENAI_BASE_URL does not name the resource's address")
	case m.Key == "" && (m.AzureVersion != "" || l.getenv("OPENAI_BASE_URL") == ""):
		l.problem("FIRSTMILE_MODEL names a language model, but OPENAI_API_KEY (or the file OPENAI_API_KEY_FILE) is not set")
	}
	return m
}

// modelKey is the key itself, else what its file holds.
func (l *loader) modelKey() Secret {
	if v := l.getenv("OPENAI_API_KEY"); v != "" {
		return Secret(v)
	}
	name := l.getenv("OPENAI_API_KEY_FILE")
	if name == "" {
		return ""
	}
	b, err := os.ReadFile(name)
	if err != nil {
		l.problem("OPENAI_API_KEY_FILE cannot be read: %v", err)
	}
	return Secret(strings.TrimSpace(string(b)))
}
