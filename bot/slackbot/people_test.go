package slackbot

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"firstmile/bot/slackbot/render"
	"firstmile/planner/plan"
)

// A name is asked once an hour, so that somebody who is renamed gets the new one; while Slack does not answer, the old
// one serves, and an id where there is none.
func TestNames(t *testing.T) {
	name, calls, ok := "Ana", 0, true
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		fmt.Fprintf(w, `{"ok":%v,"error":"fatal_error","user":{"id":"U1","profile":{"display_name":%q}}}`, ok, name)
	}))
	defer web.Close()
	now := time.Unix(1_700_000_000, 0)
	p := &people{api: slack.New("xoxb-x", slack.OptionAPIURL(web.URL+"/")), now: func() time.Time { return now }, known: map[string]named{},
		groups: map[string][]string{"data-team": {"U1", "U2"}, "admins": {"U1"}, "others": {"U9"}}}
	check := func(want string, wantCalls int) {
		t.Helper()
		if got := p.person(context.Background(), "U1"); got.Name != want || calls != wantCalls || !slices.Equal(got.Groups, []string{"admins", "data-team"}) {
			t.Fatalf("%+v after %d calls, want %s after %d", got, calls, want, wantCalls)
		}
	}
	check("Ana", 1)
	name = "Anna"
	check("Ana", 1)
	now = now.Add(nameLife + time.Second)
	check("Anna", 2)
	ok, now = false, now.Add(nameLife+time.Second)
	check("Anna", 3)
	p.known = map[string]named{}
	check("U1", 4)
	ok, now = true, now.Add(unknownLife+time.Second)
	check("Anna", 5)
}

// A glossary's owner is notified where the name is a Slack id or a configured group.
func TestCalled(t *testing.T) {
	p := &people{groups: map[string][]string{"data-team": {"U2222222", "U1111111"}}}
	got := p.ids([]string{"data-team", "@U3333333", "S4444444", "finance", "U1111111"})
	if want := []string{"S4444444", "U1111111", "U2222222", "U3333333"}; !slices.Equal(got, want) {
		t.Errorf("called %v, want %v", got, want)
	}
	r := render.Message(plan.Message{Kind: plan.SayEscalated, Text: "Look here."}, render.Options{Call: append(got, "UX><!everyone>")})
	raw, err := json.Marshal(r.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("\\u003c", "<", "\\u003e", ">").Replace(string(raw))
	if !strings.Contains(text, "<!subteam^S4444444> <@U1111111> <@U2222222> <@U3333333>") || strings.Contains(text, "everyone") {
		t.Errorf("mentions: %s", text)
	}
}
