package slackbot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/slackbot"
	"firstmile/planner/plan"
)

// ended runs a bot that is expected to give up and returns why.
func (o *office) ended(b *slackbot.Bot) *plan.Failure {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err := b.Run(ctx)
	var f *plan.Failure
	if !errors.As(err, &f) {
		o.t.Fatalf("the bot ended with %v", err)
	}
	return f
}

func TestLinkDisabledIsFatal(t *testing.T) {
	o := open(t)
	b := o.bot(newDesk())
	go func() {
		<-b.Ready()
		o.Faults().Disconnect("link_disabled")
	}()
	if f := o.ended(b); f.Code != "link_disabled" || f.Class != plan.Permanent || f.Message == "" {
		t.Fatalf("%+v", f)
	}
	if n := o.calls("apps.connections.open"); n != 1 {
		t.Errorf("%d connections were opened", n)
	}
}

func TestWrongTokensAreFatal(t *testing.T) {
	o := open(t)
	f := o.ended(o.bot(newDesk(), func(c *slackbot.Config) { c.BotToken = "xoxb-wrong" }))
	if f.Code != "invalid_auth" || f.Class != plan.Permanent {
		t.Fatalf("%+v", f)
	}
	f = o.ended(o.bot(newDesk(), func(c *slackbot.Config) { c.AppToken = "xapp-wrong" }))
	if f.Code != "invalid_auth" || f.Class != plan.Permanent {
		t.Fatalf("%+v", f)
	}
}

func TestSlackIsAwaited(t *testing.T) {
	o, d := open(t), newDesk()
	o.Faults().Add(slackapi.Fault{Method: "auth.test", Status: 503})
	o.Faults().Add(slackapi.Fault{Method: "apps.connections.open", Status: 429, RetryAfter: time.Second})
	o.Faults().Add(slackapi.Fault{Method: "users.conversations", Status: 429, RetryAfter: time.Second})
	o.listen(d)
	o.say(ana, requests, "@firstmile orders per week", "")
	d.last(t, 1)
}

// While connections come and go, every message arrives once.
func TestNothingIsLostBetweenConnections(t *testing.T) {
	o, d := open(t, deaf), newDesk()
	o.listen(d, func(c *slackbot.Config) { c.Connections, c.Stagger = 2, 10*time.Millisecond })
	var want []string
	for i := range 24 {
		switch i % 6 {
		case 1:
			o.Faults().Disconnect("refresh_requested")
		case 3:
			o.Faults().CloseSockets()
		case 5:
			o.Faults().Disconnect("warning")
		}
		text := fmt.Sprintf("request %02d", i)
		want = append(want, text)
		o.say(ana, requests, "@firstmile "+text, "")
	}
	got := texts(d.wait(t, len(want)))
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
}

// A socket that is open but dead is noticed by its silence.
func TestSilenceEndsAConnection(t *testing.T) {
	o, d := open(t, func(opts *slackapi.Options) { opts.Socket.PingEvery = time.Hour }), newDesk()
	o.listen(d, func(c *slackbot.Config) { c.Silence = 50 * time.Millisecond })
	for range 3 {
		o.say(ana, requests, "@firstmile again", "")
	}
	d.wait(t, 3)
	deadline := time.Now().Add(20 * time.Second)
	for n := 0; o.calls("apps.connections.open") < 3; n++ {
		o.say(ana, requests, fmt.Sprintf("@firstmile still there %d", n), "")
		d.wait(t, 4+n)
		if time.Now().After(deadline) {
			t.Fatal("the silent connection was kept")
		}
	}
}

func TestAppHome(t *testing.T) {
	o, d := open(t), newDesk()
	d.requests = []slackbot.Request{
		{Title: "Weekly <churn>", Stage: plan.StagePublished, Root: plan.MessageRef{Channel: requests, TS: "1700000000.000100"},
			PR: &plan.PR{Number: 7, URL: "https://git.example.com/a/b/pull/7"}},
		{Title: "Orders", Stage: plan.StageAsking, Root: plan.MessageRef{Channel: requests, TS: "1700000001.000100"}},
	}
	o.listen(d, func(c *slackbot.Config) { c.Examples = []string{"weekly churn by region"} })
	o.raw(ana, "apphome.open", nil)
	deadline := time.Now().Add(20 * time.Second)
	for {
		view := o.raw(ana, "views.get", nil)
		if contains(view, `Weekly \u0026lt;churn\u0026gt;`, "/archives/C0REQUESTS/p1700000000000100", "waits for an answer", "pull/7", "weekly churn by region") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(view)
		}
	}
}

func TestDoctor(t *testing.T) {
	o := open(t)
	for _, f := range o.bot(newDesk()).Doctor(context.Background()) {
		if !f.OK {
			t.Errorf("%+v", f)
		}
	}
	o = open(t, func(opts *slackapi.Options) { opts.Workspace.App.Scopes = []string{"chat:write"} })
	findings := o.bot(newDesk(), func(c *slackbot.Config) { c.AppToken = "xapp-wrong" }).Doctor(context.Background())
	var sick []string
	for _, f := range findings {
		if !f.OK {
			sick = append(sick, f.What)
			if f.Detail == "" {
				t.Errorf("%s: nothing is said", f.What)
			}
		}
	}
	if !slices.Equal(sick, []string{"permissions", "app token", "channels"}) {
		t.Fatalf("%+v", findings)
	}
}
