package slackapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstmile/bot/local/slackapi/workspace"
)

// tokenKind says what a token may do; methods list the kinds they take.
type tokenKind int

const (
	botToken tokenKind = 1 << iota
	userToken
	appToken
)

// identity is who calls.
type identity struct {
	kind tokenKind
	user string // id of the person or the bot user; "" for the app token
}

// reply is a successful answer; "ok" is added.
type reply map[string]any

// method is one Web API method. Exactly one of run and wait is set.
type method struct {
	tokens   tokenKind
	scopes   []string // the bot needs one of them; a person's token can do everything
	required []required
	tier     int // rate limit tier 1–4; 0: special, see Limits
	// run is called with the server's lock held.
	run func(*Server, *call) (reply, error)
	// wait is called without it, because it waits for the app.
	wait func(*Server, *call) (reply, error)
}

// required is an argument that must not be empty and the error if it is. "" means invalid_arguments, with the
// name in response_metadata.
type required struct{ arg, code string }

// call is one call of a method.
type call struct {
	args
	name string
	who  identity
	s    *Server
}

// apiError is an answer with ok false.
type apiError struct {
	Code     string
	Messages []string // response_metadata.messages
	Needed   string   // of missing_scope
	Provided string
	Status   int           // HTTP status; 0 means 200, as Slack answers nearly all errors
	Retry    time.Duration // Retry-After of a 429
}

func (e *apiError) Error() string { return e.Code }

func fail(code string) error { return &apiError{Code: code} }

func invalid(format string, a ...any) error {
	return &apiError{Code: "invalid_arguments", Messages: []string{"[ERROR] " + fmt.Sprintf(format, a...)}}
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	fault := s.faults.take(name)
	if fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-r.Context().Done():
			return
		}
	}
	answer, err := s.call(r, name, fault)
	if fault.LoseAnswer {
		panic(http.ErrAbortHandler) // closes the connection: done, but nobody learns of it
	}
	writeAnswer(w, s.provided(), answer, err)
}

func (s *Server) call(r *http.Request, name string, fault Fault) (reply, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, &apiError{Code: "invalid_post_type", Status: http.StatusMethodNotAllowed}
	}
	switch {
	case fault.Status == http.StatusTooManyRequests:
		return nil, &apiError{Code: "ratelimited", Status: fault.Status, Retry: max(fault.RetryAfter, time.Second)}
	case fault.Status != 0:
		return nil, &apiError{Code: "service_unavailable", Status: fault.Status}
	case fault.Error != "":
		return nil, fail(fault.Error)
	}
	a, token, err := readArgs(r)
	if err != nil {
		return nil, err
	}
	m, known := s.methods[name]
	if !known {
		return nil, fail("unknown_method")
	}
	c := &call{args: a, name: name, s: s}
	if m.tokens != 0 {
		if c.who, err = s.authenticate(r, token); err != nil {
			return nil, err
		}
		if err := c.permit(m); err != nil {
			return nil, err
		}
	}
	if m.wait != nil {
		return m.wait(s, c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return m.run(s, c)
}

func (s *Server) authenticate(r *http.Request, param string) (identity, error) {
	token := param
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, rest, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return identity{}, fail("invalid_auth")
		}
		token = strings.TrimSpace(rest)
	}
	if token == "" {
		return identity{}, fail("not_authed")
	}
	switch token {
	case s.tokens.Bot:
		return identity{kind: botToken, user: s.opts.Workspace.App.User.ID}, nil
	case s.tokens.App:
		return identity{kind: appToken}, nil
	}
	for user, t := range s.tokens.Users {
		if t == token {
			if !slices.ContainsFunc(s.opts.Workspace.Users, func(u workspace.User) bool { return u.ID == user }) {
				return identity{}, fail("account_inactive")
			}
			return identity{kind: userToken, user: user}, nil
		}
	}
	return identity{}, fail("invalid_auth")
}

// permit checks everything that does not depend on the state, in Slack's order: token, scope, rate, arguments.
func (c *call) permit(m method) error {
	if c.who.kind&m.tokens == 0 {
		return fail("not_allowed_token_type")
	}
	if len(m.scopes) > 0 {
		if err := c.scope(m.scopes...); err != nil {
			return err
		}
	}
	if err := c.s.limits.check(c, m.tier); err != nil {
		return err
	}
	for _, q := range m.required {
		if c.args[q.arg] != "" {
			continue
		}
		if q.code != "" {
			return fail(q.code)
		}
		return invalid("missing required field: %s", q.arg)
	}
	return nil
}

// scope checks that the bot has one of the scopes.
func (c *call) scope(any ...string) error {
	have := c.s.opts.Workspace.App.Scopes
	if c.who.kind != botToken || slices.ContainsFunc(any, func(n string) bool { return slices.Contains(have, n) }) {
		return nil
	}
	return &apiError{Code: "missing_scope", Needed: strings.Join(any, ","), Provided: c.s.provided()}
}

func (s *Server) provided() string { return strings.Join(s.opts.Workspace.App.Scopes, ",") }

// writeAnswer sends a reply or an error in the shape every method shares.
func writeAnswer(w http.ResponseWriter, scopes string, answer reply, err error) {
	status := http.StatusOK
	out := map[string]any{"ok": err == nil}
	for k, v := range answer {
		out[k] = v
	}
	if err != nil {
		var e *apiError
		if !errors.As(err, &e) {
			e = &apiError{Code: "internal_error", Status: http.StatusInternalServerError}
		}
		status = e.describe(out, w.Header())
	}
	body, err := json.Marshal(out)
	if err != nil { // only a bug can do this: all values come from JSON or from our own types
		status, body = http.StatusInternalServerError, []byte(`{"ok":false,"error":"internal_error"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("X-OAuth-Scopes", scopes)
	w.WriteHeader(status)
	w.Write(body)
}

func (e *apiError) describe(out map[string]any, h http.Header) (status int) {
	out["error"] = e.Code
	if len(e.Messages) > 0 {
		out["response_metadata"] = map[string]any{"messages": e.Messages}
	}
	if e.Code == "missing_scope" {
		out["needed"], out["provided"] = e.Needed, e.Provided
	}
	if e.Status == http.StatusTooManyRequests {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(e.Retry.Seconds()))))
	}
	if e.Status == 0 {
		return http.StatusOK
	}
	return e.Status
}

// channel finds the conversation an argument names. What the caller may not see does not exist for them.
func (c *call) channel(arg string) (*workspace.Channel, error) {
	ch := c.s.state.Channel(c.args[arg])
	if ch == nil || (ch.Kind() != "channel" && !ch.Has(c.who.user)) {
		return nil, fail("channel_not_found")
	}
	return ch, nil
}

// readable finds a conversation whose messages the caller may read.
func (c *call) readable(arg string) (*workspace.Channel, error) {
	ch, err := c.channel(arg)
	if err != nil {
		return nil, err
	}
	if err := c.scope(scopePrefix(ch) + ":history"); err != nil {
		return nil, err
	}
	if c.who.kind == botToken && !ch.Has(c.who.user) {
		if c.name == "conversations.history" {
			return nil, fail("not_in_channel")
		}
		return nil, fail("channel_not_found") // conversations.replies documents no other name
	}
	return ch, nil
}

// scopePrefix is the family of scopes for a kind of conversation.
func scopePrefix(ch *workspace.Channel) string {
	switch ch.Kind() {
	case "group":
		return "groups"
	case "channel":
		return "channels"
	}
	return ch.Kind()
}
