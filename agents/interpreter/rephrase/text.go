package rephrase

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// phrase is a request as a head and the parts that hang on it: "fare income", "by bike type", "per quarter".
type phrase struct {
	head  string
	parts []string
}

// grains that a request can be split by in time.
var grains = []string{"day", "week", "month", "quarter", "year"}

// opens reports whether a part begins at the word at i. Only words after which the part stands by itself begin one:
// "in 2025" can move, "in Harbour" may belong to the word before.
func opens(words []string, i int) bool {
	next := ""
	if i+1 < len(words) {
		next = strings.ToLower(words[i+1])
	}
	switch strings.ToLower(words[i]) {
	case "by", "per":
		return next != "" && next != "the"
	case "each", "every":
		return slices.Contains(grains, next)
	case "in":
		return isYear(next) || len(next) == 2 && next[0] == 'q' && isDigit(next[1])
	}
	return false
}

func isYear(word string) bool {
	return len(word) == 4 && strings.HasPrefix(word, "20") && isDigit(word[2]) && isDigit(word[3])
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// split cuts a request into its head and parts; ok is false when it is not of that simple form: a question, an
// order, a rank, an average, which may be taken over the periods, a list with commas, or words around a part that may
// belong to either side. A name is never cut ("cost per repair").
func split(text string, names []string) (p phrase, ok bool) {
	words := strings.Fields(text)
	text = strings.Join(words, " ")
	if len(words) < 2 || strings.ContainsAny(text, ",;:?!\"'()") || sentence(text) || ranked(words) {
		return phrase{}, false
	}
	from := 0
	add := func(to int) {
		part := strings.Join(words[from:to], " ")
		if from == 0 {
			p.head = part
		} else {
			p.parts = append(p.parts, part)
		}
		from = to
	}
	at := len(words[0])
	for i := 1; i < len(words); i++ {
		at++ // the blank
		start := at
		at += len(words[i])
		switch {
		case opens(words, i):
			if within(text, start, names) || slices.Contains(clinging, strings.ToLower(words[i-1])) {
				return phrase{}, false // "at the end of each month"
			}
			add(i)
		case from > 0 && slices.Contains(clinging, strings.ToLower(words[i])):
			return phrase{}, false // "by site without X": what it hangs on is not for us to say
		}
	}
	add(len(words))
	return p, len(p.parts) > 0
}

// ranked reports whether "by" or "per" may do something else than split: "top 5 bikes by repairs", "average rides per day".
func ranked(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"top", "bottom", "best", "worst", "highest", "lowest", "most", "least", "largest", "smallest", "average", "mean", "median"}, strings.ToLower(w))
	})
}

// within reports whether a name goes on at the place.
func within(text string, at int, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		from, to, found := find(text, name)
		return found && from < at && at < to
	})
}

// clinging words begin something that may belong to the part before them.
var clinging = []string{"and", "or", "of", "for", "with", "without", "excluding", "except", "not", "only", "from", "to", "in", "on", "at", "since", "until",
	"before", "after", "between", "over", "under", "during", "last", "that", "who", "which", "where", "than", "within", "up", "so", "including", "through", "as"}

// sentence reports whether the request is one already, so that no frame fits around it.
func sentence(text string) bool {
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(text)), " ")
	return slices.Contains([]string{"how", "what", "which", "who", "when", "where", "why", "can", "could", "would", "is", "are", "do", "does", "did", "will",
		"please", "show", "give", "list", "add", "build", "make", "i", "we", "let", "compare", "count", "track", "tell", "get", "split", "break", "create", "the"}, first) ||
		strings.ContainsAny(text, "?!")
}

// lowerFirst writes the first word in small letters unless it is an abbreviation.
func lowerFirst(text string) string {
	first, rest, _ := strings.Cut(text, " ")
	for _, r := range first[min(1, len(first)):] {
		if unicode.IsUpper(r) {
			return text
		}
	}
	r, size := utf8.DecodeRuneInString(first)
	first = string(unicode.ToLower(r)) + first[size:]
	if rest == "" {
		return first
	}
	return first + " " + rest
}

func (p phrase) text(parts []string) string {
	return strings.Join(append([]string{p.head}, parts...), " ")
}
