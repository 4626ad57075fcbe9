package planner

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"firstmile/planner/plan"
	"firstmile/planner/verify"
)

// play turns a line of a story into an event. The verbs:
//
//	mention WHO [TS]: TEXT      reply WHO [TS]: TEXT     edit WHO TS: TEXT
//	resolved                    reads spec TITLE         reads questions ID=OPT,OPT[@OWNER] …
//	reads declined WORD         reads chatter            reads outside
//	reuse new                   reuse exists MODEL       reuse extend MODEL [asked]
//	synthesized BYTES
//	covered                     documented [BYTES]       report LEVEL STATUS [CHECK]
//	react WHO EMOJI [TS|lessonN]      unreact WHO EMOJI        press WHO approve|cancel|ID=OPT|remember ID|lesson N
//	teaches BYTES [OWNER]       proves green|STATUS CHECK   spreads
//	recalls WHO [PR]            stands open|merged|closed [COMMENT]
//	published                   fails KIND CLASS CODE    fires TIMER
//	hold                        posted                   rules no-dbt|two
func (st *teller) play(line string) ([]plan.Effect, error) {
	head, text, _ := strings.Cut(line, ":")
	w := strings.Fields(head)
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	switch w[0] {
	case "mention", "reply", "edit":
		ts := arg(2)
		if ts == "" {
			ts = fmt.Sprintf("u%d", st.n+1)
		}
		return st.step(plan.Event{Said: &plan.Said{Person: person(arg(1)), Text: strings.TrimSpace(text), Mention: w[0] == "mention",
			Edited: w[0] == "edit", Message: plan.MessageRef{Channel: "C1", TS: ts}}}), nil
	case "react", "unreact":
		ts := arg(3)
		if n, err := strconv.Atoi(strings.TrimPrefix(ts, "lesson")); err == nil {
			ts = st.thread.Lessons[n-1].Message.TS
		}
		if ts == "" {
			ts = st.thread.Slots[slotProposal].TS
		}
		if ts == "" && st.hold {
			ts = fmt.Sprintf("b%d", st.posts+1)
		}
		return st.step(plan.Event{Reacted: &plan.Reacted{Person: person(arg(1)), Emoji: arg(2), Added: w[0] == "react",
			Message: plan.MessageRef{Channel: "C1", TS: ts}}}), nil
	case "press":
		return st.press(arg(1), strings.TrimPrefix(line, "press "+arg(1)+" "))
	case "fires":
		return st.step(plan.Event{Fired: &plan.Fired{Timer: strings.TrimPrefix(line, "fires ")}}), nil
	case "rules":
		st.rules.DBT = st.rules.DBT && arg(1) != "no-dbt"
		if arg(1) == "two" {
			st.rules.Approvers.Count = 2
		}
		return nil, nil
	case "hold":
		st.hold = true
		return nil, nil
	case "posted":
		e, err := st.take(plan.DoPost)
		if err != nil {
			return nil, err
		}
		st.hold = false
		return st.ack(e), nil
	}
	return st.playResult(w, arg, line)
}

func (st *teller) press(who, what string) ([]plan.Effect, error) {
	p := plan.Pressed{Person: person(who), Message: st.thread.Slots[slotProposal]}
	switch id, option, ok := strings.Cut(what, "="); {
	case ok:
		p.Button, p.Question, p.Option = plan.PressAnswer, id, option
	case strings.HasPrefix(what, "remember "):
		p.Button, p.Question = plan.PressRemember, strings.TrimPrefix(what, "remember ")
	case strings.HasPrefix(what, "lesson "):
		n, _ := strconv.Atoi(strings.TrimPrefix(what, "lesson "))
		l := st.thread.Lessons[n-1]
		p.Button, p.Message, p.Digest = plan.PressApprove, l.Message, l.Teaching.Change.Digest()
	case what == "cancel":
		p.Button = plan.PressCancel
	default:
		p.Button = plan.PressApprove
		if st.thread.Change != nil {
			p.Digest = st.thread.Change.Digest()
		}
		if p.Message.IsZero() {
			p.Message = plan.MessageRef{Channel: "C1", TS: fmt.Sprintf("b%d", st.posts+1)}
		}
	}
	return st.step(plan.Event{Pressed: &p}), nil
}

func (st *teller) playResult(w []string, arg func(int) string, line string) ([]plan.Effect, error) {
	switch w[0] {
	case "resolved":
		return st.result(plan.DoResolve, func(plan.Effect) plan.Result {
			return plan.Result{Base: &plan.Base{Project: "shop", Branch: "main", Commit: "c1"}, Rules: &st.rules}
		})
	case "reads":
		return st.result(plan.DoInterpret, func(plan.Effect) plan.Result {
			return plan.Result{Reading: reading(w[1], strings.TrimSpace(strings.TrimPrefix(line, "reads "+w[1])))}
		})
	case "teaches":
		return st.result(plan.DoTeach, func(e plan.Effect) plan.Result {
			return plan.Result{Teaching: &plan.Teaching{Term: "t", Title: e.Lesson.Word + " means " + e.Lesson.Means, Owner: arg(2), Rules: st.rules,
				Change: plan.Change{Files: []plan.File{{Path: "glossary/g.yml", Action: plan.Create, Mode: "100644", Content: []byte(arg(1))}}}}}
		})
	case "proves":
		return st.result(plan.DoProve, func(e plan.Effect) plan.Result {
			r := plan.Report{Digest: e.Change.Digest(), Level: plan.LevelEmbedded}
			for _, n := range verify.GlossaryPolicy().Static {
				c := plan.Check{Name: n, Status: plan.Passed, Detail: "ok"}
				if n == arg(2) {
					c.Status, c.Detail = plan.CheckStatus(arg(1)), "it is "+arg(1)
				}
				r.Checks = append(r.Checks, c)
			}
			return plan.Result{Report: &r}
		})
	case "spreads":
		return st.result(plan.DoSpread, func(plan.Effect) plan.Result {
			return plan.Result{PR: &plan.PR{Number: 8, URL: "pull/8", Branch: "g", Commit: "c3"}}
		})
	case "recalls":
		return st.result(plan.DoRecall, func(e plan.Effect) plan.Result {
			p := *e.Past
			p.Thread, p.Requester, p.Where, p.At = plan.ThreadID(arg(1)), person(arg(1)), "#data", time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
			if arg(2) != "" {
				p.PR = &plan.PR{Number: 12}
			}
			return plan.Result{Past: []plan.PastDesign{p}}
		})
	case "stands":
		return st.result(plan.DoWatch, func(plan.Effect) plan.Result {
			s := plan.PRStatus{State: plan.PRState(arg(1))}
			if text, ok := strings.CutPrefix(line, "stands "+arg(1)+" "); ok {
				s.Comments = []plan.Comment{{Author: "dev", Text: text}}
			}
			return plan.Result{Status: &s}
		})
	case "reuse":
		return st.result(plan.DoReuse, func(plan.Effect) plan.Result {
			return plan.Result{Reuse: &plan.Reuse{Verdict: plan.ReuseVerdict(arg(1)), Model: arg(2), Asked: arg(3) == "asked"}}
		})
	case "synthesized":
		return st.result(plan.DoSynthesize, func(plan.Effect) plan.Result {
			return plan.Result{Change: &plan.Change{Model: "fct", ModelPath: "fct.sql", Files: []plan.File{
				{Path: "fct.sql", Action: plan.Create, Mode: "100644", Content: []byte(arg(1))}}}}
		})
	case "covered":
		return st.result(plan.DoCover, func(e plan.Effect) plan.Result { return plan.Result{Change: e.Change} })
	case "documented":
		return st.result(plan.DoDocument, func(e plan.Effect) plan.Result { return plan.Result{Change: &e.Brief.Change} })
	case "report":
		return st.result(plan.DoCheck, func(e plan.Effect) plan.Result {
			return plan.Result{Report: report(e.Change.Digest(), plan.CheckLevel(arg(1)), arg(2), arg(3))}
		})
	case "published":
		return st.result(plan.DoPublish, func(plan.Effect) plan.Result {
			return plan.Result{PR: &plan.PR{Number: 7, URL: "pull/7", Branch: "b", Commit: "c2"}, Description: &plan.Description{Title: "t"}}
		})
	case "fails":
		e, err := st.take(plan.EffectKind(arg(1)))
		if err != nil {
			return nil, err
		}
		return st.step(plan.Event{Failed: &plan.EffectFailed{Effect: e.ID, Again: &e, Failure: plan.Failure{
			Class: plan.FailureClass(arg(2)), Code: arg(3), Message: "It failed."}}}), nil
	}
	return nil, fmt.Errorf("unknown verb %q", w[0])
}

// person: ana asks, dev is of the data team, eve is nobody.
func person(id string) plan.Person {
	p := plan.Person{ID: id, Name: id}
	if strings.HasPrefix(id, "dev") {
		p.Groups = []string{"data-team"}
	}
	return p
}

func reading(outcome, rest string) *plan.Reading {
	r := &plan.Reading{Outcome: plan.Outcome(outcome), Message: "(" + outcome + ")"}
	switch r.Outcome {
	case plan.OutcomeSpec:
		r.Restatement = "You want " + rest
		r.Spec = &plan.Spec{Version: plan.SpecVersion, Title: rest}
	case plan.OutcomeQuestions:
		r.Restatement = "You want something"
		for _, q := range strings.Fields(rest) {
			subject, options, _ := strings.Cut(q, "=")
			options, owner, owned := strings.Cut(options, "@")
			var list []plan.Option
			for i, o := range strings.Split(options, ",") {
				list = append(list, plan.Option{ID: o, Label: o, Default: i == 0})
			}
			question := plan.NewQuestion(plan.AskDefinition, subject, subject+"?", "it matters", list...)
			if owned {
				question.Owners = []string{owner}
			}
			r.Questions = append(r.Questions, question)
		}
	case plan.OutcomeDeclined:
		r.Unknown = []plan.Unknown{{Words: rest, Reason: "nobody defined it"}}
	}
	return r
}

// report passes every check of its level; with a status, the named check (or dbt) has that status.
func report(digest string, level plan.CheckLevel, status, check string) *plan.Report {
	names := []string{plan.CheckDBT}
	if level == plan.LevelEmbedded {
		names = nil
		for _, n := range plan.CheckNames() {
			if n != plan.CheckDBT && n != plan.CheckIndependent {
				names = append(names, n)
			}
		}
	}
	if check == "" {
		check = names[len(names)-1]
	}
	r := &plan.Report{Digest: digest, Level: level}
	for _, n := range names {
		c := plan.Check{Name: n, Status: plan.Passed, Detail: "ok"}
		if n == check && status != "green" {
			c.Status, c.Detail = plan.CheckStatus(status), "it is "+status
		}
		r.Checks = append(r.Checks, c)
	}
	return r
}
