package interpreter

import (
	"cmp"
	"slices"
	"strings"

	"firstmile/agents/interpreter/compose"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/planner/plan"
)

// margin is how much worse a reading may be than the best and still be a rival that has to be asked about.
const margin = 0.4

// maxQuestions is how many are asked at once: more would be an interrogation.
const maxQuestions = 3

// decide proposes the best reading if every content word has a role in it and no other reading is near; it asks
// where the best ones differ; it declines where a word stays without explanation.
func (s *session) decide(l grammar.Linked, drafts []draft) plan.Reading {
	best, rivals := contenders(drafts)
	if best == nil {
		return s.unexplained(l, drafts)
	}
	if worse := betterRefused(drafts, best); worse != nil {
		return s.refused(l, *worse, drafts)
	}
	questions := s.differences(*best, rivals)
	questions = append(questions, needQuestions(*best, rivals, len(questions) > 0)...)
	slices.SortStableFunc(questions, func(a, b weighted) int { return cmp.Compare(b.weight, a.weight) })
	r := plan.Reading{Restatement: compose.Restate(best.Spec), Evidence: best.Evidence,
		Assumptions: slices.Concat(s.assumed, best.Assumptions), Rejected: s.rejected(*best, drafts)}
	if len(questions) == 0 {
		if whetherThere(l) {
			r.Assumptions = append(r.Assumptions, plan.Assumption{Major: true,
				Text: "You asked whether this is there already. A model with these figures would be named instead; I found none, so this is what I would build."})
		}
		r.Outcome = plan.OutcomeSpec
		r.Spec = &best.Spec
		s.undated = best.Undated
		return r
	}
	r.Outcome = plan.OutcomeQuestions
	for _, q := range questions {
		if len(r.Questions) < maxQuestions && !slices.ContainsFunc(r.Questions, func(o plan.Question) bool { return o.ID == q.ID }) {
			q.Owners = s.owners(q.Options)
			s.prefer(&q.Question)
			r.Questions = append(r.Questions, q.Question)
		}
	}
	r.Restatement = openRestatement(best.Spec, r.Questions)
	return r
}

// whetherThere reports whether a request asks if something exists.
func whetherThere(l grammar.Linked) bool {
	return slices.ContainsFunc(l.Matches, func(m lexicon.Match) bool { return m.Category == lexicon.Existence })
}

// openRestatement says back how the request would be read as far as it can be told, and what leaves it open, worded by the
// kind of the questions.
func openRestatement(spec plan.Spec, questions []plan.Question) string {
	var several, open []string
	for _, q := range questions {
		words := "“" + q.Subject + "”"
		switch q.Kind {
		case plan.AskDefinition, plan.AskColumn, plan.AskPopulation, plan.AskPath, plan.AskReading, plan.AskValue:
			several = append(several, words+" can mean more than one thing here")
		case plan.AskUnknown:
			open = append(open, "I don't know "+words)
		case plan.AskMeasure:
			open = append(open, "it is open how "+words+" becomes one number")
		case plan.AskTime:
			open = append(open, "it is open which date counts")
		case plan.AskWindow:
			open = append(open, "it is open for which time "+words+" is meant")
		case plan.AskGrain:
			open = append(open, "it is open for which period")
		default:
			open = append(open, words+" is open")
		}
	}
	reasons := several
	if len(several) > 1 {
		for i := range several {
			several[i] = strings.TrimSuffix(several[i], " can mean more than one thing here")
		}
		reasons = []string{list(several) + " can mean more than one thing here"}
	}
	title := strings.TrimSuffix(strings.TrimPrefix(compose.Restate(spec), "You want "), ".")
	return "I would read this as " + title + ", but " + list(slices.Concat(reasons, open)) + "."
}

// list joins words as people do.
func list(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// contenders are the best complete reading and every other meaning within the margin.
func contenders(drafts []draft) (best *draft, rivals []draft) {
	seen := map[string]bool{}
	for n := range drafts {
		d := &drafts[n]
		if d.refusal != nil || len(d.unknown) > 0 {
			continue
		}
		if best == nil {
			best = d
		}
		if d.cost > best.cost+margin {
			break
		}
		if c := d.Spec.Canonical(); !seen[c] {
			seen[c] = true
			rivals = append(rivals, *d)
		}
	}
	return best, rivals
}

// betterRefused finds a refused reading that fits the words so much better than the best accepted one that the refusal is
// the answer: the requester meant that, and it cannot be done.
func betterRefused(drafts []draft, best *draft) *draft {
	for n := range drafts {
		d := &drafts[n]
		if d.refusal == nil || len(d.unknown) > 0 || d.refusal.To == 0 {
			continue
		}
		if d.cost+2*margin < best.cost {
			return d
		}
		break
	}
	return nil
}

// rejected names the other readings of the words that were considered.
func (s *session) rejected(best draft, drafts []draft) []string {
	var out []string
	own := best.Spec.Canonical()
	for _, d := range drafts {
		if d.refusal != nil || len(d.unknown) > 0 || d.cost > best.cost+tooFar || d.Spec.Canonical() == own {
			continue
		}
		line := d.Spec.Title
		if line != best.Spec.Title && !slices.Contains(out, line) && len(out) < 3 {
			out = append(out, line)
		}
	}
	for id, q := range s.asked {
		for _, o := range q.Options {
			if o.ID != s.settled[id] && len(out) < 6 {
				out = append(out, "\""+q.Subject+"\" as "+o.Label)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
