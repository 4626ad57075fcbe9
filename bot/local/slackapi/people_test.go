package slackapi_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"firstmile/bot/local/slackapi"
)

// What a page sees while others talk.
func TestLiveEvents(t *testing.T) {
	s := start(t)
	bot, person := s.Tokens().Bot, s.Tokens().Users[ben]
	page := s.live(ana)
	page.send(answer{"id": 7, "type": "ping"})
	if a := page.next(); a["type"] != "pong" || a["reply_to"] != 7.0 {
		t.Fatalf("%v", a)
	}
	ts := s.must(person, "chat.postMessage", "channel", requests, "text", "hello").text("ts")
	if a := page.next(); a["type"] != "message" || a["ts"] != ts || a["channel"] != requests || a["user"] != ben {
		t.Fatalf("%v", a)
	}
	s.must(bot, "assistant.threads.setStatus", "channel_id", requests, "thread_ts", ts, "status", "is thinking", "loading_messages", `["a","b"]`)
	if a := page.next(); a["type"] != "assistant_thread_status" || a["status"] != "is thinking" || a["thread_ts"] != ts {
		t.Fatalf("%v", a)
	}
	if a := s.live(ana).next(); a["type"] != "assistant_thread_status" || a["status"] != "is thinking" {
		t.Fatalf("a page that comes later is told the status: %v", a)
	}
	reply := s.must(bot, "chat.postMessage", "channel", requests, "text", "re", "thread_ts", ts).text("ts")
	if a := page.next(); a["ts"] != reply || a["thread_ts"] != ts {
		t.Fatalf("%v", a)
	}
	if a := page.next(); a["subtype"] != "message_replied" || message(a)["reply_count"] != 1.0 {
		t.Fatalf("%v", a)
	}
	if a := page.next(); a["type"] != "assistant_thread_status" || a["status"] != "" {
		t.Fatalf("an answer clears the status: %v", a)
	}
	s.must(bot, "chat.update", "channel", requests, "ts", reply, "text", "re2")
	if a := page.next(); a["subtype"] != "message_changed" || message(a)["text"] != "re2" {
		t.Fatalf("%v", a)
	}
	s.must(bot, "reactions.add", "channel", requests, "timestamp", ts, "name", "eyes")
	if a := page.next(); a["type"] != "reaction_added" || a["user"] != botUser {
		t.Fatalf("%v", a)
	}
	s.must(bot, "chat.postEphemeral", "channel", requests, "user", ben, "text", "for ben")
	s.must(bot, "chat.postEphemeral", "channel", requests, "user", ana, "text", "for ana")
	if a := page.next(); a["is_ephemeral"] != true || a["text"] != "for ana" {
		t.Fatalf("%v", a)
	}
	s.must(person, "chat.postMessage", "channel", private, "text", "not for ana")
	s.must(bot, "chat.delete", "channel", requests, "ts", reply)
	if a := page.next(); a["subtype"] != "message_deleted" || a["deleted_ts"] != reply {
		t.Fatalf("%v", a)
	}
	if got := texts(s.must(person, "conversations.history", "channel", requests)); len(got) != 1 {
		t.Fatalf("ephemeral messages are in the history: %v", got)
	}
	wantError(t, s.call(bot, "chat.postEphemeral", "channel", requests, "user", "U404", "text", "x"), "user_not_in_channel")
	wantError(t, s.call(bot, "rtm.connect"), "not_allowed_token_type")
}

const buttons = `[{"type":"actions","block_id":"b","elements":[
	{"type":"button","action_id":"go","value":"v1","text":{"type":"plain_text","text":"Go"}},
	{"type":"static_select","action_id":"pick","options":[{"text":{"type":"plain_text","text":"One"},"value":"1"}]}]}]`

// press calls blocks.actions in the background and gives the payload the app got, acknowledged.
func (s *site) press(app *stream, args ...string) (payload, result answer) {
	s.t.Helper()
	return s.interact(app, "interactive", nil, "blocks.actions", args...)
}

func (s *site) interact(app *stream, kind string, response any, method string, args ...string) (payload, result answer) {
	s.t.Helper()
	done := make(chan answer, 1)
	go func() { done <- s.call(s.Tokens().Users[ana], method, args...) }()
	envelope := app.until(kind)
	if envelope["accepts_response_payload"] != true {
		s.t.Errorf("%v", envelope)
	}
	ack := answer{"envelope_id": envelope["envelope_id"]}
	if response != nil {
		ack["payload"] = response
	}
	app.send(ack)
	payload, _ = envelope["payload"].(map[string]any)
	return payload, <-done
}

func TestPressingAButton(t *testing.T) {
	s := start(t)
	app, page := s.socket(), s.live(ana)
	ts := s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "choose", "blocks", buttons).text("ts")
	at := []string{"channel", requests, "message_ts", ts, "block_id", "b", "action_id"}
	payload, result := s.press(app, append(at, "go")...)
	action := payload["actions"].([]any)[0].(map[string]any)
	if !result.ok() || action["value"] != "v1" || action["type"] != "button" || action["block_id"] != "b" {
		t.Fatalf("%v, %v", payload, result)
	}
	payload, _ = s.press(app, append(at, "pick", "value", "1")...)
	action = payload["actions"].([]any)[0].(map[string]any)
	if action["selected_option"].(map[string]any)["value"] != "1" || payload["state"].(map[string]any)["values"].(map[string]any)["b"] == nil {
		t.Fatalf("%v", payload)
	}
	person := s.Tokens().Users[ana]
	wantError(t, s.call(person, "blocks.actions", append(at, "pick", "value", "2")...), "invalid_value")
	wantError(t, s.call(person, "blocks.actions", append(at, "stop")...), "action_not_found")
	wantError(t, s.call(person, "blocks.actions", "channel", requests, "message_ts", "1.000001", "block_id", "b", "action_id", "go"), "message_not_found")
	wantError(t, s.call(s.Tokens().Bot, "blocks.actions", append(at, "go")...), "not_allowed_token_type")

	respond := func(body string) (int, string) {
		resp, err := http.Post(payload.text("response_url"), "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		data, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(data)
	}
	page.until("message")
	if status, body := respond(`{"text":"only you","response_type":"ephemeral"}`); status != 200 || body != "ok" {
		t.Fatalf("%d %s", status, body)
	}
	if a := page.until("message"); a["is_ephemeral"] != true || a["text"] != "only you" {
		t.Fatalf("%v", a)
	}
	if status, body := respond(`{"text":"chosen","replace_original":true}`); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if a := page.until("message", "message_changed"); message(a)["text"] != "chosen" {
		t.Fatalf("%v", a)
	}
	if status, _ := respond(`{}`); status != http.StatusBadRequest {
		t.Fatalf("an empty answer: %d", status)
	}
	respond(`{"delete_original":true}`)
	respond(`{"text":"five","response_type":"in_channel"}`)
	if status, _ := respond(`{"text":"six"}`); status != http.StatusNotFound {
		t.Fatalf("a sixth use: %d", status)
	}
	if got := texts(s.must(person, "conversations.history", "channel", requests)); len(got) != 1 || got[0] != "five" {
		t.Fatalf("history %v", got)
	}
}

func TestButtonOfAnEphemeralMessage(t *testing.T) {
	s := start(t)
	app, page := s.socket(), s.live(ana)
	ts := s.must(s.Tokens().Bot, "chat.postEphemeral", "channel", requests, "user", ana, "text", "psst", "blocks", buttons).text("message_ts")
	page.until("message")
	at := []string{"channel", requests, "message_ts", ts, "block_id", "b", "action_id", "go"}
	wantError(t, s.call(s.Tokens().Users[ben], "blocks.actions", at...), "message_not_found")
	payload, _ := s.press(app, at...)
	if payload["container"].(map[string]any)["is_ephemeral"] != true {
		t.Fatalf("%v", payload)
	}
	for _, step := range []struct{ body, subtype string }{
		{`{"replace_original":true,"text":"done"}`, "message_changed"},
		{`{"delete_original":true}`, "message_deleted"},
	} {
		resp, err := http.Post(payload.text("response_url"), "application/json", strings.NewReader(step.body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		page.until("message", step.subtype)
	}
}

func TestNobodyAnswersAButton(t *testing.T) {
	s := start(t, func(o *slackapi.Options) { o.Socket.AckTimeout = 20 * time.Millisecond })
	ts := s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "choose", "blocks", buttons).text("ts")
	press := func() answer {
		return s.call(s.Tokens().Users[ana], "blocks.actions", "channel", requests, "message_ts", ts, "block_id", "b", "action_id", "go")
	}
	wantError(t, press(), "app_not_responding")
	s.socket() // listens and says nothing
	wantError(t, press(), "app_not_responding")
}

func TestModalAndHome(t *testing.T) {
	s := start(t)
	app, page := s.socket(), s.live(ana)
	bot, person := s.Tokens().Bot, s.Tokens().Users[ana]
	home := `{"type":"home","blocks":` + buttons + `}`
	published := s.must(bot, "views.publish", "user_id", ana, "view", home)["view"].(map[string]any)
	if a := page.until("view_published"); a["view"].(map[string]any)["id"] != published["id"] {
		t.Fatalf("%v", a)
	}
	wantError(t, s.call(bot, "views.publish", "user_id", ana, "view", home, "hash", "old"), "hash_conflict")
	if again := s.must(bot, "views.publish", "user_id", ana, "view", home, "hash", published["hash"].(string))["view"].(map[string]any); again["id"] != published["id"] || again["hash"] == published["hash"] {
		t.Fatalf("%v", again)
	}
	if a := s.must(person, "apphome.open"); a["view"].(map[string]any)["id"] != published["id"] {
		t.Fatalf("%v", a)
	}
	if a := s.must(s.Tokens().Users[ben], "apphome.open"); a["view"] != nil {
		t.Fatalf("%v", a)
	}
	payload, _ := s.press(app, "view_id", published["id"].(string), "block_id", "b", "action_id", "go")
	if payload["view"].(map[string]any)["id"] != published["id"] || payload["container"].(map[string]any)["type"] != "view" {
		t.Fatalf("%v", payload)
	}
	trigger := payload.text("trigger_id")
	modal := `{"type":"modal","callback_id":"ask","title":{"type":"plain_text","text":"T"},"submit":{"type":"plain_text","text":"S"},"blocks":[
		{"type":"input","block_id":"i","label":{"type":"plain_text","text":"L"},"element":{"type":"plain_text_input","action_id":"a"}}]}`
	wantError(t, s.call(bot, "views.open", "trigger_id", "x", "view", modal), "invalid_trigger_id")
	opened := s.must(bot, "views.open", "trigger_id", trigger, "view", modal)["view"].(map[string]any)["id"].(string)
	page.until("view_opened")
	wantError(t, s.call(bot, "views.open", "trigger_id", trigger, "view", modal), "exchanged_trigger_id")
	state := `{"i":{"a":{"type":"plain_text_input","value":"hello"}}}`
	sent, result := s.interact(app, "interactive", answer{"response_action": "errors", "errors": answer{"i": "too short"}}, "views.submit", "view_id", opened, "state", state)
	if result["response_action"] != "errors" || result["errors"].(map[string]any)["i"] != "too short" {
		t.Fatalf("%v", result)
	}
	if sent["type"] != "view_submission" || sent["view"].(map[string]any)["callback_id"] != "ask" {
		t.Fatalf("%v", sent)
	}
	s.must(bot, "views.update", "view_id", opened, "view", strings.Replace(modal, `"ask"`, `"ask2"`, 1))
	if a := page.until("view_updated"); a["view"].(map[string]any)["callback_id"] != "ask2" {
		t.Fatalf("%v", a)
	}
	_, result = s.interact(app, "interactive", answer{"response_action": "push", "view": json.RawMessage(modal)}, "views.submit", "view_id", opened, "state", state)
	top := result["view"].(map[string]any)
	if top["previous_view_id"] != opened {
		t.Fatalf("%v", result)
	}
	_, result = s.interact(app, "interactive", nil, "views.submit", "view_id", top["id"].(string))
	if !result.ok() {
		t.Fatalf("%v", result)
	}
	wantError(t, s.call(person, "views.submit", "view_id", top["id"].(string)), "view_not_found")
	_, result = s.interact(app, "interactive", answer{"response_action": "clear"}, "views.submit", "view_id", opened)
	if !result.ok() {
		t.Fatalf("%v", result)
	}
	wantError(t, s.call(bot, "views.update", "view_id", opened, "view", modal), "not_found")
	for _, bad := range []string{"x", `{"type":"home"}`, strings.Replace(modal, `"T"`, `"`+strings.Repeat("x", 25)+`"`, 1), strings.Replace(modal, `"submit"`, `"submitted"`, 1)} {
		wantError(t, s.call(bot, "views.publish", "user_id", ana, "view", bad), "invalid_arguments")
	}
}

func TestSlashCommand(t *testing.T) {
	s := start(t)
	app, page := s.socket(), s.live(ana)
	payload, result := s.interact(app, "slash_commands", answer{"text": "here is help"}, "commands.run", "channel", requests, "command", "/firstmile", "text", "help")
	if !result.ok() || payload["command"] != "/firstmile" || payload["text"] != "help" || payload["user_id"] != ana {
		t.Fatalf("%v, %v", payload, result)
	}
	if a := page.until("message"); a["is_ephemeral"] != true || a["text"] != "here is help" {
		t.Fatalf("%v", a)
	}
}

func TestFilesThroughSlackGo(t *testing.T) {
	s := start(t)
	page := s.live(ana)
	png := []byte("\x89PNG\r\n\x1a\nnot much of a picture")
	parent := s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "chart?").text("ts")
	up, err := s.bot().UploadFile(slack.UploadFileParameters{Reader: bytes.NewReader(png), FileSize: len(png), Filename: "chart.png", Title: "Churn",
		AltTxt: "a falling line", Channel: requests, ThreadTimestamp: parent, InitialComment: "here"})
	if err != nil {
		t.Fatal(err)
	}
	page.until("message")
	if a := page.until("message", "file_share"); a["text"] != "here" || a["thread_ts"] != parent || len(a["files"].([]any)) != 1 {
		t.Fatalf("%v", a)
	}
	info, _, _, err := s.person(ana).GetFileInfo(up.ID, 0, 0)
	if err != nil || info.Title != "Churn" || info.Mimetype != "image/png" || info.Size != len(png) || info.Filetype != "png" {
		t.Fatalf("%+v, error %v", info, err)
	}
	var got bytes.Buffer
	if err := s.person(ana).GetFile(info.URLPrivate, &got); err != nil || !bytes.Equal(got.Bytes(), png) {
		t.Fatalf("%q, error %v", got.Bytes(), err)
	}
	resp, err := http.Get(info.URLPrivate)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Fatalf("without a token: %s", resp.Status)
	}
	block := `[{"type":"image","alt_text":"x","slack_file":{"id":"` + up.ID + `"}}]`
	s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "blocks", block)
}

func TestUploadRefuses(t *testing.T) {
	s := start(t)
	bot := s.Tokens().Bot
	wantError(t, s.call(bot, "files.getUploadURLExternal", "filename", "a.txt", "length", "0"), "invalid_arguments")
	wantError(t, s.call(bot, "files.getUploadURLExternal", "filename", "a.txt", "length", "99999999999"), "file_upload_size_restricted")
	a := s.must(bot, "files.getUploadURLExternal", "filename", "../../etc/a.txt", "length", "3")
	files := `[{"id":"` + a.text("file_id") + `"}]`
	wantError(t, s.call(bot, "files.completeUploadExternal", "files", files), "file_not_found")
	upload := func(body string) int { return s.upload(a.text("upload_url"), body) }
	if status := upload("four"); status != http.StatusBadRequest {
		t.Fatalf("more bytes than announced: %d", status)
	}
	if status := upload("abc"); status != http.StatusOK {
		t.Fatalf("%d", status)
	}
	wantError(t, s.call(bot, "files.completeUploadExternal", "files", files, "channel_id", random), "not_in_channel")
	wantError(t, s.call(bot, "files.completeUploadExternal", "files", "x"), "invalid_arguments")
	done := s.must(bot, "files.completeUploadExternal", "files", files)
	if f := done["files"].([]any)[0].(map[string]any); f["name"] != "a.txt" {
		t.Fatalf("%v", f)
	}
	if status := upload("abc"); status != http.StatusNotFound {
		t.Fatalf("uploading again: %d", status)
	}
	s.must(bot, "files.delete", "file", a.text("file_id"))
	wantError(t, s.call(bot, "files.info", "file", a.text("file_id")), "file_not_found")
}

func TestAuthentication(t *testing.T) {
	s := start(t)
	tokens := s.Tokens()
	wantError(t, s.call("", "auth.test"), "not_authed")
	wantError(t, s.call("xoxb-wrong", "auth.test"), "invalid_auth")
	wantError(t, s.call(tokens.Bot, "apps.connections.open"), "not_allowed_token_type")
	wantError(t, s.call(tokens.App, "chat.postMessage", "channel", requests, "text", "x"), "not_allowed_token_type")
	wantError(t, s.call(tokens.Bot, "chat.shout"), "unknown_method")
	if a := s.must(tokens.Bot, "auth.test"); a["user_id"] != botUser || a["bot_id"] != "B0BOT" || a["team_id"] != "T0TEAM" {
		t.Errorf("%v", a)
	}
	if a := s.must(tokens.Users[ana], "auth.test"); a["user_id"] != ana || a["user"] != "ana" || a["bot_id"] != nil {
		t.Errorf("%v", a)
	}
	if a, _, err := s.post("", "auth.test", url.Values{"token": {tokens.Bot}}); err != nil || !a.ok() {
		t.Errorf("token as a parameter: %v, error %v", a, err)
	}
	resp, err := http.Post(s.api()+"auth.test", "application/json", strings.NewReader(`{"token":"`+tokens.Bot+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var a answer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	wantError(t, a, "not_authed") // a JSON body cannot carry the token
}

func TestMissingScope(t *testing.T) {
	s := start(t, func(o *slackapi.Options) { o.Workspace.App.Scopes = []string{"chat:write", "users:read"} })
	a := s.call(s.Tokens().Bot, "reactions.add", "channel", requests, "timestamp", "1.1", "name", "eyes")
	wantError(t, a, "missing_scope")
	if a["needed"] != "reactions:write" || a["provided"] != "chat:write,users:read" {
		t.Fatalf("%v", a)
	}
	if u := s.must(s.Tokens().Bot, "users.info", "user", ana)["user"].(map[string]any); u["profile"].(map[string]any)["email"] != nil {
		t.Fatalf("an address without users:read.email: %v", u)
	}
	s.must(s.Tokens().Users[ana], "reactions.list") // people can do everything
}

func TestPeopleThroughSlackGo(t *testing.T) {
	s := start(t)
	users, err := s.bot().GetUsers()
	if err != nil || len(users) != 3 {
		t.Fatalf("%v, error %v", users, err)
	}
	u, err := s.bot().GetUserInfo(ben)
	if err != nil || u.RealName != "Ben" || u.Profile.Email != "ben@example.com" || u.TZOffset == 0 || !u.IsAdmin {
		t.Fatalf("%+v, error %v", u, err)
	}
	if b, err := s.bot().GetBotInfo(slack.GetBotInfoParameters{Bot: "B0BOT"}); err != nil || b.UserID != botUser {
		t.Fatalf("%+v, error %v", b, err)
	}
	if team, err := s.bot().GetTeamInfo(); err != nil || team.Domain != "sample" {
		t.Fatalf("%+v, error %v", team, err)
	}
	if p, err := s.bot().GetUserByEmail("ana@example.com"); err != nil || p.ID != ana {
		t.Fatalf("%+v, error %v", p, err)
	}
}
