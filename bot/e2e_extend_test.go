package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstmile/agents/dbt"
	"firstmile/bot/design"
	"firstmile/planner/plan"
)

const (
	extendRequest = "Add billed revenue to fct_monthly_revenue"
	extendedFile  = "models/marts/finance/fct_monthly_revenue.sql"
	extendedYAML  = "models/marts/finance/_finance__models.yml"
)

// billed is what the column must hold, written by hand.
const billed = `select cast(date_trunc('month', i.issued_at) as date) as m, c.billing_region, sum(i.billed_amount) as billed
	from main.fct_invoices as i join main.dim_customers as c using (customer_id) group by 1, 2`

// outcomeFor runs design and reads its object.
func outcomeFor(t *testing.T, args ...string) design.Outcome {
	t.Helper()
	got := command(t.Context(), nil, append([]string{"design", "--gate", "embedded", "--json"}, args...)...)
	if got.code != 0 {
		t.Fatalf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	var out design.Outcome
	if err := json.Unmarshal([]byte(got.stdout), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDesignExtends: the edit keeps every line, is proven on data, and goes onto a branch like any other design.
func TestDesignExtends(t *testing.T) {
	dir, to := ownProject(t), t.TempDir()
	for name, text := range map[string]string{
		"fct_all_revenue.sql": "select * from {{ ref('fct_monthly_revenue') }}\n",
		"_board.yml":          "version: 2\nexposures:\n  - name: board\n    type: dashboard\n    owner: {name: finance}\n    depends_on: [ref('fct_monthly_revenue')]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, "models/marts/finance", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := outcomeFor(t, extendRequest, "--project", dir, "--out", to)
	if out.Status != design.Extend || out.Reuse == nil || out.Reuse.Verdict != plan.Extend || out.Reuse.Model != "fct_monthly_revenue" || out.Model.Path != extendedFile {
		t.Fatalf("%s, %+v", out.Status, out.Reuse)
	}
	evidence := strings.Join(out.Reuse.Evidence, "\n")
	for _, want := range []string{"lacks Billed revenue", "revenue_month and billing_region", "model fct_all_revenue and exposure board", "finance-analytics", "last changed on 20"} {
		if !strings.Contains(evidence, want) {
			t.Errorf("the evidence does not say %q:\n%s", want, evidence)
		}
	}
	paths := []string{}
	for _, f := range out.Files {
		paths = append(paths, f.Path)
		old, err := os.ReadFile(filepath.Join(dir, f.Path))
		if err != nil || f.Action != plan.Edit || !grows(string(old), f.Content) {
			t.Errorf("%s (%s): not only lines that are added, %v", f.Path, f.Action, err)
		}
		if written, err := os.ReadFile(filepath.Join(to, f.Path)); err != nil || string(written) != f.Content {
			t.Errorf("--out has another %s, %v", f.Path, err)
		}
	}
	if slices.Sort(paths); !slices.Equal(paths, []string{extendedYAML, extendedFile}) {
		t.Errorf("files %v", paths)
	}
	passes(t, out, plan.CheckYAML, plan.CheckDownstream, plan.CheckUnchanged, plan.CheckGrain, plan.CheckIndependent)
	c := theCompany(t)
	sameRows(t, c.query(t, "select revenue_month as m, billing_region, billed_revenue as billed from ("+out.Model.CompiledSQL+")"), c.query(t, billed))
	sameRows(t, c.query(t, "select * exclude (billed_revenue) from ("+out.Model.CompiledSQL+")"), c.query(t, "select * from main.fct_monthly_revenue"))
}

// TestDesignExtendsOnABranch: approved, the edit is one commit that changes the two files.
func TestDesignExtendsOnABranch(t *testing.T) {
	dir := ownProject(t)
	out := outcomeFor(t, extendRequest, "--project", dir, "--approve")
	if out.Status != design.Approved || out.Reuse == nil || out.Reuse.Verdict != plan.Extend || out.PR == nil {
		t.Fatalf("%s, %v", out.Status, out.PR)
	}
	changed := git(t, dir, "diff", "--name-status", "HEAD", out.PR.Branch)
	if changed != "M\t"+extendedYAML+"\nM\t"+extendedFile+"\n" {
		t.Errorf("the branch changes\n%s", changed)
	}
	project, err := dbt.Read(os.DirFS(dir), ".")
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := project.Relation("fct_monthly_revenue"); strings.Contains(n.RawSQL, "billed_revenue") {
		t.Error("the work tree was changed, too")
	}
}

// TestDesignExtendsApart: where what is built on the model would break, the design is a model of its own that says why.
func TestDesignExtendsApart(t *testing.T) {
	dir := ownProject(t)
	union := "select * from {{ ref('fct_monthly_revenue') }}\nunion all\nselect 'x', null, null, 0, 0, 0, 0\n"
	if err := os.WriteFile(filepath.Join(dir, "models/marts/finance/fct_union.sql"), []byte(union), 0o600); err != nil {
		t.Fatal(err)
	}
	out := outcomeFor(t, extendRequest, "--project", dir)
	if out.Status != design.Proposed || out.Reuse.Verdict != plan.New || !strings.Contains(strings.Join(out.Reuse.Evidence, "\n"), "breaking: the model fct_union") {
		t.Errorf("%s, %+v", out.Status, out.Reuse)
	}
	c := theCompany(t)
	sameRows(t, c.query(t, "select month as m, nullif(billing_region, 'unknown') as billing_region, billed_revenue as billed from ("+out.Model.CompiledSQL+")"), c.query(t, billed))
}

// grows reports whether the lines of a text are all in another, in their order; the table of a final star may be another.
func grows(old, now string) bool {
	lines := strings.Split(strings.TrimSuffix(old, "select * from final\n"), "\n")
	for line := range strings.SplitSeq(now, "\n") {
		if len(lines) > 0 && (line == lines[0] || line == lines[0]+",") {
			lines = lines[1:]
		}
	}
	return len(lines) == 0 || len(lines) == 1 && lines[0] == ""
}

func passes(t *testing.T, out design.Outcome, names ...string) {
	t.Helper()
	for _, name := range names {
		i := slices.IndexFunc(out.Report.Checks, func(c plan.Check) bool { return c.Name == name })
		if i < 0 || out.Report.Checks[i].Status != plan.Passed {
			t.Errorf("%s did not pass: %+v", name, out.Report.Checks)
		}
	}
}

// TestExtensionInTheThread: the proposal shows the lines that change, "as a new model" gives another, and a yes edits the file.
func TestExtensionInTheThread(t *testing.T) {
	data := t.TempDir()
	_, d := startLocal(t, data, "--gate", "embedded")
	w := visit(t, d)
	ben := w.as("Ben")
	th := ben.ask("@firstmile Billed revenue per month by billing region")
	first := th.proposal("", "billed revenue")
	for _, want := range []string{"Extends", "Changed lines of", "+ added_figures as (", "as a new model", "Its own columns have the same rows as before"} {
		if !strings.Contains(textOf(first), want) {
			t.Errorf("the proposal does not show %q:\n%s", want, textOf(first))
		}
	}
	th.reply("as a new model")
	second := th.proposal(first.Timestamp, "billed revenue")
	if text := textOf(second); strings.Contains(text, "Changed lines of") || !strings.Contains(text, "fct_monthly_billed_revenue_by_billing_region") {
		t.Errorf("the second proposal is no model of its own:\n%s", text)
	}
}
