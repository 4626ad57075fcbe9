package web_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/local/slackapi/workspace"
	"firstmile/bot/local/web"
)

const (
	channel = "C0REQUESTS"
	quietCh = "C0GENERAL1"
	ines    = "U0INES0001"
	omar    = "U0OMAR0001"
	bot     = "U0BOT00001"
)

// office is a workspace with its page and an app that answers by `reacts`.
type office struct {
	t      *testing.T
	URL    string
	tokens slackapi.Tokens
	bot    *slack.Client
	// interactions gets every interaction payload that the app received over Socket Mode.
	interactions chan slack.InteractionCallback

	dir string
	api *slackapi.Server
	// serving is what answers under /api/ at the moment.
	serving atomic.Pointer[http.Handler]
}

var welcome = web.Welcome{
	Channel: "data-requests", Title: "Ask for a figure in your own words",
	Text:        "Firstmile restates what you mean, asks where it matters, and opens a checked pull request once you approve.",
	Suggestions: []string{"Can we track weekly churn by region?", "How many support tickets are open per plan?", "What was monthly revenue net of refunds?"},
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, dir: t.TempDir(), interactions: make(chan slack.InteractionCallback, 10)}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.URL = server.URL
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { (*o.serving.Load()).ServeHTTP(w, r) })
	o.start()
	t.Cleanup(func() { _ = o.api.Close() })
	o.tokens = o.api.Tokens()
	page, err := web.Handler(web.Config{
		Title: "Northpeak", BotID: bot, Channel: "data-requests", Welcome: welcome,
		People: []web.Person{
			{ID: ines, Name: "Ines Duarte", Note: "Asks for figures", Token: o.tokens.Users[ines]},
			{ID: omar, Name: "Omar Haddad", Note: "Data team, may approve", Token: o.tokens.Users[omar]},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", page)
	o.bot = slack.New(o.tokens.Bot, slack.OptionAPIURL(o.URL+"/api/"), slack.OptionAppLevelToken(o.tokens.App))
	o.listen()
	return o
}

// start opens the workspace in its folder and puts it at the address.
func (o *office) start() {
	o.t.Helper()
	api, err := slackapi.New(slackapi.Options{
		Dir: o.dir, BaseURL: func() string { return o.URL }, Logger: slog.New(slog.DiscardHandler),
		Workspace: workspace.Seed{
			Team: workspace.Team{ID: "T0SAMPLE01", Name: "Northpeak", Domain: "northpeak"},
			App: workspace.App{ID: "A0FIRST001", Name: "Firstmile", BotID: "B0FIRST001", User: workspace.User{ID: bot, Name: "firstmile", RealName: "Firstmile"},
				Scopes: []string{"app_mentions:read", "channels:history", "channels:read", "chat:write", "reactions:read", "reactions:write", "files:read", "files:write", "users:read", "im:history", "im:read", "im:write"}},
			Users: []workspace.User{
				{ID: ines, Name: "ines", RealName: "Ines Duarte", Title: "Product manager"},
				{ID: omar, Name: "omar", RealName: "Omar Haddad", Title: "Data team"},
			},
			Channels: []workspace.Channel{
				{ID: channel, Name: "data-requests", Topic: "Ask for figures here", Members: []string{ines, omar, bot}},
				{ID: quietCh, Name: "general", Members: []string{ines, omar}},
			},
		},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	handler := api.Handler()
	o.api = api
	o.serving.Store(&handler)
}

// down stops the workspace; the address answers 503 until start.
func (o *office) down() {
	o.t.Helper()
	var away http.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	o.serving.Store(&away)
	if err := o.api.Close(); err != nil {
		o.t.Fatal(err)
	}
}

// next is the next interaction of a kind.
func (o *office) next(kind slack.InteractionType) slack.InteractionCallback {
	o.t.Helper()
	for {
		select {
		case one := <-o.interactions:
			if one.Type == kind {
				return one
			}
		case <-time.After(20 * time.Second):
			o.t.Fatalf("the app got no %s", kind)
		}
	}
}

// listen runs the app's side: slack-go's Socket Mode client, which acknowledges everything.
func (o *office) listen() {
	client := socketmode.New(o.bot)
	ctx, cancel := context.WithCancel(context.Background())
	done, connected := make(chan struct{}, 2), make(chan struct{}, 8)
	go func() {
		defer func() { done <- struct{}{} }()
		_ = client.RunContext(ctx)
	}()
	go func() {
		defer func() { done <- struct{}{} }()
		for {
			select {
			case event := <-client.Events:
				if event.Type == socketmode.EventTypeHello {
					connected <- struct{}{}
				}
				if event.Request != nil {
					_ = client.Ack(*event.Request)
				}
				if one, ok := event.Data.(slack.InteractionCallback); ok {
					o.interactions <- one
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	o.t.Cleanup(func() { cancel(); <-done; <-done })
	<-connected
}

// say posts as the app and gives the message's ts.
func (o *office) say(options ...slack.MsgOption) string {
	o.t.Helper()
	_, ts, err := o.bot.PostMessage(channel, options...)
	if err != nil {
		o.t.Fatalf("posting as the app: %v", err)
	}
	return ts
}

// as is the API as a person.
func (o *office) as(person string) *slack.Client {
	return slack.New(o.tokens.Users[person], slack.OptionAPIURL(o.URL+"/api/"))
}
