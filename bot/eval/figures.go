package eval

import (
	"fmt"
	"slices"
	"time"
)

// Rate is a share of cases.
type Rate struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

func (r *Rate) add(yes bool) {
	r.Of++
	if yes {
		r.N++
	}
}

// Share is between 0 and 1; ok is false when there are no cases to speak of.
func (r Rate) Share() (share float64, ok bool) {
	if r.Of == 0 {
		return 0, false
	}
	return float64(r.N) / float64(r.Of), true
}

// String is "95.0 % (19 of 20)".
func (r Rate) String() string {
	s, ok := r.Share()
	if !ok {
		return "none"
	}
	return fmt.Sprintf("%.1f %% (%d of %d)", 100*s, r.N, r.Of)
}

// Figures are all verdicts of one approach together.
type Figures struct {
	UnaskedWrong    int  `json:"unasked_wrong"`
	Right           Rate `json:"right"`
	Clear           Rate `json:"clear"`            // clear requests that came out right
	AmbiguityRecall Rate `json:"ambiguity_recall"` // ambiguous requests of which every expected subject was asked about
	FalseQuestions  Rate `json:"false_questions"`  // requests that need no question, but got one
	Unanswerable    Rate `json:"unanswerable"`     // declined with the right reason
	Reuse           Rate `json:"reuse"`            // existing models found
	Chatter         Rate `json:"chatter"`          // messages that are no request, taken as such
	Source          Rate `json:"source"`           // the relations or the model that the case names were found
}

// figuresOf sums up the verdicts that pick chooses of each result; it skips results for which that is nil.
func figuresOf(results []Result, pick func(Result) *Verdict) Figures {
	var f Figures
	for _, r := range results {
		v := pick(r)
		if v == nil || r.Fault != "" {
			continue
		}
		f.Right.add(v.Right)
		if v.UnaskedWrong {
			f.UnaskedWrong++
		}
		if v.Source != nil {
			f.Source.add(*v.Source)
		}
		class := r.Case.Class()
		switch class {
		case Clear:
			f.Clear.add(v.Right)
		case Ambiguous:
			f.AmbiguityRecall.add(v.Asked && len(v.Missed) == 0)
		case Unanswerable:
			f.Unanswerable.add(v.Right)
		case Reuse:
			f.Reuse.add(v.Right)
		case Chatter:
			f.Chatter.add(v.Right)
		}
		if class == Clear || class == Reuse || r.Case.Expect.MustNotAsk {
			f.FalseQuestions.add(v.Asked)
		}
	}
	return f
}

// FiguresOf sums up what was measured.
func FiguresOf(results []Result) Figures {
	return figuresOf(results, func(r Result) *Verdict { return &r.Verdict })
}

// Missed lists, a line each, the thresholds that the results of their own suite do not reach, and the cases that
// cannot be judged. A threshold without cases to measure it on is not missed.
func Missed(suites []Suite, results []Result) []string {
	var out []string
	for _, s := range suites {
		own := slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.Case.Suite != s.Path })
		f, t := FiguresOf(own), s.Thresholds
		if t.UnaskedWrong != nil && f.UnaskedWrong > *t.UnaskedWrong {
			out = append(out, fmt.Sprintf("%s: proposed unasked and wrong: %d, at most %d", s.Path, f.UnaskedWrong, *t.UnaskedWrong))
		}
		for _, b := range []struct {
			name  string
			rate  Rate
			bound *float64
			most  bool
		}{
			{"right", f.Right, t.Right, false}, {"clear requests right", f.Clear, t.Clear, false},
			{"ambiguity recall", f.AmbiguityRecall, t.AmbiguityRecall, false}, {"false questions", f.FalseQuestions, t.FalseQuestions, true},
			{"unanswerable declined", f.Unanswerable, t.Unanswerable, false}, {"reuse", f.Reuse, t.Reuse, false},
			{"chatter", f.Chatter, t.Chatter, false},
		} {
			share, ok := b.rate.Share()
			switch {
			case b.bound == nil || !ok:
			case b.most && share > *b.bound:
				out = append(out, fmt.Sprintf("%s: %s: %s, at most %.1f %%", s.Path, b.name, b.rate, 100**b.bound))
			case !b.most && share < *b.bound:
				out = append(out, fmt.Sprintf("%s: %s: %s, at least %.1f %%", s.Path, b.name, b.rate, 100**b.bound))
			}
		}
	}
	for _, r := range results {
		if r.Fault != "" {
			out = append(out, fmt.Sprintf("%s:%d: case %s cannot be judged: %s", r.Case.Suite, r.Case.Line, r.Case.ID, r.Fault))
		}
	}
	return out
}

// group is the cases of one kind, or of another share of the suite.
type group struct {
	name    string
	results []Result
}

func groups(results []Result) []group {
	var out []group
	add := func(name string, r Result) {
		i := slices.IndexFunc(out, func(g group) bool { return g.name == name })
		if i < 0 {
			out, i = append(out, group{name: name}), len(out)
		}
		out[i].results = append(out[i].results, r)
	}
	for _, r := range results {
		add(r.Case.kind(), r)
	}
	if dev, held := apart(results); len(held) > 0 {
		if len(dev) > 0 {
			out = append(out, group{"all dev", dev})
		}
		out = append(out, group{"all held", held})
	}
	return append(out, group{"all", results})
}

// apart splits the results into those of cases that may be tuned on and those of held ones.
func apart(results []Result) (dev, held []Result) {
	for _, r := range results {
		if r.Case.Held {
			held = append(held, r)
		} else {
			dev = append(dev, r)
		}
	}
	return dev, held
}

// median of how long the cases took.
func median(results []Result) time.Duration {
	if len(results) == 0 {
		return 0
	}
	took := make([]time.Duration, len(results))
	for i, r := range results {
		took[i] = r.Took
	}
	slices.Sort(took)
	return took[len(took)/2]
}
