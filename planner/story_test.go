package planner

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstmile/planner/plan"
)

var update = flag.Bool("update", false, "rewrite the stories with what Step does now")

// TestStories plays testdata/*.txt. A line without indentation is something
// that happens; the indented lines below it are the effects that Step asks for
// and, after "=", the stage. Read the diff before committing an -update.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(t, string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(text), got); diff != "" {
				t.Errorf("the story goes differently (-file +now):\n%s", diff)
			}
		})
	}
}

// tell plays a story and writes it down again.
func tell(t *testing.T, text string) string {
	t.Helper()
	st := newTeller()
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "    ") {
			continue
		}
		out.WriteString(line + "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		effects, err := st.play(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for _, e := range effects {
			out.WriteString("    " + describe(e) + "\n")
		}
		out.WriteString("    = " + string(st.thread.Stage) + "\n")
	}
	return out.String()
}

// teller holds the thread of a story.
type teller struct {
	cfg     Config
	thread  plan.Thread
	n       int
	pending []plan.Effect // effects without a result yet
	posts   int
	hold    bool // posts are not acknowledged until "posted"
	rules   plan.Rules
}

func newTeller() *teller {
	cfg := DefaultConfig()
	cfg.Projects = []plan.ProjectID{"shop"}
	cfg.Examples = []string{"weekly orders by region"}
	return &teller{cfg: cfg, thread: plan.Thread{ID: "story"}, rules: plan.Rules{DataSource: true, DBT: true,
		Approvers: plan.Approvers{Requester: true, DataTeam: []string{"data-team"}}}}
}

// step feeds one event and acknowledges plain messages at once.
func (st *teller) step(e plan.Event) []plan.Effect {
	st.n++
	e.Key, e.At = fmt.Sprint(st.n), time.Date(2026, 6, 30, 12, 0, st.n, 0, time.UTC)
	var effects []plan.Effect
	st.thread, effects = Step(st.cfg, st.thread, e)
	all := append([]plan.Effect(nil), effects...)
	for _, eff := range effects {
		if eff.Kind == plan.DoTimer {
			continue
		}
		st.pending = append(st.pending, eff)
		if (eff.Kind == plan.DoPost && !st.hold) || eff.Kind == plan.DoEdit || eff.Kind == plan.DoReact || eff.Kind == plan.DoLearn {
			all = append(all, st.ack(eff)...)
		}
	}
	return all
}

func (st *teller) ack(e plan.Effect) []plan.Effect {
	st.drop(e.ID)
	var r plan.Result
	if e.Kind == plan.DoPost {
		st.posts++
		r.Message = &plan.MessageRef{Channel: "C1", TS: fmt.Sprintf("b%d", st.posts)}
	}
	return st.step(plan.Event{Done: &plan.Done{Effect: e.ID, Result: r}})
}

func (st *teller) drop(id plan.EffectID) {
	for i, e := range st.pending {
		if e.ID == id {
			st.pending = append(st.pending[:i:i], st.pending[i+1:]...)
			return
		}
	}
}

// take finds the newest pending effect of a kind.
func (st *teller) take(kind plan.EffectKind) (plan.Effect, error) {
	for i := len(st.pending) - 1; i >= 0; i-- {
		if st.pending[i].Kind == kind {
			e := st.pending[i]
			st.drop(e.ID)
			return e, nil
		}
	}
	return plan.Effect{}, fmt.Errorf("no pending effect %q", kind)
}

func (st *teller) result(kind plan.EffectKind, r func(plan.Effect) plan.Result) ([]plan.Effect, error) {
	e, err := st.take(kind)
	if err != nil {
		return nil, err
	}
	return st.step(plan.Event{Done: &plan.Done{Effect: e.ID, Result: r(e)}}), nil
}

// describe is one effect on one line.
func describe(e plan.Effect) string {
	switch e.Kind {
	case plan.DoReact:
		return fmt.Sprintf("react :%s: on %s", e.Emoji, e.Target.TS)
	case plan.DoPost:
		return "post " + describeMessage(*e.Message)
	case plan.DoEdit:
		return "edit " + e.Target.TS + " " + describeMessage(*e.Message)
	case plan.DoTimer:
		if e.After == 0 {
			return "no timer " + e.Timer
		}
		return fmt.Sprintf("timer %s in %s", e.Timer, e.After)
	case plan.DoInterpret:
		var said []string
		for _, t := range e.Request.Turns {
			said = append(said, t.Text)
		}
		for _, a := range e.Request.Answers {
			said = append(said, a.Question+"="+strings.Join(append([]string{a.Option}, a.Also...), "+")+quoted(a.Text)+assumed(a))
		}
		return "interpret " + strings.Join(said, " | ")
	case plan.DoLearn, plan.DoRecall:
		return fmt.Sprintf("%s %s %q", e.Kind, e.Past.State, e.Past.Title)
	case plan.DoTeach:
		return fmt.Sprintf("teach %q as %q %s", e.Lesson.Word, e.Lesson.Means, e.Lesson.Ref)
	case plan.DoProve:
		return fmt.Sprintf("prove %.6s", e.Change.Digest())
	case plan.DoSpread:
		return fmt.Sprintf("spread %.6s approved by %s as %s", e.Brief.Change.Digest(), e.Brief.Approval.Person.ID, e.Brief.Thread)
	case plan.DoWatch:
		return "watch " + e.Prior.URL
	case plan.DoSynthesize:
		return fmt.Sprintf("synthesize, %d reasons", len(e.Reasons))
	case plan.DoCheck:
		return fmt.Sprintf("check %s %.6s", e.Level, e.Change.Digest())
	case plan.DoPublish:
		prior := ""
		if e.Prior != nil {
			prior = " revising " + e.Prior.URL
		}
		return fmt.Sprintf("publish %.6s approved by %s%s", e.Brief.Change.Digest(), e.Brief.Approval.Person.ID, prior)
	}
	return string(e.Kind)
}

func assumed(a plan.Answer) string {
	if a.Assumed {
		return " (assumed)"
	}
	return ""
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf("%q", s)
}

func describeMessage(m plan.Message) string {
	s := string(m.Kind)
	if m.To != nil {
		s += " only to " + m.To.ID
	}
	text, _, _ := strings.Cut(m.Text, "\n")
	s += ": " + text
	for _, q := range m.Questions {
		s += " [" + q.ID + "]"
	}
	if c := m.Lesson; c != nil {
		s += fmt.Sprintf("%s %.6s %s", c.Title, c.Digest, c.Stage)
		if c.Approved != nil {
			s += " approved by " + c.Approved.ID
		}
		if c.PR != nil {
			s += " " + c.PR.URL
		}
	}
	if len(m.Call) > 0 {
		s += " calling " + strings.Join(m.Call, ", ")
	}
	for _, p := range m.Steps {
		s += fmt.Sprintf(" (%s %s)", p.Name, p.State)
	}
	if p := m.Proposal; p != nil {
		s += fmt.Sprintf(" %.6s %s", p.Digest, p.State)
		if p.Stale {
			s += " stale"
		}
		if p.Approved != nil {
			s += " approved by " + p.Approved.ID
		}
		if p.PR != nil {
			s += " " + p.PR.URL
		}
	}
	return s
}
