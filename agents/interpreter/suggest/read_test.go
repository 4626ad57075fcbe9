package suggest

import (
	"encoding/json"
	"testing"

	"firstmile/agents/interpreter"
)

// FuzzRead: whatever an answer holds, only what was offered for the very words comes out.
func FuzzRead(f *testing.F) {
	f.Add(`{"choices":[{"words":"whale","choice":"term:a"}]}`)
	f.Add(`{"choices":[{"words":"whale","choice":"term:b"},{"words":"turf","choice":"term:b"}]}`)
	f.Add(`{"choices":[{"words":"whale","choice":"term:a"},{"words":"whale","choice":"none"}]}`)
	f.Add(`{"Choices":[{"WORDS":"whale","choice":"TERM:A"}]}`)
	f.Add(`{"choices":null}`)
	words := []interpreter.OpenWords{{Words: "whale", Candidates: []interpreter.Offer{{Key: "term:a"}}}, {Words: "turf", Candidates: []interpreter.Offer{{Key: "term:b"}, {Key: ""}}}}
	f.Fuzz(func(t *testing.T, answer string) {
		got := read([]byte(answer), words)
		if !json.Valid([]byte(answer)) && len(got) > 0 {
			t.Errorf("%v from what is no JSON", got)
		}
		for w, key := range got {
			if !(w == "whale" && key == "term:a" || w == "turf" && (key == "term:b" || key == "")) {
				t.Errorf("%q came out as %q", w, key)
			}
		}
	})
}
