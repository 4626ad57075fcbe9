package slackapi_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/local/slackapi/workspace"
)

// allScopes are those of the app in most tests.
var allScopes = []string{
	"app_mentions:read", "channels:history", "channels:join", "channels:manage", "channels:read", "chat:write", "emoji:read",
	"files:read", "files:write", "groups:history", "groups:read", "groups:write", "im:history", "im:read", "im:write",
	"mpim:history", "mpim:read", "mpim:write", "reactions:read", "reactions:write", "team:read", "users:read",
	"users:read.email", "users.profile:read",
}

const (
	requests = "C0REQUESTS" // the app is a member
	random   = "C0RANDOM"   // it is not
	private  = "C0PRIVATE"  // only the analyst is
	ana      = "U0ANA"
	ben      = "U0BEN"
	botUser  = "U0BOT"
)

func seed() workspace.Seed {
	return workspace.Seed{
		Team: workspace.Team{ID: "T0TEAM", Name: "Sample", Domain: "sample"},
		App: workspace.App{ID: "A0APP", Name: "Firstmile", BotID: "B0BOT", Scopes: allScopes,
			User: workspace.User{ID: botUser, Name: "firstmile", RealName: "Firstmile"}},
		Users: []workspace.User{
			{ID: ana, Name: "ana", RealName: "Ana", Email: "ana@example.com", Color: "e01e5a"},
			{ID: ben, Name: "ben", RealName: "Ben", Email: "ben@example.com", TZ: "Europe/Berlin", Admin: true},
		},
		Channels: []workspace.Channel{
			{ID: requests, Name: "data-requests", Topic: "Ask for data", Members: []string{ana, ben, botUser}},
			{ID: random, Name: "random", Members: []string{ana, ben}},
			{ID: private, Name: "private", Private: true, Members: []string{ben}},
		},
	}
}

// site is a running workspace.
type site struct {
	*slackapi.Server
	t    *testing.T
	http *httptest.Server
	opts slackapi.Options
}

// start runs a workspace in a new folder; change may alter its options.
func start(t *testing.T, change ...func(*slackapi.Options)) *site {
	t.Helper()
	opts := slackapi.Options{Dir: t.TempDir(), Workspace: seed(), Logger: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&opts)
	}
	return run(t, opts)
}

// run starts a workspace with exactly these options but for the address.
func run(t *testing.T, opts slackapi.Options) *site {
	t.Helper()
	s := &site{t: t, opts: opts}
	web := httptest.NewUnstartedServer(nil)
	s.opts.BaseURL = func() string { return "http://" + web.Listener.Addr().String() }
	server, err := slackapi.New(s.opts)
	if err != nil {
		web.Close()
		t.Fatal(err)
	}
	web.Config.Handler = server.Handler()
	web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	web.Start()
	s.Server, s.http = server, web
	t.Cleanup(s.stop)
	return s
}

func (s *site) stop() {
	if s.http == nil {
		return
	}
	s.http.CloseClientConnections()
	if err := s.Server.Close(); err != nil {
		s.t.Error(err)
	}
	s.http.Close()
	s.http = nil
}

func (s *site) api() string { return s.http.URL + "/api/" }

// client is the real slack-go client with a token; only the base URL differs.
func (s *site) client(token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(s.api()), slack.OptionAppLevelToken(s.Tokens().App))
}

func (s *site) bot() *slack.Client { return s.client(s.Tokens().Bot) }

func (s *site) person(id string) *slack.Client { return s.client(s.Tokens().Users[id]) }

// answer is a decoded Web API answer.
type answer map[string]any

func (a answer) ok() bool { v, _ := a["ok"].(bool); return v }

func (a answer) text(key string) string { v, _ := a[key].(string); return v }

// call calls a method with a form and returns the answer whatever it says.
func (s *site) call(token, method string, args ...string) answer {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	a, _, err := s.post(token, method, form)
	if err != nil {
		s.t.Fatalf("%s: %v", method, err)
	}
	return a
}

// must is call for a call that has to succeed.
func (s *site) must(token, method string, args ...string) answer {
	s.t.Helper()
	a := s.call(token, method, args...)
	if !a.ok() {
		s.t.Fatalf("%s %v: %v", method, args, a)
	}
	return a
}

func (s *site) post(token, method string, form url.Values) (answer, *http.Response, error) {
	return post(s.api(), token, method, form)
}

func post(api, token, method string, form url.Values) (answer, *http.Response, error) {
	req, err := http.NewRequest(http.MethodPost, api+method, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	var a answer
	err = json.NewDecoder(resp.Body).Decode(&a)
	return a, resp, err
}

// upload sends the bytes of a file and returns the HTTP status.
func (s *site) upload(address, body string) int {
	s.t.Helper()
	resp, err := http.Post(address, "application/octet-stream", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// live opens the websocket of a person.
func (s *site) live(user string) *stream {
	s.t.Helper()
	return s.dial(s.must(s.Tokens().Users[user], "rtm.connect").text("url"))
}

// stream is an open websocket of JSON frames.
type stream struct {
	t    *testing.T
	conn *websocket.Conn
}

func (s *site) dial(address string) *stream {
	s.t.Helper()
	conn, _, err := websocket.Dial(within(s.t, 10*time.Second), address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	s.t.Cleanup(func() { conn.CloseNow() })
	st := &stream{t: s.t, conn: conn}
	if hello := st.next(); hello["type"] != "hello" {
		s.t.Fatalf("the first frame is %v", hello)
	}
	return st
}

func (st *stream) next() answer {
	st.t.Helper()
	_, data, err := st.conn.Read(within(st.t, 10*time.Second))
	if err != nil {
		st.t.Fatalf("reading the next frame: %v", err)
	}
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		st.t.Fatal(err)
	}
	return a
}

// until reads frames up to the first of a type (and subtype, if one is given).
func (st *stream) until(kind string, subtype ...string) answer {
	st.t.Helper()
	for {
		a := st.next()
		if a["type"] == kind && (len(subtype) == 0 || a.text("subtype") == subtype[0]) {
			return a
		}
	}
}

func (st *stream) send(v any) {
	st.t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		st.t.Fatal(err)
	}
	if err := st.conn.Write(within(st.t, 10*time.Second), websocket.MessageText, data); err != nil {
		st.t.Fatal(err)
	}
}

// socket opens a Socket Mode connection by hand, where a test wants to see the envelopes.
func (s *site) socket() *stream {
	s.t.Helper()
	return s.dial(s.must(s.Tokens().App, "apps.connections.open").text("url"))
}

// event reads the next events_api envelope; it acknowledges it if ack is set.
func (st *stream) event(ack bool) (envelope, event answer) {
	st.t.Helper()
	envelope = st.until("events_api")
	if ack {
		st.send(answer{"envelope_id": envelope["envelope_id"]})
	}
	event, _ = envelope["payload"].(map[string]any)["event"].(map[string]any)
	return envelope, event
}

// listen runs the real slack-go Socket Mode client until the test ends.
func (s *site) listen() *socketmode.Client {
	s.t.Helper()
	client := socketmode.New(s.bot())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = client.RunContext(ctx) }()
	s.t.Cleanup(func() { cancel(); <-ended })
	return client
}

// await reads from a Socket Mode client up to the first event of a type.
func await(t *testing.T, client *socketmode.Client, kind socketmode.EventType) socketmode.Event {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case e := <-client.Events:
			if e.Type == kind {
				return e
			}
		case <-deadline:
			t.Fatalf("no %s event", kind)
		}
	}
}
