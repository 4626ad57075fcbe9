package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstmile/bot/design"
	"firstmile/bot/sample"
)

const question = "Can we track weekly churn by region?"

func writeTemp(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDesignExitCodes: what scripts rely on. Mistakes in the command line are one line on standard error.
func TestDesignExitCodes(t *testing.T) {
	dir := ownProject(t)
	list := writeTemp(t, "list.yml", "- by revenue\n- billing region\n")
	named := writeTemp(t, "map.yml", "churn: revenue\n\"definition:region\": 1\n")
	half := writeTemp(t, "half.yml", "churn: revenue\n")
	none := writeTemp(t, "none.yml", "")
	broken := writeTemp(t, "broken.yml", "- [\n")
	deep := writeTemp(t, "deep.yml", "churn: {a: b}\n")
	footfall := writeTemp(t, "footfall.yml", "terms:\n  - id: footfall\n    name: Footfall\n    definition: Tickets that came in.\n    owner: shop\n"+
		"    metric: {type: simple, model: fct_support_tickets, agg: count, agg_time_dimension: opened_at}\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		says string // on standard error for usage, else on standard output
	}{
		{"no request", []string{}, exitUsage, "<request>"},
		{"an empty request", []string{"  "}, exitUsage, "the request is empty"},
		{"an unknown flag", []string{question, "--nonsense"}, exitUsage, "--nonsense"},
		{"an unknown gate", []string{question, "--gate", "none"}, exitUsage, "--gate"},
		{"no date", []string{question, "--as-of", "2026-02-30"}, exitUsage, "2026-02-30"},
		{"no answers file", []string{question, "--answers", filepath.Join(dir, "gone.yml")}, exitUsage, "gone.yml"},
		{"broken answers", []string{question, "--answers", broken}, exitUsage, "broken.yml"},
		{"answers that are no text", []string{question, "--answers", deep}, exitUsage, "deep.yml"},
		{"no glossary there", []string{question, "--glossary", filepath.Join(dir, "gone")}, exitError, "gone"},
		{"questions", []string{question}, 3, `What do you mean by "churn"?`},
		{"questions left over", []string{question, "--answers", half}, 3, `What do you mean by "region"?`},
		{"an empty answers file", []string{question, "--answers", none}, 3, `What do you mean by "churn"?`},
		{"declined", []string{"Net revenue per month by astrological sign"}, 4, "astrological sign"},
		{"declined with defaults", []string{"Net revenue per month by astrological sign", "--assume"}, 4, "astrological sign"},
		{"answers in order", []string{question, "--answers", list}, 0, "fct_weekly_revenue_churn_rate_by_billing_region"},
		{"answers by name", []string{question, "--answers", named}, 0, "fct_weekly_revenue_churn_rate_by_billing_region"},
		{"defaults", []string{question, "--assume"}, 0, "ASSUMED"},
		{"a glossary file of one's own", []string{"Footfall per month", "--glossary", footfall}, 0, "fct_monthly_footfall"},
		{"a glossary folder of one's own", []string{"Footfall per month", "--glossary", filepath.Dir(footfall)}, 0, "fct_monthly_footfall"},
		{"an earlier day", []string{"Net revenue last month", "--as-of", "2025-03-10"}, 0, "2025-02"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"design", "--project", dir}, tt.args...)
			if !slices.Contains(tt.args, "--gate") {
				args = append(args, "--gate", "embedded")
			}
			got := command(t.Context(), nil, args...)
			said := got.stdout
			if tt.code == exitUsage || tt.code == exitError {
				said = got.stderr
				if strings.Count(said, "\n") != 1 || got.stdout != "" {
					t.Errorf("not one line:\n%s%s", got.stdout, got.stderr)
				}
			}
			if got.code != tt.code || !strings.Contains(said, tt.says) {
				t.Errorf("exit code %d, want %d, and %q in\n%s%s", got.code, tt.code, tt.says, got.stdout, got.stderr)
			}
		})
	}
}

// TestDesignJSON: exactly one object with every documented key, whatever the outcome, and SQL that runs as it stands.
func TestDesignJSON(t *testing.T) {
	dir := theCompany(t).dir
	for status, args := range map[design.Status][]string{
		design.Proposed:     {question, "--assume"},
		design.NeedsAnswers: {question},
		design.Declined:     {"Net revenue per month by astrological sign"},
	} {
		t.Run(string(status), func(t *testing.T) {
			got := command(t.Context(), nil, append([]string{"design", "--project", dir, "--gate", "embedded", "--json"}, args...)...)
			if got.code != status.ExitCode() || got.stderr != "" {
				t.Errorf("exit code %d and %q", got.code, got.stderr)
			}
			decoder := json.NewDecoder(strings.NewReader(got.stdout))
			var keys map[string]json.RawMessage
			if err := decoder.Decode(&keys); err != nil || decoder.More() {
				t.Fatalf("not one object: %v\n%s", err, got.stdout)
			}
			for _, key := range []string{"version", "status", "pr", "questions", "assumptions", "spec", "reuse", "model", "files", "report", "usage", "elapsed_ms"} {
				if _, ok := keys[key]; !ok {
					t.Errorf("no key %q", key)
				}
			}
			var out design.Outcome
			if err := json.Unmarshal([]byte(got.stdout), &out); err != nil {
				t.Fatal(err)
			}
			if out.Status != status || out.Version != design.OutcomeVersion {
				t.Errorf("version %d, status %s", out.Version, out.Status)
			}
			checkOutcome(t, out)
		})
	}
}

func checkOutcome(t *testing.T, out design.Outcome) {
	t.Helper()
	if out.Status != design.Proposed {
		if out.Model != nil || len(out.Files) != 0 || out.Status == design.NeedsAnswers && len(out.Questions) != 2 {
			t.Errorf("%d files, %d questions, model %v", len(out.Files), len(out.Questions), out.Model)
		}
		return
	}
	if out.Spec == nil || out.Reuse == nil || out.Report == nil || out.Report.Digest == "" || len(out.Report.Checks) < 10 || len(out.Files) != 2 {
		t.Fatalf("incomplete: %+v", out)
	}
	c := theCompany(t)
	sameRows(t, c.query(t, out.Model.CompiledSQL), c.query(t, churn("billing_region", customersLost, customersHeld, "customer_churn_rate")))
	if len(out.Model.Columns) != 3 || out.Model.Preview == nil || len(out.Model.Preview.Rows) == 0 {
		t.Errorf("columns %v, preview %v", out.Model.Columns, out.Model.Preview)
	}
	major := 0
	for _, a := range out.Assumptions {
		if a.Major {
			major++
		}
	}
	if major != 2 {
		t.Errorf("%d assumptions change the numbers, want 2: %v", major, out.Assumptions)
	}
}

// TestDesignApprove: --approve makes a branch with the files and leaves HEAD, index and work tree alone; --out writes them beside.
func TestDesignApprove(t *testing.T) {
	dir, out := ownProject(t), filepath.Join(t.TempDir(), "out")
	head := git(t, dir, "rev-parse", "HEAD")
	got := command(t.Context(), nil, "design", question, "--project", dir, "--gate", "embedded", "--assume", "--approve", "--out", out, "--json")
	if got.code != 0 {
		t.Fatalf("exit code %d\n%s", got.code, got.stderr)
	}
	var o design.Outcome
	if err := json.Unmarshal([]byte(got.stdout), &o); err != nil {
		t.Fatal(err)
	}
	if o.Status != design.Approved || o.PR == nil || o.PR.Branch == "" {
		t.Fatalf("%s, %v", o.Status, o.PR)
	}
	if after := git(t, dir, "rev-parse", "HEAD"); after != head || git(t, dir, "branch", "--show-current") != sample.Branch+"\n" {
		t.Errorf("HEAD moved to %s", after)
	}
	if status := git(t, dir, "status", "--porcelain"); status != "" {
		t.Errorf("the work tree changed:\n%s", status)
	}
	for _, f := range o.Files {
		written, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(f.Path)))
		if err != nil || string(written) != f.Content {
			t.Errorf("--out has another %s, %v", f.Path, err)
		}
		if git(t, dir, "show", o.PR.Branch+":"+f.Path) != f.Content {
			t.Errorf("the branch has another %s", f.Path)
		}
	}
	if log := git(t, dir, "log", "--format=%H", sample.Branch+".."+o.PR.Branch); log != o.PR.Commit+"\n" {
		t.Errorf("the branch has the commits\n%s", log)
	}
}
