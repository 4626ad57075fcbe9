package slackbot

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"gopkg.in/yaml.v3"

	"firstmile/planner/plan"
)

// basket is an inbox, a planner that knows every thread delivered to, and a store.
type basket struct {
	mu    sync.Mutex
	keys  []string
	notes map[string][]byte
}

func (b *basket) Deliver(_ context.Context, thread plan.ThreadID, e plan.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k := string(thread) + " " + e.Key; !slices.Contains(b.keys, k) {
		b.keys = append(b.keys, k)
	}
	return nil
}

func (b *basket) Known(_ context.Context, thread plan.ThreadID) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.keys, func(k string) bool { return strings.HasPrefix(k, string(thread)+" ") }), nil
}

func (b *basket) Open(context.Context) ([]OpenThread, error)          { return nil, nil }
func (b *basket) Requests(context.Context, string) ([]Request, error) { return nil, nil }

func (b *basket) Put(_ context.Context, space, key string, v []byte) error {
	b.notes[space+key] = v
	return nil
}

func (b *basket) Get(_ context.Context, space, key string) ([]byte, bool, error) {
	v, ok := b.notes[space+key]
	return v, ok, nil
}

// deafBot is a bot without a Slack: names are ids, and nothing can be asked.
func deafBot(t testing.TB, in *basket) *Bot {
	t.Helper()
	b, err := New(Config{BotToken: "xoxb-x", AppToken: "xapp-x", APIURL: "http://127.0.0.1:1/", Inbox: in, Threads: in, Notes: in, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	b.self = &identity{team: "T1", user: "UME", bot: "BME"}
	b.cfg.Now = func() time.Time { return time.Unix(1_700_000_010, 0) }
	return b
}

// take puts one inner event through everything but the socket.
func (b *Bot) take(t testing.TB, inner string) {
	t.Helper()
	outer := fmt.Sprintf(`{"type":"event_callback","team_id":"T1","event":%s}`, inner)
	e, err := slackevents.ParseEvent(json.RawMessage(outer), slackevents.OptionNoVerifyToken())
	if err != nil {
		return
	}
	b.dispatch(e.InnerEvent.Data, func(context.Context) {})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, q := range b.lanes.queues {
		for len(q) > 0 {
			b.lanes.one(ctx, <-q)
		}
	}
}

// A mention comes twice, as two types of event, in either order.
func TestBothEventsOfAMention(t *testing.T) {
	mention := `{"type":"app_mention","user":"U1","text":"<@UME> churn","ts":"1700000000.000100","channel":"C1","event_ts":"1700000000.000100"}`
	message := `{"type":"message","channel_type":"channel","user":"U1","text":"<@UME> churn","ts":"1700000000.000100","channel":"C1","event_ts":"1700000000.000100"}`
	for _, order := range [][]string{{mention, message}, {message, mention}, {message, message, mention, mention}} {
		in := &basket{notes: map[string][]byte{}}
		b := deafBot(t, in)
		for _, e := range order {
			b.take(t, e)
		}
		if want := []string{"slack:T1/C1/1700000000.000100 msg:T1/C1/1700000000.000100/"}; !slices.Equal(in.keys, want) {
			t.Fatalf("got %q, want %q", in.keys, want)
		}
	}
}

// Events that are old news, in whatever order they are repeated, do not bring back what was taken off.
func TestOvertakenReaction(t *testing.T) {
	in := &basket{notes: map[string][]byte{"slack_thread" + "T1/C1/1700000001.000100": []byte("1700000000.000100")}}
	b := deafBot(t, in)
	event := func(kind, name, at string) {
		b.take(t, fmt.Sprintf(`{"type":"reaction_%s","user":"U1","reaction":%q,"item_user":"UME","item":{"type":"message","channel":"C1","ts":"1700000001.000100"},"event_ts":%q}`, kind, name, at))
	}
	event("removed", "rocket", "1700000003.000000")
	event("added", "rocket", "1700000002.000000") // repeated late
	event("removed", "rocket", "1700000003.000000")
	if len(in.keys) != 1 || !strings.HasSuffix(in.keys[0], "/U1/rocket/1700000003.000000") {
		t.Fatalf("%q", in.keys)
	}
	event("added", "+1::skin-tone-2", "1700000004.000000")
	event("added", "+1::skin-tone-3", "1700000005.000000")
	event("removed", "+1::skin-tone-2", "1700000006.000000") // the other tone is still there
	if len(in.keys) != 3 {
		t.Fatalf("%q", in.keys)
	}
}

// No event makes the bot fall over, and none of a stranger's is delivered without a reason.
func FuzzEvent(f *testing.F) {
	for _, s := range []string{
		`{"type":"message","channel":"C1","user":"U1","text":"x","ts":"1700000000.000100"}`,
		`{"type":"message","subtype":"message_changed","channel":"C1","message":{"user":"U1","text":"<@UME> x","ts":"1700000000.000100","edited":{"user":"U1","ts":"1700000001.0"}},"previous_message":{"text":"y"}}`,
		`{"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"1700000000.000100"}`,
		`{"type":"app_mention","channel":"C1","user":"U1","text":"<@UME> x","ts":"1700000000.000100"}`,
		`{"type":"reaction_added","user":"U1","reaction":"rocket","item_user":"U2","item":{"type":"message","channel":"C1","ts":"1.0"},"event_ts":"1.0"}`,
		`{"type":"app_home_opened","user":"U1","tab":"messages"}`,
		`{"type":"message"}`, `{"type":"app_mention"}`, `{}`, `null`,
	} {
		f.Add(s)
	}
	in := &basket{notes: map[string][]byte{}}
	b := deafBot(f, in)
	b.api = slack.New("xoxb-x", slack.OptionAPIURL("http://127.0.0.1:1/"))
	f.Fuzz(func(t *testing.T, s string) {
		in.keys = nil
		b.take(t, s)
		if len(in.keys) > 0 && !strings.Contains(s, "UME") && !strings.Contains(s, "\\u") && !strings.Contains(s, `"im"`) {
			t.Fatalf("%s is delivered as %q", s, in.keys)
		}
	})
}

func FuzzPress(f *testing.F) {
	f.Add("answer:1", `{"q":"definition:churn","o":"revenue"}`)
	f.Add("approve", "digest")
	f.Add("cancel", "")
	f.Add("answer:", "{")
	f.Fuzz(func(t *testing.T, action, value string) {
		p, ok := pressOf(slack.BlockAction{ActionID: action, Value: value})
		if ok && p.Button == plan.PressAnswer && (p.Question == "" || p.Option == "") || ok && p.Button == plan.PressApprove && p.Digest == "" {
			t.Fatalf("%q %q: %+v", action, value, p)
		}
	})
}

// A full lane refuses, says so, and keeps nothing that it refused.
func TestFullLane(t *testing.T) {
	missed := 0
	l := newLanes(slog.New(slog.DiscardHandler), func() { missed++ })
	for i := range laneDepth + 3 {
		if ok := l.put("C1", job{what: "x"}); ok != (i < laneDepth) {
			t.Fatalf("job %d: %v", i, ok)
		}
	}
	if missed != 3 {
		t.Fatalf("%d missed", missed)
	}
}

// The manifest asks for what the methods and events need, and for nothing else.
func TestManifest(t *testing.T) {
	var m struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `yaml:"oauth_config"`
		Settings struct {
			Events struct {
				Bot []string `yaml:"bot_events"`
			} `yaml:"event_subscriptions"`
			Interactivity struct {
				On bool `yaml:"is_enabled"`
			}
			Socket bool `yaml:"socket_mode_enabled"`
		}
		Features struct {
			Home struct {
				On bool `yaml:"home_tab_enabled"`
			} `yaml:"app_home"`
		}
	}
	if err := yaml.Unmarshal(Manifest(), &m); err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(slices.Values(m.OAuth.Scopes.Bot)), Scopes(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	events := []string{"app_home_opened", "app_mention", "message.channels", "message.groups", "message.im", "message.mpim", "reaction_added", "reaction_removed"}
	if got := slices.Sorted(slices.Values(m.Settings.Events.Bot)); !slices.Equal(got, events) {
		t.Errorf("%q", got)
	}
	if !m.Settings.Socket || !m.Settings.Interactivity.On || !m.Features.Home.On {
		t.Errorf("%+v", m)
	}
}

// Slack's own pages say which scopes a method takes.
func TestScopesOfMethods(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "contracts", "slack-method-docs", "methods")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI needs the contracts: %v", err)
		}
		t.Skip("the contracts are not here")
	}
	for method, scopes := range needs {
		raw, err := os.ReadFile(filepath.Join(dir, method+".json"))
		if err != nil {
			t.Error(err)
			continue
		}
		var page struct {
			Scopes map[string][]struct{ Name string }
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		for _, s := range scopes {
			if !slices.ContainsFunc(page.Scopes["bot"], func(p struct{ Name string }) bool { return p.Name == s }) {
				t.Errorf("%s does not take %s but %v", method, s, page.Scopes["bot"])
			}
		}
		if len(scopes) == 0 && len(page.Scopes["bot"]) > 0 {
			t.Errorf("%s takes one of %v", method, page.Scopes["bot"])
		}
	}
}
