package config

import (
	"errors"
	"strings"
	"testing"
)

func TestLoadEmbeddings(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want Embeddings
		bad  string
	}{
		"none":       {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_API_KEY": "k"}, Embeddings{}, ""},
		"OpenAI":     {map[string]string{"FIRSTMILE_EMBEDDINGS": "e", "OPENAI_API_KEY": "k"}, Embeddings{Model: Model{Name: "e", Key: "k"}}, ""},
		"shorter":    {map[string]string{"FIRSTMILE_EMBEDDINGS": "e", "OPENAI_API_KEY": "k", "FIRSTMILE_EMBEDDINGS_SIZE": "256"}, Embeddings{Model: Model{Name: "e", Key: "k"}, Size: 256}, ""},
		"own server": {map[string]string{"FIRSTMILE_EMBEDDINGS": "e", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, Embeddings{Model: Model{Name: "e", BaseURL: "http://127.0.0.1:1/v1"}}, ""},
		"no key":     {map[string]string{"FIRSTMILE_EMBEDDINGS": "e"}, Embeddings{}, "FIRSTMILE_EMBEDDINGS names"},
		"no size":    {map[string]string{"FIRSTMILE_EMBEDDINGS": "e", "OPENAI_API_KEY": "k", "FIRSTMILE_EMBEDDINGS_SIZE": "big"}, Embeddings{}, "FIRSTMILE_EMBEDDINGS_SIZE"},
	} {
		got, err := LoadEmbeddings(env(c.env))
		var p Problems
		switch {
		case c.bad == "" && (err != nil || got != c.want):
			t.Errorf("%s: %+v, %v", name, got, err)
		case c.bad != "" && (!errors.As(err, &p) || !strings.Contains(err.Error(), c.bad)):
			t.Errorf("%s: %v, want %s", name, err, c.bad)
		}
	}
}
