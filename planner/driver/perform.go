package driver

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"

	"firstmile/planner/plan"
)

// do performs one effect through the ports. A panic in an agent becomes a
// failure of this effect and of nothing else.
func (d *Driver) do(ctx context.Context, l *loop, e plan.Effect, again bool) (result plan.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in effect %s: %v\n%s", e.Kind, p, debug.Stack())
		}
	}()
	if talk(e.Kind) {
		return d.say(ctx, l, e, again)
	}
	return d.work(ctx, e)
}

func (d *Driver) say(ctx context.Context, l *loop, e plan.Effect, again bool) (plan.Result, error) {
	chat := d.opts.Ports.Chat
	if e.Kind == plan.DoReact {
		return plan.Result{}, chat.React(ctx, e.Target, e.Emoji)
	}
	if e.Message == nil {
		return plan.Result{}, fmt.Errorf("effect %s has no message", e.ID)
	}
	post := plan.Post{Effect: e.ID, Thread: l.id, Root: d.root(ctx, l), Message: *e.Message, Again: again}
	if e.Kind == plan.DoEdit {
		return plan.Result{}, chat.Edit(ctx, e.Target, post)
	}
	ref, err := chat.Post(ctx, post)
	return plan.Result{Message: &ref}, err
}

// root is the message that opened the thread; it never changes once it is known.
func (d *Driver) root(ctx context.Context, l *loop) plan.MessageRef {
	t, err := d.State(ctx, l.id)
	if err != nil {
		l.log.Error("reading the thread's root", "err", err)
	}
	return t.Root
}

func (d *Driver) work(ctx context.Context, e plan.Effect) (r plan.Result, err error) {
	p := d.opts.Ports
	switch e.Kind {
	case plan.DoResolve:
		base, rules, err := p.Resolver.Resolve(ctx, e.Project)
		return plan.Result{Base: &base, Rules: &rules}, err
	case plan.DoInterpret:
		reading, err := p.Interpreter.Interpret(ctx, *e.Request)
		return plan.Result{Reading: &reading, Usage: reading.Usage}, err
	case plan.DoReuse:
		reuse, err := p.Interpreter.Reuse(ctx, e.Request.Base, *e.Spec)
		return plan.Result{Reuse: &reuse}, err
	case plan.DoSynthesize:
		change, err := p.Synthesizer.Synthesize(ctx, e.Request.Base, *e.Spec, reuseOf(e), e.Reasons)
		return plan.Result{Change: &change}, err
	case plan.DoCover:
		change, err := p.Tester.Cover(ctx, *e.Spec, *e.Change)
		return plan.Result{Change: &change}, err
	case plan.DoDocument:
		change, err := p.Documenter.Document(ctx, *e.Brief)
		return plan.Result{Change: &change}, err
	case plan.DoCheck:
		report, err := p.Tester.Check(ctx, *e.Spec, *e.Change, e.Level)
		return plan.Result{Report: &report}, err
	case plan.DoPublish:
		return d.publish(ctx, e)
	case plan.DoLearn, plan.DoRecall:
		return d.recall(ctx, e)
	case plan.DoTeach, plan.DoProve, plan.DoSpread:
		return d.teach(ctx, e)
	case plan.DoWatch:
		if p.Watcher == nil {
			return plan.Result{}, nil
		}
		status, err := p.Watcher.Watch(ctx, e.Project, *e.Prior)
		return plan.Result{Status: &status}, err
	}
	return r, fmt.Errorf("unknown kind of effect %q", e.Kind)
}

// recall keeps a design and, for DoRecall, looks for others like it. It is kept first: of two threads that ask for the
// same at the same moment at least one hears of the other.
func (d *Driver) recall(ctx context.Context, e plan.Effect) (plan.Result, error) {
	m := d.opts.Ports.Memory
	if m == nil || e.Past == nil { // an effect of an earlier version has none
		return plan.Result{}, nil
	}
	if err := m.Learn(ctx, *e.Past); err != nil || e.Kind == plan.DoLearn {
		return plan.Result{}, err
	}
	found, err := m.Alike(ctx, *e.Past)
	return plan.Result{Past: found}, err
}

func reuseOf(e plan.Effect) plan.Reuse {
	if e.Reuse == nil {
		return plan.Reuse{Verdict: plan.New}
	}
	return *e.Reuse
}

// publish words the pull request and publishes the approved bytes.
func (d *Driver) publish(ctx context.Context, e plan.Effect) (plan.Result, error) {
	b := *e.Brief
	if b.Approval == nil || b.Approval.Digest != b.Change.Digest() {
		return plan.Result{}, plan.NewFailure(plan.Permanent, "not_approved",
			"These are not the files that were approved, so nothing was published.", nil)
	}
	description, err := d.opts.Ports.Documenter.Describe(ctx, b)
	if err != nil {
		return plan.Result{}, fmt.Errorf("wording the pull request: %w", err)
	}
	pr, err := d.opts.Ports.Publisher.Publish(ctx, plan.Publication{Thread: b.Thread, Change: b.Change,
		Description: description, Branch: plan.BranchName(b.Change.Model, b.Thread), Prior: e.Prior, Approved: *b.Approval})
	return plan.Result{PR: &pr, Description: &description}, err
}

// teach does what belongs to a lesson.
func (d *Driver) teach(ctx context.Context, e plan.Effect) (plan.Result, error) {
	teacher := d.opts.Ports.Teacher
	switch {
	case e.Kind == plan.DoSpread:
		pr, err := d.spread(ctx, e)
		return plan.Result{PR: &pr}, err
	case teacher == nil:
		return plan.Result{}, plan.NewFailure(plan.Refused, "no_teacher", "I cannot change a glossary from here.", nil)
	case e.Kind == plan.DoTeach:
		teaching, err := teacher.Teach(ctx, e.Project, *e.Lesson)
		return plan.Result{Teaching: &teaching}, err
	}
	report, err := teacher.Prove(ctx, *e.Change)
	return plan.Result{Report: &report}, err
}

// spread publishes the approved bytes of a lesson, in a pull request of its own.
func (d *Driver) spread(ctx context.Context, e plan.Effect) (plan.PR, error) {
	b := *e.Brief
	if b.Approval == nil || b.Approval.Digest != b.Change.Digest() {
		return plan.PR{}, plan.NewFailure(plan.Permanent, "not_approved",
			"These are not the files that were approved, so nothing was published.", nil)
	}
	return d.opts.Ports.Publisher.Publish(ctx, plan.Publication{Thread: b.Thread, Change: b.Change, Description: e.Teaching.Description,
		Branch: plan.BranchName("glossary-"+e.Teaching.Term, b.Thread), Approved: *b.Approval})
}

// effectOf is the planner's id of an effect of the store.
func effectOf(id string) plan.EffectID {
	if i := strings.LastIndexByte(id, '@'); i >= 0 {
		id = id[:i]
	}
	return plan.EffectID(id)
}

// Listed is one line of a person's "my requests".
type Listed struct {
	Title  string     `json:"title"`
	Stage  plan.Stage `json:"stage"`
	Root   plan.MessageRef
	PR     *plan.PR `json:"pr,omitempty"`
	Thread plan.ThreadID
}

func listing(t plan.Thread) []byte {
	title := ""
	if len(t.Turns) > 0 {
		title = t.Turns[0].Text
	}
	if t.Reading != nil && t.Reading.Spec != nil {
		title = t.Reading.Spec.Title
	}
	data, err := json.Marshal(Listed{Title: title, Stage: t.Stage, Root: t.Root, PR: t.PR, Thread: t.ID})
	if err != nil {
		return nil // made of strings and numbers: cannot happen
	}
	return data
}
