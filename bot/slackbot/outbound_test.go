package slackbot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/slackbot"
	"firstmile/planner/plan"
)

func failed(t *testing.T, err error) *plan.Failure {
	t.Helper()
	var f *plan.Failure
	if !errors.As(err, &f) {
		t.Fatalf("error %v is no failure", err)
	}
	return f
}

// Done, but the answer was lost: trying again gives the same message, with its files, and no second one.
func TestLostAnswers(t *testing.T) {
	long := sample()
	long.Proposal.SQL = strings.Repeat("select 1 as churn_rate -- a long line\n", 200)
	for _, method := range []string{"chat.postMessage", "files.completeUploadExternal", "files.getUploadURLExternal"} {
		t.Run(method, func(t *testing.T) {
			o, d, ctx := open(t), newDesk(), context.Background()
			b := o.bot(d)
			root := o.say(ana, requests, "@firstmile orders per week", "")
			p := post(root, "1", long)
			// The chart is uploaded first, without which the proposal would go; the SQL follows the message.
			o.Faults().Add(slackapi.Fault{Method: method, LoseAnswer: true, Times: 1, Skip: strings.Count(method, "files.")})
			_, err := b.Post(ctx, p)
			if f := failed(t, err); f.Class != plan.Transient {
				t.Fatalf("%+v", f)
			}
			p.Again = true
			ref, err := b.Post(ctx, p)
			if err != nil {
				t.Fatal(err)
			}
			once, err := b.Post(ctx, p)
			if err != nil || once != ref {
				t.Fatalf("%v %v, first %v", once, err, ref)
			}
			messages, files := o.thread(requests, root), 0
			for _, m := range messages {
				files += len(m.Files)
			}
			if len(messages) != 3 || files != 1 {
				t.Fatalf("%d messages with %d files", len(messages), files)
			}
		})
	}
}

func TestLostAnswerOfReactionAndEdit(t *testing.T) {
	o, ctx := open(t), context.Background()
	b := o.bot(newDesk())
	root := o.say(ana, requests, "@firstmile orders per week", "")
	ref, err := b.Post(ctx, post(root, "1", plan.Message{Kind: plan.SayNote, Text: "one"}))
	if err != nil {
		t.Fatal(err)
	}
	o.Faults().Add(slackapi.Fault{Method: "reactions.add", LoseAnswer: true})
	if f := failed(t, b.React(ctx, ref, "eyes")); f.Class != plan.Transient {
		t.Fatal(f)
	}
	if err := b.React(ctx, ref, "eyes"); err != nil {
		t.Fatal(err)
	}
	edit := post(root, "2", plan.Message{Kind: plan.SayNote, Text: "two"})
	o.Faults().Add(slackapi.Fault{Method: "chat.update", LoseAnswer: true})
	if f := failed(t, b.Edit(ctx, ref, edit)); f.Class != plan.Transient {
		t.Fatal(f)
	}
	if err := b.Edit(ctx, ref, edit); err != nil {
		t.Fatal(err)
	}
	if m := o.thread(requests, root); len(m) != 2 || m[1].Text != "two" {
		t.Fatalf("%+v", m)
	}
	if err := b.Edit(ctx, plan.MessageRef{Channel: requests, TS: "1700000000.000100"}, edit); failed(t, err).Class != plan.Permanent {
		t.Fatal(err)
	}
}

func TestFailuresSayWhatToDo(t *testing.T) {
	o, ctx := open(t), context.Background()
	b := o.bot(newDesk())
	root := o.say(ana, requests, "@firstmile orders per week", "")
	for _, test := range []struct {
		fault slackapi.Fault
		class plan.FailureClass
		code  string
	}{
		{slackapi.Fault{Error: "not_in_channel"}, plan.Permanent, "not_in_channel"},
		{slackapi.Fault{Error: "channel_not_found"}, plan.Permanent, "channel_not_found"},
		{slackapi.Fault{Error: "invalid_auth"}, plan.Permanent, "invalid_auth"},
		{slackapi.Fault{Error: "missing_scope"}, plan.Permanent, "missing_scope"},
		{slackapi.Fault{Error: "something_new"}, plan.Permanent, "slack_refused"},
		{slackapi.Fault{Error: "fatal_error"}, plan.Transient, "fatal_error"},
		{slackapi.Fault{Status: 503}, plan.Transient, "slack_unreachable"},
		{slackapi.Fault{LoseAnswer: true}, plan.Transient, "slack_unreachable"},
		{slackapi.Fault{Status: 429, RetryAfter: 7 * time.Second}, plan.Transient, "ratelimited"},
	} {
		test.fault.Method = "chat.postMessage"
		o.Faults().Add(test.fault)
		_, err := b.Post(ctx, post(root, "1", plan.Message{Kind: plan.SayNote, Text: "one"}))
		f := failed(t, err)
		if f.Class != test.class || f.Code != test.code || !strings.HasSuffix(f.Message, ".") {
			t.Errorf("%+v: %+v", test.fault, f)
		}
		if test.code != "slack_refused" && strings.Contains(f.Message, test.fault.Error) && test.fault.Error != "" {
			t.Errorf("Slack's own words are shown: %s", f.Message)
		}
		if want := int(test.fault.RetryAfter.Seconds()); f.RetryAfterSeconds != want {
			t.Errorf("retry after %d s, want %d", f.RetryAfterSeconds, want)
		}
	}
	_, err := b.Post(ctx, plan.Post{Effect: "x", Thread: "terminal:1", Message: plan.Message{Kind: plan.SayNote, Text: "x"}})
	if f := failed(t, err); f.Class != plan.Permanent {
		t.Error(f)
	}
	lacking := open(t, func(opts *slackapi.Options) { opts.Workspace.App.Scopes = []string{"channels:history"} })
	err = lacking.bot(newDesk()).React(ctx, plan.MessageRef{Channel: requests, TS: lacking.say(ana, requests, "x", "")}, "eyes")
	if f := failed(t, err); f.Code != "missing_scope" || !strings.Contains(f.Message, "reactions:write") || !strings.Contains(f.Message, "manifest") {
		t.Errorf("%+v", f)
	}
}

// Slack's limit of a message a second per channel is never run into.
func TestPacing(t *testing.T) {
	const every = 40 * time.Millisecond
	o, ctx := open(t, func(opts *slackapi.Options) { opts.Limits.PostEvery = every }), context.Background()
	b := o.bot(newDesk(), func(c *slackbot.Config) { c.PostEvery = 3 * every })
	root := o.say(ana, requests, "@firstmile orders per week", "")
	errs := make(chan error)
	for _, n := range []string{"1", "2", "3", "4"} {
		go func() {
			_, err := b.Post(ctx, post(root, n, plan.Message{Kind: plan.SayNote, Text: n}))
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

// A message for one person is in no history.
func TestEphemeral(t *testing.T) {
	o, ctx := open(t), context.Background()
	b := o.bot(newDesk())
	root := o.say(ana, requests, "@firstmile orders per week", "")
	for _, again := range []bool{false, true} {
		p := post(root, "1", plan.Message{Kind: plan.SayRefused, To: &plan.Person{ID: ben}, Text: "Your approval does not count."})
		p.Again = again
		if ref, err := b.Post(ctx, p); err != nil || ref.TS == "" {
			t.Fatal(ref, err)
		}
	}
	if n := len(o.thread(requests, root)); n != 1 || o.calls("chat.postEphemeral") != 2 {
		t.Fatalf("%d messages in the thread", n)
	}
}

// An unchanged chart is uploaded once, however often its proposal is edited; a picture that Slack refuses is left out.
func TestChart(t *testing.T) {
	o, ctx := open(t), context.Background()
	b := o.bot(newDesk())
	root := o.say(ana, requests, "@firstmile orders per week", "")
	ref, err := b.Post(ctx, post(root, "1", sample()))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := b.Edit(ctx, ref, post(root, "2", sample())); err != nil {
			t.Fatal(err)
		}
	}
	if n := o.calls("files.completeUploadExternal"); n != 1 {
		t.Errorf("%d uploads", n)
	}
	o.Faults().Add(slackapi.Fault{Method: "chat.postMessage", Error: "invalid_blocks"})
	second, err := b.Post(ctx, post(root, "3", sample()))
	if err != nil {
		t.Fatal(err)
	}
	o.Faults().Add(slackapi.Fault{Method: "files.getUploadURLExternal", Error: "storage_limit_reached"})
	changed := sample()
	changed.Proposal.Preview.Rows[0][2] = 0.9
	if _, err := b.Post(ctx, post(root, "4", changed)); err != nil {
		t.Fatal(err)
	}
	pictures := 0
	for _, m := range o.thread(requests, root) {
		for _, block := range m.Blocks.BlockSet {
			if block.BlockType() == slack.MBTImage {
				pictures++
			}
		}
	}
	if pictures != 1 || second.TS == ref.TS {
		t.Errorf("%d pictures", pictures)
	}
}

// Working shows a status; where Slack has none, the work goes on.
func TestStatus(t *testing.T) {
	o, ctx := open(t), context.Background()
	b := o.bot(newDesk())
	root := o.say(ana, requests, "@firstmile orders per week", "")
	progress := plan.Message{Kind: plan.SayProgress, Text: "Working on it", Steps: []plan.ProgressStep{{Name: "Check", State: plan.StepRunning}}}
	o.Faults().Add(slackapi.Fault{Method: "assistant.threads.setStatus", Error: "unknown_method"})
	for _, n := range []string{"1", "2"} {
		if _, err := b.Post(ctx, post(root, n, progress)); err != nil {
			t.Fatal(err)
		}
	}
	if n := o.calls("assistant.threads.setStatus"); n != 1 {
		t.Errorf("%d calls", n)
	}
}
