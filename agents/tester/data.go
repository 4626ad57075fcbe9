package tester

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
	"firstmile/agents/tester/reading"
	"firstmile/planner/plan"
)

// underTest is the name under which the checks see the new model. A view of
// this name exists only in the sandbox, for the length of one query.
const underTest = "firstmile_under_test"

// maxPreview bounds the rows that are shown.
const maxPreview = 200

// checkRuns runs the model on the data. Parents that the data lacks are
// computed from their own SQL.
func checkRuns(ctx context.Context, s *subject) finding {
	switch {
	case s.missing != "":
		return notRun("%s", s.missing)
	case s.compiled == "":
		return notRun("the SQL could not be read")
	}
	for _, n := range s.parents {
		if !n.Relation.Known {
			return notRun("the name of %s in the database is not known: %s", n.Name, n.Relation.Why)
		}
	}
	views, err := s.missingParents(ctx)
	if err != nil {
		return notRun("%v", err)
	}
	s.views = append(views, sandbox.View{Name: underTest, SQL: s.compiled, Stored: true})
	got, err := s.query(ctx, "select "+s.shown()+", count(*) over () as firstmile_rows from "+underTest+interestingFirst(s.spec), maxPreview)
	if err != nil {
		return s.sqlFailure(err)
	}
	s.ran = true
	s.preview = preview(got)
	if len(got.Rows) == 0 {
		return failed("the model gives no rows on the data there is%s", s.emptied(ctx)).at(s.change.ModelPath, 0)
	}
	lost, err := s.untimed(ctx)
	switch {
	case err != nil:
		return failed("counting the rows without a time failed: %v", err)
	case lost != "":
		return passed("%s; %s", count(s.preview.RowCount, "row"), lost)
	}
	return passed("%s", count(s.preview.RowCount, "row"))
}

// interestingFirst orders the preview: the newest periods, or the largest figures, come first.
func interestingFirst(spec plan.Spec) string {
	var by []string
	if spec.Time != nil {
		by = append(by, quoteName(spec.Time.Name)+" desc")
	}
	switch {
	case spec.Rank != nil && !spec.Rank.Descending:
		by = append(by, quoteName(spec.Rank.By))
	case spec.Rank != nil:
		by = append(by, quoteName(spec.Rank.By)+" desc nulls last")
	case spec.Time == nil && len(spec.Measures) > 0:
		by = append(by, quoteName(spec.Measures[0].Name)+" desc nulls last")
	}
	for _, d := range spec.Dimensions {
		by = append(by, quoteName(d.Name))
	}
	if len(by) == 0 {
		return ""
	}
	return " order by " + strings.Join(by, ", ")
}

func (s *subject) query(ctx context.Context, sql string, limit int) (*sandbox.Result, error) {
	return s.box.Query(ctx, sandbox.Untrusted(sql), sandbox.QueryOptions{Limit: limit, Views: s.views, Today: s.spec.AsOf})
}

// missingParents defines the parents that are not in the data, ancestors first.
func (s *subject) missingParents(ctx context.Context) ([]sandbox.View, error) {
	var views []sandbox.View
	done := map[string]bool{}
	var define func(n *dbt.Node, depth int) error
	define = func(n *dbt.Node, depth int) error {
		if _, ok := s.stored(n); ok || done[n.ID] {
			return nil
		}
		done[n.ID] = true
		if n.Kind != dbt.Model || depth > 50 {
			return fmt.Errorf("%s is not in the data: build it first (dbt seed or dbt run)", n.Name)
		}
		for _, p := range s.project.Parents(n.ID) {
			if err := define(p, depth+1); err != nil {
				return err
			}
		}
		sql, err := s.project.CompileNode(n)
		if err != nil {
			return fmt.Errorf("%s is not in the data and cannot be computed: %w", n.Name, err)
		}
		views = append(views, sandbox.View{Schema: n.Relation.Schema, Name: n.Relation.Identifier, SQL: sql})
		return nil
	}
	for _, n := range s.parents {
		if err := define(n, 0); err != nil {
			return nil, err
		}
	}
	return views, ctx.Err()
}

// preview drops the row count column again.
func preview(r *sandbox.Result) *plan.Preview {
	last := len(r.Columns) - 1
	p := &plan.Preview{Truncated: r.Truncated}
	for _, c := range r.Columns[:last] {
		p.Columns = append(p.Columns, c.Name)
	}
	for _, row := range r.Rows {
		p.RowCount = whole(row[last])
		p.Rows = append(p.Rows, sandbox.Plain(row[:last]))
	}
	return p
}

func whole(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, err := n.Int64()
	if err != nil {
		return 0
	}
	return int(i)
}

// checkGrain wants every combination of the grain once, and its period never NULL.
func checkGrain(ctx context.Context, s *subject) finding {
	if !s.ran {
		return notRun("the model did not run on data")
	}
	grain := grainOf(s.spec)
	if len(grain) == 0 {
		if s.preview.RowCount != 1 {
			return failed("%d rows instead of one", s.preview.RowCount).at(s.change.ModelPath, 0)
		}
		return passed("one row")
	}
	period := "false"
	if s.spec.Time != nil {
		period = quoteName(s.spec.Time.Name) + " is null"
	}
	got, err := s.query(ctx, fmt.Sprintf("select count(*) as groups, count(*) filter (where n > 1) as repeated, count(*) filter (where empty) as empty "+
		"from (select %s, count(*) as n, bool_or(%s) as empty from %s group by all)", quoteAll(grain), period, underTest), 1)
	if err != nil {
		return s.sqlFailure(err)
	}
	row := got.Rows[0]
	switch {
	case whole(row[1]) > 0:
		return failed("%d combinations of %s appear more than once", whole(row[1]), strings.Join(grain, ", ")).at(s.change.ModelPath, 0)
	case whole(row[2]) > 0:
		return failed("the period is NULL in some rows").at(s.change.ModelPath, 0)
	}
	return passed("%d rows, one per %s", whole(row[0]), strings.Join(grain, ", "))
}

// checkIndependent computes every measure a second way and compares group by group.
func checkIndependent(ctx context.Context, s *subject) finding {
	if !s.ran {
		return notRun("the model did not run on data")
	}
	var agree []string
	for _, m := range s.spec.Measures {
		c, err := s.compareColumn(ctx, m)
		var unsupported *reading.Unsupported
		switch {
		case errors.As(err, &unsupported):
			return notRun("%s: %v", m.Name, err)
		case err != nil:
			return failed("%s: computing it a second way failed: %v", m.Name, err)
		case !c.OK():
			return failed("%s", c).at(s.change.ModelPath, 0)
		}
		agree = append(agree, c.String())
	}
	if s.spec.Rank != nil {
		f := s.checkRanking(ctx)
		if f.status != plan.Passed {
			return f
		}
		agree = append(agree, f.detail)
	}
	if f, ok := s.supported(ctx); !ok {
		return f
	}
	s.agreed = true
	return passed("%s", strings.Join(agree, "; "))
}

// supported is false with a finding when a new model has rows for groups that the base rows do not have. An edited model has its own.
func (s *subject) supported(ctx context.Context) (finding, bool) {
	if s.edited() != nil {
		return finding{}, true
	}
	sql, err := reading.Support(s.spec, s.relationName, underTest)
	if err != nil || sql == "" {
		return failed("looking for the rows behind each group failed: %v", err), err == nil
	}
	got, err := s.query(ctx, sql, 1)
	if err != nil {
		return failed("looking for the rows behind each group failed: %v", err), false
	}
	if n := whole(got.Rows[0][0]); n > 0 {
		return failed("%s without any figure, of groups that no row belongs to", count(n, "row")).at(s.change.ModelPath, 0), false
	}
	return finding{}, true
}

func (s *subject) compare(ctx context.Context, spec plan.Spec, m plan.Measure, model string) (reading.Comparison, error) {
	sql, err := reading.Compare(spec, m, s.relationName, model)
	if err != nil {
		return reading.Comparison{}, err
	}
	got, err := s.query(ctx, sql, 1)
	if err != nil {
		return reading.Comparison{}, err
	}
	row := got.Rows[0]
	c := reading.Comparison{Measure: m.Name, Groups: whole(row[0]), Differ: whole(row[1]), Lost: whole(row[2]), Extra: whole(row[3])}
	c.Example, _ = row[4].(string)
	return c, nil
}

func (s *subject) relationName(name string) (string, error) {
	n, ok := s.project.Relation(name)
	if !ok {
		return "", fmt.Errorf("the project has no relation %s", name)
	}
	return n.Relation.SQL(), nil
}

// checkTotals adds the additive measures up over the dimensions and compares
// with the total that the base rows give for each period, so that neither a
// fan-out nor a lost row can hide in the split. What does not add up (averages,
// distinct counts, ratios) has no total to compare; its rows are vouched for by the independent reading alone.
func checkTotals(ctx context.Context, s *subject) finding {
	if !s.ran {
		return notRun("the model did not run on data")
	}
	if s.spec.Rank != nil {
		return s.notAdditive("a ranking keeps only some groups")
	}
	if s.agreed && slices.ContainsFunc(s.spec.Measures, additive) {
		// A scalar lookup gives each base row exactly one group, so sums over groups that agree are sums over the base.
		return passed("each base row counts in exactly one group, and every group agrees with the independent reading")
	}
	undivided := s.spec
	undivided.Dimensions = nil
	var agree []string
	for _, m := range s.spec.Measures {
		if !additive(m) {
			continue
		}
		period := ""
		if s.spec.Time != nil {
			period = quoteName(s.spec.Time.Name) + ", "
		}
		totals := fmt.Sprintf("(select %ssum(%s) as %s from %s group by all)", period, quoteName(m.Name), quoteName(m.Name), underTest)
		c, err := s.compare(ctx, undivided, m, totals)
		var unsupported *reading.Unsupported
		switch {
		case errors.As(err, &unsupported):
			return notRun("%s: %v", m.Name, err)
		case err != nil:
			return failed("%s: adding it up failed: %v", m.Name, err)
		case !c.OK():
			return failed("the split does not add up to the base. %s", c).at(s.change.ModelPath, 0)
		}
		agree = append(agree, fmt.Sprintf("%s adds up to the base in %d totals", m.Name, c.Groups))
	}
	if len(agree) == 0 {
		return s.notAdditive("no measure is additive")
	}
	return passed("%s", strings.Join(agree, "; "))
}

// notAdditive passes only what was compared group by group.
func (s *subject) notAdditive(why string) finding {
	if s.agreed {
		return passed("%s, so there is no total to compare; every group agrees with the independent reading", why)
	}
	return notRun("%s, and the groups could not be compared either", why)
}

func additive(m plan.Measure) bool {
	return m.Kind == plan.Simple && (m.Agg == plan.Sum || m.Agg == plan.Count || m.Agg == plan.SumBoolean)
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quoteAll(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quoteName(n)
	}
	return strings.Join(out, ", ")
}
