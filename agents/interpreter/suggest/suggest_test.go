package suggest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter"
	"firstmile/agents/interpreter/suggest"
	"firstmile/agents/llm"
	"firstmile/agents/llm/llmtest"
	"firstmile/agents/llm/openai"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// shop is the project of the interpreter's own tests.
type shop struct{}

const shopDir = "../testdata/shop"

func (shop) Project(context.Context, plan.Base) (*dbt.Project, error) {
	return dbt.Read(os.DirFS(shopDir), ".")
}

func (shop) Glossary(context.Context, plan.Base) (*glossary.Glossary, error) {
	return glossary.Load(os.DirFS(shopDir), "glossary")
}

// canary is the key; it must not be seen anywhere.
const canary = "canary_key_77aa01"

// alone reads without a model. One interpreter serves all tests: knowing a project takes longer than reading a request.
var alone = sync.OnceValues(func() (*interpreter.Interpreter, error) { return interpreter.New(shop{}, shop{}) })

// aided reads with whoever sits in the chair.
var aided = sync.OnceValues(func() (*interpreter.Interpreter, error) {
	return interpreter.New(shop{}, shop{}, interpreter.WithSuggester(&chair))
})

var chair seat

// seat passes questions on.
type seat struct{ interpreter.Suggester }

func without(t testing.TB) *interpreter.Interpreter {
	t.Helper()
	i, err := alone()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func with(t testing.TB, s interpreter.Suggester) *interpreter.Interpreter {
	t.Helper()
	i, err := aided()
	if err != nil {
		t.Fatal(err)
	}
	chair.Suggester = s
	return i
}

func helped(t testing.TB, m llm.Model) *interpreter.Interpreter {
	t.Helper()
	s, err := suggest.New(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return with(t, s)
}

// over connects to a server by the adapter.
func over(t testing.TB, s *llmtest.Server) llm.Model {
	t.Helper()
	m, err := openai.New(openai.Config{Model: "test-model", Key: canary, BaseURL: s.URL, Tries: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func request(text string) plan.Request {
	return plan.Request{Base: plan.Base{Project: "shop", Commit: "1"}, AsOf: "2026-06-30", Turns: []plan.Turn{{Text: text}}}
}

func read(t testing.TB, i *interpreter.Interpreter, r plan.Request) plan.Reading {
	t.Helper()
	out, err := i.Interpret(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	whales = "Revenue per month from whale customers"
	turf   = "Revenue per month by turf from whale customers"
)

func choose(pairs ...string) string {
	type choice struct {
		Words  string `json:"words"`
		Choice string `json:"choice"`
	}
	said := map[string][]choice{"choices": {}}
	for n := 0; n < len(pairs); n += 2 {
		said["choices"] = append(said["choices"], choice{pairs[n], pairs[n+1]})
	}
	b, err := json.Marshal(said)
	if err != nil {
		panic(err) // made of strings: cannot happen
	}
	return string(b)
}

func TestChosen(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Say(choose("whale", "term:big_customers")))
	i := helped(t, over(t, s))
	got := read(t, i, request(whales))
	if got.Outcome != plan.OutcomeSpec {
		t.Fatalf("got %+v", got)
	}
	want := read(t, without(t), request("Revenue per month from big customers"))
	if got.Spec.Canonical() != want.Spec.Canonical() {
		t.Errorf("read as %s, want %s", got.Spec.Canonical(), want.Spec.Canonical())
	}
	note := plan.Assumption{Text: "I read “whale” as Key accounts (suggested by the model test-model).", Major: true}
	if !slices.Contains(got.Assumptions, note) {
		t.Errorf("the model's part is not told: %+v", got.Assumptions)
	}
	if len(got.Suggestions) != 1 || got.Suggestions[0].Ref != "term:big_customers" || got.Suggestions[0].Model != "test-model" || !strings.HasPrefix(got.Suggestions[0].Prompt, "settle-") {
		t.Errorf("recorded as %+v", got.Suggestions)
	}
	if got.Usage == nil || got.Usage.ModelCalls != 1 || got.Usage.PromptTokens == 0 || got.Usage.CompletionTokens == 0 {
		t.Errorf("usage %+v", got.Usage)
	}
	if again := read(t, i, request(whales)); again.Usage != nil || again.Outcome != plan.OutcomeSpec {
		t.Errorf("the same question was asked again: %+v", again.Usage)
	}
}

// TestPromptHoldsOnlyTheCandidates: the model sees the request and the candidates, nothing of the machine.
func TestPromptHoldsOnlyTheCandidates(t *testing.T) {
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-"+canary)
	s := llmtest.NewServer(t, llmtest.Say(choose("whale", "none")))
	read(t, helped(t, over(t, s)), request(whales))
	chat, err := s.Requests()[0].Chat()
	if err != nil {
		t.Fatal(err)
	}
	data := chat.Messages[1].Content
	if n := strings.Count(data, "\n- id: "); n < 2 || n > 24 {
		t.Errorf("%d candidates in\n%s", n, data)
	}
	if !strings.Contains(data, `request: "`+whales+`"`) || !strings.Contains(data, `"term:big_customers"`) || strings.Contains(string(s.Requests()[0].Body), canary) {
		t.Errorf("asked with\n%s", data)
	}
}

// TestNoHelp: whatever goes wrong, the reading is the one without a model.
func TestNoHelp(t *testing.T) {
	plain := read(t, without(t), request(whales))
	if plain.Outcome == plan.OutcomeSpec {
		t.Fatal("the request needs no model")
	}
	good := choose("whale", "term:big_customers")
	for name, script := range map[string][]llmtest.Step{
		"timeout":             {llmtest.Fail(504, "")},
		"busy":                {llmtest.Fail(429, "", "Retry-After: 60")},
		"server error":        {llmtest.Fail(500, "")},
		"cut":                 {llmtest.Cut(good)},
		"no JSON, twice":      {llmtest.Say("whales are big"), llmtest.Say("sorry")},
		"wrong schema, twice": {llmtest.Say(`{"whale":"term:big_customers"}`), llmtest.Say(`[]`)},
		"empty answer":        {llmtest.Say(""), llmtest.Empty()},
		"declined":            {llmtest.Refuse()},
		"none":                {llmtest.Say(choose("whale", "none"))},
		"no choice":           {llmtest.Say(choose())},
		"an id that is none":  {llmtest.Say(choose("whale", "term:whales"))},
		"a term not on offer": {llmtest.Say(choose("whale", "term:average_order_value"))},
		"a label":             {llmtest.Say(choose("whale", "Key accounts"))},
		"other words":         {llmtest.Say(choose("revenue", "term:big_customers"))},
		"two answers":         {llmtest.Say(choose("whale", "term:big_customers", "whale", "none"))},
		"a split as a filter": {llmtest.Say(choose("whale", "term:market"))},
	} {
		t.Run(name, func(t *testing.T) {
			s := llmtest.NewServer(t, script...)
			got := read(t, helped(t, over(t, s)), request(whales))
			got.Usage = nil
			if d := cmp.Diff(plain, got); d != "" {
				t.Errorf("(-without +with a model that is of no help)\n%s", d)
			}
		})
	}
}

func TestRepaired(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Say(`{"choices":[{"words":"whale"}]}`), llmtest.Say("```json\n"+choose("whale", "term:big_customers")+"\n```"))
	got := read(t, helped(t, over(t, s)), request(whales))
	if got.Outcome != plan.OutcomeSpec || got.Usage.ModelCalls != 2 {
		t.Errorf("got %s after %+v", got.Outcome, got.Usage)
	}
}

// TestNotAsked: a request that glossary and project ground, one that is no request, and one where the words are not at
// fault, cost nothing.
func TestNotAsked(t *testing.T) {
	i := helped(t, over(t, llmtest.NewServer(t)))
	for _, text := range []string{"Revenue per month from big customers", "AOV by market", "thanks!", "", "What is the meaning of all this, and will it ever end? Forecast it"} {
		if got := read(t, i, request(text)); got.Usage != nil || len(got.Suggestions) > 0 {
			t.Errorf("%q cost %+v", text, got.Usage)
		}
	}
}

// TestTwoWords: what the model does not know stays unexplained, and is named.
func TestTwoWords(t *testing.T) {
	both := llmtest.NewServer(t, llmtest.Say(choose("turf", "term:market", "whale", "term:big_customers")))
	if got := read(t, helped(t, over(t, both)), request(turf)); got.Outcome != plan.OutcomeSpec || len(got.Suggestions) != 2 || len(got.Spec.Dimensions) != 1 {
		t.Errorf("got %+v", got)
	}
	one := llmtest.NewServer(t, llmtest.Say(choose("turf", "term:market", "whale", "none")))
	got := read(t, helped(t, over(t, one)), request(turf))
	if got.Outcome == plan.OutcomeSpec || !slices.ContainsFunc(got.Unknown, func(u plan.Unknown) bool { return u.Words == "whale" }) {
		t.Errorf("got %+v", got)
	}
}

// TestSameWordsTwice: they are asked about once and mean one thing.
func TestSameWordsTwice(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.Say(choose("whale", "term:big_customers")))
	got := read(t, helped(t, over(t, s)), request("Revenue per month from whale customers and AOV from whale customers"))
	if len(got.Suggestions) > 1 || got.Usage.ModelCalls != 1 {
		t.Errorf("got %+v for %+v", got.Suggestions, got.Usage)
	}
}

func TestFailureIsLogged(t *testing.T) {
	var log bytes.Buffer
	s, err := suggest.New(over(t, llmtest.NewServer(t, llmtest.Fail(401, canary))), slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	read(t, with(t, s), request(whales))
	if !strings.Contains(log.String(), "model_key_refused") || strings.Contains(log.String(), canary) || strings.Contains(log.String(), "whale") {
		t.Errorf("logged %s", log.String())
	}
}

// offered is everything that the model could choose for a request.
func offered(t testing.TB, text string) interpreter.Doubt {
	t.Helper()
	var seen interpreter.Doubt
	read(t, with(t, ask(func(d interpreter.Doubt) (interpreter.Suggestion, error) {
		seen = d
		return interpreter.Suggestion{}, errors.New("only looking")
	})), request(text))
	return seen
}

type ask func(interpreter.Doubt) (interpreter.Suggestion, error)

func (a ask) Suggest(_ context.Context, d interpreter.Doubt) (interpreter.Suggestion, error) {
	return a(d)
}

// TestHostile: a model that plays the attacker gets no Spec that it could not have had by choosing candidates, and leaves
// no text of its own anywhere.
func TestHostile(t *testing.T) {
	allowed := map[string]bool{}
	doubt := offered(t, whales)
	ids := []string{"term:revenue", "term:average_order_value", "column:dim_customers.email", "entity:dim_customers", "model:fct_orders"}
	for _, o := range doubt.Words[0].Candidates {
		got := read(t, with(t, ask(func(interpreter.Doubt) (interpreter.Suggestion, error) {
			return interpreter.Suggestion{Keys: map[string]string{"whale": o.Key}}, nil
		})), request(whales))
		ids = append(ids, o.Key)
		if got.Spec != nil {
			allowed[got.Spec.Canonical()] = true
		}
	}
	plain := read(t, without(t), request(whales))
	tries, specs := 1000, 0
	if testing.Short() {
		tries = 40
	}
	for seed := range uint64(tries) {
		got := read(t, helped(t, named{llmtest.NewHostile(seed, append(ids, "whale")...)}), request(whales))
		if got.Outcome == plan.OutcomeSpec {
			specs++
			if !allowed[got.Spec.Canonical()] || len(got.Suggestions) == 0 {
				t.Fatalf("seed %d: got %s", seed, got.Spec.Canonical())
			}
		}
		got.Usage = nil
		if len(got.Suggestions) == 0 && !cmp.Equal(plain, got) {
			t.Fatalf("seed %d: %s", seed, cmp.Diff(plain, got))
		}
		for _, a := range got.Assumptions {
			for _, bad := range []string{"<!", "evil", "env_var", "drop table", "\u202e"} {
				if strings.Contains(a.Text, bad) {
					t.Fatalf("seed %d: the model speaks to people: %q", seed, a.Text)
				}
			}
		}
	}
	t.Logf("%d tries, %d of them with a candidate", tries, specs)
}

// named puts the open words into a hostile model's answers now and then, so that some of them come through.
type named struct{ *llmtest.Hostile }

func (n named) Complete(ctx context.Context, c llm.Call) (llm.Reply, error) {
	r, err := n.Hostile.Complete(ctx, c)
	r.Text = strings.ReplaceAll(r.Text, `"big fish"`, `"whale"`)
	return r, err
}

// TestEveryKeyOutsideTheOfferIsIgnored: even a Suggester that does not check gets nothing in.
func TestEveryKeyOutsideTheOfferIsIgnored(t *testing.T) {
	plain := read(t, without(t), request(whales))
	for _, key := range []string{"", "none", "term:average_order_value", "term:nothing", "column:dim_customers.email"} {
		got := read(t, with(t, ask(func(interpreter.Doubt) (interpreter.Suggestion, error) {
			return interpreter.Suggestion{Keys: map[string]string{"whale": key, "revenue": "term:item_sales", "month": "term:market"}}, nil
		})), request(whales))
		if d := cmp.Diff(plain, got); d != "" {
			t.Errorf("%q came in: %s", key, d)
		}
	}
}
