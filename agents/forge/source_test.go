package forge_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstmile/agents/forge"
	"firstmile/bot/local/githubapi"
	"firstmile/planner/plan"
)

func TestSourceFetchesACommitOnce(t *testing.T) {
	b := newBench(t, nil)
	if err := os.Symlink("/etc/passwd", filepath.Join(b.dir, "link.sql")); err != nil {
		t.Fatal(err)
	}
	b.git("add", ".")
	b.git("commit", "-q", "-m", "Add a link")
	s := forge.NewSource(b.forge(), t.TempDir(), forge.Limits{})
	ctx := context.Background()
	branch, commit, err := s.Head(ctx)
	if err != nil || branch != "main" || commit != b.git("rev-parse", "main") {
		t.Fatalf("head is %s %s, %v", branch, commit, err)
	}
	dir, err := s.Fetch(ctx, commit)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "models/marts/schema.yml")); err != nil || string(text) != "version: 2\n" {
		t.Errorf("schema.yml is %q, %v", text, err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "link.sql")); err == nil {
		t.Error("a symbolic link was made")
	}
	b.server.Inject(githubapi.Fault{Route: "*", Status: 502, Times: -1})
	if again, err := s.Fetch(ctx, commit); err != nil || again != dir {
		t.Errorf("the second time: %s, %v", again, err)
	}
	_, err = s.Fetch(ctx, strings.Repeat("a", 40))
	wantFailure(t, err, plan.Transient, forge.CodeServer)
	b.server.ClearFaults()
	_, err = s.Fetch(ctx, strings.Repeat("a", 40))
	wantFailure(t, err, plan.Permanent, forge.CodeNotFound)
	_, err = s.Fetch(ctx, "../../etc")
	wantFailure(t, err, plan.Permanent, forge.CodeInvalid)
}

func TestSourceLimits(t *testing.T) {
	b := newBench(t, nil)
	for name, limits := range map[string]forge.Limits{"files": {Files: 1}, "download": {Archive: 20}, "unpacked": {Unpacked: 1, Files: 5}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_, err := forge.NewSource(b.forge(), dir, limits).Fetch(context.Background(), b.git("rev-parse", "main"))
			wantFailure(t, err, plan.Permanent, forge.CodeTooLarge)
			left, _ := filepath.Glob(filepath.Join(dir, "*", "*"))
			if len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestSourceSendsNoCredentialsToTheArchive: the link points elsewhere and carries its own right.
func TestSourceSendsNoCredentialsToTheArchive(t *testing.T) {
	b := newBench(t, nil)
	inner := b.http.Config.Handler
	b.http.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "_codeload") && r.Header.Get("Authorization") != "" {
			t.Error("the token went to the archive server")
		}
		inner.ServeHTTP(w, r)
	})
	if _, err := forge.NewSource(b.forge(), t.TempDir(), forge.Limits{}).Fetch(context.Background(), b.git("rev-parse", "main")); err != nil {
		t.Error(err)
	}
}

func TestSourceKeepsTheLastCommits(t *testing.T) {
	b := newBench(t, nil)
	dir := t.TempDir()
	s := forge.NewSource(b.forge(), dir, forge.Limits{Kept: 2})
	if err := os.MkdirAll(filepath.Join(dir, "northpeak-analytics", ".unpacking-1"), 0o700); err != nil { // a crash left it
		t.Fatal(err)
	}
	var folders []string
	for _, text := range []string{"1\n", "2\n", "3\n"} {
		commit, err := b.server.Commit(githubapi.Edit{Files: map[string]*string{"x.sql": &text}})
		if err != nil {
			t.Fatal(err)
		}
		folder, err := s.Fetch(context.Background(), commit)
		if err != nil {
			t.Fatal(err)
		}
		folders = append(folders, folder)
		if _, err := s.Fetch(context.Background(), filepath.Base(folders[0])); err != nil { // the first stays in use
			t.Fatal(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(left) != 2 {
		t.Errorf("left are %v, %v", left, err)
	}
	for i, want := range []bool{true, false, true} {
		if _, err := os.Stat(folders[i]); (err == nil) != want {
			t.Errorf("folder %d: %v", i, err)
		}
	}
}
