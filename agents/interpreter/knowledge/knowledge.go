// Package knowledge is what the interpreter knows of one project at one commit:
// every phrase that means something there, with its typed candidates, the facts of each
// relation (key, time columns, types), the join paths.
//
// It is built once per commit and does not change afterwards. Read candidate.go
// for what a phrase can mean, relation.go for the facts, phrases.go for how names
// become phrases, values.go for what is known of the data.
package knowledge

import (
	"slices"
	"strings"
	"sync"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/joins"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// Knowledge of one project. Safe for use by several goroutines.
type Knowledge struct {
	Project  *dbt.Project
	Glossary *glossary.Glossary          // the usable terms, with the project's own metrics
	Broken   map[string]glossary.Problem // unusable terms by id

	relations map[string]*Relation
	order     []string // relation names, sorted
	joins     *joins.Graph
	byKey     map[string][]Candidate

	light    map[string][]Candidate // by phrase in the singular
	joined   map[string]string      // phrases without their spaces -> phrase
	stem     map[string][]Candidate // by phrase in stems
	nouns    map[string]bool        // what one row of a relation is called
	metrics  map[string]bool        // ids of terms that are the project's own metrics
	broken   map[string]string      // phrases of unusable terms -> id
	longest  int
	hasMarts bool
	vocab    map[string]bool // single words that occur in phrases
	words    *token.Tokenizer
	lexicon  *lexicon.Lexicon
	finder   Finder
	values   map[plan.ColumnRef][]string // seen in data
	excluded Excluded                    // nil: nothing is

	mu   sync.Mutex
	ways map[[2]string]ways
}

// Build reads everything that a request could mean in the project.
//
// values holds what is known of the data beside what the project declares: the different values of columns. excluded, when
// given, names the columns that the team never shows.
func Build(project *dbt.Project, g *glossary.Glossary, lex *lexicon.Lexicon, values map[plan.ColumnRef][]string, excluded Excluded) (*Knowledge, error) {
	k := &Knowledge{
		Project: project, values: values, excluded: excluded, joins: joins.New(project), lexicon: lex, words: lex.Tokenizer(),
		relations: map[string]*Relation{}, light: map[string][]Candidate{}, joined: map[string]string{}, stem: map[string][]Candidate{},
		byKey: map[string][]Candidate{}, broken: map[string]string{}, vocab: map[string]bool{}, ways: map[[2]string]ways{}, metrics: map[string]bool{}, nouns: map[string]bool{},
	}
	for _, n := range project.Nodes {
		r := newRelation(n, k.words)
		r.Times = slices.DeleteFunc(r.Times, func(c string) bool {
			col, ok := n.Column(c)
			return ok && private(n, *col, excluded) != ""
		})
		k.relations[r.Name] = r
		k.order = append(k.order, r.Name)
		k.nouns[k.key(r.Noun)] = true
	}
	slices.Sort(k.order)
	own := metricTerms(project)
	all := g.Merge(own)
	for _, t := range own.Terms {
		_, taken := g.Term(t.ID)
		k.metrics[t.ID] = !taken
	}
	k.Glossary, k.Broken = glossary.Usable(all, k)
	for _, t := range all.Terms {
		if _, bad := k.Broken[t.ID]; bad {
			for _, w := range t.Words() {
				k.broken[k.key(w)] = t.ID
			}
		}
	}
	k.defaultTimes()
	k.hasMarts = k.marts()
	if err := k.addTerms(); err != nil {
		return nil, err
	}
	k.addRelations()
	k.settle()
	return k, nil
}

// Relation returns the facts of a relation by its dbt name.
func (k *Knowledge) Relation(name string) (*Relation, bool) {
	r, ok := k.relations[name]
	return r, ok
}

// Raw reports whether a relation is only what the models for people are made of.
func (k *Knowledge) Raw(relation string) bool {
	r, ok := k.relations[relation]
	return ok && k.hasMarts && r.rank >= rawRank
}

// MadeFrom reports whether one relation is built from another, directly or through others.
func (k *Knowledge) MadeFrom(relation, source string) bool {
	a, ok := k.relations[relation]
	b, ok2 := k.relations[source]
	if !ok || !ok2 || relation == source {
		return false
	}
	seen := map[string]bool{}
	queue := []string{a.Node.ID}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, p := range k.Project.Parents(id) {
			if p.ID == b.Node.ID {
				return true
			}
			if !seen[p.ID] {
				seen[p.ID] = true
				queue = append(queue, p.ID)
			}
		}
	}
	return false
}

// IsKey reports whether a column identifies a row of its relation or of another one.
func (k *Knowledge) IsKey(ref plan.ColumnRef) bool {
	r, ok := k.relations[ref.Relation]
	return ok && isKey(r, ref.Column)
}

// AddsUp reports whether the sum of a column means something, by its name: amounts do, prices and scores do not.
func (k *Knowledge) AddsUp(column string) bool { return k.lexicon.AddsUp(k.nameWords(column)) }

// Summed reports whether people mean the sum of a column when they only say its name.
func (k *Knowledge) Summed(column string) bool { return k.lexicon.Summed(k.nameWords(column)) }

// Better says which way is good for a figure of this name: "high", "low", or empty when nobody can tell.
func (k *Knowledge) Better(label string) string { return k.lexicon.Better(k.words.Words(label)) }

// Outright reports whether words ask for a sum whatever it means.
func (k *Knowledge) Outright(words []token.Token) bool { return k.lexicon.Outright(words) }

// Participle reports whether a word may say what has happened to things.
func (k *Knowledge) Participle(t token.Token) bool { return k.lexicon.Participle(t) }

// Begins reports whether a date is the one on which things begin to be, by its name.
func (k *Knowledge) Begins(column string) bool { return k.lexicon.Begins(k.nameWords(column)) }

// Fresh reports whether words say that things are new.
func (k *Knowledge) Fresh(words []token.Token) bool {
	return slices.ContainsFunc(k.lexicon.Find(words), func(m lexicon.Match) bool {
		return m.Category == lexicon.Fresh && m.From == 0 && m.To == len(words)
	})
}

func (k *Knowledge) nameWords(column string) []token.Token {
	return k.words.Words(strings.Join(glossary.Split(column), " "))
}

// Columns implements glossary.Relations.
func (k *Knowledge) Columns(name string) (columns []string, complete, ok bool) {
	r, ok := k.relations[name]
	if !ok {
		return nil, false, false
	}
	for _, c := range r.Node.Columns {
		columns = append(columns, c.Name)
	}
	return columns, r.Node.ColumnsKnown, true
}

// Names implements glossary.Relations.
func (k *Knowledge) Names() []string { return k.order }

// maxHops bounds a join path: a dimension further away is hardly what a person means.
const maxHops = 4

// Paths lists the ways from a measure's relation to another that keep its rows as they are, the shortest first; one
// way without hops when they are the same. unsafe is true when there are only ways that would multiply rows.
func (k *Knowledge) Paths(from, to string) (paths []plan.JoinPath, unsafe bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := [2]string{from, to}
	w, ok := k.ways[key]
	if !ok {
		for _, p := range k.joins.Paths(from, to, maxHops) {
			if joins.Safe(p) {
				w.safe = append(w.safe, p)
			} else {
				w.unsafe = true
			}
		}
		k.ways[key] = w
	}
	return w.safe, w.unsafe && len(w.safe) == 0
}

// ways are the join paths between two relations, found once.
type ways struct {
	safe   []plan.JoinPath
	unsafe bool
}

// ByKey returns what a candidate key stands for, once for each kind.
func (k *Knowledge) ByKey(key string) []Candidate { return k.byKey[key] }

// Lookup returns the candidates of a phrase. exact ones match in the singular; the others only after stemming. Words that
// name an unusable term mean nothing else than other terms: a column of the same name is not what the glossary says.
func (k *Knowledge) Lookup(tokens []token.Token) (exact, stemmed []Candidate) {
	exact, stemmed = k.lookup(tokens)
	if _, broken := k.broken[keyOf(tokens)]; broken {
		exact, stemmed = ofGlossary(exact), ofGlossary(stemmed)
	}
	return exact, stemmed
}

func ofGlossary(list []Candidate) []Candidate {
	var out []Candidate
	for _, c := range list {
		if c.Term != "" {
			out = append(out, c)
		}
	}
	return out
}

func (k *Knowledge) lookup(tokens []token.Token) (exact, stemmed []Candidate) {
	light, stem := make([]string, len(tokens)), make([]string, len(tokens))
	for i, t := range tokens {
		light[i], stem[i] = t.Light, t.Stem
	}
	exact = k.light[strings.Join(light, " ")]
	seen := map[string]bool{}
	for _, c := range exact {
		seen[c.Key+string(c.Kind)] = true
	}
	for _, c := range k.stem[strings.Join(stem, " ")] {
		if !seen[c.Key+string(c.Kind)] {
			stemmed = append(stemmed, c)
		}
	}
	if len(exact)+len(stemmed) == 0 {
		exact = k.light[k.joined[strings.Join(light, "")]]
	}
	return exact, stemmed
}

// NamesMetric reports whether the words are the glossary's own name of a metric.
func (k *Knowledge) NamesMetric(tokens []token.Token) bool {
	return slices.ContainsFunc(k.light[keyOf(tokens)], func(c Candidate) bool { return c.Kind == Metric && c.Cost == 0 })
}

// NameHas reports whether a name of the term consists of the words given and this one: "sold" beside "crates" in "crates sold".
func (k *Knowledge) NameHas(term string, word token.Token, beside []token.Token) bool {
	t, ok := k.Glossary.Term(term)
	if !ok {
		return false
	}
	return slices.ContainsFunc(t.Words(), func(name string) bool {
		words, has := k.words.Words(name), false
		for _, w := range words {
			if w.Norm == word.Norm {
				has = true
			} else if !slices.ContainsFunc(beside, func(o token.Token) bool { return o.Light == w.Light }) {
				return false
			}
		}
		return has
	})
}

// NamesDimension reports whether the words are the glossary's own name of a dimension.
func (k *Knowledge) NamesDimension(tokens []token.Token) bool {
	return slices.ContainsFunc(k.light[keyOf(tokens)], func(c Candidate) bool { return c.Kind == Dim && c.Term != "" })
}

// BrokenTerm reports the unusable term that the phrase names.
func (k *Knowledge) BrokenTerm(tokens []token.Token) (glossary.Problem, bool) {
	id, ok := k.broken[keyOf(tokens)]
	return k.Broken[id], ok
}

// Longest is the number of words of the longest phrase.
func (k *Knowledge) Longest() int { return k.longest }

func (k *Knowledge) key(phrase string) string { return keyOf(k.words.Words(phrase)) }

func keyOf(tokens []token.Token) string {
	parts := make([]string, len(tokens))
	for i, t := range tokens {
		parts[i] = t.Light
	}
	return strings.Join(parts, " ")
}

// Words cuts a phrase into tokens as names of the project are cut.
func (k *Knowledge) Words(phrase string) []token.Token { return k.words.Words(phrase) }
