package recall

import (
	"slices"
	"strings"

	"firstmile/glossary"
	"firstmile/glossary/search"
)

// leastWords is how many words a description must have besides the name to be a query.
const leastWords = 3

// Case is one query.
type Case struct {
	Words string
	// Self are the refs of the models that have this description.
	Self []string
	// Parents are the refs of what they are built from.
	Parents []string
}

// Cases makes a query of every different description of a model. Relations without SQL (sources, seeds) are no models.
func Cases(docs []search.Document) []Case {
	var out []Case
	place := map[string]int{}
	known := map[string]bool{}
	for _, d := range docs {
		known[d.Ref] = true
	}
	for _, d := range docs {
		if d.Kind != search.Model || d.SQL == "" {
			continue
		}
		q := withoutName(d.Text, d.Name)
		if len(strings.Fields(q)) < leastWords {
			continue
		}
		i, ok := place[q]
		if !ok {
			i = len(out)
			place[q] = i
			out = append(out, Case{Words: q})
		}
		c := &out[i]
		c.Self = append(c.Self, d.Ref)
		for _, p := range d.Parents {
			if known[p] && !slices.Contains(c.Parents, p) {
				c.Parents = append(c.Parents, p)
			}
		}
	}
	return out
}

// withoutName is a description in lower-case words without its model's name, wherever its words stand in sequence: those of
// the whole name, and those after a prefix such as stg or fct.
func withoutName(text, name string) string {
	words, parts := glossary.Split(text), glossary.Split(name)
	words = cutAll(words, parts)
	if len(parts) > 2 {
		words = cutAll(words, parts[1:])
	}
	return strings.Join(words, " ")
}

// cutAll removes every place where the words of part stand in sequence. A name of one word is an ordinary word and stays, as the
// requester of a report about orders would say "orders".
func cutAll(words, part []string) []string {
	if len(part) < 2 {
		return words
	}
	var out []string
	for i := 0; i < len(words); i++ {
		if i+len(part) <= len(words) && slices.Equal(words[i:i+len(part)], part) {
			i += len(part) - 1
			continue
		}
		out = append(out, words[i])
	}
	return out
}

// undescribed are the documents without the descriptions of relations, and without what repeats one as a column's.
func undescribed(docs []search.Document) []search.Document {
	texts := map[string]bool{}
	for _, d := range docs {
		if d.Kind == search.Model {
			texts[plain(d.Text)] = true
		}
	}
	out := slices.Clone(docs)
	for i := range out {
		if out[i].Kind != search.Model {
			continue
		}
		out[i].Text = ""
		out[i].Columns = slices.Clone(out[i].Columns)
		for j, c := range out[i].Columns {
			if texts[plain(c.Text)] {
				out[i].Columns[j].Text = ""
			}
		}
	}
	return out
}

func plain(s string) string { return strings.Join(glossary.Split(s), " ") }
