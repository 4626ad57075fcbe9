package interpreter

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"firstmile/agents/dbt"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// written is a project of these models: what each selects, and its keys.
type written map[string]string

func (w written) Project(context.Context, plan.Base) (*dbt.Project, error) {
	files := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: w\nversion: '1'\nprofile: w\n")}}
	yaml := "version: 2\nmodels:\n"
	for name, columns := range w {
		files["models/"+name+".sql"] = &fstest.MapFile{Data: []byte("select * from {{ source('raw', '" + name + "') }}\n")}
		yaml += "  - name: " + name + "\n    columns:\n"
		for column := range strings.SplitSeq(columns, ", ") {
			column, to, _ := strings.Cut(column, " > ")
			name, kind, _ := strings.Cut(column, " ")
			yaml += "      - name: " + name + "\n        data_type: " + kind + "\n"
			switch {
			case to != "":
				yaml += "        data_tests: [{relationships: {to: ref('" + to + "'), field: id}}]\n"
			case name == "id":
				yaml += "        data_tests: [unique, not_null]\n"
			}
		}
	}
	files["models/schema.yml"] = &fstest.MapFile{Data: []byte(yaml)}
	return dbt.Read(files, ".")
}

func (w written) Glossary(context.Context, plan.Base) (*glossary.Glossary, error) {
	return &glossary.Glossary{}, nil
}

// A fact without a date takes that of what it belongs to, or it is asked or said why not.
func TestLentDates(t *testing.T) {
	orders := "id bigint, customer_id bigint > customers, ordered_at timestamp"
	customers := "id bigint, joined_on date"
	for _, c := range []struct {
		name   string
		models written
		ask    string
		want   string
		says   string
	}{
		{"the date of what it belongs to", written{"orders": orders, "customers": customers, "payments": "id bigint, order_id bigint > orders, amount double"},
			"total amount per month", "simple sum(payments.amount) dated by orders.ordered_at per month", "payments has no date of its own: its rows are dated by orders.ordered_at."},
		{"of two, the one that happens", written{"orders": orders, "customers": customers, "items": "id bigint, customer_id bigint > customers, order_id bigint > orders, pieces double"},
			"total pieces per month", "simple sum(items.pieces) dated by orders.ordered_at per month", ""},
		{"two ways to it", written{"orders": orders, "customers": customers, "swaps": "id bigint, old_order_id bigint > orders, new_order_id bigint > orders, fee double"},
			"total fee per month", "ask path:per month[*new_order_id old_order_id]", ""},
		{"two dates on it", written{"orders": "id bigint, customer_id bigint > customers, agreed_on date, billed_on date", "customers": customers, "payments": "id bigint, order_id bigint > orders, amount double"},
			"total amount per month", "ask time:per month[*orders.agreed_on orders.billed_on]", ""},
		{"a part of a nameless date", written{"deals": "id bigint, customer_id bigint > customers, closed_on date", "customers": customers, "payments": "id bigint, deal_id bigint > deals, amount double"},
			"total amount in 2026", "simple sum(payments.amount) dated by deals.closed_on in 2026-01-01..2027-01-01", ""},
		{"a thing of a thing", written{"hubs": "id bigint, opened_on date", "vans": "id bigint, hub_id bigint > hubs, seats double"},
			"total seats per month", "declined per month", ""},
		{"unless it is named", written{"hubs": "id bigint, opened_on date", "vans": "id bigint, hub_id bigint > hubs, seats double"},
			"total seats per month by opened on", "simple sum(vans.seats) dated by hubs.opened_on per month", "Rows of vans are dated by hubs.opened_on, which they lead to."},
		{"nothing leads to a date", written{"hubs": "id bigint, opened_on date", "vans": "id bigint, hub_id bigint, seats double"},
			"total seats per month", "declined per month", ""},
		{"its own date comes first", written{"orders": orders, "customers": customers, "payments": "id bigint, order_id bigint > orders, amount double, paid_on date"},
			"total amount per month", "simple sum(payments.amount) per month", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, err := New(c.models, c.models)
			if err != nil {
				t.Fatal(err)
			}
			r := read(t, i, request(c.ask))
			if got := short(r); got != c.want {
				t.Errorf("read as %s, want %s %+v", got, c.want, r.Unknown)
			}
			said := func(a plan.Assumption) bool { return a.Major && a.Text == c.says }
			if c.says != "" && !slices.ContainsFunc(r.Assumptions, said) {
				t.Errorf("does not say %q: %+v", c.says, r.Assumptions)
			}
		})
	}
}
