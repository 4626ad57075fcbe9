package slackapi_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"firstmile/bot/local/slackapi"
)

// hasty makes retries quick enough to watch.
func hasty(o *slackapi.Options) {
	o.Socket.AckTimeout = 30 * time.Millisecond
	o.Socket.RetryAfter = []time.Duration{0, 10 * time.Millisecond, 20 * time.Millisecond}
}

// patient leaves a slow machine time to acknowledge.
func patient(o *slackapi.Options) { o.Socket.AckTimeout = time.Second }

func TestHelloTellsAboutTheConnection(t *testing.T) {
	s := start(t)
	first := s.must(s.Tokens().App, "apps.connections.open").text("url")
	if !strings.HasPrefix(first, "ws://") {
		t.Fatalf("url %q", first)
	}
	conn, _, err := websocket.Dial(within(t, time.Minute), first, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	hello := (&stream{t: t, conn: conn}).next()
	info, _ := hello["connection_info"].(map[string]any)
	debug, _ := hello["debug_info"].(map[string]any)
	if hello["type"] != "hello" || hello["num_connections"] != 1.0 || info["app_id"] != "A0APP" || debug["approximate_connection_time"] != 18000.0 || debug["host"] == "" {
		t.Fatalf("hello %v", hello)
	}
	second := s.must(s.Tokens().App, "apps.connections.open").text("url")
	debugging, _, err := websocket.Dial(within(t, time.Minute), second+"?debug_reconnects=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer debugging.CloseNow()
	hello = (&stream{t: t, conn: debugging}).next()
	if debug, _ := hello["debug_info"].(map[string]any); hello["num_connections"] != 2.0 || debug["approximate_connection_time"] != 360.0 {
		t.Fatalf("hello %v", hello)
	}
	if _, resp, err := websocket.Dial(within(t, time.Minute), first, nil); err == nil || resp.StatusCode != http.StatusForbidden {
		t.Fatal("a websocket address works twice")
	}
}

func TestEventNotAcknowledgedIsDeliveredFourTimes(t *testing.T) {
	s := start(t, hasty)
	app := s.socket()
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "hello")
	ids := map[any]bool{}
	for attempt := range 4 {
		envelope, event := app.event(false)
		reason := "timeout"
		if attempt == 0 {
			reason = ""
		}
		if envelope["retry_attempt"] != float64(attempt) || envelope["retry_reason"] != reason || event["text"] != "hello" || ids[envelope["envelope_id"]] {
			t.Fatalf("attempt %d: %v", attempt, envelope)
		}
		ids[envelope["envelope_id"]] = true
	}
	// the next thing on the wire is another event, not a fifth delivery
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "again")
	if _, event := app.event(true); event["text"] != "again" {
		t.Fatalf("a fifth delivery: %v", event)
	}
}

func TestAcknowledgedEventIsNotRepeated(t *testing.T) {
	s := start(t, patient)
	app := s.socket()
	for i, text := range []string{"one", "two"} {
		s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", text)
		if envelope, event := app.event(i == 0); event["text"] != text || envelope["retry_attempt"] != 0.0 {
			t.Fatalf("want the first delivery of %q, got %v", text, envelope)
		}
	}
	// "one" would be due before "two"
	if envelope, event := app.event(true); event["text"] != "two" || envelope["retry_attempt"] != 1.0 {
		t.Fatalf("%v", envelope)
	}
}

func TestEventSentWhileNobodyListensComesAsRetry(t *testing.T) {
	s := start(t, func(o *slackapi.Options) {
		o.Socket.RetryAfter = []time.Duration{0, time.Second, time.Second}
		o.Socket.AckTimeout = time.Nanosecond // no grace after the start
	})
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "anyone?")
	app := s.socket()
	envelope, event := app.event(true)
	if event["text"] != "anyone?" || envelope["retry_attempt"].(float64) < 1 || envelope["retry_reason"] != "connection_failed" {
		t.Fatalf("%v", envelope)
	}
}

// What was not acknowledged before the workspace was killed comes after it is up again, and the count goes on.
func TestRedeliveryGoesOnAfterRestart(t *testing.T) {
	s := start(t, patient)
	app := s.socket()
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "kept")
	first, _ := app.event(false)
	s.stop()
	s = run(t, s.opts)
	app = s.socket()
	second, event := app.event(true)
	if event["text"] != "kept" || second["retry_attempt"] != 1.0 {
		t.Fatalf("after %v came %v", first, second)
	}
	if a, b := eventID(first), eventID(second); a == "" || a != b {
		t.Fatalf("event ids %q and %q", a, b)
	}
	s.stop()
	s = run(t, s.opts)
	app = s.socket()
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "new")
	if _, event := app.event(true); event["text"] != "new" {
		t.Fatalf("acknowledged, and delivered again after a restart: %v", event)
	}
}

func eventID(envelope answer) string {
	payload, _ := envelope["payload"].(map[string]any)
	id, _ := payload["event_id"].(string)
	return id
}

func TestEachEventGoesToOneConnection(t *testing.T) {
	s := start(t)
	streams := []*stream{s.socket(), s.socket()}
	for range 4 {
		s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "hello")
	}
	total := map[string]int{}
	for _, st := range streams {
		for range 2 {
			envelope, _ := st.event(true)
			total[eventID(envelope)]++
		}
	}
	if len(total) != 4 {
		t.Fatalf("events %v", total)
	}
}

func TestEleventhConnectionIsRefused(t *testing.T) {
	s := start(t)
	for range 10 {
		s.socket()
	}
	url := s.must(s.Tokens().App, "apps.connections.open").text("url")
	conn, _, err := websocket.Dial(within(t, time.Minute), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if a := (&stream{t: t, conn: conn}).next(); a["type"] != "disconnect" || a["reason"] != "too_many_websockets" {
		t.Fatalf("%v", a)
	}
}

func TestConnectionIsRefreshedAndSlackGoFollows(t *testing.T) {
	s := start(t, func(o *slackapi.Options) {
		o.Socket.RefreshEvery = 200 * time.Millisecond
		o.Socket.WarnBefore = 150 * time.Millisecond
	})
	st := s.socket()
	if a := st.next(); a["type"] != "disconnect" || a["reason"] != "warning" {
		t.Fatalf("%v", a)
	}
	if a := st.next(); a["type"] != "disconnect" || a["reason"] != "refresh_requested" {
		t.Fatalf("%v", a)
	}
	if _, _, err := st.conn.Read(within(t, 10*time.Second)); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Fatalf("the connection did not end: %v", err)
	}
	app := s.listen()
	for range 2 {
		await(t, app, socketmode.EventTypeHello)
	}
}

func TestLinkDisabledEndsTheConnection(t *testing.T) {
	s := start(t)
	st := s.socket()
	s.Faults().Disconnect("link_disabled")
	if a := st.next(); a["type"] != "disconnect" || a["reason"] != "link_disabled" {
		t.Fatalf("%v", a)
	}
}

func TestBrokenSocketLosesNoEvent(t *testing.T) {
	s := start(t, hasty)
	app := s.listen()
	await(t, app, socketmode.EventTypeHello)
	s.Faults().CloseSockets()
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "hello")
	await(t, app, socketmode.EventTypeHello)
	// the text is in the history even if all four deliveries fell into the gap
	history, err := s.bot().GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: requests})
	if err != nil || len(history.Messages) != 1 || history.Messages[0].Text != "hello" {
		t.Fatalf("history %+v, error %v", history, err)
	}
}

func TestPings(t *testing.T) {
	s := start(t, func(o *slackapi.Options) { o.Socket.PingEvery = 20 * time.Millisecond })
	url := s.must(s.Tokens().App, "apps.connections.open").text("url")
	pinged := make(chan struct{}, 1)
	conn, _, err := websocket.Dial(within(t, time.Minute), url, &websocket.DialOptions{
		OnPingReceived: func(_ context.Context, _ []byte) bool {
			select {
			case pinged <- struct{}{}:
			default:
			}
			return false // and no pong: the server must notice that nobody is there
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	for {
		if _, _, err := conn.Read(within(t, 10*time.Second)); err != nil {
			break
		}
	}
	select {
	case <-pinged:
	default:
		t.Fatal("the connection ended without a ping")
	}
}

func TestAcknowledgementOf20KBIsDropped(t *testing.T) {
	s := start(t, hasty)
	app := s.socket()
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "hello")
	envelope, _ := app.event(false)
	app.send(answer{"envelope_id": envelope["envelope_id"], "payload": answer{"text": strings.Repeat("x", 20<<10)}})
	if again, _ := app.event(true); again["retry_attempt"] != 1.0 {
		t.Fatalf("%v", again)
	}
}

// The app hears about its channels only, hears its own messages, and of a mention twice.
func TestWhatIsDelivered(t *testing.T) {
	s := start(t)
	app := s.socket()
	person := s.Tokens().Users[ana]
	s.must(person, "chat.postMessage", "channel", random, "text", "the app is not here")
	s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "I am <@"+botUser+">")
	if _, event := app.event(true); event["type"] != "message" || event["bot_id"] != "B0BOT" || event["user"] != botUser {
		t.Fatalf("%v", event)
	}
	ts := s.must(person, "chat.postMessage", "channel", "#data-requests", "text", "hey <@"+botUser+">").text("ts")
	kinds := map[any]int{}
	for range 2 {
		_, event := app.event(true)
		if event["ts"] != ts || event["channel"] != requests {
			t.Fatalf("%v", event)
		}
		kinds[event["type"]]++
	}
	if kinds["message"] != 1 || kinds["app_mention"] != 1 {
		t.Fatalf("kinds %v", kinds)
	}
	s.must(person, "chat.update", "channel", requests, "ts", ts, "text", "changed")
	_, event := app.event(true)
	message, _ := event["message"].(map[string]any)
	previous, _ := event["previous_message"].(map[string]any)
	if event["subtype"] != "message_changed" || message["text"] != "changed" || message["edited"] == nil || previous["ts"] != ts {
		t.Fatalf("%v", event)
	}
	s.must(person, "reactions.add", "channel", requests, "timestamp", ts, "name", "rocket::skin-tone-3")
	if _, event := app.event(true); event["type"] != "reaction_added" || event["reaction"] != "rocket::skin-tone-3" || event["item_user"] != ana {
		t.Fatalf("%v", event)
	}
	s.must(person, "reactions.remove", "channel", requests, "timestamp", ts, "name", "rocket::skin-tone-3")
	if _, event := app.event(true); event["type"] != "reaction_removed" {
		t.Fatalf("%v", event)
	}
	s.must(person, "chat.delete", "channel", requests, "ts", ts)
	if _, event := app.event(true); event["subtype"] != "message_deleted" || event["deleted_ts"] != ts {
		t.Fatalf("%v", event)
	}
	s.must(s.Tokens().Bot, "conversations.join", "channel", random)
	if _, event := app.event(true); event["type"] != "member_joined_channel" || event["channel"] != random {
		t.Fatalf("%v", event)
	}
	home := s.must(person, "apphome.open")
	if _, event := app.event(true); event["type"] != "app_home_opened" || event["user"] != ana || event["channel"] != home["channel"] {
		t.Fatalf("%v", event)
	}
	dm := s.must(person, "chat.postMessage", "channel", botUser, "text", "in private").text("channel")
	if _, event := app.event(true); event["channel"] != dm || event["channel_type"] != "im" || dm != home["channel"] {
		t.Fatalf("%v", event)
	}
}

func TestEventsNeedScopes(t *testing.T) {
	s := start(t, func(o *slackapi.Options) { o.Workspace.App.Scopes = []string{"chat:write", "app_mentions:read"} })
	app := s.socket()
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "not for the app")
	s.must(s.Tokens().Users[ana], "chat.postMessage", "channel", requests, "text", "@firstmile hi")
	if _, event := app.event(true); event["type"] != "app_mention" {
		t.Fatalf("%v", event)
	}
}

// slack-go understands every event of the table above.
func TestSlackGoUnderstandsChanges(t *testing.T) {
	s := start(t)
	app := s.listen()
	await(t, app, socketmode.EventTypeHello)
	person := s.person(ana)
	_, ts, err := person.PostMessage(requests, slack.MsgOptionText("one", false))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := person.UpdateMessage(requests, ts, slack.MsgOptionText("two", false)); err != nil {
		t.Fatal(err)
	}
	for {
		e := await(t, app, socketmode.EventTypeEventsAPI)
		if err := app.Ack(*e.Request); err != nil {
			t.Fatal(err)
		}
		m, ok := e.Data.(slackevents.EventsAPIEvent).InnerEvent.Data.(*slackevents.MessageEvent)
		if !ok || m.SubType != "message_changed" {
			continue
		}
		if m.Message.Text != "two" || m.PreviousMessage.Text != "one" || m.Message.Edited == nil {
			t.Fatalf("%+v", m)
		}
		return
	}
}
