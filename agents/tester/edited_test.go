package tester

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"

	"gopkg.in/yaml.v3"
)

// monthlySQL is the model that is edited: the good one, counting orders.
var monthlySQL = strings.Replace(goodSQL, "sum(orders.amount) as revenue", "count(*) as orders", 1)

// monthlyExtended adds revenue beside the model's rows.
const monthlyExtended = `added as (

    select
        cast(date_trunc('month', orders.ordered_at) as date) as month,
        coalesce(customers.region, 'unknown') as region,
        sum(orders.amount) as revenue
    from orders
    left join customers on orders.customer_id = customers.customer_id
    where orders.status = 'paid'
    group by 1, 2

),

more as (

    select final.*, coalesce(added.revenue, 0) as revenue
    from final
    left join added on added.month = final.month and added.region = final.region

)

select * from more
`

const monthlyEntry = "  - name: fct_monthly\n    columns:\n      - name: month\n      - name: region\n      - name: orders\n"

// shopWith is the shop with a monthly model and further files.
func shopWith(t *testing.T, files map[string]string, entry string) *shop {
	t.Helper()
	s := newShop(t)
	s.files["models/marts/fct_monthly.sql"] = &fstest.MapFile{Data: []byte(monthlySQL)}
	s.files[yamlPath].Data = append(slices.Clone(s.files[yamlPath].Data), entry...)
	for name, text := range files {
		s.files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	var err error
	if s.project, err = dbt.Read(s.files, "."); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shop) edit(sql, yamlLines string) plan.Change {
	c := s.change("", yamlLines)
	c.Model, c.ModelPath = "fct_monthly", "models/marts/fct_monthly.sql"
	c.Files[0] = plan.File{Path: c.ModelPath, Action: plan.Edit, Mode: "100644", OriginalBlob: dbt.Blob([]byte(monthlySQL)), Content: []byte(sql)}
	return c
}

func extendedSQL() string {
	return strings.Replace(monthlySQL, "\n)\n\nselect * from final\n", "\n),\n\n"+monthlyExtended, 1)
}

const revenueEntry = "      - name: revenue\n        description: Sum of amount.\n    data_tests:\n      - unique:\n          arguments:\n            column_name: month || region\n"

// TestEditedModelPasses: an edit that only adds a column is green, and says what is built on the model.
func TestEditedModelPasses(t *testing.T) {
	s := shopWith(t, map[string]string{
		"models/marts/fct_named.sql": "select month, sum(orders) as orders from {{ ref('fct_monthly') }} group by 1\n",
		"models/marts/fct_all.sql":   "select * from {{ ref('fct_monthly') }}\n",
		"models/marts/fct_below.sql": "select region from {{ ref('fct_all') }}\n",
		"models/marts/_board.yml":    "version: 2\nexposures:\n  - name: board\n    type: dashboard\n    owner: {name: x}\n    depends_on: [ref('fct_monthly')]\n",
	}, monthlyEntry)
	checks := s.check(t, revenueSpec(), s.edit(extendedSQL(), revenueEntry))
	for name, c := range checks {
		if want := plan.Passed; c.Status != want && name != plan.CheckDBT {
			t.Errorf("%s: %s (%s)", name, c.Status, c.Detail)
		}
	}
	for _, want := range []string{"additive", "model fct_named", "model fct_all", "model fct_below", "exposure board", "because it selects all: fct_all"} {
		if d := checks[plan.CheckDownstream].Detail; !strings.Contains(d, want) {
			t.Errorf("no %q in %s", want, d)
		}
	}
	if d := checks[plan.CheckUnchanged].Detail; d != "the 3 columns that the model had give the same 2 rows as before" {
		t.Error(d)
	}
}

// TestEditsAreRefused: an edit that changes what was there, or breaks what is built on it.
func TestEditsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		files    map[string]string
		entry    string
		old, now string // in the good edit's SQL
		check    string
		says     string
	}{
		"rows lost":            {old: "left join added", now: "inner join added", check: plan.CheckUnchanged, says: ""},
		"rows multiplied":      {old: "added.month = final.month and added.region = final.region", now: "true", check: plan.CheckUnchanged, says: "would be"},
		"a figure changed":     {old: "count(*) as orders", now: "count(orders.customer_id) as orders", check: plan.CheckUnchanged, says: "gone or different"},
		"another aggregation":  {old: "sum(orders.amount) as revenue", now: "max(orders.amount) as revenue", check: plan.CheckIndependent, says: "differ"},
		"another row's figure": {old: "added.region = final.region", now: "added.region is null", check: plan.CheckIndependent, says: "differ"},
		"a column dropped":     {old: "select final.*,", now: "select final.month, final.region,", check: plan.CheckDownstream, says: "drops the column orders"},
		"a union": {files: map[string]string{"models/marts/fct_union.sql": "select * from {{ ref('fct_monthly') }}\nunion all\nselect month, region, orders from {{ ref('fct_monthly') }}\n"},
			check: plan.CheckDownstream, says: "breaking: the model fct_union"},
		"a name that becomes ambiguous": {files: map[string]string{
			"models/marts/fct_other.sql": "select region, 1 as revenue from {{ ref('dim_regions') }}\n",
			"models/marts/fct_both.sql":  "select revenue from {{ ref('fct_monthly') }} as m join {{ ref('fct_other') }} as o on m.region = o.region\n"},
			check: plan.CheckDownstream, says: "breaking: the model fct_both"},
		"a contract below": {files: map[string]string{"models/marts/fct_strict.sql": "{{ config(contract={'enforced': true}) }}\nselect * from {{ ref('fct_monthly') }}\n"},
			check: plan.CheckDownstream, says: "contract"},
		"a contract": {entry: "  - name: fct_monthly\n    config: {contract: {enforced: true}}\n    columns:\n      - name: month\n        data_type: date\n      - name: region\n        data_type: varchar\n      - name: orders\n        data_type: bigint\n",
			check: plan.CheckCoverage, says: "needs the type"},
		"a unit test": {files: map[string]string{"models/marts/_units.yml": "unit_tests:\n  - name: counts\n    model: fct_monthly\n    given:\n      - input: ref('fct_orders')\n        rows: []\n      - input: ref('dim_customers')\n        rows: []\n    expect: {rows: []}\n"},
			old: "select final.*,", now: "select final.*, (select count(*) from {{ ref('dim_regions') }}) as n,", check: plan.CheckDownstream, says: "unit test counts"},
	} {
		t.Run(name, func(t *testing.T) {
			entry := c.entry
			if entry == "" {
				entry = monthlyEntry
			}
			s := shopWith(t, c.files, entry)
			sql := extendedSQL()
			if c.old != "" {
				if !strings.Contains(sql, c.old) {
					t.Fatalf("no %q in the SQL", c.old)
				}
				sql = strings.Replace(sql, c.old, c.now, 1)
			}
			if name == "rows lost" { // only a group that the new figures lack is lost by an inner join
				sql = strings.Replace(sql, "sum(orders.amount) as revenue\n    from orders\n    left join customers on orders.customer_id = customers.customer_id\n    where", "sum(orders.amount) as revenue\n    from orders\n    left join customers on orders.customer_id = customers.customer_id\n    where customers.region is not null and", 1)
			}
			got := s.check(t, revenueSpec(), s.edit(sql, revenueEntry))[c.check]
			if got.Status != plan.Failed || !strings.Contains(got.Detail, c.says) {
				t.Errorf("%s is %s: %s; want failed: %s", c.check, got.Status, got.Detail, c.says)
			}
		})
	}
}

// TestCoverOfAnEdit: a model that has a tested key gets no second one, and a contract gets its types.
func TestCoverOfAnEdit(t *testing.T) {
	s := shopWith(t, nil, "  - name: fct_monthly\n    config: {contract: {enforced: true}}\n    columns:\n      - name: month\n        data_type: date\n        data_tests: [unique]\n      - name: region\n        data_type: varchar\n      - name: orders\n        data_type: bigint\n")
	c := s.edit(extendedSQL(), "")
	c.Properties = plan.Properties{Path: yamlPath, Columns: []plan.PropertyColumn{{Name: "revenue", Description: "v"}}}
	got, err := s.tester().Cover(t.Context(), revenueSpec(), c)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := got.File(yamlPath)
	added := strings.TrimPrefix(string(f.Content), string(s.files[yamlPath].Data))
	if added != "      - name: revenue\n        data_type: double\n        description: v\n" && added != "      - name: revenue\n        data_type: decimal(38,1)\n        description: v\n" {
		t.Errorf("%s", added)
	}
}

// TestTextAtTheEnd: a file that ends within a block of text, without a line end, may be added to.
func TestTextAtTheEnd(t *testing.T) {
	old := []byte("models:\n  - name: a\n    description: |\n      open end")
	var now, before any
	for src, v := range map[string]*any{string(old): &before, string(old) + "\n  - name: z\n": &now} {
		if err := yaml.Unmarshal([]byte(src), v); err != nil {
			t.Fatal(err)
		}
	}
	if contains(now, before) || !contains(now, ended(old)) {
		t.Errorf("%v is not found in %v", ended(old), now)
	}
}
