package interpreter

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"firstmile/agents/interpreter/grammar"
)

func TestDebug(t *testing.T) {
	if os.Getenv("R") == "" {
		return
	}
	i := interpreterFor(t, folder{dir: "testdata/" + os.Getenv("P"), noGlossary: os.Getenv("NG") != ""})
	req := request(os.Getenv("R"))
	k, _ := i.at(t.Context(), req.Base)
	s := newSession(i, k, req)
	s.tokenize()
	l := grammar.Link(s.tokens, k.Knowledge, i.lexicon, nil)
	for n, d := range s.drafts(l, grammar.Parse(l, s.turns, i.rules)) {
		if n > 9 {
			break
		}
		fmt.Printf("%.2f unknown %v ", d.cost, d.unknown)
		if d.refusal != nil {
			fmt.Printf("REFUSED %+v ", *d.refusal)
		} else {
			fmt.Printf("%s ", shortSpec(d.Spec))
		}
		for _, p := range d.division.Parts {
			fmt.Printf("\n      %s %s %s", p.Category, s.words(p.Span), p.Key)
		}
		fmt.Println()
	}
}

func TestTry(t *testing.T) {
	if os.Getenv("R") == "" {
		return
	}
	i := interpreterFor(t, folder{dir: "testdata/" + os.Getenv("P"), noGlossary: os.Getenv("NG") != ""})
	for _, text := range strings.Split(os.Getenv("R"), "|") {
		r := read(t, i, request(text))
		fmt.Printf("%s\n    %s\n", text, short(r))
		if os.Getenv("V") != "" {
			fmt.Printf("%+v\n", r)

		}
	}
}
