package planner

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstmile/planner/plan"
)

// The promise: nothing is published that was not checked green and approved,
// byte for byte. And: a step is pure, and a settled thread never waits for nothing.

// FuzzStep plays conversations chosen by the fuzzer. Each byte chooses what happens next.
func FuzzStep(f *testing.F) {
	f.Add([]byte("a straight run"))
	f.Add([]byte{0, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 40, 41, 42})
	f.Fuzz(func(t *testing.T, choices []byte) {
		i := 0
		play(t, func(n int) int {
			if i >= len(choices) {
				return -1
			}
			i++
			return int(choices[i-1]) % n
		})
	})
}

// TestPromise plays random conversations; a failure names the seed to replay.
func TestPromise(t *testing.T) {
	published, lessons := 0, 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		left := 200
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			designs, words := play(t, func(n int) int {
				if left--; left < 0 {
					return -1
				}
				return r.IntN(n)
			})
			published, lessons = published+designs, lessons+words
		})
	}
	if lessons < 30 {
		t.Errorf("only %d of 3000 random conversations changed the glossary", lessons)
	}
	if published < 300 {
		t.Errorf("only %d of 3000 random conversations published anything: they do not try hard enough", published)
	}
}

// world is what an outsider knows about a conversation: what the checks said, what was shown, who said yes.
type world struct {
	t       *testing.T
	choose  func(n int) int
	thread  plan.Thread
	cfg     Config
	rules   plan.Rules
	n       int
	open    []plan.Effect
	reports map[string][]plan.Report // by digest, as delivered to this thread
	shown   map[string][]byte        // digest -> bytes of the model's file in the proposal
	yes     map[string][]vote        // by message
	posted  map[string]string        // message -> digest shown in it
	current string                   // newest proposal message
	pubs    int
	lessons int // published changes of the glossary
}

// play runs one conversation and returns how many publications of designs and of words it saw.
func play(t *testing.T, choose func(n int) int) (designs, words int) {
	w := &world{t: t, choose: choose, thread: plan.Thread{ID: "t"}, cfg: DefaultConfig(),
		reports: map[string][]plan.Report{}, shown: map[string][]byte{}, yes: map[string][]vote{}, posted: map[string]string{}}
	w.cfg.Projects = []plan.ProjectID{"p"}
	w.rules = plan.Rules{DataSource: true, Approvers: plan.Approvers{Requester: true, DataTeam: []string{"data-team"}}}
	w.rules.DBT = choose(2) == 1
	w.rules.Approvers.Count = choose(3)
	w.feed(plan.Event{Said: &plan.Said{Person: person("ana"), Text: "orders", Mention: true, Message: plan.MessageRef{TS: "u0"}}})
	for {
		c := choose(21)
		if c < 0 {
			return w.pubs, w.lessons
		}
		w.act(c)
	}
}

// act lets something happen; most choices answer an open effect, truthfully or not.
func (w *world) act(c int) {
	who := person([]string{"ana", "dev", "dev2", "eve"}[max(w.choose(4), 0)])
	switch {
	case c < 13 && len(w.open) > 0:
		i := len(w.open) - 1
		if w.choose(4) == 0 {
			i = max(w.choose(len(w.open)), 0)
		}
		e := w.open[i]
		w.open = append(w.open[:i:i], w.open[i+1:]...)
		w.answer(e)
	case c < 14:
		w.feed(plan.Event{Reacted: &plan.Reacted{Person: who, Emoji: "rocket", Added: w.choose(5) != 0, Message: w.anyMessage()}})
	case c == 14:
		w.feed(plan.Event{Pressed: &plan.Pressed{Person: who, Button: plan.PressApprove, Message: w.anyMessage(), Digest: w.anyDigest()}})
	case c == 15:
		texts := []string{"also by plan", "cancel", "customers", "", "thanks", "remember: churn means a", "sorry, I meant b", "both", "1, and only EMEA", "no, the first one"}
		w.feed(plan.Event{Said: &plan.Said{Person: who, Text: texts[max(w.choose(len(texts)), 0)], Mention: w.choose(3) == 0,
			Message: plan.MessageRef{TS: fmt.Sprint("u", w.n)}}})
	case c == 16:
		for name := range w.thread.Retries {
			w.feed(plan.Event{Fired: &plan.Fired{Timer: name}})
			break
		}
	case c == 17: // a forged or late report about some digest
		id, r := plan.EffectID(fmt.Sprintf("t#%d", w.choose(60))), report(w.anyDigest(), plan.LevelEmbedded, "green", "")
		if w.thread.Waiting[id] == plan.DoCheck { // whoever performs the check says so: to Step that is the check's word
			w.reports[r.Digest] = append(w.reports[r.Digest], *r)
		}
		w.feed(plan.Event{Done: &plan.Done{Effect: id, Result: plan.Result{Report: r}}})
	case c == 18:
		w.feed(plan.Event{Fired: &plan.Fired{Timer: []string{timerRemind, timerPark, timerWatch}[max(w.choose(3), 0)]}})
	case c == 19:
		w.feed(plan.Event{Pressed: &plan.Pressed{Person: who, Button: plan.PressRemember, Question: "definition:churn"}})
	}
}

func (w *world) anyMessage() plan.MessageRef {
	if w.choose(4) != 0 && w.current != "" {
		return plan.MessageRef{TS: w.current}
	}
	return plan.MessageRef{TS: fmt.Sprint("b", w.choose(30))}
}

func (w *world) anyDigest() string {
	if w.thread.Change != nil && w.choose(3) != 0 {
		return w.thread.Change.Digest()
	}
	for _, l := range w.thread.Lessons {
		if l.Teaching != nil && w.choose(3) == 0 {
			return l.Teaching.Change.Digest()
		}
	}
	if known := slices.Sorted(maps.Keys(w.shown)); len(known) > 0 {
		return known[max(w.choose(len(known)), 0)]
	}
	return "none"
}

// answer gives an open effect a result or a failure.
func (w *world) answer(e plan.Effect) {
	if w.choose(25) == 0 {
		class := []plan.FailureClass{plan.Transient, plan.Refused, plan.Permanent}[max(w.choose(3), 0)]
		code := []string{"x", plan.CodeBaseMoved}[max(w.choose(2), 0)]
		w.feed(plan.Event{Failed: &plan.EffectFailed{Effect: e.ID, Again: &e, Failure: plan.Failure{Class: class, Code: code, Message: "no"}}})
		return
	}
	var r plan.Result
	switch e.Kind {
	case plan.DoPost:
		r.Message = w.show(e)
	case plan.DoResolve:
		r.Base, r.Rules = &plan.Base{Project: "p", Commit: fmt.Sprint(w.n)}, &w.rules
	case plan.DoInterpret:
		outcome := []string{"spec", "spec", "spec", "spec", "questions", "declined", "chatter", "outside"}[max(w.choose(8), 0)]
		r.Reading = reading(outcome, "churn=a,b")
	case plan.DoReuse:
		r.Reuse = &plan.Reuse{Verdict: []plan.ReuseVerdict{plan.New, plan.New, plan.New, plan.Exists}[max(w.choose(4), 0)]}
	case plan.DoSynthesize:
		r.Change = &plan.Change{Model: "m", ModelPath: "m.sql", Files: []plan.File{{Path: "m.sql", Action: plan.Create,
			Mode: "100644", Content: []byte(fmt.Sprint("select ", w.choose(6)))}}}
	case plan.DoCover:
		r.Change = e.Change
	case plan.DoDocument:
		r.Change = &e.Brief.Change
	case plan.DoCheck:
		r.Report = w.report(e)
	case plan.DoTeach:
		r.Teaching = &plan.Teaching{Term: "t", Owner: "finance", Rules: w.rules, Change: plan.Change{Files: []plan.File{{Path: "glossary/g.yml", Mode: "100644",
			Content: []byte(fmt.Sprint("terms ", w.choose(3)))}}}}
	case plan.DoProve:
		r.Report = w.prove(e)
	case plan.DoRecall:
		p := *e.Past
		p.Thread = plan.ThreadID(fmt.Sprint("other", w.choose(3)))
		r.Past = []plan.PastDesign{p}
	case plan.DoWatch:
		r.Status = &plan.PRStatus{State: []plan.PRState{plan.PROpen, plan.PRMerged, plan.PRClosed}[max(w.choose(3), 0)]}
	case plan.DoPublish, plan.DoSpread:
		r.PR = &plan.PR{Number: 1, Branch: "b"}
	}
	w.feed(plan.Event{Done: &plan.Done{Effect: e.ID, Result: r}})
}

func (w *world) report(e plan.Effect) *plan.Report {
	digest := e.Change.Digest()
	if w.choose(20) == 0 {
		digest = "another"
	}
	status := []string{"green", "green", "green", "green", "green", "green", "failed", "not_run"}[max(w.choose(8), 0)]
	names := plan.CheckNames()
	check := ""
	if e.Level == plan.LevelEmbedded {
		check = names[max(w.choose(len(names)-2), 0)]
	}
	r := report(digest, e.Level, status, check)
	w.reports[digest] = append(w.reports[digest], *r)
	return r
}

// prove reports about a change of the glossary, truthfully or about another one.
func (w *world) prove(e plan.Effect) *plan.Report {
	r := &plan.Report{Digest: e.Change.Digest(), Level: plan.LevelEmbedded}
	if w.choose(10) == 0 {
		r.Digest = "another"
	}
	for _, name := range []string{plan.CheckPaths, plan.CheckYAML, plan.CheckGlossary} {
		status := []plan.CheckStatus{plan.Passed, plan.Passed, plan.Passed, plan.Passed, plan.Passed, plan.Failed, plan.NotRun}[max(w.choose(7), 0)]
		r.Checks = append(r.Checks, plan.Check{Name: name, Status: status})
	}
	w.reports[r.Digest] = append(w.reports[r.Digest], *r)
	return r
}

// judgeLesson checks a publication of the glossary: shown, proven, and wanted by somebody other than the requester, in a
// pull request that is not the design's.
func (w *world) judgeLesson(e plan.Effect) {
	w.lessons++
	digest := e.Brief.Change.Digest()
	if e.Brief.Thread == w.thread.ID {
		w.t.Fatal("a lesson goes into the design's pull request")
	}
	good := false
	for _, r := range w.reports[digest] {
		all := len(r.Checks) == 3
		for _, c := range r.Checks {
			all = all && c.Status == plan.Passed
		}
		good = good || all
	}
	if !good {
		w.t.Fatal("a lesson is published that was not proven")
	}
	if v := w.voters(digest); !v["dev"] && !v["dev2"] {
		w.t.Fatalf("a lesson is published by the word of %v", v)
	}
}

// show posts a message and remembers which bytes a proposal showed.
func (w *world) show(e plan.Effect) *plan.MessageRef {
	ref := plan.MessageRef{TS: fmt.Sprint("b", w.n)}
	if p := e.Message.Proposal; p != nil {
		w.posted[ref.TS], w.current = p.Digest, ref.TS
	}
	if l := e.Message.Lesson; l != nil {
		w.posted[ref.TS], w.current = l.Digest, ref.TS
	}
	return &ref
}

// feed gives Step an event and checks everything that must hold afterwards.
func (w *world) feed(e plan.Event) {
	w.n++
	e.Key, e.At = fmt.Sprint(w.n), time.Unix(int64(w.n), 0).UTC()
	w.note(e)
	before := encode(w.t, w.thread)
	thread, effects := Step(w.cfg, w.thread, e)
	if encode(w.t, w.thread) != before {
		w.t.Fatalf("Step changed its argument at event %d", w.n)
	}
	if again, same := Step(w.cfg, w.thread, e); encode(w.t, again) != encode(w.t, thread) || encode(w.t, same) != encode(w.t, effects) {
		w.t.Fatalf("Step gave two results for one event: %s", cmp.Diff(thread, again))
	}
	w.thread = thread
	for _, eff := range effects {
		if eff.Message != nil && eff.Message.Proposal != nil {
			w.shown[eff.Message.Proposal.Digest] = []byte(eff.Message.Proposal.SQL)
		}
		if eff.Kind == plan.DoPublish {
			w.judge(eff)
		}
		if eff.Kind == plan.DoSpread {
			w.judgeLesson(eff)
		}
		if eff.Kind != plan.DoTimer {
			w.open = append(w.open, eff)
		}
	}
	w.alive()
}

// note records approvals as an outsider sees them: who said yes on which message.
func (w *world) note(e plan.Event) {
	if r := e.Reacted; r != nil && r.Added {
		w.yes[r.Message.TS] = append(w.yes[r.Message.TS], vote{r.Person, ""})
	}
	if p := e.Pressed; p != nil {
		w.yes[p.Message.TS] = append(w.yes[p.Message.TS], vote{p.Person, p.Digest})
	}
}

// vote is a yes; a button names the digest it was shown with.
type vote struct {
	person plan.Person
	digest string
}

// voters are the people who said yes on a message that showed the digest.
func (w *world) voters(digest string) map[string]bool {
	out := map[string]bool{}
	for message, votes := range w.yes {
		for _, v := range votes {
			if w.posted[message] == digest && (v.digest == "" || v.digest == digest) {
				out[v.person.ID] = true
			}
		}
	}
	return out
}

// judge checks a publication against what the outsider knows, without verify or Step.
func (w *world) judge(e plan.Effect) {
	w.pubs++
	c := e.Brief.Change
	digest := c.Digest()
	if string(w.shown[digest]) != string(c.Files[0].Content) {
		w.t.Fatalf("published bytes that no proposal showed: %q", c.Files[0].Content)
	}
	incomplete := w.rules.DBT
	embedded := false
	for _, r := range w.reports[digest] {
		embedded = embedded || r.Level == plan.LevelEmbedded
		if r.Level == plan.LevelDBT {
			incomplete = false
		}
	}
	for _, r := range w.thread.Reports {
		for _, check := range r.Checks {
			if check.Status == plan.Failed {
				w.t.Fatalf("published although %s failed", check.Name)
			}
			incomplete = incomplete || check.Status == plan.NotRun
		}
	}
	if !embedded {
		w.t.Fatal("published without the embedded checks")
	}
	count := 0
	for id := range w.voters(digest) {
		if id == "dev" || id == "dev2" || id == w.thread.Requester.ID && !incomplete {
			count++
		}
	}
	if count < max(w.rules.Approvers.Count, 1) {
		w.t.Fatalf("published with %d approvals of %d (incomplete: %v)", count, w.rules.Approvers.Count, incomplete)
	}
}

// alive checks that a stage which works has something to wait for.
func (w *world) alive() {
	switch w.thread.Stage {
	case plan.StageResolving, plan.StageInterpreting, plan.StageReusing, plan.StageSynthesizing, plan.StageCovering,
		plan.StageDocumenting, plan.StageChecking, plan.StagePublishing:
		for _, kind := range w.thread.Waiting {
			if work(kind) {
				return
			}
		}
		w.t.Fatalf("the thread is %s and waits for nothing", w.thread.Stage)
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
