// Package llmtest holds doubles of a language model.
//
// Server (server.go) speaks OpenAI's language over a real socket and follows a script of
// steps (steps.go): it fails the test when it is asked more often than the script is long, or
// less often. Echo tests prompts, Hostile plays the attacker (doubles.go); both are an llm.Model, and Serve puts
// any llm.Model behind a socket.
package llmtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"firstmile/agents/llm"
	"firstmile/planner/plan"
)

// Request is what the server was sent.
type Request struct {
	Path   string // "/v1/chat/completions"
	Query  string
	Header http.Header
	Body   []byte
}

// Chat is the body as far as it concerns a model.
type Chat struct {
	Model    string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	} `json:"messages"`
	ResponseFormat *struct {
		Type string `json:"type"`
	} `json:"response_format"`
}

// Chat decodes the body.
func (r Request) Chat() (Chat, error) {
	var c Chat
	err := json.Unmarshal(r.Body, &c)
	return c, err
}

// Server is a language model's server. It keeps what it was sent.
type Server struct {
	// URL is the base URL for clients.
	URL string

	t      testing.TB
	closed chan struct{}

	mu     sync.Mutex
	came   *sync.Cond // a request has come
	script []Step
	got    []Request
}

// NewServer starts a server that follows the script, a step for each request. It stops with the test, and fails it
// when steps are left.
func NewServer(t testing.TB, script ...Step) *Server {
	t.Helper()
	s := &Server{t: t, script: script, closed: make(chan struct{})}
	s.start(s.next)
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if n := len(s.script); n > 0 && !t.Failed() {
			t.Errorf("the language model was asked %d times, %d fewer than its script has steps", len(s.got), n)
		}
	})
	return s
}

// Serve starts a server whose answers come from a model.
func Serve(t testing.TB, m llm.Model) *Server {
	t.Helper()
	s := &Server{t: t, closed: make(chan struct{})}
	s.start(func(w http.ResponseWriter, r *http.Request, got Request) {
		chat, err := got.Chat()
		if err != nil {
			http.Error(w, `{"error":{"message":"not JSON","type":"invalid_request_error"}}`, http.StatusBadRequest)
			return
		}
		var call llm.Call
		for _, m := range chat.Messages {
			call.Messages = append(call.Messages, llm.Message{Role: llm.Role(m.Role), Text: m.Content})
		}
		reply, err := m.Complete(r.Context(), call)
		if err != nil {
			http.Error(w, `{"error":{"message":"broken","type":"server_error"}}`, http.StatusInternalServerError)
			return
		}
		completion(w, chat.Model, reply.Text, "stop", reply.Usage)
	})
	return s
}

func (s *Server) start(answer func(http.ResponseWriter, *http.Request, Request)) {
	s.came = sync.NewCond(&s.mu)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		got := Request{Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body}
		s.mu.Lock()
		s.got = append(s.got, got)
		s.came.Broadcast()
		s.mu.Unlock()
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/chat/completions") {
			http.NotFound(w, r)
			return
		}
		answer(w, r, got)
	}))
	s.URL = server.URL + "/v1"
	s.t.Cleanup(func() {
		close(s.closed) // lets go of clients that are kept waiting
		server.Close()
	})
}

func (s *Server) next(w http.ResponseWriter, r *http.Request, got Request) {
	s.mu.Lock()
	var step Step
	if len(s.script) > 0 {
		step, s.script = s.script[0], s.script[1:]
	}
	s.mu.Unlock()
	if step == nil {
		s.t.Errorf("the language model was asked once more than its script has steps: %s", clip(got.Body))
		http.Error(w, `{"error":{"message":"the script has ended","type":"invalid_request_error"}}`, http.StatusBadRequest)
		return
	}
	step(w, r, exchange{got, s.closed})
}

func clip(b []byte) string {
	if len(b) > 300 {
		b = b[:300]
	}
	return string(b)
}

// Requests are all requests so far, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// Await waits until n requests have come.
func (s *Server) Await(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.got) < n {
		s.came.Wait()
	}
}

// usage counts as a tokenizer would, roughly: a token for four bytes.
func usage(prompt []byte, answer string) plan.Usage {
	return plan.Usage{ModelCalls: 1, PromptTokens: len(prompt)/4 + 1, CompletionTokens: len(answer)/4 + 1}
}
