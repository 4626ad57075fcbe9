package lexicon

import "testing"

func TestFind(t *testing.T) {
	l, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	tokens, _ := l.Tokenizer().Tokens("Show me the year-over-year total, excluding Q1 'total'")
	found := map[Entry]int{}
	for _, m := range l.Find(tokens) {
		found[m.Entry]++
	}
	for _, want := range []Entry{{"harmless", "harmless"}, {"over", "year"}, {"agg", "sum"}, {"neg", "without"}, {"quartername", "1"}} {
		if found[want] == 0 {
			t.Errorf("%v is not found in %v", want, found)
		}
	}
	if found[Entry{"agg", "sum"}] != 1 {
		t.Error("a quoted word is a value and no aggregation")
	}
}

func TestParseRefusesUnknownKeys(t *testing.T) {
	for _, bad := range []string{"row: []", "rows: [{is: a, value: b, word: [c]}]", "rows: [{is: a, value: b, words: ['-']}]"} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
