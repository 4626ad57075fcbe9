package dbt_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/jinja"
	"firstmile/agents/dbt/runner"

	"gopkg.in/yaml.v3"
)

// ours are the repository's own projects, which dbt and the reader must see alike in every detail.
var ours = []string{
	"bot/sample/project",
	"bot/testdata/orchard",
	"bot/eval/suites/projects/clinic",
	"bot/eval/suites/projects/depot/analytics/dbt",
	"bot/eval/suites/projects/velo",
	"agents/dbt/testdata/everything",
}

// complete copies a project and adds what dbt wants before it parses: a header for each seed whose rows are made when the project is
// written, and a time spine where there are metrics and none.
func complete(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(to, filepath.FromSlash(name)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := dbt.Read(os.DirFS(to), ".")
	if err != nil {
		t.Fatal(err)
	}
	spine := len(p.Metrics) == 0
	for _, f := range p.Files {
		var described struct {
			Seeds []struct {
				Name   string
				Config struct {
					Types map[string]string `yaml:"column_types"`
				}
			}
		}
		if err := yaml.Unmarshal([]byte(f.Text), &described); err != nil {
			t.Fatal(err)
		}
		for _, s := range described.Seeds {
			if _, there := p.Node("seed." + p.Name + "." + s.Name); !there {
				write(path.Join("seeds", s.Name+".csv"), strings.Join(slices.Sorted(maps.Keys(s.Config.Types)), ",")+"\n")
			}
		}
		spine = spine || strings.Contains(f.Text, "time_spine:")
	}
	if !spine {
		write("models/all_days.sql", "select cast('2024-01-01' as date) as date_day\n")
		write("models/all_days.yml", "models:\n  - name: all_days\n    time_spine: {standard_granularity_column: date_day}\n"+
			"    columns: [{name: date_day, granularity: day}]\n")
	}
	return to
}

// TestAgainstManifest compares what the reader finds with what the real dbt finds: which nodes there are, and what each model, seed,
// snapshot, test, exposure, metric and saved query depends on. Further projects are compared when FIRSTMILE_PROJECTS lists their
// folders, as PATH lists folders; there a target/manifest.json that dbt has written is taken at its word, and without one dbt is run.
//
//	FIRSTMILE_PROJECTS=$HOME/src/jaffle-shop:$HOME/src/warehouse go test ./agents/dbt -run TestAgainstManifest -v
func TestAgainstManifest(t *testing.T) {
	root := filepath.Join("..", "..")
	dbtRunner, err := runner.New(runner.Options{Dir: root})
	missing := errors.Is(err, runner.ErrNotInstalled) && os.Getenv("CI") != "true"
	if err != nil && !missing {
		t.Fatal(err)
	}
	for _, dir := range ours {
		t.Run(path.Base(dir), func(t *testing.T) {
			if missing {
				t.Skip(err)
			}
			compare(t, complete(t, filepath.Join(root, filepath.FromSlash(dir))), dbtRunner)
		})
	}
	for _, dir := range filepath.SplitList(os.Getenv("FIRSTMILE_PROJECTS")) {
		t.Run(filepath.Base(dir), func(t *testing.T) { compare(t, dir, dbtRunner) })
	}
}

// withoutTarget hides what dbt has left, so that the reader stands on the files alone.
type withoutTarget struct{ fs.FS }

func (w withoutTarget) Open(name string) (fs.File, error) {
	if name == "target" || strings.HasPrefix(name, "target/") {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return w.FS.Open(name)
}

func compare(t *testing.T, dir string, r *runner.Runner) {
	t.Helper()
	p, err := dbt.Read(withoutTarget{os.DirFS(dir)}, ".")
	if err != nil {
		t.Fatal(err)
	}
	m, err := readManifest(filepath.Join(dir, "target", "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		m, err = parseByDBT(t, dir, p, r)
	}
	if err != nil {
		t.Fatal(err)
	}
	theirs, mine := m.lineage(p.Name), lineage(p)
	for _, n := range p.Nodes { // whether such a node is there only dbt can tell, and the reader says so
		if _, untold := n.Config["enabled"].(jinja.Deferred); untold {
			both := func(id string, _ []string) bool { return id == n.ID || strings.HasPrefix(id, "test of "+n.ID+" ") }
			maps.DeleteFunc(theirs, both)
			maps.DeleteFunc(mine, both)
		}
	}
	named := 0
	for id, deps := range theirs { // what lies in a package that is not among the files is named as a problem
		n := len(deps)
		theirs[id] = slices.DeleteFunc(deps, func(dep string) bool { return !strings.Contains(dep, "."+p.Name+".") && !hasNode(p, dep) })
		named += n - len(theirs[id])
	}
	t.Logf("%s: %s; %d problems; %d references into packages that are not among the files", p.Name, counted(mine), len(p.Problems), named)
	wrong := differences(theirs, mine)
	for _, w := range wrong[:min(len(wrong), 20)] {
		t.Error(w)
	}
	if len(wrong) > 0 {
		t.Logf("%d of %d differ", len(wrong), len(theirs))
		for _, pr := range p.Problems[:min(len(p.Problems), 5)] {
			t.Logf("problem: %s:%d: %s", pr.Path, pr.Line, pr.Reason)
		}
	}
}

func hasNode(p *dbt.Project, id string) bool { _, ok := p.Node(id); return ok }

// parseByDBT runs "dbt parse" on a copy of the project.
func parseByDBT(t *testing.T, dir string, p *dbt.Project, r *runner.Runner) (*manifest, error) {
	s := runner.Scratch{Dir: t.TempDir(), Files: os.DirFS(dir), Profile: p.Config.Profile, Target: p.Profile.Target, Schema: p.Profile.Schema}
	res, err := r.Parse(t.Context(), s)
	if err != nil {
		return nil, err
	}
	if !res.OK() {
		return nil, fmt.Errorf("dbt cannot parse the project: %+v", res.Problems)
	}
	return readManifest(filepath.Join(s.Dir, "target", "manifest.json"))
}

// manifest is what is compared of dbt's manifest.json.
type manifest struct {
	Nodes        map[string]manifestEntry `json:"nodes"`
	Sources      map[string]manifestEntry `json:"sources"`
	Exposures    map[string]manifestEntry `json:"exposures"`
	Metrics      map[string]manifestEntry `json:"metrics"`
	Semantic     map[string]manifestEntry `json:"semantic_models"`
	SavedQueries map[string]manifestEntry `json:"saved_queries"`
	UnitTests    map[string]manifestEntry `json:"unit_tests"`
}

type manifestEntry struct {
	Kind     string `json:"resource_type"`
	Package  string `json:"package_name"`
	Attached string `json:"attached_node"`
	Column   string `json:"column_name"`
	Config   struct {
		Enabled bool `json:"enabled"`
	} `json:"config"`
	Test *struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
		Arguments struct {
			Model string `json:"model"`
		} `json:"kwargs"`
	} `json:"test_metadata"`
	DependsOn struct {
		Nodes []string `json:"nodes"`
	} `json:"depends_on"`
}

func readManifest(name string) (*manifest, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	m := &manifest{}
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("reading dbt's manifest: %w", err)
	}
	return m, nil
}

// lineage lists what each node of the project's own depends on. Generic tests, whose IDs hold a hash, are named by what they test and
// numbered where several are alike.
func (m *manifest) lineage(project string) map[string][]string {
	out := map[string][]string{}
	tests := map[string][][]string{}
	for _, part := range []map[string]manifestEntry{m.Nodes, m.Sources, m.Exposures, m.Metrics, m.Semantic, m.SavedQueries, m.UnitTests} {
		for id, n := range part {
			deps := slices.Compact(slices.Sorted(slices.Values(n.DependsOn.Nodes)))
			switch {
			case n.Package != project || n.Kind == "operation" || n.Kind == "sql_operation" || n.Kind == "test" && !n.Config.Enabled:
			case n.Test != nil:
				tested := n.Attached
				if tested == "" {
					tested = sourceOf(n)
				}
				if tested == "" {
					continue // of an entry whose model is not there; the reader names the entry
				}
				key := testKey(tested, n.Column, strings.TrimPrefix(n.Test.Namespace+"."+n.Test.Name, "."))
				tests[key] = append(tests[key], deps)
			default:
				out[id] = deps
			}
		}
	}
	number(out, tests)
	return out
}

// sourceOf is the source that a test is a test of, which dbt writes as source('crm', 'people').
func sourceOf(test manifestEntry) string {
	for _, id := range test.DependsOn.Nodes {
		parts := strings.SplitN(id, ".", 4)
		if parts[0] == "source" && len(parts) == 4 && strings.Contains(test.Test.Arguments.Model, "source('"+parts[2]+"', '"+parts[3]+"')") {
			return id
		}
	}
	return ""
}

func testKey(node, column, test string) string {
	return "test of " + node + " " + strings.ToLower(column) + " " + test
}

// number adds tests under their key and, where there are several, a number in the order of what they depend on.
func number(out map[string][]string, tests map[string][][]string) {
	for key, all := range tests {
		slices.SortFunc(all, slices.Compare[[]string])
		for i, deps := range all {
			out[fmt.Sprintf("%s #%d", key, i+1)] = deps
		}
	}
}

// lineage is the same of the reader's project.
func lineage(p *dbt.Project) map[string][]string {
	out := map[string][]string{}
	tests := map[string][][]string{}
	for _, n := range p.Nodes {
		out[n.ID] = n.Upstream
		add := func(column string, ts []dbt.Test) {
			for _, t := range ts {
				if !t.Disabled {
					key := testKey(n.ID, column, t.Name)
					tests[key] = append(tests[key], t.Upstream)
				}
			}
		}
		add("", n.Tests)
		for _, c := range slices.Concat(n.Columns, n.Stray) {
			add(c.Name, c.Tests)
		}
	}
	number(out, tests)
	for _, s := range p.SingularTests {
		if s.Disabled {
			continue
		}
		out["test."+p.Name+"."+s.Name] = s.Upstream
	}
	for _, a := range p.Analyses {
		out[a.ID] = a.Upstream
	}
	for _, e := range p.Exposures {
		out[e.ID] = e.DependsOn
	}
	for _, u := range p.UnitTests {
		if u.Disabled {
			continue
		}
		out[u.ID] = u.Upstream
	}
	for _, s := range p.Semantic {
		out[s.ID] = []string{s.Model}
	}
	for _, s := range p.Metrics {
		out[s.ID] = s.DependsOn
	}
	for _, s := range p.SavedQueries {
		out[s.ID] = s.DependsOn
	}
	return out
}

// counted sums up a lineage: how many nodes of each kind, and how many edges.
func counted(lineage map[string][]string) string {
	kinds, edges := map[string]int{}, 0
	for id, deps := range lineage {
		kind, _, _ := strings.Cut(id, ".")
		if strings.HasPrefix(kind, "test of ") {
			kind = "generic test"
		}
		kinds[kind]++
		edges += len(deps)
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, fmt.Sprintf("%s %d", k, kinds[k]))
	}
	return strings.Join(out, ", ") + fmt.Sprintf(", %d edges", edges)
}

func differences(theirs, mine map[string][]string) []string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(theirs)) {
		got, ok := mine[id]
		switch {
		case !ok:
			out = append(out, "not found: "+id)
		case !slices.Equal(got, theirs[id]):
			out = append(out, fmt.Sprintf("%s\n  dbt    %v\n  reader %v", id, theirs[id], got))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(mine)) {
		if _, ok := theirs[id]; !ok {
			out = append(out, "dbt does not have: "+id)
		}
	}
	return out
}
