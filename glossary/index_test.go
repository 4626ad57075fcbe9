package glossary

import (
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	x, err := NewIndex([]Document{
		{Ref: "term:churn", Kind: TermDocument, Name: "Customer churn rate", Aliases: []string{"logo churn"}, Text: "Share of customers who left."},
		{Ref: "term:revenue", Kind: TermDocument, Name: "Revenue", Aliases: []string{"sales", "turnover"}},
		{Ref: "column:customers.billing_region", Kind: ColumnDocument, Name: "billing_region", Text: "Region of the invoice address."},
		{Ref: "column:orders.mrrAmount", Kind: ColumnDocument, Name: "mrrAmount"},
		{Ref: "value:customers.segment=Enterprise", Kind: ValueDocument, Name: "Enterprise"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for _, c := range []struct {
		query, first, why string
		kinds             []DocumentKind
	}{
		{query: "churned customers", first: "term:churn", why: "name: churn, custom"},
		{query: "regions", first: "column:customers.billing_region", why: "name: region"},
		{query: "amount", first: "column:orders.mrrAmount", why: "name: amount"},
		{query: "turnover", first: "term:revenue", why: "aliases: turnov"},
		{query: "reveneu", first: "term:revenue"},
		{query: "enterprize", first: "value:customers.segment=Enterprise"},
		{query: "customer", first: "term:churn", kinds: []DocumentKind{TermDocument}},
	} {
		hits, err := x.Search(c.query, 3, c.kinds...)
		if err != nil {
			t.Fatal(err)
		}
		if len(hits) == 0 || hits[0].Ref != c.first || !strings.Contains(hits[0].Why, c.why) {
			t.Errorf("%q: %+v, want %s because of %q", c.query, hits, c.first, c.why)
		}
	}
	if hits, err := x.Search("zodiac", 3); err != nil || len(hits) > 0 {
		t.Errorf("zodiac: %v, %v", hits, err)
	}
}
