package sample

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"firstmile/agents/sandbox"

	"github.com/google/go-cmp/cmp"
)

// dbtProgram finds dbt in the repository's .venv, else in PATH. Without one the test is skipped, except in
// CI, where it must be there.
func dbtProgram(t *testing.T) string {
	t.Helper()
	if path, err := filepath.Abs("../../.venv/bin/dbt"); err == nil {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	path, err := exec.LookPath("dbt")
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") == "true":
		t.Fatal("dbt is neither in .venv nor in PATH: run make test, which installs it")
	default:
		t.Skip("dbt is neither in .venv nor in PATH")
	}
	return ""
}

func runDBT(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), dbtProgram(t), append(args, "--profiles-dir", ".", "--no-use-colors")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DBT_SEND_ANONYMOUS_USAGE_STATS=False")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("dbt %v: %v\n%s", args, err, out)
	}
}

// TestDBTAgrees lets the real dbt build a clone of the sample, which has no database, with all its tests;
// every relation it builds must equal, row for row, the one that was built without it. Then dbt works on a
// copy that has our database, as the bot's own check does.
func TestDBTAgrees(t *testing.T) {
	dbtProgram(t)
	ours := newSample(t)
	fresh := filepath.Join(t.TempDir(), Name)
	copyProject(t, ours, fresh)
	if err := os.Remove(filepath.Join(fresh, Database)); err != nil {
		t.Fatal(err)
	}
	runDBT(t, fresh, "build")
	compareDatabases(t, open(t, ours), open(t, fresh))

	scratch := filepath.Join(t.TempDir(), Name)
	copyProject(t, ours, scratch)
	runDBT(t, scratch, "build", "--select", "stg_plans", "fct_monthly_revenue")
}

func copyProject(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func compareDatabases(t *testing.T, ours, dbts *sandbox.Sandbox) {
	t.Helper()
	want, err := dbts.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := ours.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("other relations than dbt's (-dbt +ours):\n%s", diff)
	}
	for _, r := range want {
		all := fmt.Sprintf("select * from %q.%q order by all", r.Schema, r.Name)
		if diff := cmp.Diff(rows(t, dbts, all), rows(t, ours, all)); diff != "" {
			t.Errorf("%s (-dbt +ours):\n%.2000s", r.Name, diff)
		}
	}
}
