package dbt

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const packaged = `== dbt/dbt_project.yml
name: shop
profile: shop
vars:
  loud: true
  crm:
    schema: crm_live
models:
  crm:
    off:
      +enabled: false
== dbt/packages.yml
packages:
  - local: ../shared
  - package: dbt-labs/dbt_utils
    version: 1.3.0
== dbt/models/fct.sql
select p.*, t.id as ticket from {{ ref('stg_people') }} p join {{ ref('crm', 'stg_tickets') }} t using (id)
union all select * from {{ source('crm', 'notes') }}
== dbt/models/own.sql
select id from {{ ref('twice') }} join {{ ref('dbt_utils', 'missing') }} using (id) join {{ ref('off') }} using (id)
== dbt/models/twice.sql
select 1 as id
== dbt/dbt_packages/crm/dbt_project.yml
name: crm
vars: {loud: false, schema: crm_default}
models: {crm: {+materialized: table}}
== dbt/dbt_packages/crm/models/stg_people.sql
select id, name {% if var('loud') %}, upper(name) as shout{% endif %} from {{ source('crm', 'people') }}
== dbt/dbt_packages/crm/models/stg_tickets.sql
select 1 as id
== dbt/dbt_packages/crm/models/off.sql
select 1 as id
== dbt/dbt_packages/crm/models/twice.sql
select 2 as id
== dbt/dbt_packages/crm/models/sources.yml
sources:
  - name: crm
    schema: "{{ var('schema') }}"
    tables: [{name: people}, {name: notes}]
== shared/dbt_project.yml
name: shared
== shared/models/calendar.sql
select 1 as day
== dbt/models/by_day.sql
select day from {{ ref('calendar') }}
`

// TestPackages reads a project with an installed package and one of its own repository.
func TestPackages(t *testing.T) {
	fsys := files(packaged)
	c := NewCache()
	p, err := c.Read(fsys, "dbt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range p.Nodes {
		names = append(names, n.ID)
	}
	if diff := cmp.Diff([]string{"model.shop.by_day", "model.shop.fct", "model.shop.own", "model.shop.twice"}, names); diff != "" {
		t.Errorf("a package's nodes are not the project's: %s", diff)
	}
	fct := node(t, p, "fct")
	if diff := cmp.Diff([]string{"model.crm.stg_people", "model.crm.stg_tickets", "source.crm.crm.notes"}, fct.Upstream); diff != "" {
		t.Error(diff)
	}
	var columns []string
	for _, c := range fct.Columns {
		columns = append(columns, c.Name)
	}
	if diff := cmp.Diff([]string{"id", "name", "shout", "ticket"}, columns); diff != "" {
		t.Error(diff)
	}
	if n := node(t, p, "own"); !slices.Equal(n.Upstream, []string{"model.shop.twice"}) {
		t.Errorf("own name first: %v", n.Upstream)
	}
	if n := node(t, p, "by_day"); !slices.Equal(n.Upstream, []string{"model.shared.calendar"}) || !n.ColumnsKnown {
		t.Errorf("%+v", n)
	}
	people, ok := p.Node("model.crm.stg_people")
	if !ok || people.Path != "dbt_packages/crm/models/stg_people.sql" || people.Materialized != "table" {
		t.Errorf("%+v", people)
	}
	if notes, ok := p.Node("source.crm.crm.notes"); !ok || notes.Relation.Schema != "crm_live" {
		t.Errorf("%+v", notes)
	}
	var reasons []string
	for _, pr := range p.Problems {
		reasons = append(reasons, pr.Path+": "+pr.Reason)
	}
	want := []string{"models/own.sql: the package dbt_utils is not part of the project's files", "models/own.sql: there is no model, seed or snapshot off"}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Error(diff)
	}
	again, err := c.Read(fsys, "dbt")
	if err != nil || again != p {
		t.Error("nothing has changed, but there is another snapshot", err)
	}
	fsys["dbt/dbt_packages/crm/models/stg_tickets.sql"] = fsys["dbt/models/fct.sql"]
	if again, err = c.Read(fsys, "dbt"); err != nil || again == p {
		t.Error("a package has changed, but the snapshot is the old one", err)
	}
}
