package token

import (
	"strings"
	"testing"
)

func tokenizer() *Tokenizer {
	return New(Forms{Spelling: map[string]string{"licence": "license"}, Numbers: map[string]string{"five": "5"}})
}

func TestTokens(t *testing.T) {
	for text, want := range map[string]string{
		"Top five plans by year-over-year growth": "top 5# plan by year over year growth",
		"customer's licences, please!":            "customer license , please !",
		"over $1,000.50 or 10k or 2.5m":           "over $ 1000.50# or 10000# or 2500000#",
		"since 2026-03-01 in Q1 2026":             "since 2026-03-01@ in q1 2026#",
		`where plan is 'Mid Market' or "x y"`:     "where plan is Mid Market' or x y'",
		"over -5, 10-12 and - 3":                  "over -5# , 10# 12# and 3#",
		"amount>=5 status!=paid":                  "amount >= 5# status != paid",
		"companies statuses boxes business":       "company status box business",
		"fct_orders don’t":                        "fct order dont",
		"١٢ ok":                                   "0# 0# ok",
		"":                                        "",
	} {
		tokens, complete := tokenizer().Tokens(text)
		var parts []string
		for _, tok := range tokens {
			switch tok.Kind {
			case Number:
				parts = append(parts, tok.Norm+"#")
			case Date:
				parts = append(parts, tok.Norm+"@")
			case Quoted:
				parts = append(parts, tok.Text+"'")
			default:
				parts = append(parts, tok.Light)
			}
		}
		if got := strings.Join(parts, " "); got != want || !complete {
			t.Errorf("%q:\n got %q\nwant %q", text, got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("weekly churn by region, since 2026-01-01 “over” 10k")
	f.Add("1,2,3,,4..5 \xff\x00 ٣ '")
	f.Fuzz(func(t *testing.T, text string) {
		tokens, _ := tokenizer().Tokens(text)
		last := 0
		for _, tok := range tokens {
			if tok.From < last || tok.To <= tok.From || tok.To > len(text) {
				t.Fatalf("%q: token %+v after byte %d", text, tok, last)
			}
			last = tok.To
		}
	})
}
