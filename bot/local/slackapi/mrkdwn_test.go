package slackapi

import (
	"strings"
	"testing"

	"firstmile/bot/local/slackapi/workspace"
)

func TestNormalize(t *testing.T) {
	for in, want := range map[string]string{
		"a & b < c > d":                      "a &amp; b &lt; c &gt; d",
		"already &amp; &lt;b&gt;":            "already &amp; &lt;b&gt;",
		"<@U1> <#C1|general> <!here>":        "<@U1> <#C1|general> <!here>",
		"<https://a.example|text>":           "<https://a.example|text>",
		"<b>bold</b>":                        "&lt;b&gt;bold&lt;/b&gt;",
		"<@unfinished":                       "&lt;@unfinished",
		"see https://a.example/x?y=1&z=2.":   "see <https://a.example/x?y=1&amp;z=2>.",
		"(https://a.example)":                "(<https://a.example>)",
		"`https://a.example`":                "`https://a.example`",
		"xhttps://a.example":                 "xhttps://a.example",
		"https://":                           "https://",
		"<":                                  "&lt;",
		"<>":                                 "&lt;&gt;",
		"grüße 🚀 & mehr":                     "grüße 🚀 &amp; mehr",
		"> quoted":                           "&gt; quoted",
		"<https://a.example>https://b.test ": "<https://a.example>https://b.test ",
	} {
		if got := normalize(in); got != want {
			t.Errorf("normalize(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add("a <@U1> & <https://x|y> https://b.example. `https://c`")
	f.Fuzz(func(t *testing.T, text string) {
		once := normalize(text)
		if twice := normalize(once); twice != once {
			t.Fatalf("%q becomes %q and then %q", text, once, twice)
		}
		if strings.Count(once, "<") != strings.Count(once, ">") {
			t.Fatalf("unbalanced brackets in %q", once)
		}
	})
}

func TestResolveHandles(t *testing.T) {
	users := []*workspace.User{{ID: "U1", Name: "firstmile"}, {ID: "U2", Name: "ann.lee"}, {ID: "U3", Name: "ann"}}
	for in, want := range map[string]string{
		"@firstmile hello":     "<@U1> hello",
		"@Firstmile, hello":    "<@U1>, hello",
		"ask @firstmile.":      "ask <@U1>.",
		"(@ann.lee)":           "(<@U2>)",
		"@ann. Lee":            "<@U3>. Lee",
		"@ann.le":              "@ann.le",
		"@firstmiles":          "@firstmiles",
		"me@firstmile.example": "me@firstmile.example",
		"@@ @":                 "@@ @",
		"<@U1> @ann":           "<@U1> <@U3>",
		"<mailto:x@ann.test>":  "<mailto:x@ann.test>",
	} {
		if got := resolveHandles(in, users); got != want {
			t.Errorf("resolveHandles(%q) = %q, want %q", in, got, want)
		}
	}
}
