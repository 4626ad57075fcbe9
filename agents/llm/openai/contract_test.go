package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"firstmile/agents/llm"
	"firstmile/agents/llm/llmtest"
	"firstmile/prompts"
)

// contract is OpenAI's own description of its API, which lies beside the project where it is developed and tested.
var contract = filepath.Join("..", "..", "..", "..", "shared", "contracts", "openai.json")

// TestContract holds every kind of request that we send, and every answer of the double, to OpenAI's API description.
func TestContract(t *testing.T) {
	request, response := schemas(t)
	p := realPrompt(t)
	s := llmtest.NewServer(t, llmtest.Say("not JSON"), llmtest.Say(`{"choices":[]}`), llmtest.WithoutFormat(), llmtest.WithoutFormat(),
		llmtest.Say(`{"choices":[]}`), llmtest.SayCut(`{"cho`), llmtest.Refuse())
	keep := &recorder{}
	m := recorded(t, s.URL, keep)
	for n := range 3 {
		if _, err := llm.Ask(t.Context(), m, p); (err != nil) != (n == 2) { // the third is cut and then declined
			t.Fatalf("question %d: %v", n, err)
		}
	}
	for i, r := range s.Requests() {
		check(t, "request", i, request, r.Body)
	}
	for i, body := range keep.answers() {
		check(t, "response", i, response, body)
	}
}

func recorded(t *testing.T, url string, keep *recorder) *Client {
	t.Helper()
	c := Config{BaseURL: url, Model: "gpt-4.1-mini", Key: canary}
	tr := newTransport(c)
	tr.http.Transport = keep
	tr.wait = func(context.Context, time.Duration) error { return nil }
	m, err := build(c, tr)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// recorder keeps the bodies of successful answers.
type recorder struct {
	mu     sync.Mutex
	bodies [][]byte
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || res.StatusCode != http.StatusOK {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bodies = append(r.bodies, body)
	return res, nil
}

func (r *recorder) answers() [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bodies
}

func realPrompt(t *testing.T) prompts.Prompt {
	t.Helper()
	l, err := prompts.Load()
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Settle(prompts.Settle{Request: "revenue of whales", Words: []prompts.OpenWords{{Words: "whales",
		Candidates: []prompts.Candidate{{ID: "term:segment", Kind: "split", Label: "Segment"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// schemas compiles the two ends of POST /chat/completions. An API description of version 3.1 is JSON Schema inside.
func schemas(t *testing.T) (request, response *jsonschema.Schema) {
	t.Helper()
	f, err := os.Open(contract)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the contracts must be there in CI: %v", err)
		}
		t.Skip("the contracts are not there")
	}
	defer func() { _ = f.Close() }()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("mem:openai.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled := func(name string) *jsonschema.Schema {
		s, err := c.Compile("mem:openai.json#/components/schemas/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	return compiled("CreateChatCompletionRequest"), compiled("CreateChatCompletionResponse")
}

func check(t *testing.T, what string, n int, s *jsonschema.Schema, body []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		var pretty bytes.Buffer
		_ = json.Indent(&pretty, body, "", " ") // it was JSON a line ago
		t.Errorf("%s %d breaks OpenAI's contract: %v\n%s", what, n, err, pretty.String())
	}
}
