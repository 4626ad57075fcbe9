package interpreter

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/glossary"
	"firstmile/planner/plan"

	"gopkg.in/yaml.v3"
)

// all tries every variant of every case instead of a sample of them.
var all = flag.Bool("all", false, "try every variant of the suites' requests")

const suites = "../../bot/eval/suites"

// suiteCase is a case of an evaluation suite, as far as its words matter here.
type suiteCase struct {
	ID, Project, Glossary, Kind, Request string
	AsOf                                 string `yaml:"as_of"`
}

// suiteProject is a project with the glossary file that the suite names.
type suiteProject struct {
	folder
	glossary string
}

func (p suiteProject) Glossary(ctx context.Context, b plan.Base) (*glossary.Glossary, error) {
	switch {
	case p.glossary != "":
		return glossary.Load(os.DirFS(filepath.Dir(p.glossary)), filepath.Base(p.glossary))
	case p.noGlossary:
		return &glossary.Glossary{}, nil
	}
	return p.folder.Glossary(ctx, b)
}

// clearRequest is a request of a suite that is read as a Spec at once.
type clearRequest struct {
	suiteCase
	i    *Interpreter
	spec plan.Spec
}

func (c clearRequest) read(t *testing.T, text string) plan.Reading {
	t.Helper()
	return read(t, c.i, c.ask(text))
}

func (c clearRequest) ask(text string) plan.Request {
	r := request(text)
	if c.AsOf != "" {
		r.AsOf = c.AsOf
	}
	return r
}

// tried is how many requests a test takes when it does not try all.
const tried = 25

// clearRequests lists clear cases of the suites that need no answer, some of them or all. Those whose values only data know are not among them.
func clearRequests(t *testing.T, rnd *rand.Rand) []clearRequest {
	t.Helper()
	paths, err := filepath.Glob(suites + "/*.suite.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatal("no suites: ", err)
	}
	var cases []suiteCase
	for _, path := range paths {
		var suite struct{ Cases []suiteCase }
		body, err := os.ReadFile(path)
		if err == nil {
			err = yaml.Unmarshal(body, &suite)
		}
		if err != nil {
			t.Fatal(path, err)
		}
		cases = append(cases, slices.DeleteFunc(suite.Cases, func(c suiteCase) bool { return c.Kind != "clear" })...)
	}
	if rnd.Shuffle(len(cases), func(a, b int) { cases[a], cases[b] = cases[b], cases[a] }); !*all {
		cases = cases[:tried]
	}
	interpreters := map[string]*Interpreter{}
	var out []clearRequest
	for _, c := range cases {
		key := c.Project + " " + c.Glossary
		if interpreters[key] == nil {
			interpreters[key] = suiteInterpreter(t, c)
		}
		r := clearRequest{suiteCase: c, i: interpreters[key]}
		if got := r.read(t, c.Request); got.Outcome == plan.OutcomeSpec {
			r.spec = *got.Spec
			out = append(out, r)
		}
	}
	return out
}

func suiteInterpreter(t *testing.T, c suiteCase) *Interpreter {
	t.Helper()
	p := suiteProject{folder: folder{dir: "../../bot/sample/project"}}
	if c.Project != "" {
		p.dir = filepath.Join(suites, c.Project)
	}
	if c.Glossary != "" {
		p.glossary = filepath.Join(suites, c.Glossary)
	} else if _, err := os.Stat(filepath.Join(p.dir, "glossary")); err != nil {
		p.noGlossary = true
	}
	i, err := New(p, p)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// tally counts what became of variants, by the way they were made.
type tally map[string]*[4]int // same, asked, declined, another Spec

func (n tally) add(way string, what int) {
	if n[way] == nil {
		n[way] = &[4]int{}
	}
	n[way][what]++
}

func (n tally) log(t *testing.T) {
	for _, way := range slices.Sorted(maps.Keys(n)) {
		c := n[way]
		t.Logf("%-22s %4d as before, %4d asked, %4d declined, %4d another Spec", way, c[0], c[1], c[2], c[3])
	}
}

// outcome of a variant: 0 the same Spec, 1 a question, 2 declined, 3 another Spec.
func outcome(r plan.Reading, want string) int {
	switch {
	case r.Outcome == plan.OutcomeSpec && r.Spec.Canonical() == want:
		return 0
	case r.Outcome == plan.OutcomeSpec:
		return 3
	case r.Outcome == plan.OutcomeQuestions:
		return 1
	}
	return 2
}

// wrappers say the same request in another tone. %s is the request without its punctuation.
var wrappers = map[string]string{
	"please":       "%s, please",
	"thanks":       "Hi team! %s. Thanks a lot",
	"show me":      "Show me %s",
	"can you":      "Can you give me %s?",
	"need":         "I need %s",
	"like to see":  "I would like to see %s please",
	"could we get": "Could we get %s?",
	"report":       "a report of %s",
	"what is":      "What is %s?",
	"what was":     "What was the %s?",
}

// The same request in another tone, in other letters, or in the plural is the same Spec.
func TestSuitesInOtherWords(t *testing.T) {
	r, n := seeded(t), tally{}
	for _, c := range clearRequests(t, r) {
		want := c.spec.Canonical()
		for _, v := range some(r, rewordings(c), 4) {
			got := outcome(c.read(t, v.text), want)
			n.add(v.way, got)
			if got != 0 {
				t.Errorf("%s, %s: %q is not read as %q: %s", c.ID, v.way, v.text, c.Request, short(c.read(t, v.text)))
			}
		}
	}
	n.log(t)
}

type variant struct{ way, text string }

func rewordings(c clearRequest) []variant {
	bare := strings.TrimRight(c.Request, "?.! ")
	var out []variant
	if !asks(bare) {
		for way, w := range wrappers {
			out = append(out, variant{way, fmt.Sprintf(w, bare)})
		}
	} else {
		out = append(out, variant{"please", bare + ", please?"}, variant{"thanks", "Hello everyone, " + bare + "? Thanks"})
	}
	if lower := strings.ToLower(bare); !coded(bare) {
		out = append(out, variant{"small letters", lower}, variant{"first capital", strings.ToUpper(lower[:1]) + lower[1:]})
	}
	out = append(out, variant{"spaces", strings.ReplaceAll(bare, " ", "  ") + " ?"})
	return slices.SortedFunc(slices.Values(out), func(a, b variant) int { return strings.Compare(a.way, b.way) })
}

// asks reports whether a request is a question or an order already.
func asks(text string) bool {
	first, _, _ := strings.Cut(strings.ToLower(text), " ")
	return slices.Contains([]string{"how", "which", "what", "who", "when", "show", "can", "could", "give", "i", "we", "please", "list", "compare", "whats", "hi", "hello"}, strings.Trim(first, ",!'"))
}

// coded reports whether capitals matter: a word of them may be a code.
func coded(text string) bool {
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool {
		return len(w) > 1 && len(w) <= 3 && strings.IndexFunc(w, unicode.IsLower) < 0 && strings.IndexFunc(w, unicode.IsUpper) >= 0
	})
}

// The constituents of a request may stand in any order: never does another order lead to another Spec unasked, and nearly
// always to the same one.
func TestSuitesInAnyOrder(t *testing.T) {
	r, n := seeded(t), tally{}
	same, other := 0, 0
	for _, c := range clearRequests(t, r) {
		parts := constituents(t, c)
		if len(parts) < 2 || len(parts) > 6 {
			continue
		}
		want := c.spec.Canonical()
		for _, v := range some(r, orders(r, parts), 4) {
			got := outcome(c.read(t, v.text), want)
			n.add(v.way, got)
			if got == 0 {
				same++
			} else {
				other++
			}
			if got == 3 {
				t.Errorf("%s: %q is another Spec than %q: %s", c.ID, v.text, c.Request, short(c.read(t, v.text)))
			}
		}
	}
	n.log(t)
	if same*100 < 95*(same+other) {
		t.Errorf("only %d of %d are read the same", same, same+other)
	}
}

// constituents are the texts of the request's parts, where they follow each other with nothing but harmless words between them.
func constituents(t *testing.T, c clearRequest) []string {
	t.Helper()
	s, l, d, ok := c.divided(t)
	if !ok {
		return nil
	}
	for _, i := range d.Skipped {
		if !l.Harmless[i] || s.tokens[i].Light == "and" || s.tokens[i].Light == "," {
			return nil
		}
	}
	var out []string
	for _, p := range d.Parts {
		out = append(out, c.Request[s.tokens[p.From].From:s.tokens[p.To-1].To])
	}
	return out
}

// divided is the best division of the request into parts.
func (c clearRequest) divided(t *testing.T) (*session, grammar.Linked, grammar.Division, bool) {
	t.Helper()
	k, release, err := c.i.at(t.Context(), c.ask("").Base)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	s := newSession(c.i, k, c.ask(c.Request))
	s.tokenize()
	l := grammar.Link(s.tokens, k.Knowledge, c.i.lexicon, nil)
	best, _ := contenders(s.drafts(l, grammar.Parse(l, s.turns, c.i.rules)))
	if best == nil {
		return s, l, grammar.Division{}, false
	}
	return s, l, best.division, true
}

// takes reports whether a word may stand behind the request and leave it what it is: "for members only" is for members, and a model of
// its own is one "instead".
func (c clearRequest) takes(t *testing.T, word string) bool {
	return word == "only" && c.endsRestricted(t) || word == "instead" && c.spec.Target.Separate
}

// endsRestricted reports whether the last words of the request are a period or a condition, which "only" may stand behind.
func (c clearRequest) endsRestricted(t *testing.T) bool {
	_, _, d, ok := c.divided(t)
	if !ok {
		return false
	}
	last := d.Parts[len(d.Parts)-1]
	return last.Category == "window" || last.Category == "filter" || slices.ContainsFunc(d.Turns, func(s grammar.Structure) bool {
		return slices.ContainsFunc(s.Conds(), func(x *grammar.Cond) bool { return x.To == last.To })
	})
}

// orders are the orders of the parts that people use: the time first, the split first, and two at random.
func orders(r *rand.Rand, parts []string) []variant {
	out := []variant{{"last part first", strings.Join(append([]string{parts[len(parts)-1] + ","}, parts[:len(parts)-1]...), " ")},
		{"first part last", strings.Join(append(slices.Clone(parts[1:]), parts[0]), " ")}}
	for range 2 {
		p := slices.Clone(parts)
		r.Shuffle(len(p), func(a, b int) { p[a], p[b] = p[b], p[a] })
		out = append(out, variant{"any order", strings.Join(p, " ")})
	}
	return out
}

// meaningless are additions of which some word means nothing anywhere: the answer names it.
var meaningless = []string{"excluding zorblax", "for frobnitz customers", "by quux", "with flimflam", "minus wibble", "only grobs", "where snark is 7",
	"per gromlet", "without crimbles", "vs gleeks", "not blorfed", "than before we glimmed"}

// additions change what is asked for: the Spec changes, or they are asked about, or declined.
var additions = []string{"top 3", "over 1000", "in 2019", "before 2020", "last month", "as a running total", "year over year", "vs last year", "on weekends",
	"except", "not", "without", "only", "never", "at least 5", "per", "by", "divided by 7", "minus", "excluding", "and", "or", "unless", "if",
	"but", "instead", "more than", "twice", "half of", "the median", "the smallest", "forecast"}

// Nothing that is added to a request is ignored.
func TestSuitesWithMore(t *testing.T) {
	r, n := seeded(t), tally{}
	for _, c := range clearRequests(t, r) {
		bare := strings.TrimRight(c.Request, "?.! ")
		var more []variant
		for _, m := range meaningless {
			more = append(more, variant{"meaningless", bare + " " + m})
		}
		for _, m := range additions {
			if !strings.Contains(strings.ToLower(bare), m) && !c.takes(t, m) {
				more = append(more, variant{"word of the language", bare + " " + m})
			}
		}
		for _, m := range conditions(t, c) {
			more = append(more, variant{"condition", bare + " " + m})
		}
		for _, v := range some(r, more, 8) {
			got := c.read(t, v.text)
			what := outcome(got, c.spec.Canonical())
			n.add(v.way, what)
			if what == 0 && !endsIdle(v.text) || v.way == "meaningless" && got.Outcome == plan.OutcomeSpec {
				t.Errorf("%s: %q is read as %s", c.ID, v.text, short(got))
			}
		}
	}
	n.log(t)
}

// endsIdle reports whether a request only ends in "and" or "or", which joins nothing then.
func endsIdle(text string) bool {
	return strings.HasSuffix(text, " and")
}

// conditions say the project's own values and populations, none of which the request has.
func conditions(t *testing.T, c clearRequest) []string {
	t.Helper()
	k, release, err := c.i.at(t.Context(), c.ask("").Base)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	var out []string
	for _, term := range k.Glossary.Terms {
		if len(term.Filters) == 0 || strings.Contains(strings.ToLower(c.Request), strings.ToLower(term.Name)) {
			continue
		}
		if slices.ContainsFunc(k.ByKey(k.TermKey(term.ID)), func(x knowledge.Candidate) bool { return x.Kind == knowledge.Pop && !filtered(c.spec, x.Filters) }) {
			name := strings.ToLower(term.Name)
			out = append(out, "excluding "+name, "only "+name, "without "+name, "for "+name, "except "+name, name+" excluded")
		}
	}
	return out
}

// filtered reports whether a Spec speaks of the column of one of the conditions already.
func filtered(s plan.Spec, fs []plan.Filter) bool {
	text := s.Canonical()
	return slices.ContainsFunc(fs, func(f plan.Filter) bool { return strings.Contains(text, f.Column.Column) })
}

func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 11))
}

// some is a sample of n variants, or all of them.
func some(r *rand.Rand, list []variant, n int) []variant {
	if *all || len(list) <= n {
		return list
	}
	r.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
	return list[:n]
}
