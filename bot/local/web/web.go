// Package web is the page of the embedded workspace: a small Slack-like client in the browser. It knows the
// workspace only through its public Slack-compatible API (package slackapi), with the token of the person who
// speaks; it has no way in of its own.
//
// A start: the caller mounts Handler at "/" beside the API at "/api/". The page asks for /session.json, which
// names the people one may speak as and their tokens, and then talks to the API directly. There is no build step:
// static/ is embedded and served as it stands.
//
//	/, /archives/…   index.html (the second is where permalinks lead)
//	/static/…        style sheets and ES modules
//	/session.json    people with tokens; only to the page itself (see guard.go)
//
// Reading the page: static/js/main.js (who speaks) → app.js (state, live line, drawing) → state.js (what is known,
// pure) and actions.js (what a person does); channelpane.js and threadpane.js draw timeline.js, which draws
// message.js, which draws blocks.js. The pure modules (mrkdwn, encode, state, emoji, route, time) are tested with
// node, the page in a browser; package webtest opens it for tests and screenshots.
package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

//go:embed static
var embedded embed.FS

// Person is someone the page may speak as.
type Person struct {
	ID    string `json:"id"`    // Slack user id, "U…"
	Name  string `json:"name"`  // as shown in the list of speakers
	Note  string `json:"note"`  // optional: what this person may do, one short line
	Token string `json:"token"` // user token, "xoxp-…"
}

// Welcome is the card that a newcomer sees in an empty channel.
type Welcome struct {
	Channel     string   `json:"channel"` // name without "#"; empty shows no card
	Title       string   `json:"title"`
	Text        string   `json:"text"`
	Suggestions []string `json:"suggestions"` // sentences to try, without the bot's mention
}

// Config says what the page shows and where its API is.
type Config struct {
	// Title is the workspace's name in the page. Required.
	Title string
	// APIBase is where Web API methods are, absolute or relative to the page. Empty means "/api/".
	APIBase string
	// People are those one may speak as, the first being the default. Required.
	People []Person
	// BotID is the bot's user id: it gets the App Home and stands first in mentions. Empty means the
	// first bot that users.list names.
	BotID string
	// Channel is the name of the channel that opens first. Empty means the first one the person is in.
	Channel string
	// Welcome is shown in its channel while that is empty.
	Welcome Welcome
	// Hosts are the names (without port) under which the page may be asked for besides the loopback names
	// localhost, 127.0.0.1 and ::1. A page asked for under any other name is refused, so that no site can
	// reach the tokens by pointing its own name here (DNS rebinding).
	Hosts []string
}

// session is what /session.json answers.
type session struct {
	Title   string   `json:"title"`
	API     string   `json:"api"`
	People  []Person `json:"people"`
	Bot     string   `json:"bot"`
	Channel string   `json:"channel"`
	Welcome Welcome  `json:"welcome"`
}

// Handler serves the page. It is meant for a loopback listener: whoever can open the page can speak as any of
// Config.People.
func Handler(config Config) (http.Handler, error) {
	if config.Title == "" || len(config.People) == 0 {
		return nil, fmt.Errorf("web page: a title and at least one person are required")
	}
	if config.APIBase == "" {
		config.APIBase = "/api/"
	}
	body, err := json.Marshal(session{
		Title: config.Title, API: config.APIBase, People: config.People,
		Bot: config.BotID, Channel: config.Channel, Welcome: config.Welcome,
	})
	if err != nil {
		return nil, fmt.Errorf("web page: encoding the session: %w", err)
	}
	policy, err := contentPolicy(config.APIBase)
	if err != nil {
		return nil, err
	}
	static, err := fs.Sub(embedded, "static")
	if err != nil {
		return nil, fmt.Errorf("web page: reading the embedded files: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.StripPrefix("/static/", files(static)))
	mux.Handle("GET /{$}", index(static))
	mux.Handle("GET /archives/", index(static))
	mux.Handle("GET /session.json", sameOriginOnly(serveJSON(body)))
	return guard(config.Hosts, policy, mux), nil
}

func index(static fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, err := fs.ReadFile(static, "index.html")
		if err != nil {
			http.Error(w, "the page is missing from this build", http.StatusInternalServerError)
			return
		}
		http.ServeContent(w, r, "index.html", time.Time{}, bytes.NewReader(page))
	})
}

// files serves the embedded files and no directory listings.
func files(static fs.FS) http.Handler {
	server := http.FileServerFS(static)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "" || strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})
}

func serveJSON(body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		// A failed write means that the browser has gone; there is nobody left to tell.
		_, _ = w.Write(body)
	})
}
