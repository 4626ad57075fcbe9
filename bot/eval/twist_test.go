package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// deaf reads requests as the set of words it knows; it does not hear "except", asks about "rank" and breaks on "breaks".
type deaf struct{}

func (deaf) Read(_ context.Context, _ Case, request string) (Reading, error) {
	text := strings.ToLower(request)
	switch {
	case strings.Contains(text, "breaks"):
		return Reading{}, errors.New("the disk is full")
	case strings.Contains(text, "vague"):
		return Reading{Asked: "vague"}, nil
	case strings.Contains(text, "top"):
		return Reading{Asked: "top"}, nil
	}
	spec := ""
	for _, word := range []string{"fares", "city", "month", "zodiac", "last", "before", "except", "greater", "compared", "discounted", "not", "average"} {
		if strings.Contains(text, word) && word != "except" {
			spec += word + " "
		}
	}
	if strings.Contains(text, "monthly") {
		spec = "monthly is another word"
	}
	return Reading{Spec: spec}, nil
}

func (deaf) Vocabulary(context.Context, Case) ([][]string, []string, error) {
	return [][]string{{"Fares", "fares paid"}}, []string{"cargo", "city"}, nil
}

const twistSuite = `
thresholds: {same_meaning: 1, modifiers: 1}
cases:
  - {id: fares, request: Fares by city per month, expect: {status: proposed}}
  - {id: vague, request: vague, expect: {status: proposed}}
  - {id: held, request: Fares by city, held: true, expect: {status: proposed}}
  - {id: odd, request: Fares by city, kind: spelling, expect: {status: proposed}}
  - {id: asks, request: Fares by city, expect: {asks: [city]}}
`

func TestTwists(t *testing.T) {
	s, err := Parse("twists", []byte(twistSuite))
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	twists, err := Twists(t.Context(), s.Cases, deaf{}, TwistOptions{Jobs: 2, Progress: func(done, of, _ int) {
		if calls++; done != calls || of != 2 {
			t.Errorf("%d of %d", done, of)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	var broken []string
	for _, w := range twists {
		if w.Case.ID != "fares" {
			t.Errorf("the case %s is twisted", w.Case.ID)
		}
		if !w.Kept {
			broken = append(broken, w.Text)
		}
	}
	want := []string{"Monthly fares by city", "Fares by city per month excluding cargo", "Fares by city per month except on weekends"}
	if strings.Join(broken, "|") != strings.Join(want, "|") {
		t.Errorf("broken: %q", broken)
	}
	f := TwistFiguresOf(twists)
	if f.Wrong != 3 || f.Same.N != f.Same.Of-1 || f.Modified.N != f.Modified.Of-2 {
		t.Errorf("%+v", f)
	}
	if got := MissedTwists([]Suite{s, {Path: "other"}}, twists); len(got) != 2 || !strings.Contains(got[1], "twists: modifiers not ignored: ") {
		t.Errorf("%q", got)
	}
	var b, lines bytes.Buffer
	if err := errors.Join(WriteTwists(&b, twists), WriteTwistRecords(&lines, twists)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Same meaning, other words: ", " changed, asked or declined. Wrong: 3.", "THE ADDITION IS IGNORED", "ANOTHER MEANING: …", "twists:4: fares (window): "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	var first TwistRecord
	if err := json.NewDecoder(&lines).Decode(&first); err != nil || first.Of != "fares" || !first.Same || first.Base.Spec == "" {
		t.Errorf("%+v %v", first, err)
	}
}

// TestTwistsPerCase: a bound is kept, and what is chosen differs from case to case and is the same in every run.
func TestTwistsPerCase(t *testing.T) {
	cases := []Case{{ID: "a", Request: "Fares by city", Expect: Expect{Status: OneOf{Proposed}}}, {ID: "b", Request: "Fares by city", Expect: Expect{Status: OneOf{Proposed}}}}
	texts := func() map[string][]string {
		twists, err := Twists(t.Context(), cases, deaf{}, TwistOptions{PerCase: 2})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string][]string{}
		for _, w := range twists {
			out[w.Case.ID] = append(out[w.Case.ID], w.Text)
		}
		return out
	}
	first, again := texts(), texts()
	if len(first["a"]) != 4 || len(first["b"]) != 4 || strings.Join(first["a"], "|") == strings.Join(first["b"], "|") {
		t.Errorf("%q", first)
	}
	if strings.Join(first["a"], "|") != strings.Join(again["a"], "|") {
		t.Errorf("%q, then %q", first["a"], again["a"])
	}
}

func TestTwistsFail(t *testing.T) {
	cases := []Case{{ID: "a", Request: "breaks", Expect: Expect{Status: OneOf{Proposed}}}}
	if _, err := Twists(t.Context(), cases, deaf{}, TwistOptions{}); err == nil || err.Error() != "case a in other words: the disk is full" {
		t.Error(err)
	}
}
