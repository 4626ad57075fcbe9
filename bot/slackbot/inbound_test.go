package slackbot_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/slackbot"
	"firstmile/planner/plan"
)

// texts lists what was delivered in short: what was said, who put which emoji on (+) or took it off (-).
func texts(events []delivered) []string {
	var list []string
	for _, e := range events {
		switch s, r := e.event.Said, e.event.Reacted; {
		case r != nil && r.Added:
			list = append(list, "+"+r.Person.ID+" "+r.Emoji)
		case r != nil:
			list = append(list, "-"+r.Person.ID+" "+r.Emoji)
		case s == nil:
			list = append(list, e.event.Key)
		case s.Edited:
			list = append(list, "edit "+s.Text)
		default:
			list = append(list, s.Text)
		}
	}
	return list
}

func TestOnlyWhatIsMeantForTheBotIsDelivered(t *testing.T) {
	o, d := open(t), newDesk()
	b, _ := o.listen(d)
	chat := o.say(ana, requests, "good morning", "")
	o.say(ben, requests, "morning!", chat)
	root := o.say(ana, requests, "@firstmile orders per week", "")
	d.last(t, 1)
	answer, err := b.Post(context.Background(), post(root, "1", plan.Message{Kind: plan.SayNote, Text: "hello"}))
	if err != nil {
		t.Fatal(err)
	}
	o.say(ben, requests, "only EMEA", root)
	d.last(t, 2)
	if err := o.person(ben).AddReaction("wave", slack.NewRefToMessage(requests, chat)); err != nil { // a person's message
		t.Fatal(err)
	}
	if err := b.React(context.Background(), answer, "eyes"); err != nil { // the bot itself
		t.Fatal(err)
	}
	o.say(ben, requests, "@firstmile and in a thread of others", chat)
	events := d.wait(t, 3)
	if got, want := texts(events), []string{"orders per week", "only EMEA", "and in a thread of others"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	if events[2].thread != id(chat) || !events[2].event.Said.Mention {
		t.Fatalf("%+v", events[2])
	}
}

func TestDirectMessageIsAMention(t *testing.T) {
	o, d := open(t), newDesk()
	o.listen(d)
	o.say(ana, me, "orders per week", "")
	e := d.last(t, 1)
	if e.event.Said == nil || !e.event.Said.Mention || e.event.Said.Message.Channel[0] != 'D' {
		t.Fatalf("%+v", e)
	}
}

func TestEdits(t *testing.T) {
	o, d := open(t), newDesk()
	o.listen(d)
	root := o.say(ana, requests, "@firstmile chrun", "")
	d.last(t, 1)
	edit := func(ts, text string) {
		if _, _, _, err := o.person(ana).UpdateMessage(requests, ts, slack.MsgOptionText(text, false)); err != nil {
			t.Fatal(err)
		}
	}
	edit(root, "@firstmile churn")
	e := d.last(t, 2)
	if !e.event.Said.Edited || e.event.Said.Message.TS != root || e.thread != id(root) {
		t.Fatalf("%+v", e.event.Said)
	}
	// A message that becomes a request by an edit is one.
	other := o.say(ana, requests, "orders per week", "")
	edit(other, "@firstmile orders per week")
	events := d.wait(t, 4)
	if got, want := texts(events), []string{"chrun", "edit churn", "orders per week", "edit orders per week"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	// A message that is taken back is not an event.
	if _, _, err := o.person(ana).DeleteMessage(requests, other); err != nil {
		t.Fatal(err)
	}
	o.say(ana, requests, "@firstmile last", "")
	d.last(t, 5)
}

// What Slack sends again, for whatever reason, counts once; what could not be stored is not acknowledged and comes again.
func TestRedelivery(t *testing.T) {
	o, d := open(t), newDesk()
	o.listen(d)
	o.Faults().Add(slackapi.Fault{DeliverTwice: true, Times: 4})
	o.Faults().Add(slackapi.Fault{LoseAck: true, Times: 2})
	o.say(ana, requests, "@firstmile one", "")
	d.last(t, 1)
	d.mu.Lock()
	d.fail = 2
	d.mu.Unlock()
	o.say(ana, requests, "@firstmile two", "")
	d.wait(t, 2)
	o.say(ana, requests, "@firstmile three", "")
	if got, want := texts(d.wait(t, 3)), []string{"one", "two", "three"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}

// deaf makes Slack give up what nobody takes at once, so that only catching up can find it.
func deaf(opts *slackapi.Options) {
	opts.Socket.RetryAfter, opts.Socket.AckTimeout = []time.Duration{}, time.Millisecond
}

// Nothing that people did while the bot was away is lost, and nothing counts twice.
func TestCatchUp(t *testing.T) {
	o, d, ctx := open(t, deaf), newDesk(), context.Background()
	b, stop := o.listen(d)
	foreign := o.say(ben, requests, "a thread of others", "")
	root := o.say(ana, requests, "@firstmile orders per week", "")
	d.last(t, 1)
	shown, err := b.Post(ctx, post(root, "1", sample()))
	if err != nil {
		t.Fatal(err)
	}
	proposal := slack.NewRefToMessage(requests, shown.TS)
	if err := o.person(ben).AddReaction("rocket", proposal); err != nil {
		t.Fatal(err)
	}
	d.last(t, 2)
	d.setOpen(slackbot.OpenThread{Thread: id(root), Cards: []plan.MessageRef{shown}})
	stop()

	if err := errors.Join(
		o.person(ben).RemoveReaction("rocket", proposal),
		o.person(ana).AddReaction("white_check_mark", proposal),
	); err != nil {
		t.Fatal(err)
	}
	o.say(ben, requests, "nobody is meant", "")
	o.say(ben, requests, "also by plan", root)
	later := o.say(ben, requests, "@firstmile new customers", "")
	o.say(ben, requests, "only EMEA", later)
	o.say(ben, requests, "@firstmile in a thread of others", foreign)
	if _, _, _, err := o.person(ana).UpdateMessage(requests, root, slack.MsgOptionText("@firstmile orders per month", false)); err != nil {
		t.Fatal(err)
	}

	o.say(ben, me, "in private", "")

	for range 3 { // once is enough, more does no harm
		_, stop = o.listen(d)
		events := d.wait(t, 10)
		got := texts(events[2:])
		slices.Sort(got)
		want := []string{"+U0ANA white_check_mark", "-U0BEN rocket", "also by plan", "edit orders per month", "in a thread of others",
			"in private", "new customers", "only EMEA"}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
		stop()
	}
	// After catching up, what happens live goes on from there.
	o.listen(d)
	if err := o.person(ana).RemoveReaction("white_check_mark", proposal); err != nil {
		t.Fatal(err)
	}
	if r := d.last(t, 11).event.Reacted; r == nil || r.Added || r.Person.ID != ana {
		t.Fatalf("%+v", r)
	}
}

// A bot whose disk lost everything but the inbox still knows in which thread its messages stand.
func TestReactionWithoutNotes(t *testing.T) {
	o, d := open(t), newDesk()
	b, _ := o.listen(d)
	root := o.say(ana, requests, "@firstmile orders per week", "")
	d.last(t, 1)
	shown, err := b.Post(context.Background(), post(root, "1", plan.Message{Kind: plan.SayNote, Text: "hello"}))
	if err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	clear(d.notes)
	d.mu.Unlock()
	if err := o.person(ben).AddReaction("thumbsup::skin-tone-3", slack.NewRefToMessage(requests, shown.TS)); err != nil {
		t.Fatal(err)
	}
	if r := d.last(t, 2); r.thread != id(root) || r.event.Reacted.Emoji != "thumbsup" && r.event.Reacted.Emoji != "+1" {
		t.Fatalf("%+v", r)
	}
}

// A mention that comes late (Slack repeats it after a minute) brings along the replies that came before it.
func TestLateMention(t *testing.T) {
	o, d := open(t, func(opts *slackapi.Options) {
		opts.Socket.RetryAfter, opts.Socket.AckTimeout = []time.Duration{300 * time.Millisecond}, 100*time.Millisecond
	}), newDesk()
	o.Faults().Add(slackapi.Fault{Method: "users.conversations", Error: "fatal_error", Times: -1}) // no catching up
	d.fail = 2                                                                                     // both events of the mention
	o.listen(d, func(c *slackbot.Config) { c.Now = func() time.Time { return time.Now().Add(time.Hour) } })
	root := o.say(ana, requests, "@firstmile orders per week", "")
	o.say(ben, requests, "only EMEA", root)
	if got, want := texts(d.wait(t, 2)), []string{"orders per week", "only EMEA"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
}
