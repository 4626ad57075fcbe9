package recall

import (
	"slices"
	"strings"
	"testing"

	"firstmile/glossary/search"
)

func model(name, text string, columns []string, parents ...string) search.Document {
	d := search.Document{Ref: "model:" + name, Kind: search.Model, Name: name, Text: text, SQL: "select 1 -- " + text}
	for _, c := range columns {
		d.Columns = append(d.Columns, search.Field{Name: c})
	}
	for _, p := range parents {
		d.Parents = append(d.Parents, "model:"+p)
	}
	return d
}

func shop() []search.Document {
	docs := []search.Document{
		model("stg_orders", "Purchases as the till has them, cleaned.", []string{"till_no", "purchase_id"}),
		model("dim_customers", "Every buyer with address and birthday.", []string{"buyer_id", "address"}),
		model("fct_orders_daily", "Fct orders daily: what buyers paid at which till. Orders daily are final.", []string{"paid_on", "till_no"}, "stg_orders", "dim_customers"),
		model("fct_orders_copy", "fct orders daily: what buyers paid at which till.", []string{"x"}, "fct_orders_daily"),
		model("short", "Too short.", nil),
	}
	docs[1].Columns[0].Text = "Every buyer with address and birthday." // a description used twice
	return append(docs, search.Document{Ref: "model:src.tills", Kind: search.Model, Name: "src.tills", Text: "A source with a long description."})
}

func TestCases(t *testing.T) {
	var words []string
	for _, c := range Cases(shop()) {
		words = append(words, c.Words)
	}
	want := []string{"purchases as the till has them cleaned", "every buyer with address and birthday",
		"what buyers paid at which till are final", "fct orders daily what buyers paid at which till"}
	if !slices.Equal(words, want) {
		t.Errorf("%q", words)
	}
	same := Cases([]search.Document{model("a_x", "One text for two models.", nil, "c"), model("b_x", "One text for two models", nil, "d"), model("c", "", nil)})
	if len(same) != 1 || len(same[0].Self) != 2 || !slices.Equal(same[0].Parents, []string{"model:c"}) {
		t.Errorf("%+v", same)
	}
}

func TestUndescribed(t *testing.T) {
	docs := shop()
	for _, d := range undescribed(docs) {
		if d.Text != "" || len(d.Columns) > 0 && d.Columns[0].Text != "" {
			t.Errorf("%+v", d)
		}
	}
	if docs[1].Text == "" || docs[1].Columns[0].Text == "" {
		t.Error("the documents themselves were changed")
	}
}

func TestMeasure(t *testing.T) {
	f, err := Measure(t.Context(), shop(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := f[Key{Itself, Hybrid}]; got.Queries != 4 || got.At10 < f[Key{Itself, Names}].At10 {
		t.Errorf("%+v", f)
	}
	if got := f[Key{Parents, Hybrid}]; got.Queries != 2 || got.At5 == 0 {
		t.Errorf("%+v", f)
	}
	var table Table
	table.Add("shop", 6, f)
	table.Add("shop again", 6, f)
	var b strings.Builder
	if err := table.Write(&b); err != nil || strings.Count(b.String(), "shop") != 4 || !strings.Contains(b.String(), "all") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
