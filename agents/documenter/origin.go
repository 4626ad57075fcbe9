package documenter

import (
	"strings"

	"firstmile/planner/plan"
)

// design is the source of what follows from the Spec alone.
const design = "the design"

// origin names where a part of the Spec is known from, in words; empty where it does not say. What an answer chose
// is named by the evidence for the words that were asked about.
func (w *words) origin(o plan.Origin) string {
	switch o.Kind {
	case plan.FromTerm:
		return named("term", o.Ref)
	case plan.FromMetric:
		return named("metric", o.Ref)
	case plan.FromColumn, plan.FromValue:
		return named("column", o.Ref)
	case plan.FromAnswer:
		return w.chosen(o)
	case plan.FromQuote:
		return quoted("the request", o.Quote)
	case plan.FromDefault:
		return design
	}
	return ""
}

// chosen is what the words of an answer's question came to stand for.
func (w *words) chosen(o plan.Origin) string {
	asked := o.Quote
	if _, subject, ok := strings.Cut(o.Ref, ":"); ok && asked == "" {
		asked = subject
	}
	for _, e := range w.evidence {
		if kind, ref, ok := strings.Cut(e.Ref, ":"); ok && strings.EqualFold(e.Words, asked) {
			if name := named(kind, ref); name != "" {
				return name
			}
		}
	}
	return quoted("the answer", asked)
}

func quoted(what, words string) string {
	if words == "" {
		return what
	}
	return what + " \"" + words + "\""
}

// named is a thing of the project or glossary: a reference without a dot is to a whole model.
func named(kind, ref string) string {
	switch {
	case ref == "":
		return ""
	case kind == "term":
		return "glossary term " + ref
	case kind == "metric":
		return "metric " + ref
	case kind == "column" && strings.Contains(ref, "."), kind == "value":
		return "column " + strings.SplitN(ref, "=", 2)[0]
	case kind == "column":
		return "model " + ref
	}
	return ""
}

// taken is the sentence that names the source of a description; what people were asked or said is no source of a meaning.
func taken(source string) string {
	for _, kind := range []string{"glossary term ", "metric ", "column ", "model "} {
		if strings.HasPrefix(source, kind) {
			return " Taken from " + source + "."
		}
	}
	return ""
}
