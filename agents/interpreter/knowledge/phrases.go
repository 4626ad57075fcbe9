package knowledge

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// Costs of naming a thing by less than its own name.
const (
	costEntity  = 0.1 // a relation beside a term of the same name
	costTrimmed = 0.15
	costDerived = 0.3 // the rows that a counting metric counts, as a population
	costHead    = 0.55
	costSynonym = 0.6
)

// minJoined is how long a name must be to be known when its words are written as one, or one word as two: "biketype", "re-admission".
const minJoined = 6

// rawRank is where the rank of staging models, seeds and sources begins.
const rawRank = 3

// addTerms makes candidates of the glossary.
func (k *Knowledge) addTerms() error {
	for _, t := range k.Glossary.Terms {
		var c Candidate
		switch {
		case t.Metric != nil:
			m, err := k.Glossary.Measure(t.ID)
			if err != nil {
				return fmt.Errorf("glossary term %s: %w", t.ID, err)
			}
			c = Candidate{Kind: Metric, Measure: &m, Relation: m.Model, Things: k.addsThings(m)}
			if pop, ok := counted(t, m); ok {
				k.addWords(t.Words(), pop)
			}
		case len(t.Dimensions) > 0:
			d, err := k.Glossary.Dimension(t.ID)
			if err != nil {
				return fmt.Errorf("glossary term %s: %w", t.ID, err)
			}
			c = Candidate{Kind: Dim, Column: d.Column, Relation: d.Column.Relation}
		default:
			fs, err := k.Glossary.Filters(t.ID)
			if err != nil {
				return fmt.Errorf("glossary term %s: %w", t.ID, err)
			}
			c = Candidate{Kind: Pop, Filters: fs, Relation: fs[0].Column.Relation}
		}
		c.Key, c.Term, c.Label, c.Detail = k.TermKey(t.ID), t.ID, t.Name, t.Definition
		c.DBT = k.metrics[t.ID]
		if t.Status == glossary.Deprecated {
			c.Note = fmt.Sprintf("The term %s is marked as deprecated in the glossary.", t.Name)
		}
		k.addWords(t.Words(), c)
	}
	return nil
}

// TermKey names a term, or a metric of the project's own.
func (k *Knowledge) TermKey(id string) string {
	if k.metrics[id] {
		return "metric:" + id
	}
	return "term:" + id
}

// counted makes a population of a metric that counts filtered rows: "trials" in "excluding trials".
func counted(t glossary.Term, m plan.Measure) (Candidate, bool) {
	if m.Kind != plan.Simple || m.Agg != plan.Count && m.Agg != plan.CountDistinct || len(m.Filters) == 0 {
		return Candidate{}, false
	}
	fs := slices.Clone(m.Filters)
	return Candidate{Kind: Pop, Key: "rows:" + t.ID, Cost: costDerived, Label: "the rows that " + t.Name + " counts", Detail: t.Definition,
		Term: t.ID, Filters: fs, Relation: m.Model}, true
}

// addWords registers a candidate under each phrase, the same phrase only once.
func (k *Knowledge) addWords(phrases []string, c Candidate) {
	seen := map[string]bool{}
	for _, p := range phrases {
		if key := k.key(p); !seen[key] {
			seen[key] = true
			k.add(p, c)
		}
	}
}

func (k *Knowledge) add(phrase string, c Candidate) {
	tokens := k.words.Words(phrase)
	if len(tokens) == 0 {
		return
	}
	stems := make([]string, len(tokens))
	for i, t := range tokens {
		stems[i] = t.Stem
		k.vocab[t.Light] = true
	}
	k.longest = max(k.longest, len(tokens))
	if !slices.ContainsFunc(k.byKey[c.Key], func(o Candidate) bool { return o.Kind == c.Kind }) {
		known := c
		known.Cost, known.Partial = 0, false
		k.byKey[c.Key] = append(k.byKey[c.Key], known)
	}
	light, stem := keyOf(tokens), strings.Join(stems, " ")
	if whole := strings.ReplaceAll(light, " ", ""); len(whole) >= minJoined {
		k.joined[whole] = light
	}
	k.light[light] = append(k.light[light], c)
	k.stem[stem] = append(k.stem[stem], c)
}

// addRelations makes candidates of relations and their columns.
func (k *Knowledge) addRelations() {
	for _, name := range k.order {
		r := k.relations[name]
		if r.Noun == "" {
			continue
		}
		if r.Key != "" && !k.raw(r) {
			c := Candidate{Kind: Entity, Key: "entity:" + name, Cost: costEntity, Label: plural(r.Noun), Detail: r.Node.Description,
				Relation: name, Column: plan.ColumnRef{Relation: name, Column: r.Key}, rank: r.rank}
			k.add(r.Noun, c)
			if words := strings.Fields(r.Noun); len(words) > 1 { // "tickets" for support tickets
				head := c
				head.Cost, head.Partial = costDerived, true
				k.add(words[len(words)-1], head)
			}
			if words := strings.ReplaceAll(r.Node.Name, "_", " "); k.key(words) != k.key(r.Noun) {
				k.add(words, c)
			}
		}
		raw := k.raw(r)
		for _, col := range r.Node.Columns {
			k.addColumn(r, col, raw)
		}
	}
}

func (k *Knowledge) addColumn(r *Relation, col dbt.Column, raw bool) {
	ref := plan.ColumnRef{Relation: r.Name, Column: col.Name}
	base := Candidate{Key: "column:" + ref.String(), Label: strings.Join(glossary.Split(col.Name), " ") + " of " + r.Name,
		Detail: col.Description, Relation: r.Name, Column: ref, rank: r.rank}
	kinds := columnKinds(r, col)
	for phrase, cost := range columnPhrases(r, col.Name, kinds, k.lexicon.Unit) {
		if cost == costTrimmed && slices.Contains(kinds, Time) && k.nouns[k.key(phrase)] {
			continue // "order" is the order, not its date
		}
		for _, kind := range kinds {
			if raw && kind != Pop {
				continue // where there are marts, of what they are made from only true/false columns are worth knowing
			}
			c := base
			c.Kind, c.Cost = kind, cost
			if unlikely(r, col, kind) {
				c.Cost += costSynonym
			}
			c.Partial = cost >= costHead
			c.Summed = slices.Contains(kinds, Number) && k.Summed(col.Name)
			if kind == Pop {
				c.Filters = []plan.Filter{{Column: ref, Op: plan.Eq, Values: []plan.Literal{{Kind: plan.BoolLiteral, Text: "true"}}}}
				c.Filters[0].Label = glossary.Label(c.Filters[0])
			}
			k.add(phrase, c)
		}
	}
	if !raw {
		k.addValues(r, col)
	}
}

// unlikely reports whether the column's type makes the use unusual: splitting by a number, adding up what may not be one.
func unlikely(r *Relation, col dbt.Column, kind Kind) bool {
	t := r.Type(col.Name)
	return kind == Dim && t == NumberType && !isKey(r, col.Name) || kind == Number && t == AnyType
}

// addsThings reports whether a metric adds up numbers of things, as seats or crates, so that it answers "how many".
func (k *Knowledge) addsThings(m plan.Measure) bool {
	return m.Agg == plan.Sum && m.Expr != nil && m.Expr.Kind == plan.ExprColumn && k.lexicon.Things(k.nameWords(m.Expr.Name))
}

// LeadsElsewhere reports whether a candidate is a column that holds the keys of other rows: end_station_id.
func (k *Knowledge) LeadsElsewhere(c Candidate) bool {
	r, ok := k.relations[c.Relation]
	return ok && c.Kind == Dim && isKey(r, c.Column.Column) && !strings.EqualFold(c.Column.Column, r.Key)
}

func isKey(r *Relation, name string) bool {
	parts := glossary.Split(name)
	ending := len(parts) > 1 && slices.Contains([]string{"id", "key", "no", "nr"}, parts[len(parts)-1])
	return ending || strings.EqualFold(name, r.Key) || strings.EqualFold(name, "id")
}

// columnKinds says what a column can be in a request.
func columnKinds(r *Relation, col dbt.Column) []Kind {
	parts := glossary.Split(col.Name)
	label := len(parts) > 0 && slices.Contains([]string{"name", "code", "no", "nr", "number", "type", "status", "key", "email", "url", "label", "description"}, parts[len(parts)-1])
	switch t := r.Type(col.Name); {
	case t == TimeType:
		return []Kind{Time}
	case t == BoolType:
		return []Kind{Pop, Dim}
	case isKey(r, col.Name) || t == TextType || t == AnyType && label:
		return []Kind{Dim}
	case t == NumberType:
		return []Kind{Number, Dim}
	}
	return []Kind{Dim, Number}
}

// columnPhrases gives the ways to say a column, with their cost: its words; its words after the noun of its
// relation; without an ending such as _id or _code; and, for the last words only, the head ("amount" for gross_amount).
func columnPhrases(r *Relation, name string, kinds []Kind, unit func(string) bool) map[string]float64 {
	out := map[string]float64{}
	put := func(words []string, cost float64) {
		if len(words) == 0 {
			return
		}
		phrase := strings.Join(words, " ")
		if old, ok := out[phrase]; !ok || cost < old {
			out[phrase] = cost
		}
	}
	parts := glossary.Split(name)
	nounParts := strings.Fields(r.Noun)
	say := func(words []string, cost float64) {
		put(words, cost)
		if len(words) > 0 && !slices.Equal(words[:min(len(words), len(nounParts))], nounParts) {
			put(append(slices.Clone(nounParts), words...), cost)
		}
	}
	say(parts, 0)
	if len(parts) < 2 {
		return out
	}
	last := parts[len(parts)-1]
	trimmed := parts
	if slices.Contains([]string{"id", "code", "name", "key", "no", "nr", "number", "at", "on", "date", "sk", "pk", "fk"}, last) {
		trimmed = parts[:len(parts)-1]
		say(trimmed, costTrimmed)
	}
	if slices.Contains(kinds, Number) && unit(last) {
		say(parts[:len(parts)-1], costTrimmed)
	}
	if slices.Contains(kinds, Pop) && slices.Contains([]string{"is", "has", "was", "can"}, parts[0]) {
		say(parts[1:], costTrimmed/3)
	}
	if slices.Contains(kinds, Time) || slices.Contains(kinds, Pop) {
		return out // the end of a true/false column's name is no name: "show" of is_no_show is its opposite
	}
	head := trimmed
	if per := slices.Index(head, "per"); per > 0 {
		head = head[:per] // "price per crate" is a price
		put(head, costHead)
	}
	for i := 1; i < len(head); i++ {
		put(head[i:], costHead)
	}
	return out
}

func plural(noun string) string {
	switch {
	case noun == "":
		return noun
	case strings.HasSuffix(noun, "y") && len(noun) > 1 && !strings.ContainsRune("aeiou", rune(noun[len(noun)-2])):
		return noun[:len(noun)-1] + "ies"
	case strings.HasSuffix(noun, "s"), strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		return noun + "es"
	}
	return noun + "s"
}
