package slackbot_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/local/slackapi/workspace"
	"firstmile/bot/slackbot"
	"firstmile/planner/plan"

	"gopkg.in/yaml.v3"
)

const (
	requests = "C0REQUESTS" // the bot is a member
	random   = "C0RANDOM"   // it is not
	ana      = "U0ANA"
	ben      = "U0BEN"
	me       = "U0BOT"
	team     = "T0TEAM"
)

// scopesOf reads the bot's scopes from the manifest: every test runs with exactly what an administrator would grant.
func scopesOf(t testing.TB) []string {
	t.Helper()
	var m struct {
		OAuth struct {
			Scopes struct {
				Bot []string `yaml:"bot"`
			} `yaml:"scopes"`
		} `yaml:"oauth_config"`
	}
	if err := yaml.Unmarshal(slackbot.Manifest(), &m); err != nil {
		t.Fatal(err)
	}
	return m.OAuth.Scopes.Bot
}

func seed(t testing.TB) workspace.Seed {
	return workspace.Seed{
		Team: workspace.Team{ID: team, Name: "Sample", Domain: "sample"},
		App: workspace.App{ID: "A0APP", Name: "Firstmile", BotID: "B0BOT", Scopes: scopesOf(t),
			User: workspace.User{ID: me, Name: "firstmile", RealName: "Firstmile"}},
		Users: []workspace.User{{ID: ana, Name: "ana", RealName: "Ana"}, {ID: ben, Name: "ben", RealName: "Ben"}},
		Channels: []workspace.Channel{
			{ID: requests, Name: "data-requests", Members: []string{ana, ben, me}},
			{ID: random, Name: "random", Members: []string{ana, ben}},
		},
	}
}

// office is a workspace that runs, and outlives any bot in it.
type office struct {
	*slackapi.Server
	t    *testing.T
	http *httptest.Server
	mu   sync.Mutex
	// called counts the bot's calls of each method.
	called map[string]int
}

// RoundTrip carries the bot's calls and counts them.
func (o *office) RoundTrip(r *http.Request) (*http.Response, error) {
	method := path.Base(r.URL.Path)
	if _, known := slackbot.Needs[method]; !known && strings.Count(r.URL.Path, "/") == 2 { // not the address of an upload
		o.t.Errorf("%s is called, but the scopes do not take it into account", method)
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	o.mu.Lock()
	o.called[method]++
	o.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

func open(t *testing.T, change ...func(*slackapi.Options)) *office {
	t.Helper()
	o := &office{t: t, called: map[string]int{}}
	web := httptest.NewUnstartedServer(nil)
	opts := slackapi.Options{Dir: t.TempDir(), Workspace: seed(t), Logger: quiet(),
		BaseURL: func() string { return "http://" + web.Listener.Addr().String() }}
	opts.Socket.RetryAfter = []time.Duration{0, 100 * time.Millisecond, 200 * time.Millisecond}
	for _, f := range change {
		f(&opts)
	}
	server, err := slackapi.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	web.Config.Handler = server.Handler()
	web.Config.ErrorLog = slog.NewLogLogger(quiet().Handler(), slog.LevelError)
	web.Start()
	o.Server, o.http = server, web
	t.Cleanup(func() {
		web.CloseClientConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		web.Close()
	})
	return o
}

func quiet() *slog.Logger {
	if os.Getenv("SLACKBOT_LOG") != "" {
		return slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewTextHandler(io.Discard, nil))
}

func (o *office) api() string { return o.http.URL + "/api/" }

func (o *office) calls(method string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.called[method]
}

func (o *office) config(d *desk) slackbot.Config {
	return slackbot.Config{BotToken: o.Tokens().Bot, AppToken: o.Tokens().App, APIURL: o.api(), Inbox: d, Threads: d, Notes: d,
		Groups: map[string][]string{"data-team": {ben}}, Connections: 1, Logger: quiet(), HTTP: &http.Client{Transport: o, Timeout: time.Minute}}
}

// bot makes a bot that does not listen.
func (o *office) bot(d *desk, change ...func(*slackbot.Config)) *slackbot.Bot {
	o.t.Helper()
	cfg := o.config(d)
	for _, f := range change {
		f(&cfg)
	}
	b, err := slackbot.New(cfg)
	if err != nil {
		o.t.Fatal(err)
	}
	return b
}

// listen makes a bot and runs it until stop is called, at the latest at the end of the test.
func (o *office) listen(d *desk, change ...func(*slackbot.Config)) (b *slackbot.Bot, stop func()) {
	o.t.Helper()
	b = o.bot(d, change...)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	select {
	case <-b.Ready():
	case err := <-ended:
		cancel()
		o.t.Fatalf("the bot ended: %v", err)
	case <-time.After(20 * time.Second):
		cancel()
		o.t.Fatal("no connection")
	}
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			o.t.Errorf("the bot ended with %v", err)
		}
	})
	o.t.Cleanup(stop)
	return b, stop
}

func (o *office) person(id string) *slack.Client {
	return slack.New(o.Tokens().Users[id], slack.OptionAPIURL(o.api()))
}

// say posts as a person, in a thread if one is given, and returns the ts.
func (o *office) say(person, channel, text, thread string) string {
	o.t.Helper()
	options := []slack.MsgOption{slack.MsgOptionText(text, false)}
	if thread != "" {
		options = append(options, slack.MsgOptionTS(thread))
	}
	_, ts, err := o.person(person).PostMessage(channel, options...)
	if err != nil {
		o.t.Fatal(err)
	}
	return ts
}

// press presses a button as a person and returns the error that the person sees.
func (o *office) press(person, channel, ts, action string) string {
	o.t.Helper()
	block := ""
	for _, m := range o.thread(channel, ts) {
		for _, b := range m.Blocks.BlockSet {
			buttons, ok := b.(*slack.ActionBlock)
			for i := 0; ok && m.Timestamp == ts && i < len(buttons.Elements.ElementSet); i++ {
				if e, ok := buttons.Elements.ElementSet[i].(*slack.ButtonBlockElement); ok && e.ActionID == action {
					block = buttons.BlockID
				}
			}
		}
	}
	body := o.raw(person, "blocks.actions", url.Values{"channel": {channel}, "message_ts": {ts}, "block_id": {block}, "action_id": {action}})
	if strings.Contains(body, `"ok":true`) {
		return ""
	}
	return body
}

// thread reads a thread as a person does.
func (o *office) thread(channel, root string) []slack.Message {
	o.t.Helper()
	m, _, _, err := o.person(ana).GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: root, IncludeAllMetadata: true, Limit: 1000})
	if err != nil {
		o.t.Fatal(err)
	}
	return m
}

func id(root string) plan.ThreadID {
	return plan.ThreadID("slack:" + team + "/" + requests + "/" + root)
}

func post(root string, n string, m plan.Message) plan.Post {
	return plan.Post{Effect: plan.EffectID(string(id(root)) + "#" + n), Thread: id(root), Root: plan.MessageRef{Channel: requests, TS: root}, Message: m}
}

// raw calls a method as a person and returns the answer as text.
func (o *office) raw(person, method string, form url.Values) string {
	o.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("token", o.Tokens().Users[person])
	r, err := http.PostForm(o.api()+method, form)
	if err != nil {
		o.t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(body)
}

func contains(s string, all ...string) bool {
	for _, part := range all {
		if !strings.Contains(s, part) {
			return false
		}
	}
	return true
}
