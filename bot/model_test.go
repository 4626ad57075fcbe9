package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"firstmile/agents/llm/llmtest"
	"firstmile/bot/design"
	"firstmile/bot/local"
	"firstmile/bot/sample"
	"firstmile/planner/plan"
)

// bigFish needs a model: nothing in the sample company explains the words.
const (
	bigFish   = "Net revenue per month for big fish customers"
	grounded  = "Net revenue per month for enterprise customers"
	readAs    = "I read “big fish” as Enterprise customers (suggested by the model test-model)."
	keyCanary = "canary_key_b01d77"
)

// modelAt configures a language model behind an address; empty: none.
func modelAt(url string) map[string]string {
	env := map[string]string{"SLACK_BOT_TOKEN": "xoxb-" + keyCanary}
	if url != "" {
		env["FIRSTMILE_MODEL"], env["OPENAI_API_KEY"], env["OPENAI_BASE_URL"] = "test-model", keyCanary, url
	}
	return env
}

// helped runs `design` on the sample company with a language model behind the given address.
func helped(t *testing.T, url, request string) (out design.Outcome, got ended) {
	t.Helper()
	got = command(t.Context(), modelAt(url), "design", "--json", "-v", "--gate", "embedded", "--project", theCompany(t).dir,
		"--as-of", sample.AsOf().Format("2006-01-02"), request)
	if err := json.Unmarshal([]byte(got.stdout), &out); err != nil {
		t.Fatalf("%v in %+v", err, got)
	}
	if strings.Contains(got.stdout+got.stderr, keyCanary) {
		t.Errorf("the key shows in %+v", got)
	}
	return out, got
}

// enterprise chooses, as a model would, the candidate with that name.
func enterprise(data string) string {
	for _, line := range strings.Split(data, "\n") {
		if id, rest, ok := strings.Cut(strings.TrimPrefix(line, "- id: "), ", kind: "); ok && strings.Contains(rest, `label: "Enterprise customers"`) {
			return `{"choices":[{"words":"big fish","choice":` + id + `}]}`
		}
	}
	return "not on offer"
}

// TestDesignWhereWordsRunOut: the whole way from the command line over a real socket to a proposal that tells the model's part.
func TestDesignWhereWordsRunOut(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.SayAs(enterprise))
	got, end := helped(t, s.URL, bigFish)
	if end.code != 0 || got.Status != design.Proposed {
		t.Fatalf("exit code %d, %s: %s", end.code, got.Status, got.Message)
	}
	if !slices.Contains(got.Assumptions, plan.Assumption{Text: readAs, Major: true}) {
		t.Errorf("assumed %+v", got.Assumptions)
	}
	if got.Usage.ModelCalls != 1 || got.Usage.PromptTokens == 0 || got.Usage.CompletionTokens == 0 {
		t.Errorf("usage %+v", got.Usage)
	}
	for _, c := range got.Report.Checks {
		if c.Status == plan.Failed {
			t.Errorf("check %s: %s", c.Name, c.Detail)
		}
	}
	sent := s.Requests()[0]
	if sent.Header.Get("Authorization") != "Bearer "+keyCanary || strings.Contains(string(sent.Body), keyCanary) {
		t.Error("the key belongs into its header and nowhere else")
	}
	want := theCompany(t).design(t, grounded, nil, false)
	sameRows(t, theCompany(t).query(t, got.Model.CompiledSQL), theCompany(t).query(t, want.Model.CompiledSQL))
}

// TestDesignWithoutHelp: without a model, with one that fails, and with one that doesn't know, the request is declined in
// the same words.
func TestDesignWithoutHelp(t *testing.T) {
	plain, end := helped(t, "", bigFish)
	if end.code != 4 || plain.Status != design.Declined || plain.Usage.ModelCalls != 0 || !strings.Contains(plain.Message, "big fish") {
		t.Fatalf("exit code %d, %+v", end.code, plain)
	}
	for name, steps := range map[string][]llmtest.Step{
		"wrong key":      {llmtest.Fail(401, "invalid_api_key")},
		"no such model":  {llmtest.Fail(404, "model_not_found")},
		"no answer":      {llmtest.Say("it depends"), llmtest.Say("")},
		"does not know":  {llmtest.Say(`{"choices":[{"words":"big fish","choice":"none"}]}`)},
		"not on offer":   {llmtest.Say(`{"choices":[{"words":"big fish","choice":"term:mrr"}]}`)},
		"busy for hours": {llmtest.Fail(429, "", "Retry-After: 7200")},
	} {
		t.Run(name, func(t *testing.T) {
			got, end := helped(t, llmtest.NewServer(t, steps...).URL, bigFish)
			if end.code != 4 || got.Status != plain.Status || got.Message != plain.Message || len(got.Assumptions) > 0 {
				t.Errorf("exit code %d, %+v", end.code, got)
			}
			if got.Usage.ModelCalls == 0 && !strings.Contains(end.stderr, "of no help") {
				t.Errorf("the operator is not told: %s", end.stderr)
			}
		})
	}
}

// TestDesignAsksOnlyWhereWordsRunOut: what glossary and project ground costs no call, nor do questions.
func TestDesignAsksOnlyWhereWordsRunOut(t *testing.T) {
	s := llmtest.NewServer(t)
	for _, request := range []string{grounded, question, "MRR by plan", "Trial conversion rate per month", "Top 5 industries by net revenue", "hello"} {
		if got, _ := helped(t, s.URL, request); got.Usage != (plan.Usage{}) {
			t.Errorf("%q cost %+v", request, got.Usage)
		}
	}
	if n := len(s.Requests()); n != 0 {
		t.Errorf("asked %d times", n)
	}
}

// TestLocalWhereWordsRunOut: in the thread, the model's part is among the assumptions of the proposal.
func TestLocalWhereWordsRunOut(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.SayAs(enterprise))
	data := t.TempDir()
	bot := begin(t, modelAt(s.URL), "local", "--addr", "127.0.0.1:0", "--data", data, "--gate", "embedded", "-v")
	bot.says(t, "The bot is connected")
	d, err := local.ReadDescription(data)
	if err != nil {
		t.Fatal(err)
	}
	ben := visit(t, d).as("Ben")
	proposal := ben.ask("@firstmile "+bigFish).proposal("", "net revenue")
	if text := textOf(proposal); !strings.Contains(text, readAs) {
		t.Errorf("the model's part is not told in\n%s", text)
	}
	if log := bot.stderr.String(); strings.Contains(log, keyCanary) || strings.Contains(log, "big fish") {
		t.Errorf("the log holds what it must not:\n%s", log)
	}
}

func TestMalformedModelSettings(t *testing.T) {
	for _, args := range [][]string{{"design", grounded}, {"local", "--data", t.TempDir()}} {
		got := command(t.Context(), map[string]string{"FIRSTMILE_MODEL": "m"}, args...)
		if got.code != exitUsage || !strings.Contains(got.stderr, "OPENAI_API_KEY") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

// TestDoctorAsksTheModel: one tiny call, and a line that says what came of it.
func TestDoctorAsksTheModel(t *testing.T) {
	for name, c := range map[string]struct {
		steps []llmtest.Step
		want  string
	}{
		"well":      {[]llmtest.Step{llmtest.Say(`{"ready": true}`)}, "ok language model test-model answers"},
		"wrong key": {[]llmtest.Step{llmtest.Fail(401, "")}, "FAIL language model test-model: The language model's server refuses the key. Check OPENAI_API_KEY."},
	} {
		t.Run(name, func(t *testing.T) {
			got := command(t.Context(), modelAt(llmtest.NewServer(t, c.steps...).URL), "doctor", "--gate", "embedded", "--data", t.TempDir())
			if said := strings.Join(strings.Fields(got.stdout), " "); !strings.Contains(said, c.want) || strings.Contains(said+got.stderr, keyCanary) {
				t.Errorf("doctor says\n%s%s", got.stdout, got.stderr)
			}
		})
	}
}
