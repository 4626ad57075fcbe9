package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-github/v62/github"
	"github.com/slack-go/slack"

	"firstmile/bot/local"
)

// town is a running workspace as its people see it, through client libraries only.
type town struct {
	t testing.TB
	local.Description
	channel string // #data-requests
}

func visit(t testing.TB, d local.Description) *town {
	t.Helper()
	w := &town{t: t, Description: d}
	for _, c := range d.Channels {
		if c.Name == "data-requests" {
			w.channel = c.ID
		}
	}
	return w
}

// person acts in the workspace with their own token.
type person struct {
	*town
	id, token string
	api       *slack.Client

	mu      sync.Mutex
	private []slack.Msg // what only this person was shown
}

// as is a person who also listens, since messages to one person are shown live only.
func (w *town) as(name string) *person {
	w.t.Helper()
	i := slices.IndexFunc(w.Users, func(u local.User) bool { return u.Name == name })
	if i < 0 {
		w.t.Fatalf("nobody is called %s", name)
	}
	u := w.Users[i]
	p := &person{town: w, id: u.ID, token: u.Token, api: slack.New(u.Token, slack.OptionAPIURL(w.SlackAPIURL))}
	p.listen()
	return p
}

func (p *person) listen() {
	p.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	_, address, err := p.api.ConnectRTMContext(ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	conn, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	conn.SetReadLimit(16 << 20)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			_, frame, err := conn.Read(ctx)
			if err != nil {
				return
			}
			var e struct {
				slack.Msg
				Ephemeral bool `json:"is_ephemeral"`
			}
			if json.Unmarshal(frame, &e) == nil && e.Type == "message" && e.Ephemeral {
				p.mu.Lock()
				p.private = append(p.private, e.Msg)
				p.mu.Unlock()
			}
		}
	})
	p.t.Cleanup(func() { stop(); running.Wait(); _ = conn.CloseNow() })
}

// told waits for a message that only this person sees.
func (p *person) told(text string) {
	p.t.Helper()
	until(p.t, "a message to one person: "+text, patience, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return slices.ContainsFunc(p.private, func(m slack.Msg) bool { return strings.Contains(m.Text, text) })
	})
}

// ask posts in the channel and gives the thread that this opens.
func (p *person) ask(text string) thread {
	p.t.Helper()
	_, ts, err := p.api.PostMessage(p.channel, slack.MsgOptionText(text, false))
	if err != nil {
		p.t.Fatal(err)
	}
	return thread{p, ts}
}

// react puts an emoji on a message.
func (p *person) react(ts, emoji string) {
	p.t.Helper()
	if err := p.api.AddReaction(emoji, slack.NewRefToMessage(p.channel, ts)); err != nil {
		p.t.Fatal(err)
	}
}

// press uses a button and gives the workspace's error name, empty when the bot has acknowledged.
func (p *person) press(ts string, b button) string {
	p.t.Helper()
	form := url.Values{"channel": {p.channel}, "message_ts": {ts}, "block_id": {b.block}, "action_id": {b.ActionID}}
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.SlackAPIURL+"blocks.actions", strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Bearer "+p.token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var said slack.SlackResponse
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		p.t.Fatal(err)
	}
	return said.Error
}

// thread is a conversation as one person sees it.
type thread struct {
	*person
	root string
}

// reply writes into the thread.
func (th thread) reply(text string) {
	th.t.Helper()
	if _, _, err := th.api.PostMessage(th.channel, slack.MsgOptionText(text, false), slack.MsgOptionTS(th.root)); err != nil {
		th.t.Fatal(err)
	}
}

// read gives every message, the root first.
func (th thread) read() []slack.Message {
	th.t.Helper()
	messages, more, _, err := th.api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: th.channel, Timestamp: th.root, Limit: 200, IncludeAllMetadata: true})
	if err != nil || more {
		th.t.Fatalf("reading a thread: %v, more %v", err, more)
	}
	return messages
}

// said gives the bot's messages.
func (th thread) said() []slack.Message {
	th.t.Helper()
	return slices.DeleteFunc(th.read(), func(m slack.Message) bool { return m.BotID == "" })
}

// hear waits for a message of the bot that is new (it stands behind after) and fits.
func (th thread) hear(what, after string, fits func(slack.Message) bool) slack.Message {
	th.t.Helper()
	var found slack.Message
	ok := eventually(patience, func() bool {
		for _, m := range th.said() {
			if m.Timestamp > after && fits(m) {
				found = m
				return true
			}
		}
		return false
	})
	if !ok {
		for _, m := range th.read() {
			th.t.Logf("%s %s: %s", m.Timestamp, m.User, m.Text)
		}
		th.t.Fatalf("the bot does not say %s", what)
	}
	return found
}

// hears waits for a message that holds a text.
func (th thread) hears(after, text string) slack.Message {
	th.t.Helper()
	return th.hear(text, after, func(m slack.Message) bool { return strings.Contains(m.Text, text) })
}

// button is a button of a message.
type button struct {
	*slack.ButtonBlockElement
	block string
}

func buttonsOf(m slack.Message) []button {
	var out []button
	for _, b := range m.Blocks.BlockSet {
		actions, ok := b.(*slack.ActionBlock)
		if !ok {
			continue
		}
		for _, e := range actions.Elements.ElementSet {
			if one, ok := e.(*slack.ButtonBlockElement); ok {
				out = append(out, button{one, actions.BlockID})
			}
		}
	}
	return out
}

// buttonWith finds the first button whose label or action id holds a text.
func buttonWith(m slack.Message, text string) (button, bool) {
	for _, b := range buttonsOf(m) {
		if strings.Contains(b.ActionID, text) || strings.Contains(b.Text.Text, text) {
			return b, true
		}
	}
	return button{}, false
}

// shows reports whether a message has a block of a kind.
func shows(m slack.Message, kind slack.MessageBlockType) bool {
	return slices.ContainsFunc(m.Blocks.BlockSet, func(b slack.Block) bool { return b.BlockType() == kind })
}

// textOf is everything that a message's blocks say in words.
func textOf(m slack.Message) string {
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		return ""
	}
	return string(raw)
}

// github is a go-github client with the workspace's token.
func (w *town) github() (client *github.Client, owner, name string) {
	w.t.Helper()
	client, err := github.NewClient(nil).WithAuthToken(w.GitHubToken).WithEnterpriseURLs(w.GitHubAPIURL, w.GitHubAPIURL)
	if err != nil {
		w.t.Fatal(err)
	}
	owner, name, _ = strings.Cut(w.Repository, "/")
	return client, owner, name
}
