package slackapi_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/local/slackapi/journal"
	"firstmile/bot/local/slackapi/workspace"
)

// everything reads all that a workspace holds through its API.
func (s *site) everything() map[string]any {
	s.t.Helper()
	all := map[string]any{"tokens": s.Tokens()}
	for _, user := range []string{ana, ben} {
		token := s.Tokens().Users[user]
		channels := s.must(token, "conversations.list", "types", "public_channel,private_channel,im,mpim")["channels"].([]any)
		all[user] = channels
		for _, c := range channels {
			id := c.(map[string]any)["id"].(string)
			history := s.must(token, "conversations.history", "channel", id)["messages"].([]any)
			all[user+id] = history
			for _, m := range history {
				ts := m.(map[string]any)["ts"].(string)
				all[user+id+ts] = s.must(token, "conversations.replies", "channel", id, "ts", ts)["messages"]
			}
		}
		all[user+"home"] = s.call(token, "views.get")["view"]
	}
	// the address is another one after each start
	data, err := json.Marshal(all)
	if err != nil {
		s.t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(bytes.ReplaceAll(data, []byte(s.http.URL), []byte("http://host")), &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// live a little: a random conversation of some length.
func (s *site) babble(rng *rand.Rand, steps int) {
	s.t.Helper()
	tokens := []string{s.Tokens().Bot, s.Tokens().Users[ana], s.Tokens().Users[ben]}
	type said struct{ token, ts string }
	var all []said
	for range steps {
		token := tokens[rng.IntN(len(tokens))]
		if len(all) == 0 || rng.IntN(3) == 0 {
			all = append(all, said{token, s.must(token, "chat.postMessage", "channel", requests, "text", "@firstmile hi", "blocks", buttons).text("ts")})
			continue
		}
		m := all[rng.IntN(len(all))]
		switch rng.IntN(6) {
		case 0:
			all = append(all, said{token, s.call(token, "chat.postMessage", "channel", requests, "text", "re", "thread_ts", m.ts).text("ts")})
		case 1:
			s.call(token, "reactions.add", "channel", requests, "timestamp", m.ts, "name", []string{"eyes", "rocket", "+1"}[rng.IntN(3)])
		case 2:
			s.call(token, "reactions.remove", "channel", requests, "timestamp", m.ts, "name", "eyes")
		case 3:
			s.call(m.token, "chat.update", "channel", requests, "ts", m.ts, "text", "changed")
		case 4:
			s.call(m.token, "chat.delete", "channel", requests, "ts", m.ts)
		case 5:
			s.call(s.Tokens().Bot, "views.publish", "user_id", ana, "view", `{"type":"home","blocks":`+buttons+`}`)
			s.call(s.Tokens().Users[ana], "conversations.open", "users", ben)
		}
	}
}

func TestReopenedWorkspaceIsTheSame(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	s := start(t)
	s.babble(rand.New(rand.NewPCG(seed, 0)), 60)
	before := s.everything()
	for range 2 {
		s.stop()
		s = run(t, s.opts)
		if diff := cmp.Diff(before, s.everything()); diff != "" {
			t.Fatal(diff)
		}
	}
	info, err := os.Stat(filepath.Join(s.opts.Dir, "tokens.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, error %v", info, err)
	}
}

// A copy of the folder taken while the server runs is what kill -9 leaves: nothing is written at the end.
func TestKilledWorkspaceKeepsWhatItAnswered(t *testing.T) {
	s := start(t)
	s.babble(rand.New(rand.NewPCG(1, 2)), 30)
	before := s.everything()
	opts := s.opts
	opts.Dir = t.TempDir()
	if err := os.CopyFS(opts.Dir, os.DirFS(s.opts.Dir)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, run(t, opts).everything()); diff != "" {
		t.Fatal(diff)
	}
}

func TestTornTailIsDroppedAndReported(t *testing.T) {
	s := start(t)
	s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "kept")
	s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "torn")
	s.stop()
	path := filepath.Join(s.opts.Dir, "journal.jsonl")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()-10); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s.opts.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s = run(t, s.opts)
	if got := texts(s.must(s.Tokens().Bot, "conversations.history", "channel", requests)); len(got) > 2 || got[len(got)-1] != "kept" {
		t.Fatalf("history %v", got)
	}
	if !strings.Contains(log.String(), "cut short") {
		t.Fatalf("log %q", log.String())
	}
	s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "new")
	s.stop()
	s = run(t, s.opts)
	if got := texts(s.must(s.Tokens().Bot, "conversations.history", "channel", requests)); got[0] != "new" {
		t.Fatalf("history %v", got)
	}
}

func TestDamagedWorkspaceIsNotOpened(t *testing.T) {
	for name, damage := range map[string]func(lines []string) []string{
		"a flipped byte": func(l []string) []string {
			l[0] = strings.Replace(l[0], requests, "C0REQUESTX", 1)
			return l
		},
		"an unknown operation": func(l []string) []string {
			return append([]string{`{"crc":"6c43c3a1","rec":{"op":"dance"}}` + "\n"}, l...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "one")
			s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "two")
			s.stop()
			path := filepath.Join(s.opts.Dir, "journal.jsonl")
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines := damage(strings.SplitAfter(string(data), "\n"))
			if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = slackapi.New(s.opts)
			var corrupt *journal.CorruptError
			if !errors.As(err, &corrupt) || corrupt.Line != 1 || !strings.Contains(err.Error(), "journal.jsonl:1:") {
				t.Fatalf("error %v", err)
			}
		})
	}
}

func TestOneServerPerFolder(t *testing.T) {
	s := start(t)
	if _, err := slackapi.New(s.opts); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Fatalf("error %v", err)
	}
}

func TestSeedIsChecked(t *testing.T) {
	for name, change := range map[string]func(*workspace.Seed){
		"no team":        func(s *workspace.Seed) { s.Team.ID = "" },
		"same handle":    func(s *workspace.Seed) { s.Users[0].Name = "ben" },
		"unknown member": func(s *workspace.Seed) { s.Channels[0].Members = []string{"U404"} },
		"same channel":   func(s *workspace.Seed) { s.Channels[1].ID = requests },
	} {
		bad := seed()
		change(&bad)
		if _, err := slackapi.New(slackapi.Options{Dir: t.TempDir(), BaseURL: func() string { return "" }, Workspace: bad}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestDoneButTheAnswerWasLost(t *testing.T) {
	s := start(t)
	bot := s.Tokens().Bot
	s.Faults().Add(slackapi.Fault{Method: "chat.postMessage", LoseAnswer: true, Skip: 1})
	s.must(bot, "chat.postMessage", "channel", requests, "text", "one")
	if a, _, err := s.post(bot, "chat.postMessage", url.Values{"channel": {requests}, "text": {"two"}}); err == nil {
		t.Fatalf("an answer came: %v", a)
	}
	if got := texts(s.must(bot, "conversations.history", "channel", requests)); len(got) != 2 || got[0] != "two" {
		t.Fatalf("history %v", got)
	}
	s.must(bot, "chat.postMessage", "channel", requests, "text", "three")
	if left := s.Faults().Left(); len(left) != 0 {
		t.Fatalf("%v", left)
	}
}

func TestFaults(t *testing.T) {
	s := start(t, hasty)
	bot := s.Tokens().Bot
	post := func() (answer, *http.Response) {
		a, resp, err := s.post(bot, "chat.postMessage", url.Values{"channel": {requests}, "text": {"x"}})
		if err != nil {
			t.Fatal(err)
		}
		return a, resp
	}
	s.Faults().Add(slackapi.Fault{Status: 503, Times: 2})
	for range 2 {
		if a, resp := post(); a.ok() || resp.StatusCode != 503 {
			t.Fatalf("%v %s", a, resp.Status)
		}
	}
	s.Faults().Add(slackapi.Fault{Status: 429, RetryAfter: 7 * time.Second})
	if a, resp := post(); a["error"] != "ratelimited" || resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "7" {
		t.Fatalf("%v %s", a, resp.Status)
	}
	s.Faults().Add(slackapi.Fault{Method: "chat.postMessage", Error: "is_archived"})
	s.must(bot, "auth.test")
	if a, _ := post(); a["error"] != "is_archived" {
		t.Fatalf("%v", a)
	}
	s.Faults().Add(slackapi.Fault{Delay: 30 * time.Millisecond})
	began := time.Now()
	if a, _ := post(); !a.ok() || time.Since(began) < 30*time.Millisecond {
		t.Fatalf("%v after %s", a, time.Since(began))
	}
	s.Faults().Add(slackapi.Fault{Status: 500, Times: -1})
	post()
	post()
	s.Faults().Clear()
	post()
}

func TestEventsTwiceAndLostAcknowledgements(t *testing.T) {
	s := start(t, patient)
	app := s.socket()
	s.Faults().Add(slackapi.Fault{LoseAck: true})
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "y")
	if e, event := app.event(true); event["text"] != "y" || e["retry_attempt"] != 0.0 {
		t.Fatalf("%v", e)
	}
	if e, event := app.event(true); event["text"] != "y" || e["retry_attempt"] != 1.0 {
		t.Fatalf("%v", e)
	}
	s.Faults().Add(slackapi.Fault{DeliverTwice: true})
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "x")
	first, _ := app.event(false)
	second, _ := app.event(true)
	if first["envelope_id"] != second["envelope_id"] || second["retry_attempt"] != 0.0 {
		t.Fatalf("%v and %v", first, second)
	}
}

func TestFaultsFromAnotherProcess(t *testing.T) {
	admin := func(s *site, method, token, body string) (int, answer) {
		req, err := http.NewRequest(method, s.api()+"admin/faults", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var a answer
		_ = json.NewDecoder(resp.Body).Decode(&a)
		return resp.StatusCode, a
	}
	s := start(t)
	if status, _ := admin(s, "POST", s.Tokens().App, `{}`); status != http.StatusNotFound {
		t.Fatalf("without the option: %d", status)
	}
	s = start(t, func(o *slackapi.Options) { o.Admin = true })
	_, a := admin(s, "POST", s.Tokens().Bot, `{}`)
	wantError(t, a, "not_allowed_token_type")
	_, a = admin(s, "POST", s.Tokens().App, `{"metod":"x"}`)
	wantError(t, a, "invalid_arguments")
	if _, a = admin(s, "POST", s.Tokens().App, `{"method":"chat.postMessage","error":"is_archived","times":2}`); len(a["faults"].([]any)) != 1 {
		t.Fatalf("%v", a)
	}
	wantError(t, s.call(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "x"), "is_archived")
	if _, a = admin(s, "GET", s.Tokens().App, ""); a["faults"].([]any)[0].(map[string]any)["times"] != 1.0 {
		t.Fatalf("%v", a)
	}
	admin(s, "DELETE", s.Tokens().App, "")
	s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "x")
	app := s.socket()
	admin(s, "POST", s.Tokens().App, `{"disconnect":"refresh_requested"}`)
	if a := app.until("disconnect"); a["reason"] != "refresh_requested" {
		t.Fatalf("%v", a)
	}
	app = s.socket()
	admin(s, "POST", s.Tokens().App, `{"close_sockets":true}`)
	if _, _, err := app.conn.Read(within(t, 10*time.Second)); err == nil {
		t.Fatal("the socket is still open")
	}
}

func TestRateLimits(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	s := start(t, func(o *slackapi.Options) {
		o.Clock = func() time.Time { return now }
		o.Limits = slackapi.Limits{PostEvery: time.Second, PostBurst: 2, Tiers: true}
	})
	bot := s.Tokens().Bot
	post := func() (answer, *http.Response) {
		a, resp, err := s.post(bot, "chat.postMessage", url.Values{"channel": {requests}, "text": {"x"}})
		if err != nil {
			t.Fatal(err)
		}
		return a, resp
	}
	post()
	post()
	a, resp := post()
	wantError(t, a, "ratelimited")
	if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "1" {
		t.Fatalf("%s %v", resp.Status, resp.Header)
	}
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "another person")
	now = now.Add(time.Second)
	if a, _ := post(); !a.ok() {
		t.Fatalf("%v", a)
	}
	calls := 0
	for s.call(bot, "users.list").ok() {
		calls++
	}
	if calls != 20 {
		t.Fatalf("%d calls of a tier 2 method in a minute", calls)
	}
}
