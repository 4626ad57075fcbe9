package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firstmile/agents/sandbox"
	"firstmile/bot/design"
	"firstmile/bot/sample"
	"firstmile/bot/terminal"
	"firstmile/bot/workbench"
	"firstmile/planner/plan"
)

func TestMain(m *testing.M) {
	sandbox.ChildMain()
	actAsProgram()
	os.Exit(m.Run())
}

// company is the sample company in a folder of this test run, with a sandbox of the tests' own on its data.
type company struct {
	dir   string
	bench *workbench.Workbench
	box   *sandbox.Sandbox
}

var openCompany = sync.OnceValues(func() (*company, error) {
	dir, err := os.MkdirTemp("", "firstmile-test-")
	if err != nil {
		return nil, err
	}
	c := &company{dir: filepath.Join(dir, sample.Name)}
	if err := sample.Write(context.Background(), c.dir); err != nil {
		return nil, err
	}
	folder, sub, err := workbench.OpenFolder(c.dir)
	if err != nil {
		return nil, err
	}
	_, approvers := design.Operator()
	c.bench = workbench.New(workbench.Options{Scratch: filepath.Join(dir, "scratch"), Projects: []workbench.Project{
		{ID: sample.Name, Source: folder, Dir: sub, FindWarehouse: true, Approvers: &approvers}}})
	own := filepath.Join(dir, "own")
	if err := os.Mkdir(own, 0o700); err != nil {
		return nil, err
	}
	c.box, err = sandbox.Start(context.Background(), sandbox.Options{Scratch: own, Database: filepath.Join(c.dir, sample.Database)})
	return c, err
})

// theCompany is shared by all tests of the package: nothing here changes it.
func theCompany(t testing.TB) *company {
	t.Helper()
	c, err := openCompany()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answerMap answers questions by id or subject.
type answerMap map[string]string

func (m answerMap) Answer(q plan.Question) (string, bool) {
	if text, ok := m[q.ID]; ok {
		return text, true
	}
	text, ok := m[q.Subject]
	return text, ok
}

// design takes a request through the same planner as the command does, with the embedded gate.
func (c *company) design(t testing.TB, request string, answers map[string]string, assume bool) design.Outcome {
	t.Helper()
	ports, err := agentPorts(c.bench, nil, "not in this test")
	if err != nil {
		t.Fatal(err)
	}
	ports.Chat = terminal.New(nil)
	out, err := design.Run(t.Context(), design.Options{Request: request, Project: sample.Name, Assume: assume, Ports: ports,
		AsOf: sample.AsOf().Format(time.DateOnly), Answers: answerMap(answers)})
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	return out
}

func (c *company) query(t testing.TB, sql string) *sandbox.Result {
	t.Helper()
	got, err := c.box.Query(t.Context(), sandbox.Untrusted(sql), sandbox.QueryOptions{Limit: 100000})
	if err != nil {
		t.Fatalf("%v in:\n%s", err, sql)
	}
	return got
}

// sameRows compares the model's rows with those of independent SQL as
// multisets over the independent SQL's columns; figures may differ by 1e-6.
func sameRows(t testing.TB, got, want *sandbox.Result) {
	t.Helper()
	var at []int
	for _, c := range want.Columns {
		i := slices.IndexFunc(got.Columns, func(g sandbox.Column) bool { return g.Name == c.Name })
		if i < 0 {
			t.Fatalf("the model has no column %s, only %v", c.Name, got.Columns)
		}
		at = append(at, i)
	}
	g, w := texts(got.Rows, at), texts(want.Rows, nil)
	if len(w) == 0 {
		t.Fatal("the independent SQL gives no rows")
	}
	if len(g) != len(w) {
		t.Errorf("%d rows, independent SQL gives %d", len(g), len(w))
	}
	shown := 0
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] && shown < 5 {
			t.Errorf("row %d: %s, independent %s", i, g[i], w[i])
			shown++
		}
	}
}

// texts writes rows in one spelling, sorted; at picks columns.
func texts(rows [][]any, at []int) []string {
	var out []string
	for _, r := range rows {
		var cells []string
		for i := range r {
			j := i
			if at != nil {
				if i >= len(at) {
					break
				}
				j = at[i]
			}
			cells = append(cells, cell(r[j]))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	slices.Sort(out)
	return out
}

func cell(v any) string {
	n, ok := v.(json.Number)
	if !ok {
		return fmt.Sprint(v)
	}
	f, err := n.Float64()
	if err != nil {
		return n.String()
	}
	return fmt.Sprintf("%.6f", math.Round(f*1e6)/1e6+0)
}

// churn is weekly churn by region straight from the definition: for each week,
// who had a paid subscription at its start, and of those who has none at its end.
func churn(region, numerator, denominator, column string) string {
	return fmt.Sprintf(`
with weeks as (
    select cast(w as date) as week from generate_series(timestamp '2025-01-06', timestamp '2026-06-22', interval 7 day) as t(w)
),
held as (
    select w.week, s.customer_id, s.mrr, coalesce(c.%[1]s, 'unknown') as %[1]s,
        exists (select 1 from main.fct_subscriptions as later where later.customer_id = s.customer_id and not later.is_trial
            and later.started_at < w.week + 7 and coalesce(later.ended_at, timestamp '9999-01-01') >= w.week + 7) as stays
    from weeks as w, main.fct_subscriptions as s, main.dim_customers as c
    where c.customer_id = s.customer_id and not s.is_trial
        and s.started_at < w.week and coalesce(s.ended_at, timestamp '9999-01-01') >= w.week
)
select week, %[1]s, %[2]s / %[3]s as %[4]s from held group by week, %[1]s`, region, numerator, denominator, column)
}

const (
	customersLost = "cast(count(distinct customer_id) filter (where not stays) as double)"
	customersHeld = "count(distinct customer_id)"
	revenueLost   = "cast(coalesce(sum(mrr) filter (where not stays), 0) as double)"
	revenueHeld   = "sum(mrr)"
)

// TestWeeklyChurnByRegion: the main job, each way its words can be meant.
func TestWeeklyChurnByRegion(t *testing.T) {
	c := theCompany(t)
	for _, region := range []string{"billing", "usage"} {
		for _, by := range []struct{ answer, column, over, under string }{
			{"Customer churn rate", "customer_churn_rate", customersLost, customersHeld},
			{"Revenue churn rate", "revenue_churn_rate", revenueLost, revenueHeld},
		} {
			t.Run(region+" "+by.answer, func(t *testing.T) {
				out := c.design(t, "Can we track weekly churn by region?", map[string]string{"churn": by.answer, "region": region + " region"}, false)
				if out.Status != design.Proposed {
					t.Fatalf("%s: %s", out.Status, out.Message)
				}
				sameRows(t, c.query(t, out.Model.CompiledSQL), c.query(t, churn(region+"_region", by.over, by.under, by.column)))
			})
		}
	}
}

// TestWeeklyChurnIsAsked: without answers the two ambiguous words are asked about, with defaults, and nothing is proposed.
func TestWeeklyChurnIsAsked(t *testing.T) {
	out := theCompany(t).design(t, "Can we track weekly churn by region?", nil, false)
	if out.Status != design.NeedsAnswers || len(out.Files) != 0 {
		t.Fatalf("%s with %d files", out.Status, len(out.Files))
	}
	var subjects []string
	for _, q := range out.Questions {
		subjects = append(subjects, q.Subject)
		if _, ok := q.DefaultOption(); !ok || len(q.Options) < plan.MinOptions || q.Why == "" {
			t.Errorf("%+v", q)
		}
	}
	slices.Sort(subjects)
	if fmt.Sprint(subjects) != "[churn region]" {
		t.Errorf("asked about %v", subjects)
	}
}

// TestFurtherRequests: requests of every simple kind on the sample, each
// compared with SQL that was written by hand from the definitions.
func TestFurtherRequests(t *testing.T) {
	c := theCompany(t)
	for _, r := range []struct {
		request string
		answers map[string]string
		sql     string
	}{
		{"Net revenue per month", nil,
			`select cast(date_trunc('month', issued_at) as date) as month, sum(net_amount) as net_revenue from main.fct_invoices group by 1`},
		{"Number of invoices per quarter", nil,
			`select cast(date_trunc('quarter', issued_at) as date) as quarter, count(*) as invoices from main.fct_invoices group by 1`},
		{"Monthly active users", nil,
			`select cast(date_trunc('month', occurred_at) as date) as month, count(distinct user_id) as active_users
			from main.fct_events where event_name = 'login' group by 1`},
		{"Average first response time by priority per month", nil,
			`select cast(date_trunc('month', opened_at) as date) as month, priority, avg(first_response_minutes) as average_first_response_time
			from main.fct_support_tickets group by 1, 2`},
		{"Refund rate per quarter", nil,
			`select cast(date_trunc('quarter', issued_at) as date) as quarter, cast(sum(refund_amount) as double) / sum(gross_amount) as refund_rate
			from main.fct_invoices group by 1`},
		{"Monthly net revenue for enterprise customers", nil,
			`select cast(date_trunc('month', issued_at) as date) as month, sum(net_amount) as net_revenue
			from main.fct_invoices where customer_id in (select customer_id from main.dim_customers where segment = 'enterprise') group by 1`},
		{"Tickets opened by priority and category per quarter", nil,
			`select cast(date_trunc('quarter', opened_at) as date) as quarter, priority, coalesce(category, 'unknown') as category, count(*) as tickets_opened
			from main.fct_support_tickets group by 1, 2, 3`},
		{"Top 5 account managers by net revenue", nil,
			`select coalesce((select account_manager from main.dim_account_managers as a where a.account_manager_id =
				(select account_manager_id from main.dim_customers as c where c.customer_id = i.customer_id)), 'unknown') as account_manager,
			sum(net_amount) as net_revenue from main.fct_invoices as i group by 1 order by 2 desc limit 5`},
		{"Quarterly net revenue by account team", nil,
			`select cast(date_trunc('quarter', issued_at) as date) as quarter, coalesce((select account_team from main.dim_account_managers as a where a.account_manager_id =
				(select account_manager_id from main.dim_customers as c where c.customer_id = i.customer_id)), 'unknown') as account_team,
			sum(net_amount) as net_revenue from main.fct_invoices as i group by 1, 2`},
		{"Critical tickets per month by account team", nil,
			`select cast(date_trunc('month', opened_at) as date) as month, coalesce((select account_team from main.dim_account_managers as a where a.account_manager_id =
				(select account_manager_id from main.dim_customers as c where c.customer_id = i.customer_id)), 'unknown') as account_team,
			count(*) as tickets_opened from main.fct_support_tickets as i where priority in ('high', 'urgent') group by 1, 2`},
		{"Average invoice by plan", nil,
			`select coalesce((select plan from main.fct_subscriptions as s where s.subscription_id = i.subscription_id), 'unknown') as plan,
			avg(gross_amount) as average_invoice from main.fct_invoices as i group by 1`},
		{"Signups by acquisition channel in 2026", nil,
			`select coalesce(acquisition_channel, 'unknown') as acquisition_channel, count(*) as signups from main.dim_customers
			where signed_up_at >= '2026-01-01' and signed_up_at < '2027-01-01' group by 1`},
		{"MRR per month by plan", nil,
			`select cast(m as date) as month, plan, sum(mrr) as mrr
			from generate_series(timestamp '2025-01-01', timestamp '2026-06-01', interval 1 month) as t(m), main.fct_subscriptions
			where not is_trial and started_at < m + interval 1 month and (ended_at is null or ended_at >= m + interval 1 month) group by 1, 2`},
	} {
		t.Run(r.request, func(t *testing.T) {
			out := c.design(t, r.request, r.answers, false)
			if out.Status != design.Proposed {
				t.Fatalf("%s: %s %v", out.Status, out.Message, out.Questions)
			}
			for _, check := range out.Report.Checks {
				if check.Status != plan.Passed && check.Name != plan.CheckDBT {
					t.Errorf("check %s is %s: %s", check.Name, check.Status, check.Detail)
				}
			}
			sameRows(t, c.query(t, out.Model.CompiledSQL), c.query(t, r.sql))
		})
	}
}

// TestOutsideTheVocabulary: a word that nothing explains is asked about or
// declined by name, and never left out, not even with --assume.
func TestOutsideTheVocabulary(t *testing.T) {
	c := theCompany(t)
	for request, word := range map[string]string{
		"Weekly flurbage by plan":                                    "flurbage", // a measure
		"Net revenue per month by astrological sign":                 "astrological sign",
		"Net revenue per month in Atlantis":                          "atlantis", // a value
		"Monthly churn of loyal customers":                           "loyal",    // an adjective
		"Net revenue per month for customers that love us":           "love",
		"How happy are enterprise customers per month?":              "happy",
		"Net revenue per month excluding zombies":                    "zombies",
		"Gross margin per month":                                     "margin",
		"Tickets opened per week, but only the spicy ones":           "spicy",
		"Net revenue per fortnight":                                  "fortnight",
		"Net revenue per month without customers named after a fish": "fish",
	} {
		for _, assume := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s assume=%v", request, assume), func(t *testing.T) {
				out := c.design(t, request, nil, assume)
				if out.Status != design.NeedsAnswers && out.Status != design.Declined && out.Status != design.Escalated {
					t.Fatalf("%s without asking about %q", out.Status, word)
				}
				if assume && out.Status == design.NeedsAnswers {
					t.Errorf("--assume still asks: %v", out.Questions)
				}
				said := out.Message
				for _, q := range out.Questions {
					said += " " + q.Subject + " " + q.Text
				}
				for _, u := range out.Unknown {
					said += " " + u.Words
				}
				if !strings.Contains(strings.ToLower(said), word) {
					t.Errorf("%q is not named in: %s", word, said)
				}
				if len(out.Files) != 0 {
					t.Errorf("%d files were made", len(out.Files))
				}
			})
		}
	}
}
