package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"firstmile/glossary"
	"firstmile/planner/plan"
)

// maxName keeps names below the 63 bytes that PostgreSQL allows an identifier.
const maxName = 60

// Name makes a Spec's model name: prefix, grain, measures, dimensions, filters. What does not fit is left out from the
// end; a name that is taken gets a number.
func Name(prefix string, s plan.Spec, taken func(string) bool) string {
	b := &builder{Context: Context{Prefix: prefix, Taken: taken}}
	return b.name(s)
}

func (b *builder) name(s plan.Spec) string {
	words := measureWords(s)
	var filters []string
	for _, f := range s.Filters {
		filters = append(filters, filterWord(f))
	}
	if len(filters) > 0 {
		with := slices.Concat(words, []string{"for"}, filters)
		if name, fits := shorten(b.Prefix, with); fits {
			return b.free(name)
		}
	}
	name, _ := shorten(b.Prefix, slices.Concat(words, filters))
	return b.free(name)
}

// measureWords is the name without filters: "weekly churn by region", "top 5 plans by revenue".
func measureWords(s plan.Spec) []string {
	var words, measures, dims []string
	for _, m := range s.Measures {
		name, folded := foldedName(m)
		if name == "" && folded {
			continue
		}
		if len(measures) > 0 {
			measures = append(measures, "and")
		}
		if name == "" {
			name = m.Name
		}
		measures = append(measures, name)
	}
	for _, d := range s.Dimensions {
		if d.Age != nil {
			continue
		}
		if len(dims) > 0 {
			dims = append(dims, "and")
		}
		dims = append(dims, d.Name)
	}
	if s.Rank != nil && s.Time != nil && len(dims) == 0 {
		return slices.Concat([]string{strings.ReplaceAll(bestPeriods(*s.Rank, *s.Time), " the ", " ")}, measures)
	}
	if s.Time != nil {
		words = append(words, axisWord(*s.Time))
	}
	if r := s.Rank; r != nil && len(dims) > 0 {
		dims[0] = plural(thing(dims[0]))
		if r.Rest {
			dims = append(dims, "and", "rest")
		}
		return slices.Concat(words, []string{rankWord(*r), strconv.Itoa(r.N)}, dims, []string{"by"}, measures)
	}
	words = append(words, measures...)
	if len(dims) > 0 {
		words = append(append(words, "by"), dims...)
	}
	return words
}

func rankWord(r plan.Rank) string {
	if r.Descending {
		return "top"
	}
	return "bottom"
}

// shorten joins as many words as fit and reports whether all did; a connective is never the last one.
func shorten(prefix string, words []string) (name string, all bool) {
	out, all := prefix, true
	for i, w := range words {
		w = snake(w)
		if w == "" {
			continue
		}
		next := out + w
		if i > 0 {
			next = out + "_" + w
		}
		if len(next) > maxName {
			if i == 0 {
				out = next[:maxName]
			}
			all = false
			break
		}
		out = next
	}
	for _, link := range []string{"_and", "_by", "_for"} {
		out = strings.TrimSuffix(out, link)
	}
	return strings.TrimRight(out, "_"), all
}

// free adds a number where the name is taken.
func (b *builder) free(name string) string {
	if b.Taken == nil || !b.Taken(name) {
		return name
	}
	for i := 2; ; i++ {
		suffix := fmt.Sprintf("_%d", i)
		next := name[:min(len(name), maxName-len(suffix))] + suffix
		if !b.Taken(next) {
			return next
		}
	}
}

// filterWord names a filter in a column or model name: "enterprise", "not_trial", "amount_over_100".
func filterWord(f plan.Filter) string {
	column := snake(f.Column.Column)
	var values []string
	for _, v := range f.Values {
		values = append(values, v.Text)
	}
	list := snake(strings.Join(values, " "))
	flag := strings.TrimPrefix(strings.TrimPrefix(column, "is_"), "has_")
	switch f.Op {
	case plan.Eq, plan.In:
		if len(f.Values) == 1 && f.Values[0].Kind == plan.BoolLiteral {
			if f.Values[0].Text == "true" {
				return flag
			}
			return "not_" + flag
		}
		if len(f.Values) == 1 && f.Values[0].Kind == plan.NumberLiteral {
			return column + "_" + list
		}
		return list
	case plan.Ne, plan.NotIn:
		if len(f.Values) == 1 && f.Values[0].Kind == plan.BoolLiteral {
			return "not_" + flag
		}
		return "not_" + list
	case plan.Lt, plan.Lte:
		return column + "_under_" + list
	case plan.Gt, plan.Gte:
		return column + "_over_" + list
	case plan.IsNull:
		return "no_" + column
	case plan.NotBetween:
		return "without_" + list
	case plan.NotNull:
		return "with_" + column
	}
	return column + "_" + list
}

// snake makes lower snake case of any text.
func snake(text string) string {
	return strings.Join(slices.DeleteFunc(glossary.Split(ascii(text)), func(w string) bool { return w == "" }), "_")
}

func ascii(text string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return ' '
		}
		return r
	}, text)
}

// sentence makes the first letter a capital, lowerFirst a small one unless the word is an abbreviation.
func sentence(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	next, _ := utf8.DecodeRuneInString(s[size:])
	if size == 0 || unicode.IsUpper(next) || unicode.IsDigit(next) {
		return s
	}
	return string(unicode.ToLower(r)) + s[size:]
}

func plural(noun string) string {
	switch {
	case noun == "" || strings.HasSuffix(noun, "s"):
		return noun
	case strings.HasSuffix(noun, "y") && len(noun) > 1 && !strings.ContainsRune("aeiou", rune(noun[len(noun)-2])):
		return noun[:len(noun)-1] + "ies"
	case strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		return noun + "es"
	}
	return noun + "s"
}
