package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLoadModel(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("sk-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		want Model
		bad  string // part of the one problem
	}{
		"none":             {nil, Model{}, ""},
		"a key for others": {map[string]string{"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "nonsense"}, Model{}, ""},
		"OpenAI":           {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_API_KEY": "sk-1"}, Model{Name: "m", Key: "sk-1"}, ""},
		"key file":         {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_API_KEY_FILE": key}, Model{Name: "m", Key: "sk-file"}, ""},
		"own server":       {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, Model{Name: "m", BaseURL: "http://127.0.0.1:1/v1"}, ""},
		"Azure": {map[string]string{"FIRSTMILE_MODEL": "d", "OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://x.example", "OPENAI_API_VERSION": "2024-10-21"},
			Model{Name: "d", Key: "k", BaseURL: "https://x.example", AzureVersion: "2024-10-21"}, ""},
		"no key":            {map[string]string{"FIRSTMILE_MODEL": "m"}, Model{}, "OPENAI_API_KEY"},
		"no file":           {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_API_KEY_FILE": key + "x", "OPENAI_BASE_URL": "http://127.0.0.1:1"}, Model{}, "OPENAI_API_KEY_FILE"},
		"a key of two":      {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_API_KEY": "sk-1 sk-2"}, Model{}, "malformed"},
		"address":           {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "api.example"}, Model{}, "OPENAI_BASE_URL"},
		"key in an address": {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "https://a:b@api.example"}, Model{}, "OPENAI_BASE_URL"},
		"Azure somewhere":   {map[string]string{"FIRSTMILE_MODEL": "m", "OPENAI_API_KEY": "sk-1", "OPENAI_API_VERSION": "1"}, Model{}, "OPENAI_API_VERSION"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := LoadModel(env(c.env))
			var p Problems
			switch {
			case c.bad == "" && (err != nil || got != c.want || got.Configured() != (got.Name != "")):
				t.Errorf("got %+v, %v", got, err)
			case c.bad != "" && (!errors.As(err, &p) || len(p) != 1 || !strings.Contains(p[0], c.bad)):
				t.Errorf("got %v, want one problem about %s", err, c.bad)
			}
			if shown := fmt.Sprintf("%+v %#v %v", got, got, err); strings.Contains(shown, "sk-") {
				t.Errorf("the key shows in %s", shown)
			}
		})
	}
}
