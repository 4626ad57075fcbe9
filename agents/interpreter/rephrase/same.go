package rephrase

import (
	"slices"
	"strings"
)

// Same returns requests that mean the same. names lists, for each thing, all that it is called; a name that two
// things share must be left out, because then it does not mean the same.
func Same(text string, names [][]string) []Variant {
	v := newVariants(text)
	all := slices.Concat(names...)
	frames(v, text)
	letters(v, text)
	if p, ok := split(text, all); ok {
		prepositions(v, p)
		order(v, p)
	}
	synonyms(v, text, names, all)
	return v.list
}

// frames puts the polite words around it that people write.
func frames(v *variants, text string) {
	bare := strings.TrimRight(text, ".")
	if sentence(bare) {
		v.add("frame", "Hi team, "+lowerFirst(text))
		v.add("frame", text+" Thanks!")
		return
	}
	inner := lowerFirst(bare)
	v.add("frame", "Can I get "+inner+"?")
	if overTime(bare) {
		v.add("frame", "Can we track "+inner+"?")
	}
	v.add("frame", "Please show me "+inner)
	v.add("frame", "I need "+inner+", thanks!")
	v.add("frame", "Could you build a model with "+inner+"?")
	v.add("frame", bare+" please")
}

// overTime reports whether the request names a grain. Without one, to track something asks for one.
func overTime(text string) bool {
	words := strings.Fields(strings.ToLower(text))
	if ranked(words) || strings.Contains(strings.ToLower(text), "day of ") {
		return false // "average daily", "by day of week": no grain of the figures
	}
	before := ""
	for _, word := range words {
		word = strings.Trim(word, ",.;:")
		for _, g := range grains {
			if word == g && slices.Contains([]string{"by", "per", "each", "every"}, before) || strings.EqualFold(word, adverb(g)) {
				return true
			}
		}
		before = word
	}
	return false
}

// letters changes what carries no meaning: case, blanks, the full stop.
func letters(v *variants, text string) {
	v.add("letters", strings.ToLower(text))
	v.add("letters", strings.ToUpper(text))
	v.add("letters", "  "+strings.Join(strings.Fields(text), "   ")+" ")
	if !strings.ContainsAny(text, "?!.") {
		v.add("letters", text+".")
	}
}

// prepositions says "per month" and "by site" in the other ways.
func prepositions(v *variants, p phrase) {
	for i, part := range p.parts {
		word, rest, _ := strings.Cut(part, " ")
		with := func(other string) string {
			parts := slices.Clone(p.parts)
			parts[i] = other
			return p.text(parts)
		}
		switch word = strings.ToLower(word); {
		case word == "in":
			// a window is said in one way here
		case slices.Contains(grains, strings.ToLower(rest)):
			for _, other := range []string{"by " + rest, "per " + rest, "each " + rest, "for every " + rest} {
				v.add("grain", with(other))
			}
			parts := slices.Delete(slices.Clone(p.parts), i, i+1)
			v.add("grain", adverb(rest)+" "+lowerFirst(p.text(parts)))
		case word == "by": // "per" something can also be a ratio
			for _, other := range []string{"per " + rest, "split by " + rest, "broken down by " + rest, "for each " + rest} {
				v.add("split", with(other))
			}
		}
	}
}

// adverb is "Monthly" for a month.
func adverb(grain string) string {
	if strings.EqualFold(grain, "day") {
		return "Daily"
	}
	grain = strings.ToLower(grain)
	return strings.ToUpper(grain[:1]) + grain[1:] + "ly"
}

// order moves the parts: each one to the front of the others, and one before the head.
func order(v *variants, p phrase) {
	if slices.ContainsFunc(p.parts, func(part string) bool { return ratioLike(part) }) {
		return
	}
	for i := 1; i < len(p.parts); i++ {
		parts := slices.Clone(p.parts)
		moved := parts[i]
		parts = slices.Insert(slices.Delete(parts, i, i+1), 0, moved)
		v.add("order of the parts", p.text(parts))
	}
	last := len(p.parts) - 1
	v.add("order of the parts", p.parts[last]+", "+lowerFirst(p.text(p.parts[:last])))
}

// ratioLike reports whether a part may be the lower half of a ratio, which stays where it is: "per ride".
func ratioLike(part string) bool {
	word, rest, _ := strings.Cut(strings.ToLower(part), " ")
	return word == "per" && !slices.Contains(grains, rest)
}

// synonyms puts another name for each name in the text, but not for one that shares a word with its neighbour: "gross and
// net revenue".
func synonyms(v *variants, text string, names [][]string, all []string) {
	for _, same := range names {
		for _, name := range same {
			from, to, found := find(text, name)
			if !found || overlapped(text, from, to, all) || listed(text[:from]) {
				continue
			}
			for _, other := range same {
				if strings.TrimSpace(other) != "" && !strings.EqualFold(other, name) {
					v.add("synonym", text[:from]+other+text[to:])
				}
			}
		}
	}
}

// listed reports whether what comes before ends in a word that joins two things.
func listed(before string) bool {
	words := strings.Fields(strings.ToLower(before))
	return len(words) > 0 && slices.Contains([]string{"and", "or", "&", "with", "without"}, words[len(words)-1])
}

// find is where the name stands in the text as whole words, in any case. ASCII only: a byte is a letter.
func find(text, name string) (from, to int, found bool) {
	lower, name := strings.ToLower(text), strings.ToLower(name)
	if len(lower) != len(text) || strings.TrimSpace(name) == "" {
		return 0, 0, false // a letter that changes its length with its case
	}
	for at := 0; ; {
		i := strings.Index(lower[at:], name)
		if i < 0 {
			return 0, 0, false
		}
		from, to = at+i, at+i+len(name)
		if edge(lower, from-1) && edge(lower, to) {
			return from, to, true
		}
		at = to
	}
}

// edge reports whether no word goes on at i.
func edge(text string, i int) bool {
	if i < 0 || i >= len(text) {
		return true
	}
	b := text[i]
	return !(isDigit(b) || b >= 'a' && b <= 'z' || b == '-' || b == '_' || b >= 0x80)
}

// overlapped reports whether another name reaches over an end of the place: "visits" in "rolling visits".
func overlapped(text string, from, to int, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		f, t, found := find(text, name)
		return found && f < to && t > from && (f < from || t > to)
	})
}
