package openai

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"firstmile/agents/llm"
	"firstmile/agents/llm/llmtest"
	"firstmile/planner/plan"
)

// canary must not be seen outside the header that carries it.
const canary = "canary_key_4f1b9c"

const answer = `{"ready": true}`

var call = llm.Call{Task: "probe", Schema: []byte(`{"type":"object"}`), Messages: []llm.Message{{Role: llm.System, Text: "S"}, {Role: llm.User, Text: "U"}}}

// client returns a client whose pauses are recorded instead of made, and what it logs.
func client(t *testing.T, c Config) (*Client, *[]time.Duration, *strings.Builder) {
	t.Helper()
	log := &strings.Builder{}
	if c.Model == "" {
		c.Model = "test-model"
	}
	c.Key, c.Log = canary, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	waits := &[]time.Duration{}
	tr := newTransport(c)
	tr.wait = func(_ context.Context, d time.Duration) error { *waits = append(*waits, d); return nil }
	m, err := build(c, tr)
	if err != nil {
		t.Fatal(err)
	}
	return m, waits, log
}

func TestFailures(t *testing.T) {
	date := time.Now().Add(9 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		name   string
		script []llmtest.Step
		code   string // empty: answered
		class  plan.FailureClass
		waits  int
		after  int // Retry-After of the failure
	}{
		{"answered", []llmtest.Step{llmtest.Say(answer)}, "", "", 0, 0},
		{"429 with seconds", []llmtest.Step{llmtest.Fail(429, "rate_limit_exceeded", "Retry-After: 7"), llmtest.Say(answer)}, "", "", 1, 0},
		{"429 with a date", []llmtest.Step{llmtest.Fail(429, "", "Retry-After: "+date), llmtest.Say(answer)}, "", "", 1, 0},
		{"429 for an hour", []llmtest.Step{llmtest.Fail(429, "", "Retry-After: 3600")}, "model_busy", plan.Transient, 0, 3600},
		{"429 and no credit", []llmtest.Step{llmtest.Fail(429, "insufficient_quota")}, "model_quota", plan.Permanent, 0, 0},
		{"500 once", []llmtest.Step{llmtest.Fail(500, ""), llmtest.Say(answer)}, "", "", 1, 0},
		{"503 for ever", []llmtest.Step{llmtest.Fail(503, ""), llmtest.Fail(503, ""), llmtest.Fail(503, "")}, "model_unavailable", plan.Transient, 2, 0},
		{"cut once", []llmtest.Step{llmtest.Cut(answer), llmtest.Say(answer)}, "", "", 1, 0},
		{"cut for ever", []llmtest.Step{llmtest.Cut(answer), llmtest.Cut(answer), llmtest.Cut(answer)}, "model_unreachable", plan.Transient, 2, 0},
		{"half a body", []llmtest.Step{llmtest.Raw(`{"choices":[`), llmtest.Say(answer)}, "", "", 1, 0},
		{"no such thing", []llmtest.Step{llmtest.Raw(`{"choices":7}`)}, "model_unreadable", plan.Permanent, 0, 0},
		{"endless", []llmtest.Step{llmtest.Raw(`"` + strings.Repeat("x", maxBody) + `"`)}, "model_too_long", plan.Refused, 0, 0},
		{"wrong key", []llmtest.Step{llmtest.Fail(401, "invalid_api_key")}, "model_key_refused", plan.Permanent, 0, 0},
		{"no such model", []llmtest.Step{llmtest.Fail(404, "model_not_found")}, "model_unknown", plan.Permanent, 0, 0},
		{"filtered", []llmtest.Step{llmtest.Fail(400, "content_filter")}, "model_declined", plan.Refused, 0, 0},
		{"declined", []llmtest.Step{llmtest.Refuse()}, "model_declined", plan.Refused, 0, 0},
		{"too long", []llmtest.Step{llmtest.Fail(400, "context_length_exceeded")}, "model_too_much", plan.Refused, 0, 0},
		{"refused in every format", []llmtest.Step{llmtest.Fail(400, canary), llmtest.Fail(400, ""), llmtest.Fail(422, "")}, codeRequest, plan.Refused, 0, 0},
		{"redirect", []llmtest.Step{llmtest.Fail(307, "", "Location: /elsewhere")}, "model_unexpected", plan.Permanent, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := llmtest.NewServer(t, c.script...)
			m, waits, log := client(t, Config{BaseURL: s.URL})
			got, err := m.Complete(t.Context(), call)
			if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, m), canary) || strings.Contains(log.String(), canary) {
				t.Errorf("the key is in %v or in the log %s", err, log)
			}
			if len(*waits) != c.waits {
				t.Errorf("waited %v, want %d pauses", *waits, c.waits)
			}
			var f *plan.Failure
			switch {
			case c.code == "" && (err != nil || got.Text != answer || got.Model != "test-model" || got.Usage.ModelCalls != 1 || got.Usage.PromptTokens == 0):
				t.Errorf("got %+v, %v", got, err)
			case c.code != "" && (!errors.As(err, &f) || f.Code != c.code || f.Class != c.class || f.RetryAfterSeconds != c.after):
				t.Errorf("got %+v, %v; want %s %s after %d", got, err, c.class, c.code, c.after)
			}
		})
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Fail(429, "", "Retry-After: 7"), llmtest.Fail(500, ""), llmtest.Say(answer))
	m, waits, _ := client(t, Config{BaseURL: s.URL})
	if _, err := m.Complete(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if w := *waits; len(w) != 2 || w[0] != 7*time.Second || w[1] < 2*firstWait || w[1] > 3*firstWait {
		t.Errorf("waited %v", w)
	}
}

func TestNoWaitBeyondTheDeadline(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Fail(429, "", "Retry-After: 10"))
	m, waits, _ := client(t, Config{BaseURL: s.URL})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, err := m.Complete(ctx, call)
	var f *plan.Failure
	if !errors.As(err, &f) || f.RetryAfterSeconds != 10 || len(*waits) != 0 {
		t.Errorf("got %v after %v", err, *waits)
	}
}

func TestTimeoutOfOneTry(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Hang(), llmtest.Say(answer))
	m, waits, _ := client(t, Config{BaseURL: s.URL, Timeout: 50 * time.Millisecond, Tries: 2})
	if got, err := m.Complete(t.Context(), call); err != nil || got.Text != answer || len(*waits) != 1 {
		t.Errorf("got %+v, %v after %v", got, err, *waits)
	}
}

func TestTimeoutForEver(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Hang(), llmtest.Hang())
	m, _, _ := client(t, Config{BaseURL: s.URL, Timeout: 20 * time.Millisecond, Tries: 2})
	_, err := m.Complete(t.Context(), call)
	var f *plan.Failure
	if !errors.As(err, &f) || f.Code != codeTimeout || f.Class != plan.Transient {
		t.Errorf("got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := llmtest.NewServer(t, llmtest.Hang())
	m, _, _ := client(t, Config{BaseURL: s.URL})
	ended := make(chan error, 1)
	go func() {
		_, err := m.Complete(ctx, call)
		ended <- err
	}()
	s.Await(1)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNobodyThere(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	m, waits, _ := client(t, Config{BaseURL: gone.URL})
	_, err := m.Complete(t.Context(), call)
	var f *plan.Failure
	if !errors.As(err, &f) || f.Code != "model_unreachable" || len(*waits) != 2 {
		t.Errorf("got %v after %v", err, *waits)
	}
}

// TestFormats: a server that refuses a way of asking for JSON is asked in the next one, and from then on only in that.
func TestFormats(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.WithoutFormat(), llmtest.Say(answer), llmtest.Say(answer), llmtest.WithoutFormat(), llmtest.Say(answer))
	m, _, _ := client(t, Config{BaseURL: s.URL})
	for range 3 {
		if _, err := m.Complete(t.Context(), call); err != nil {
			t.Fatal(err)
		}
	}
	var formats []string
	for _, r := range s.Requests() {
		c, err := r.Chat()
		if err != nil {
			t.Fatal(err)
		}
		if c.ResponseFormat == nil {
			formats = append(formats, "none")
			continue
		}
		formats = append(formats, c.ResponseFormat.Type)
	}
	if got := strings.Join(formats, " "); got != "json_schema json_object json_object json_object none" {
		t.Errorf("asked in %s", got)
	}
}

func TestHeadersAndPaths(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Say(answer), llmtest.Say(answer))
	plain, _, _ := client(t, Config{BaseURL: s.URL})
	azure, _, _ := client(t, Config{BaseURL: s.URL, AzureVersion: "2024-10-21", Model: "my deployment/4.1"})
	for _, m := range []*Client{plain, azure} {
		if _, err := m.Complete(t.Context(), call); err != nil {
			t.Fatal(err)
		}
	}
	r := s.Requests()
	if r[0].Path != "/v1/chat/completions" || r[0].Header.Get("Authorization") != "Bearer "+canary {
		t.Errorf("%s with %v", r[0].Path, r[0].Header)
	}
	if r[1].Path != "/v1/openai/deployments/my deployment/4.1/chat/completions" || r[1].Query != "api-version=2024-10-21" ||
		r[1].Header.Get("Api-Key") != canary || r[1].Header.Get("Authorization") != "" {
		t.Errorf("%s?%s with %v", r[1].Path, r[1].Query, r[1].Header)
	}
	for _, x := range r {
		if strings.Contains(string(x.Body), canary) {
			t.Error("the key is in the body")
		}
	}
}

func TestEmptyAnswerHasNoText(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Empty(), llmtest.Say(""), llmtest.SayCut(answer[:5]))
	m, _, _ := client(t, Config{BaseURL: s.URL})
	for _, want := range []string{"", "", answer[:5]} {
		if got, err := m.Complete(t.Context(), call); err != nil || got.Text != want {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func TestServersNamesAndCounts(t *testing.T) {
	for body, want := range map[string]llm.Reply{
		`{"choices":[{"message":{"content":"x"}}]}`: {Text: "x", Usage: plan.Usage{ModelCalls: 1}},
		`{"model":"<!everyone>","choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":-5,"completion_tokens":2000000000}}`: {Text: "x", Model: "<!everyone>", Usage: plan.Usage{ModelCalls: 1, CompletionTokens: maxTokens}},
		`{"model":"org/model-4.1:latest","choices":[{"message":{"content":"x"}},{"message":{"content":"y"}}]}`:                        {Text: "x", Model: "org/model-4.1:latest", Usage: plan.Usage{ModelCalls: 1}},
	} {
		s := llmtest.NewServer(t, llmtest.Raw(body))
		m, _, _ := client(t, Config{BaseURL: s.URL})
		if got, err := m.Complete(t.Context(), call); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", body, got, err)
		}
	}
}

func TestKeyHides(t *testing.T) {
	c := Config{Key: canary}
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %s %q %x", c, c, c.Key, c.Key, c.Key)} {
		if strings.Contains(s, canary) || strings.Contains(s, fmt.Sprintf("%x", canary)) {
			t.Errorf("the key shows in %s", s)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []Config{{}, {Model: " "}, {Model: "m", AzureVersion: "2024-10-21"}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}
