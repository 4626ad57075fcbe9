package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// TwistFigures are all twists together.
type TwistFigures struct {
	Same     Rate // other words for it: the same Spec
	Modified Rate // an addition: another Spec, a question or a refusal
	Wrong    int  // of those that are not: how many were read as something else than they say
}

// TwistFiguresOf sums up.
func TwistFiguresOf(twists []Twist) TwistFigures {
	var f TwistFigures
	for _, t := range twists {
		if t.Same {
			f.Same.add(t.Kept)
		} else {
			f.Modified.add(t.Kept)
		}
		f.Wrong += count(t.Wrong())
	}
	return f
}

// MissedTwists lists, a line each, the thresholds that the twists of their own suite do not reach.
func MissedTwists(suites []Suite, twists []Twist) []string {
	var out []string
	for _, s := range suites {
		f := TwistFiguresOf(slices.DeleteFunc(slices.Clone(twists), func(t Twist) bool { return t.Case.Suite != s.Path }))
		for _, b := range []struct {
			name  string
			rate  Rate
			bound *float64
		}{{"same meaning, other words", f.Same, s.Thresholds.SameMeaning}, {"modifiers not ignored", f.Modified, s.Thresholds.Modifiers}} {
			if share, ok := b.rate.Share(); ok && b.bound != nil && share < *b.bound {
				out = append(out, fmt.Sprintf("%s: %s: %s, at least %.1f %%", s.Path, b.name, b.rate, 100**b.bound))
			}
		}
	}
	return out
}

// WriteTwists prints both figures, a line for each rule, and each twist that was not read as it should.
func WriteTwists(w io.Writer, twists []Twist) error {
	var b strings.Builder
	f := TwistFiguresOf(twists)
	fmt.Fprintf(&b, "\nSame meaning, other words: %d of %d the same Spec. Added modifier: %d of %d changed, asked or declined. Wrong: %d.\n\n",
		f.Same.N, f.Same.Of, f.Modified.N, f.Modified.Of, f.Wrong)
	rules(&b, twists)
	for _, t := range twists {
		if !t.Kept {
			fmt.Fprintf(&b, "\n%s:%d: %s (%s): %s\n    of: %s\n    %s\n", t.Case.Suite, t.Case.Line, t.Case.ID, t.Rule, t.Text, t.Case.Request, t.breach())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// breach says how the promise is broken.
func (t Twist) breach() string {
	switch {
	case !t.Same:
		return "THE ADDITION IS IGNORED"
	case t.Wrong():
		return "ANOTHER MEANING: " + difference(t.Base.Spec, t.Got.Spec)
	}
	return t.Got.String()
}

// difference shows where two canonical Specs part, with a few letters around it.
func difference(a, b string) string {
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	return fmt.Sprintf("…%s… became …%s…", around(a, from), around(b, from))
}

func around(s string, at int) string {
	return strings.ToValidUTF8(s[max(0, at-20):min(len(s), at+60)], "")
}

func rules(b *strings.Builder, twists []Twist) {
	type line struct {
		name string
		same bool
		Rate
		wrong int
	}
	var lines []line
	for _, t := range twists {
		i := slices.IndexFunc(lines, func(l line) bool { return l.name == t.Rule && l.same == t.Same })
		if i < 0 {
			lines, i = append(lines, line{name: t.Rule, same: t.Same}), len(lines)
		}
		lines[i].add(t.Kept)
		lines[i].wrong += count(t.Wrong())
	}
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "rule\tmust be\tkept\twrong\t")
	for _, same := range []bool{true, false} {
		for _, l := range lines {
			if l.same == same {
				fmt.Fprintf(table, "%s\t%s\t%s\t%d\t\n", l.name, map[bool]string{true: "the same", false: "another"}[same], l.Rate, l.wrong)
			}
		}
	}
	table.Flush()
}

// TwistRecord is one line of the JSON output.
type TwistRecord struct {
	Of      string  `json:"of"` // id of the case
	Rule    string  `json:"rule"`
	Request string  `json:"request"`
	Same    bool    `json:"same"` // whether it must be read alike
	Kept    bool    `json:"kept"`
	Base    Reading `json:"base"`
	Got     Reading `json:"got"`
}

// WriteTwistRecords writes each twist as a line of JSON.
func WriteTwistRecords(w io.Writer, twists []Twist) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, t := range twists {
		if err := e.Encode(TwistRecord{Of: t.Case.ID, Rule: t.Rule, Request: t.Text, Same: t.Same, Kept: t.Kept, Base: t.Base, Got: t.Got}); err != nil {
			return fmt.Errorf("writing the answers: %w", err)
		}
	}
	return nil
}
