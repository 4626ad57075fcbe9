// Package lexicon is the part of a request's language that belongs to no
// project: aggregations, calendar words, comparisons, negations, ranks,
// connectives, and the reviewed list of words that mean nothing. It is data
// (lexicon.yml, embedded); this file finds its phrases in a request.
package lexicon

import (
	"bytes"
	_ "embed" // for the rows
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/token"

	"gopkg.in/yaml.v3"
)

//go:embed lexicon.yml
var embedded []byte

// Category of a phrase; the names are those of lexicon.yml and of the rules in package grammar.
type Category string

// The categories that code asks for by name. The grammar's rules name the others.
const (
	Harmless Category = "harmless"
	Glue     Category = "glue"
	Chatter  Category = "chatter"
	Outside  Category = "outside"
	Unsure   Category = "unsure"
	Trend    Category = "trend"
	And      Category = "and"
	By       Category = "by"
	Per      Category = "per"
	Neg      Category = "neg"
	Cmp      Category = "cmp"
	Versus   Category = "versus"
	Turned   Category = "turned"
	Change   Category = "change"
	// The words that say which model is meant (target.go of package interpreter). No rule of the grammar reads them.
	Into    Category = "into"
	Adding  Category = "adding"
	Own     Category = "own"
	Listing Category = "listing"
	// Greeting is only one at the beginning of a turn.
	Greeting Category = "greeting"
	// A Purpose and an Occasion together say what a table is for.
	Purpose  Category = "purpose"
	Occasion Category = "occasion"
	// Existence asks whether a table is there already.
	Existence Category = "existence"
	Days      Category = "days"
	About     Category = "about"
	Verb      Category = "verb"
	Along     Category = "along"
	Grain     Category = "grain"
	Fresh     Category = "fresh"
	AtEnd     Category = "atend"
	Today     Category = "today"
)

// Entry is one meaning of a phrase.
type Entry struct {
	Category Category
	Value    string
}

// Match is an entry found in a request, over the tokens [From, To).
type Match struct {
	Entry
	From, To int
}

// Lexicon is the table, ready to be searched. It does not change after Load.
type Lexicon struct {
	forms   token.Forms
	entries map[string][]Entry // phrase in compared form
	longest int                // words of the longest phrase
	columns map[string][]string
	rates   map[string]bool            // words of columns that do not add up
	summed  map[string]bool            // words of columns that do
	units   map[string]bool            // words that may be either
	given   map[string]bool            // units at the end of a column's name
	better  map[string]map[string]bool // "high" and "low" -> words of figures that are better so
	plain   map[string]bool            // words for a sum that mean nothing else
	verbs   map[string]bool            // irregular participles
	begins  map[string]bool            // words of dates on which things begin
	words   map[string]bool            // every single word of a phrase that means something
}

type file struct {
	Rows []struct {
		Is    Category `yaml:"is"`
		Value string   `yaml:"value"`
		Words []string `yaml:"words"`
	} `yaml:"rows"`
	Columns  map[string][]string `yaml:"columns"`
	Summed   []string            `yaml:"summed"`
	Units    []string            `yaml:"units"`
	Unsummed []string            `yaml:"unsummed"`
	Given    []string            `yaml:"measured_in"`
	Better   map[string][]string `yaml:"better"`
	Outright []string            `yaml:"outright"`
	Past     []string            `yaml:"participles"`
	Begins   []string            `yaml:"beginnings"`
	Spelling map[string]string   `yaml:"spelling"`
	Numbers  map[string]string   `yaml:"numbers"`
}

// Load reads the embedded table.
func Load() (*Lexicon, error) { return Parse(embedded) }

// Parse reads a table. An unknown key is an error with its line.
func Parse(body []byte) (*Lexicon, error) {
	var f file
	dec := yaml.NewDecoder(bytes.NewReader(body))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("reading the lexicon: %w", err)
	}
	l := &Lexicon{
		forms:   token.Forms{Spelling: f.Spelling, Numbers: f.Numbers},
		entries: map[string][]Entry{}, columns: map[string][]string{}, rates: set(f.Unsummed), summed: set(f.Summed), units: set(f.Units),
		given: set(f.Given), better: map[string]map[string]bool{}, plain: set(f.Outright), verbs: set(f.Past), begins: set(f.Begins), words: map[string]bool{},
	}
	t := l.Tokenizer()
	for _, row := range f.Rows {
		for _, phrase := range row.Words {
			tokens, _ := t.Tokens(phrase)
			if len(tokens) == 0 {
				return nil, fmt.Errorf("reading the lexicon: the row %s has a phrase without words: %q", row.Is, phrase)
			}
			key := keyOf(tokens)
			l.entries[key] = append(l.entries[key], Entry{row.Is, row.Value})
			l.longest = max(l.longest, len(tokens))
			if row.Is == Harmless || row.Is == Glue || row.Is == Chatter {
				continue
			}
			for _, tok := range tokens {
				l.words[tok.Light] = true
			}
		}
	}
	for way, words := range f.Better {
		l.better[way] = map[string]bool{}
		for _, w := range t.Words(strings.Join(words, " ")) {
			l.better[way][w.Light] = true
		}
	}
	for column, nouns := range f.Columns {
		for _, noun := range nouns {
			key := keyOf(t.Words(noun))
			l.columns[key] = append(l.columns[key], column)
		}
	}
	return l, nil
}

// Tokenizer returns a tokenizer with the lexicon's spelling and number words.
func (l *Lexicon) Tokenizer() *token.Tokenizer { return token.New(l.forms) }

// Find returns every entry whose phrase stands in the tokens.
func (l *Lexicon) Find(tokens []token.Token) []Match {
	var out []Match
	for from := range tokens {
		if tokens[from].Kind == token.Quoted {
			continue // quoted text is a value, whatever it says
		}
		var b strings.Builder
		for to := from + 1; to <= len(tokens) && to-from <= l.longest; to++ {
			if tokens[to-1].Kind == token.Quoted {
				break
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(tokens[to-1].Light)
			for _, e := range l.entries[b.String()] {
				out = append(out, Match{e, from, to})
			}
		}
	}
	return out
}

// ColumnsFor lists the column names that people may mean by a noun.
func (l *Lexicon) ColumnsFor(noun string) []string { return l.columns[noun] }

// AddsUp reports whether the values of a column with these words in its name may mean something when they are added up.
func (l *Lexicon) AddsUp(words []token.Token) bool {
	return !slices.ContainsFunc(words, func(t token.Token) bool { return l.rates[t.Light] })
}

// Summed reports whether a sum is what people mean by such a column: an amount, or the plural of things.
func (l *Lexicon) Summed(words []token.Token) bool {
	if !l.AddsUp(words) || slices.ContainsFunc(words, func(t token.Token) bool { return l.units[t.Light] }) {
		return false
	}
	return slices.ContainsFunc(words, func(t token.Token) bool { return l.summed[t.Light] || t.Norm != t.Light })
}

// Things reports whether a column holds numbers of things: its name has their plural, and no word for an amount.
func (l *Lexicon) Things(words []token.Token) bool {
	return l.Summed(words) && !slices.ContainsFunc(words, func(t token.Token) bool { return l.summed[t.Light] })
}

// Unit reports whether a word at the end of a column's name only says in what its values are given.
func (l *Lexicon) Unit(word string) bool { return l.given[token.Singular(word)] }

// Better says which way is good for a figure with these words in its name: "high" or "low", empty when the words do not say.
func (l *Lexicon) Better(words []token.Token) string {
	way := ""
	for _, w := range []string{"high", "low"} {
		if slices.ContainsFunc(words, func(t token.Token) bool { return l.better[w][t.Light] }) {
			if way != "" {
				return ""
			}
			way = w
		}
	}
	return way
}

// Outright reports whether words ask for the sum of whatever it is: "sum of prices", where "total price" may be another thing.
func (l *Lexicon) Outright(words []token.Token) bool {
	return slices.ContainsFunc(words, func(t token.Token) bool { return l.plain[t.Light] })
}

// Participle reports whether a word may say what has happened to things.
func (l *Lexicon) Participle(t token.Token) bool {
	return l.verbs[t.Norm] || strings.HasSuffix(t.Norm, "ed")
}

// Begins reports whether a date with these words in its name is that of a beginning: first_ordered_at, created_at.
func (l *Lexicon) Begins(words []token.Token) bool {
	if slices.ContainsFunc(words, func(t token.Token) bool {
		return slices.Contains(l.entries[t.Light], Entry{"edge", "max"}) || slices.Contains(l.entries[t.Light], Entry{"last", "last"})
	}) {
		return false // last_ordered_at
	}
	return slices.ContainsFunc(words, func(t token.Token) bool { return l.begins[t.Norm] || l.begins[t.Light] })
}

func set(words []string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words {
		out[w] = true
	}
	return out
}

// Words lists the single words of five letters or more that mean something, for the recognition of typing
// errors. Harmless words are not among them: an unknown word must never become one that is dropped.
func (l *Lexicon) Words() []string {
	var out []string
	for w := range l.words {
		if len(w) >= 5 {
			out = append(out, w)
		}
	}
	return out
}

func keyOf(tokens []token.Token) string {
	parts := make([]string, len(tokens))
	for i, t := range tokens {
		parts[i] = t.Light
	}
	return strings.Join(parts, " ")
}
