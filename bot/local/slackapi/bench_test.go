package slackapi_test

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/coder/websocket"

	"firstmile/bot/local/slackapi"
)

// From a person's message to the event at the app: a durable write and two hops over the loopback.
func BenchmarkPostToEvent(b *testing.B) {
	web := httptest.NewUnstartedServer(nil)
	server, err := slackapi.New(slackapi.Options{Dir: b.TempDir(), Workspace: seed(), Logger: slog.New(slog.DiscardHandler),
		BaseURL: func() string { return "http://" + web.Listener.Addr().String() }})
	if err != nil {
		b.Fatal(err)
	}
	web.Config.Handler = server.Handler()
	web.Start()
	defer web.Close()
	defer server.Close()
	opened, _, err := post(web.URL+"/api/", server.Tokens().App, "apps.connections.open", nil)
	if err != nil {
		b.Fatal(err)
	}
	app, _, err := websocket.Dial(b.Context(), opened.text("url"), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer app.CloseNow()
	if _, _, err := app.Read(b.Context()); err != nil { // hello
		b.Fatal(err)
	}
	form := url.Values{"channel": {requests}, "text": {"hello"}}
	for b.Loop() {
		if a, _, err := post(web.URL+"/api/", server.Tokens().Users[ana], "chat.postMessage", form); err != nil || !a.ok() {
			b.Fatal(a, err)
		}
		_, frame, err := app.Read(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		var envelope answer
		if err := json.Unmarshal(frame, &envelope); err != nil {
			b.Fatal(err)
		}
		reply, err := json.Marshal(answer{"envelope_id": envelope["envelope_id"]})
		if err != nil {
			b.Fatal(err)
		}
		if err := app.Write(b.Context(), websocket.MessageText, reply); err != nil {
			b.Fatal(err)
		}
	}
}
