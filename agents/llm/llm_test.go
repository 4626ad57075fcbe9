package llm_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"firstmile/agents/llm"
	"firstmile/agents/llm/llmtest"
	"firstmile/planner/plan"
	"firstmile/prompts"
)

// said answers with its texts, one for each call, and keeps the calls.
type said struct {
	texts []string
	calls []llm.Call
	err   error
}

func (*said) Name() string { return "said" }

func (s *said) Complete(_ context.Context, c llm.Call) (llm.Reply, error) {
	s.calls = append(s.calls, c)
	if len(s.calls) > len(s.texts) {
		return llm.Reply{}, s.err
	}
	return llm.Reply{Text: s.texts[len(s.calls)-1], Usage: plan.Usage{ModelCalls: 1, PromptTokens: 10, CompletionTokens: 2}}, nil
}

func prompt(t testing.TB) prompts.Prompt {
	t.Helper()
	l, err := prompts.Load()
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Settle(prompts.Settle{Request: "revenue of whales", Words: []prompts.OpenWords{{Words: "whales"}}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const good = `{"choices":[{"words":"whales","choice":"none"}]}`

func TestAsk(t *testing.T) {
	for _, c := range []struct {
		name  string
		texts []string
		calls int
		ok    bool
	}{
		{"at once", []string{good}, 1, true},
		{"in a fence", []string{"```json\n" + good + "\n```"}, 1, true},
		{"in a fence of one line", []string{"```" + good + "```"}, 1, true},
		{"after thoughts", []string{"<think>{\"choices\": []}</think>\n" + good}, 1, true},
		{"repaired: wrong schema", []string{`{"choices":[{"words":"whales"}]}`, good}, 2, true},
		{"repaired: prose", []string{"Sure! Here it is: " + good, good}, 2, true},
		{"repaired: empty", []string{"", good}, 2, true},
		{"never: a key too many", []string{`{"choices":[],"sql":"x"}`, `{"choices":[],"sql":"x"}`}, 2, false},
		{"never: two values", []string{good + good, good + " x"}, 2, false},
		{"never: cut", []string{good[:20], good[:30]}, 2, false},
		{"never: too long", []string{`"` + strings.Repeat("x", 1<<20) + `"`, ""}, 2, false},
		{"never: thoughts without end", []string{"<think>" + good, "null"}, 2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &said{texts: c.texts}
			p := prompt(t)
			got, err := llm.Ask(t.Context(), m, p)
			if len(m.calls) != c.calls || got.Usage.ModelCalls != c.calls || got.Usage.PromptTokens != 10*c.calls {
				t.Errorf("%d calls, usage %+v; want %d", len(m.calls), got.Usage, c.calls)
			}
			var f *plan.Failure
			switch {
			case c.ok && (err != nil || string(got.JSON) != good || got.Prompt != p.Version || got.Model != "said"):
				t.Errorf("got %s from %q by %q, %v", got.JSON, got.Model, got.Prompt, err)
			case !c.ok && (got.JSON != nil || !errors.As(err, &f) || f.Class != plan.Refused || f.Code != llm.CodeNoAnswer):
				t.Errorf("got %s, %v; want no answer", got.JSON, err)
			}
			for i, call := range m.calls {
				if call.Messages[0] != (llm.Message{Role: llm.System, Text: p.System}) || call.Messages[1] != (llm.Message{Role: llm.User, Text: p.Data}) {
					t.Errorf("call %d does not begin with the prompt", i)
				}
				if i == 1 && (len(call.Messages) != 4 || len(call.Messages[2].Text) > 5000 || !strings.Contains(call.Messages[3].Text, "choices")) {
					t.Errorf("the repair does not say what is wrong: %v", call.Messages[2:])
				}
			}
		})
	}
}

func TestAskCountsCallsBeforeAFailure(t *testing.T) {
	broken := plan.NewFailure(plan.Transient, "model_busy", "busy", nil)
	got, err := llm.Ask(t.Context(), &said{texts: []string{"no"}, err: broken}, prompt(t))
	if !errors.Is(err, broken) || got.JSON != nil || got.Usage.ModelCalls != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// called answers well under a name of its choice.
type called string

func (called) Name() string { return "configured" }

func (c called) Complete(context.Context, llm.Call) (llm.Reply, error) {
	return llm.Reply{Text: good, Model: string(c)}, nil
}

func TestModelNames(t *testing.T) {
	for given, want := range map[string]string{
		"":                         "configured",
		"gpt-4.1-mini-2025-04-14":  "gpt-4.1-mini-2025-04-14",
		"org/model:latest":         "org/model:latest",
		"<!everyone>":              "configured",
		"https://evil.example":     "configured",
		"\u202eetats":              "configured",
		strings.Repeat("x", 1_000): "configured",
	} {
		got, err := llm.Ask(t.Context(), called(given), prompt(t))
		if err != nil || got.Model != want {
			t.Errorf("%q is recorded as %q, %v", given, got.Model, err)
		}
	}
}

func TestEchoSeesThePrompt(t *testing.T) {
	p := prompt(t)
	p.Schema = []byte(`{"type":"object","required":["system","user"]}`)
	got, err := llm.Ask(t.Context(), llmtest.Echo{}, p)
	if err != nil {
		t.Fatal(err)
	}
	var told map[string]string
	if err := json.Unmarshal(got.JSON, &told); err != nil {
		t.Fatal(err)
	}
	if told["system"] != p.System || told["user"] != p.Data {
		t.Errorf("the model was told %q", told)
	}
}

func TestASchemaMayNotReachOutside(t *testing.T) {
	p := prompt(t)
	p.Schema = []byte(`{"$ref":"file:///etc/hostname"}`)
	if _, err := llm.Ask(t.Context(), llmtest.Echo{}, p); err == nil {
		t.Error("a schema was read from a file")
	}
}

// FuzzAsk: whatever a model says, the answer is either of the shape asked for or none.
func FuzzAsk(f *testing.F) {
	for _, s := range []string{good, "```json\n" + good + "```", "<think></think>", "{", "null", "[[[[", "{\"choices\":[{\"words\":\"\",\"choice\":\"\\ud800\"}]}"} {
		f.Add(s)
	}
	p := prompt(f)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := llm.Ask(t.Context(), &said{texts: []string{text, text}}, p)
		if err != nil {
			if got.JSON != nil {
				t.Error("an answer beside an error")
			}
			return
		}
		var v prompts.Settled
		if err := json.Unmarshal(got.JSON, &v); err != nil {
			t.Errorf("%q passed as %s: %v", text, got.JSON, err)
		}
	})
}
