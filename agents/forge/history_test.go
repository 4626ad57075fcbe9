package forge_test

import (
	"context"
	"path/filepath"
	"testing"

	"firstmile/agents/forge"
)

// TestLastTouch: the commit that changed the file, not the newest one, and not a merge that took one side's file as it was.
func TestLastTouch(t *testing.T) {
	b := newBench(t, nil)
	commit := func(name, text, message string) {
		b.file(name, text)
		b.git("add", ".")
		b.git("commit", "-q", "-m", message)
	}
	const file = "models/marts/fct_orders.sql"
	commit(file, "select 1\n", "Add orders\n\nbecause of the board")
	b.git("checkout", "-q", "-b", "side")
	commit(file, "select 2\n", "Change orders")
	b.git("checkout", "-q", "main")
	commit("README.md", "x\n", "Say more")
	b.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
	commit("README.md", "y\n", "Say less")
	head := b.git("rev-parse", "HEAD")
	for name, h := range map[string]interface {
		LastTouch(ctx context.Context, commit, path string) (forge.Touch, bool, error)
	}{
		"on disk":   forge.Local{Dir: filepath.Join(b.dir, "models")},
		"on GitHub": forge.NewSource(b.forge(), t.TempDir(), forge.Limits{}),
	} {
		t.Run(name, func(t *testing.T) {
			for path, want := range map[string]string{file: "Change orders", "dbt_project.yml": "Start the project", "README.md": "Say less", "gone.sql": ""} {
				if path == file && name == "on GitHub" {
					continue // the embedded server lists the merge, which GitHub leaves out
				}
				got, ok, err := h.LastTouch(t.Context(), head, path)
				if err != nil || ok != (want != "") || got.Subject != want || ok && got.When.UTC().Year() != 2026 {
					t.Errorf("%s: %+v, %v, %v", path, got, ok, err)
				}
			}
			first := b.git("rev-list", "--max-parents=0", "HEAD")
			if _, ok, err := h.LastTouch(t.Context(), first, file); ok || err != nil {
				t.Errorf("a file that came later: %v, %v", ok, err)
			}
		})
	}
}
