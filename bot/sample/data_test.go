package sample

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
	"firstmile/glossary"

	"github.com/google/go-cmp/cmp"
)

// open starts a sandbox on a copy of dir's database.
func open(t *testing.T, dir string) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Options{Scratch: t.TempDir(), Database: filepath.Join(dir, Database)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// rows runs a query of the test's own and returns all its rows.
func rows(t *testing.T, s *sandbox.Sandbox, query string) [][]any {
	t.Helper()
	result, err := s.Query(t.Context(), sandbox.Trusted(query), sandbox.QueryOptions{Limit: 100_000})
	if err != nil {
		t.Fatalf("%v\nin %s", err, query)
	}
	if result.Truncated {
		t.Fatalf("more than 100,000 rows in %s", query)
	}
	return result.Rows
}

// number returns the single number a query gives.
func number(t *testing.T, s *sandbox.Sandbox, query string) string {
	t.Helper()
	got := rows(t, s, query)
	if len(got) != 1 || len(got[0]) != 1 {
		t.Fatalf("%d rows in %s", len(got), query)
	}
	n, ok := got[0][0].(json.Number)
	if !ok {
		t.Fatalf("%T in %s", got[0][0], query)
	}
	return n.String()
}

// TestData looks at what was built, through one sandbox.
func TestData(t *testing.T) {
	dir := newSample(t)
	s := open(t, dir)
	t.Run("mess is there", func(t *testing.T) { testMess(t, s) })
	t.Run("README states the true churn", func(t *testing.T) { testReadme(t, s) })
	t.Run("properties match", func(t *testing.T) { testProperties(t, dir, s) })
	t.Run("glossary fits", func(t *testing.T) { testGlossary(t, dir, s) })
}

// testMess counts the traps that README.md promises.
func testMess(t *testing.T, s *sandbox.Sandbox) {
	for _, c := range []struct{ what, want, query string }{
		{"customers exported twice", "12", "select count(*) - count(distinct customer_id) from raw_customers"},
		{"subscriptions exported twice", "38", "select count(*) - count(distinct subscription_id) from raw_subscriptions"},
		{"invoices exported twice", "40", "select count(*) - count(distinct document_id) from raw_invoices"},
		{"events exported twice", "88", "select count(*) - count(distinct event_id) from raw_product_events"},
		{"tickets exported twice", "47", "select count(*) - count(distinct ticket_id) from raw_support_tickets"},
		{"spellings of plans", "16", "select count(distinct plan_name) from raw_subscriptions"},
		{"plans", "4", "select count(distinct plan) from fct_subscriptions"},
		{"late events", "290", "select count(*) from raw_product_events where _loaded_at > occurred_at + interval 1 day"},
		{"late ends", "28", "select count(*) from raw_subscriptions where _loaded_at > ended_at + interval 1 day"},
		{"test accounts", "12", "select count(*) from stg_customers where is_test_account"},
		{"flagged test accounts", "7", "select count(distinct customer_id) from raw_customers where is_test"},
		{"customers in the mart", "588", "select count(*) from dim_customers"},
		{"refunds", "98", "select count(*) from raw_invoices where document_type = 'refund'"},
		{"refunds without a customer", "15", "select count(*) from raw_invoices where document_type = 'refund' and customer_id is null"},
		{"refunds in a later month", "72", "select count(*) from fct_invoices where date_trunc('month', refunded_at) > date_trunc('month', issued_at)"},
		{"customers with two regions", "146", "select count(*) from dim_customers where billing_region is distinct from usage_region"},
		{"back in the week they left", "13", `
			select count(distinct gone.customer_id) from fct_subscriptions as gone
			inner join fct_subscriptions as back on gone.customer_id = back.customer_id and back.started_at >= gone.ended_at
			where gone.status = 'cancelled' and not gone.is_trial and not back.is_trial
				and date_trunc('week', back.started_at) = date_trunc('week', gone.ended_at)`},
		{"two subscriptions at once", "18", `
			select count(distinct a.customer_id) from fct_subscriptions as a
			inner join fct_subscriptions as b on a.customer_id = b.customer_id and a.subscription_id < b.subscription_id
			where not a.is_trial and not b.is_trial and a.started_at < coalesce(b.ended_at, timestamp '9999-01-01')
				and b.started_at < coalesce(a.ended_at, timestamp '9999-01-01')`},
		{"active by subscription", "320", "select count(distinct customer_id) from fct_subscriptions where not is_trial and ended_at is null"},
		{"active by login", "214", "select count(distinct customer_id) from fct_events where event_name = 'login' and occurred_at >= '2026-06-01'"},
		{"all ends in the week", "17", "select count(*) from fct_subscriptions where date_trunc('week', ended_at) = '2026-02-23'"},
		{"paid ends in the week", "12", "select count(*) from fct_subscriptions where date_trunc('week', ended_at) = '2026-02-23' and not is_trial"},
		{"cancelled in the week", "9", "select count(*) from fct_subscriptions where date_trunc('week', ended_at) = '2026-02-23' and not is_trial and status = 'cancelled'"},
	} {
		if got := number(t, s, c.query); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	for _, column := range []string{"billing_country_code", "industry", "acquisition_channel", "account_manager_id", "usage_region"} {
		if number(t, s, "select count(*) from dim_customers where "+column+" is null") == "0" {
			t.Errorf("%s is never null", column)
		}
	}
}

// weeklyChurn computes one week's churn from the exports alone, by another way than any model goes.
const weeklyChurn = `
with subscriptions as (
	select customer_id, is_trial, mrr_cents, started_at, coalesce(ended_at, timestamp '9999-01-01') as ended_at
	from raw_subscriptions qualify row_number() over (partition by subscription_id order by _loaded_at desc) = 1
), regions as (
	select c.customer_id, billing.region as billing, usage.region as usage
	from (select customer_id, arg_max(country_code, updated_at) as country_code from raw_customers
		where billing_email not like '%%@northpeak.example' group by 1) as c
	left join raw_countries as billing using (country_code)
	left join (select distinct on (customer_id) customer_id, country_code from (
		select customer_id, country_code, count(distinct event_id) as n from raw_product_events
		where country_code is not null group by 1, 2) order by customer_id, n desc, country_code) as u on u.customer_id = c.customer_id
	left join raw_countries as usage on usage.country_code = u.country_code
), opening as (
	select customer_id, sum(mrr_cents) / 100 as mrr from subscriptions
	where not is_trial and started_at < date '2026-02-23' and ended_at >= date '2026-02-23' group by 1
), closing as (
	select distinct customer_id from subscriptions
	where not is_trial and started_at < date '2026-03-02' and ended_at >= date '2026-03-02'
)
select coalesce(%[1]s, 'unknown'), count(*) - count(closing.customer_id), count(*),
	coalesce(sum(mrr) filter (closing.customer_id is null), 0), sum(mrr)
from opening inner join regions using (customer_id) left join closing using (customer_id)
group by 1 order by 1`

// testReadme recomputes the table of README.md, line by line.
func testReadme(t *testing.T, s *sandbox.Sandbox) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	billing := rows(t, s, fmt.Sprintf(weeklyChurn, "billing"))
	usage := rows(t, s, fmt.Sprintf(weeklyChurn, "usage"))
	if len(billing) != 5 || len(usage) != 5 {
		t.Fatalf("%d and %d regions", len(billing), len(usage))
	}
	for i := range billing {
		line := fmt.Sprintf("| %s | %s | %s |", billing[i][0], churnCells(t, billing[i]), churnCells(t, usage[i]))
		if !strings.Contains(string(readme), line+"\n") {
			t.Errorf("README.md does not state\n%s", line)
		}
	}
}

// churnCells writes a row of weeklyChurn as README.md does.
func churnCells(t *testing.T, row []any) string {
	t.Helper()
	n := make([]float64, 4)
	for i := range n {
		v, err := row[i+1].(json.Number).Float64()
		if err != nil {
			t.Fatal(err)
		}
		n[i] = v
	}
	return fmt.Sprintf("%g of %g, %s | %s of %s, %s", n[0], n[1], percent(n[0], n[1]), money(n[2]), money(n[3]), percent(n[2], n[3]))
}

func percent(part, whole float64) string {
	if part == 0 {
		return "0 %"
	}
	return fmt.Sprintf("%.2f %%", 100*part/whole)
}

// money writes an amount below a million with its comma, nothing as 0.
func money(amount float64) string {
	text := fmt.Sprintf("%.2f", amount)
	if amount == 0 {
		return "0"
	}
	if whole := strings.Index(text, "."); whole > 3 {
		return text[:whole-3] + "," + text[whole-3:]
	}
	return text
}

// testProperties compares what the YAML says about every model with what was built: the same
// columns in the same order, of the same types, and none without a description.
func testProperties(t *testing.T, dir string, s *sandbox.Sandbox) {
	project, err := dbt.Read(os.DirFS(dir), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range project.Problems {
		t.Errorf("%s:%d: %s", p.Path, p.Line, p.Reason)
	}
	catalog, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range project.Nodes {
		if n.Kind != dbt.Model {
			continue
		}
		i := slices.IndexFunc(catalog, func(r sandbox.Relation) bool { return r.Name == n.Name })
		if i < 0 {
			t.Errorf("%s was not built", n.Name)
			continue
		}
		var said []sandbox.Column
		for _, c := range n.Columns {
			said = append(said, sandbox.Column{Name: c.Name, Type: strings.ToUpper(strings.ReplaceAll(c.Type, ", ", ","))})
			if c.Description == "" {
				t.Errorf("%s.%s has no description", n.Name, c.Name)
			}
		}
		if diff := cmp.Diff(catalog[i].Columns, said); diff != "" {
			t.Errorf("%s (-built +said):\n%s", n.Name, diff)
		}
	}
}

// relations shows the built database to the glossary.
type relations map[string][]string

func (r relations) Columns(name string) (columns []string, complete, ok bool) {
	columns, ok = r[name]
	return columns, true, ok
}

func (r relations) Names() []string {
	var names []string
	for name := range r {
		names = append(names, name)
	}
	return names
}

// testGlossary wants every term to fit the tables, and no other words ambiguous than those that shall be.
func testGlossary(t *testing.T, dir string, s *sandbox.Sandbox) {
	g, err := glossary.Load(os.DirFS(dir), "glossary")
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	built := relations{}
	for _, r := range catalog {
		for _, c := range r.Columns {
			built[r.Name] = append(built[r.Name], c.Name)
		}
	}
	for _, p := range glossary.Lint(g, built) {
		t.Error(p)
	}
	claims := map[string][]string{}
	for _, term := range g.Terms {
		for _, word := range term.Words() {
			word = strings.ToLower(word)
			if !slices.Contains(claims[word], term.ID) {
				claims[word] = append(claims[word], term.ID)
			}
		}
	}
	maps.DeleteFunc(claims, func(_ string, ids []string) bool { return len(ids) == 1 })
	churn := []string{"customer_churn_rate", "revenue_churn_rate"}
	active := []string{"active_customers_by_subscription", "active_customers_by_login"}
	region := []string{"billing_region", "usage_region"}
	ambiguous := map[string][]string{
		"churn": churn, "churn rate": churn, "active customers": active, "active accounts": active, "region": region, "geo": region,
	}
	if diff := cmp.Diff(ambiguous, claims); diff != "" {
		t.Errorf("other words are ambiguous than planned (-planned +claimed):\n%s", diff)
	}
}
