package sqltext

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func tables(path []string) ([]string, error) {
	switch path[len(path)-1] {
	case "orders":
		return []string{"id", "customer_id", "amount"}, nil
	case "customers":
		return []string{"customer_id", "region"}, nil
	}
	return nil, errors.New(strings.Join(path, ".") + " is not known")
}

func TestColumns(t *testing.T) {
	tests := []struct{ name, sql, want, err string }{
		{"plain", "select a, t.b, c as d, e f from t", "a b d f", ""},
		{"expressions", "select sum(x) as total, count(*) n, case when a then b end as c, x::int as i, a || b ab from t", "total n c i ab", ""},
		{"no name", "select a, sum(b) from t", "a", "column 2 of the select has no name"},
		{"case without name", "select case when a then b end from t", "", "no name"},
		{"type words", "select a::double precision as x, b::timestamp with time zone from t", "x", "no name"},
		{"at time zone", "select a at time zone tz from t", "", "no name"},
		{"literal names", `select 1 as "Mixed Case", 'x' as 'y' from t`, "Mixed Case y", ""},
		{"star", "select * from orders", "id customer_id amount", ""},
		{"star of unknown", "select * from nowhere", "", "nowhere is not known"},
		{"qualified star", "select o.*, c.region from orders o join customers as c on c.customer_id = o.customer_id where 1=1", "id customer_id amount region", ""},
		{"star over join is ambiguous", "select * from orders join customers on true", "id customer_id amount customer_id region", "two columns are named customer_id"},
		{"using", "select * from orders left join customers using (customer_id)", "id customer_id amount region", ""},
		{"natural", "select * from orders natural join customers", "id customer_id amount", "natural join"},
		{"except", "select * except (amount), 1 as one from orders", "id customer_id one", ""},
		{"exclude", "select * exclude amount from orders", "id customer_id", ""},
		{"replace", "select * replace (amount / 100 as amount) from orders", "id customer_id amount", ""},
		{"rename", "select * rename (amount as cents) from orders", "id customer_id cents", ""},
		{"cte", "with a as (select * from orders), final as (select id, amount as x from a) select * from final", "id x", ""},
		{"cte columns", "with a (p, q) as (select id, amount from orders) select * from a", "p q", ""},
		{"trailing comma", "select a, b, from t", "a b", ""},
		{"subquery", "select s.* from (select id from orders) s", "id", ""},
		{"union", "select id from orders union all select x from y", "id", ""},
		{"union by name", "select id from orders union all by name select x from y", "id", "by name"},
		{"brackets", "(select id from orders) union (select id from b)", "id", ""},
		{"is distinct from", "select a is distinct from b as changed, c from t", "changed c", ""},
		{"extract", "select extract(year from d) as y from t", "y", ""},
		{"left function in on", "select o.id from orders o join b on left(o.x, 2) = b.x left join c on true", "id", ""},
		{"window", "select row_number() over (partition by a order by b) as rn from t qualify rn = 1", "rn", ""},
		{"distinct on", "select distinct on (a) a, b from t", "a b", ""},
		{"macro column", "select __jinja__ as key, a from t", "key a", ""},
		{"macro list", "select a, __jinja__ from t", "a", "a macro writes part"},
		{"block in list", "select a, __jinja_block__ b from t", "a", "Jinja block"},
		{"macro in where", "select a from t where __jinja__ __jinja_block__", "a", ""},
		{"macro table", "select * from __jinja__", "", "macro names the table"},
		{"macro query", "__jinja__", "", "SELECT is missing"},
		{"function", "select * from generate_series(1, 3)", "", "function generate_series"},
		{"pivot", "select * from orders pivot (sum(amount) for id in (1,2))", "", "pivot"},
		{"unreadable cte that is not used", "with a as (pivot x on y), b as (select id from orders) select * from b", "id", ""},
		{"comments", "-- hello\nselect /* x, y */ a -- , b\nfrom t", "a", ""},
		{"semicolon", "select a from t;", "a", ""},
		{"two statements", "select a from t; drop table t", "", "unexpected"},
		{"dollar and quotes", "select $$ a, 'b' $$ as x, 'it''s, from' as y from t", "x y", ""},
		{"comma join", "select o.id, region from orders o, customers c", "id region", ""},
		{"alias columns", "select * from (select 1 as a) as x(b)", "b", ""},
		{"soft keywords", "select window, sample as s, t.limit from t", "window s limit", ""},
		{"struct", "select {'a': 1, 'b': 2} as s, [1, 2] as l from t", "s l", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q, err := Parse(tt.sql)
			var names []string
			if err == nil {
				var cols []Column
				cols, err = q.Columns(tables)
				for _, c := range cols {
					names = append(names, c.Name)
				}
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	q, err := Parse(`with src as (select * from raw.orders), r as (select id as order_id, amount / 100 as amount, customer_id, id from src)
		select r.order_id, c.region, r.amount, customer_id, cast(date_trunc('month', r.id) as date) as m, count(*) as n, 2 * r.amount + c.region as x
		from r join customers c on true`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := q.Columns(tables)
	orders, customers := []string{"raw", "orders"}, []string{"customers"}
	want := []Column{{Name: "order_id", Table: orders, Of: "id"}, {Name: "region", Table: customers, Of: "region"},
		{Name: "amount", Reads: []Source{{orders, "amount"}}}, {Name: "customer_id"}, {Name: "m", Reads: []Source{{orders, "id"}}},
		{Name: "n"}, {Name: "x", Reads: []Source{{orders, "amount"}, {customers, "region"}}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"select a, b as c from t", "with a as (select * from b) select * from a join c using (id)", "select * except(a) from (select 1)",
		"select 'x", "select \"a", "/*", "((((", "select a from t union select", "select $a$ $a$ x", "with", "select * rename (a as b)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		end := 0
		for _, tok := range Tokenize(sql) {
			if tok.Start < end || tok.End <= tok.Start || strings.TrimSpace(sql[end:tok.Start]) != "" {
				t.Fatalf("token %+v after %d", tok, end)
			}
			end = tok.End
		}
		if q, err := Parse(sql); err == nil {
			q.Columns(tables)
		}
	})
}
