package joins

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"

	"github.com/google/go-cmp/cmp"
)

// project reads models given as "name: columns" lines and YAML.
func project(t *testing.T, models, yaml string) *dbt.Project {
	t.Helper()
	fsys := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: x")}, "models/y.yml": {Data: []byte(yaml)}}
	for _, line := range strings.Split(strings.TrimSpace(models), "\n") {
		name, cols, _ := strings.Cut(strings.TrimSpace(line), ": ")
		fsys["models/"+name+".sql"] = &fstest.MapFile{Data: []byte("select " + strings.ReplaceAll(cols, " ", ", "))}
	}
	p, err := dbt.Read(fsys, ".")
	if err != nil || len(p.Problems) > 0 {
		t.Fatal(err, p.Problems)
	}
	return p
}

func unique(model string, columns ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  - name: %s\n    columns:\n", model)
	for _, c := range columns {
		fmt.Fprintf(&b, "      - name: %s\n        tests: [unique]\n", c)
	}
	return b.String()
}

// show writes hops as "from.cols -> to.cols cardinality declared".
func show(hops []plan.Hop) string {
	var out []string
	for _, h := range hops {
		kind := "by name"
		if h.Declared {
			kind = "declared"
		}
		out = append(out, fmt.Sprintf("%s.%s -> %s.%s %s %s", h.From, strings.Join(h.FromColumns, "+"), h.To, strings.Join(h.ToColumns, "+"), h.Cardinality, kind))
	}
	return strings.Join(out, "\n")
}

func TestHops(t *testing.T) {
	models := `dim_customers: customer_id region_id country
dim_regions: id name
fct_orders: order_id customer_id ref_code status
stg_refunds: refund_id order_id line_id
order_lines: order_id line_id sku
codes: code label`
	tests := []struct{ name, yaml, from, want string }{
		{"relationships to a unique key", "models:\n" + unique("codes", "code") + `  - name: fct_orders
    columns:
      - name: ref_code
        tests:
          - relationships: {to: ref('codes'), field: code}
`, "fct_orders", "fct_orders.ref_code -> codes.code many_to_one declared"},
		{"relationships without a unique key", `models:
  - name: fct_orders
    columns:
      - name: ref_code
        data_tests:
          - relationships:
              arguments: {to: ref('codes'), field: code}
`, "fct_orders", "fct_orders.ref_code -> codes.code unknown declared"},
		{"a unique test with where is no key", `models:
  - name: codes
    columns:
      - name: code
        tests: [{unique: {config: {where: "active"}}}]
  - name: fct_orders
    columns:
      - name: ref_code
        tests: [{relationships: {to: ref('codes'), field: code}}]
`, "fct_orders", "fct_orders.ref_code -> codes.code unknown declared"},
		{"same name", "models:\n" + unique("dim_customers", "customer_id"), "fct_orders", "fct_orders.customer_id -> dim_customers.customer_id many_to_one by name"},
		{"both unique", "models:\n" + unique("stg_refunds", "order_id") + unique("fct_orders", "order_id"), "stg_refunds",
			"stg_refunds.order_id -> fct_orders.order_id one_to_one by name\nstg_refunds.order_id -> order_lines.order_id one_to_many by name"},
		{"id of another", "models:\n" + unique("dim_regions", "id"), "dim_customers", "dim_customers.region_id -> dim_regions.id many_to_one by name"},
		{"generic names say nothing", "models:\n" + unique("codes", "label") + unique("dim_regions", "name"), "fct_orders", ""},
		{"composite key", `models:
  - name: order_lines
    tests:
      - dbt_utils.unique_combination_of_columns: {combination_of_columns: [order_id, line_id]}
`, "stg_refunds", "stg_refunds.order_id+line_id -> order_lines.order_id+line_id many_to_one by name"},
		{"foreign key", `models:
  - name: dim_customers
    constraints: [{type: primary_key, columns: [customer_id]}]
  - name: fct_orders
    columns:
      - name: customer_id
        constraints: [{type: foreign_key, to: ref('dim_customers'), to_columns: [customer_id]}]
`, "fct_orders", "fct_orders.customer_id -> dim_customers.customer_id many_to_one declared"},
		{"entities", `semantic_models:
  - name: orders
    model: ref('fct_orders')
    entities: [{name: order, type: primary, expr: order_id}, {name: customer, type: foreign, expr: customer_id}]
  - name: customers
    model: ref('dim_customers')
    entities: [{name: customer, type: primary, expr: customer_id}]
`, "fct_orders", "fct_orders.customer_id -> dim_customers.customer_id many_to_one declared\nfct_orders.order_id -> order_lines.order_id one_to_many by name\nfct_orders.order_id -> stg_refunds.order_id one_to_many by name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := show(New(project(t, models, tt.yaml)).Hops(tt.from))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEvidence(t *testing.T) {
	g := New(project(t, "a: b_id\nb: b_id", "models:\n"+unique("b", "b_id")+"  - name: a\n    columns:\n      - name: b_id\n        tests:\n          - relationships: {to: ref('b'), field: b_id}\n"))
	if got := g.Hops("a")[0].Evidence; got != "relationships test in models/y.yml:10" {
		t.Error(got)
	}
	g = New(project(t, "a: b_id\nb: b_id", "models:\n"+unique("b", "b_id")))
	if got := g.Hops("a")[0].Evidence; got != "b_id is unique in b, and a has a column of the same name" {
		t.Error(got)
	}
	extra := plan.Hop{From: "a", To: "b", FromColumns: []string{"x"}, ToColumns: []string{"y"}, Cardinality: plan.ManyToOne, Evidence: "96 % of the values"}
	if got := show(New(project(t, "a: x\nb: y", "models: []"), extra).Hops("b")); got != "b.y -> a.x one_to_many by name" {
		t.Error(got)
	}
}

func paths(g *Graph, from, to string, max int) string {
	var out []string
	for _, p := range g.Paths(from, to, max) {
		line := p.From
		for _, h := range p.Hops {
			line += " -" + strings.Join(h.FromColumns, "+") + "> " + h.To
		}
		if !Safe(p) {
			line += " (unsafe)"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestPaths(t *testing.T) {
	p := project(t, `orders: order_id customer_id billing_id store_id
customers: customer_id region_id
stg_customers: customer_id name
accounts: billing_id region_id
regions: region_id label
stores: store_id region_id
island: x`, "models:\n"+unique("customers", "customer_id")+unique("stg_customers", "customer_id")+unique("accounts", "billing_id")+
		unique("regions", "region_id")+unique("stores", "store_id")+unique("orders", "order_id"))
	g := New(p)
	tests := []struct {
		from, to string
		max      int
		want     string
	}{
		{"orders", "orders", 3, "orders"},
		{"orders", "customers", 3, "orders -customer_id> customers"}, // not through stg_customers: the same key
		{"orders", "regions", 2, "orders -billing_id> accounts -region_id> regions\norders -customer_id> customers -region_id> regions\norders -store_id> stores -region_id> regions"},
		{"orders", "regions", 1, ""},
		{"stg_customers", "regions", 2, "stg_customers -customer_id> customers -region_id> regions"},
		{"regions", "orders", 2, "regions -region_id> accounts -billing_id> orders (unsafe)\nregions -region_id> customers -customer_id> orders (unsafe)\nregions -region_id> stores -store_id> orders (unsafe)"},
		{"orders", "island", 4, ""},
		{"orders", "nothing", 4, ""},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, paths(g, tt.from, tt.to, tt.max)); diff != "" {
			t.Errorf("%s to %s: %s", tt.from, tt.to, diff)
		}
	}
}

// TestPathsAreBounded searches a graph in which everything joins everything.
func TestPathsAreBounded(t *testing.T) {
	var models, yaml strings.Builder
	yaml.WriteString("models:\n")
	var keys []string
	for i := range 20 {
		keys = append(keys, fmt.Sprintf("k%d_id", i))
	}
	for i := range 20 {
		fmt.Fprintf(&models, "m%d: %s\n", i, strings.Join(keys, " "))
		yaml.WriteString(unique(fmt.Sprintf("m%d", i), keys[i]))
	}
	g := New(project(t, models.String(), yaml.String()))
	got := g.Paths("m0", "m1", 5)
	if len(got) == 0 || len(got) > maxPaths || len(got[0].Hops) != 1 {
		t.Error(len(got))
	}
	if diff := cmp.Diff(got, g.Paths("m0", "m1", 5)); diff != "" {
		t.Error(diff)
	}
}

func TestSingular(t *testing.T) {
	for plural, want := range map[string]string{"customers": "customer", "companies": "company", "addresses": "address", "boxes": "box",
		"status": "status", "class": "class", "statuses": "status", "people": "people", "series": "sery"} {
		if got := singular(plural); got != want {
			t.Errorf("%s: %s", plural, got)
		}
	}
}

func BenchmarkGraph(b *testing.B) {
	fsys := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: x")}}
	for i := range 1000 {
		fsys[fmt.Sprintf("models/m%d.sql", i)] = &fstest.MapFile{Data: []byte(fmt.Sprintf("select m%d_id, m%d_id, customer_id, date_day", i, (i*7+1)%1000))}
		fsys[fmt.Sprintf("models/m%d.yml", i)] = &fstest.MapFile{Data: []byte("models:\n" + unique(fmt.Sprintf("m%d", i), fmt.Sprintf("m%d_id", i)))}
	}
	p, err := dbt.Read(fsys, ".")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			New(p)
		}
	})
	g := New(p)
	b.Run("paths", func(b *testing.B) {
		for b.Loop() {
			g.Paths("m0", "m57", 3)
		}
	})
}
