package slackapi

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"firstmile/bot/local/slackapi/journal"
	"firstmile/bot/local/slackapi/workspace"
)

// Tokens are the secrets of a workspace.
type Tokens struct {
	Bot   string            `json:"bot"`   // xoxb-…, the app's bot token
	App   string            `json:"app"`   // xapp-…, for apps.connections.open
	Users map[string]string `json:"users"` // user id → xoxp-…, to act as that person
}

// openTokens reads the tokens of a folder and makes those that are missing.
func openTokens(dir string, seed workspace.Seed) (Tokens, error) {
	path := filepath.Join(dir, "tokens.json")
	var t Tokens
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := strictJSON(data, &t); err != nil {
			return t, fmt.Errorf("reading %s: %w", path, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return t, fmt.Errorf("reading tokens: %w", err)
	}
	changed := false
	fill := func(token, prefix string) string {
		if token == "" {
			changed = true
			return prefix + rand.Text()
		}
		return token
	}
	t.Bot = fill(t.Bot, "xoxb-")
	t.App = fill(t.App, "xapp-1-"+seed.App.ID+"-")
	if t.Users == nil {
		t.Users = map[string]string{}
	}
	for _, u := range seed.Users {
		t.Users[u.ID] = fill(t.Users[u.ID], "xoxp-")
	}
	if !changed {
		return t, nil
	}
	if data, err = json.MarshalIndent(t, "", "  "); err != nil {
		return t, fmt.Errorf("encoding tokens: %w", err)
	}
	if err := writeFile(path, append(data, '\n')); err != nil {
		return t, fmt.Errorf("writing tokens: %w", err)
	}
	return t, nil
}

// writeFile replaces a file as a whole and durably, with mode 0600.
func writeFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return journal.SyncDir(filepath.Dir(path))
}

// strictJSON decodes one JSON value and refuses unknown keys and anything after it.
func strictJSON(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows after the JSON value")
	}
	return nil
}
