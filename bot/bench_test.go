package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"firstmile/agents/tester"
	"firstmile/bot/design"
	"firstmile/bot/local"
	"firstmile/bot/sample"
	"firstmile/bot/slackbot"
	"firstmile/planner/plan"
)

// BenchmarkRequestToProposal takes a clear request to its proposal with the
// embedded gate: interpretation, look for reuse, SQL, tests, descriptions, checks on the sample's data.
func BenchmarkRequestToProposal(b *testing.B) {
	c := theCompany(b)
	const request = "Net revenue per month and segment"
	c.design(b, request, nil, false) // reads the project and starts the sandbox
	for b.Loop() {
		if out := c.design(b, request, nil, false); out.Status != design.Proposed {
			b.Fatalf("%s: %s", out.Status, out.Message)
		}
	}
}

// BenchmarkCheckChange runs every check but dbt on one change.
func BenchmarkCheckChange(b *testing.B) {
	c := theCompany(b)
	out := c.design(b, "Net revenue per month and segment", nil, false)
	change := changeOf(b, c, out)
	t := tester.New(tester.Options{Repository: c.bench, Warehouse: c.bench, WhyNoDBT: "not in this benchmark"})
	for b.Loop() {
		r, err := t.Check(b.Context(), *out.Spec, change, plan.LevelEmbedded)
		if err != nil || r.Digest != out.Report.Digest {
			b.Fatalf("%v", err)
		}
	}
}

// changeOf rebuilds the change from a design's outcome: what a gate that sees only files gets.
func changeOf(tb testing.TB, c *company, out design.Outcome) plan.Change {
	tb.Helper()
	base, _, err := c.bench.Resolve(tb.Context(), sample.Name)
	if err != nil {
		tb.Fatal(err)
	}
	project, _, err := c.bench.Read(tb.Context(), base)
	if err != nil {
		tb.Fatal(err)
	}
	change := plan.Change{Base: base, Model: out.Model.Name, ModelPath: out.Model.Path}
	for _, f := range out.Files {
		file := plan.File{Path: f.Path, Action: f.Action, Mode: "100644", Content: []byte(f.Content)}
		for _, known := range project.Files {
			if known.Path == f.Path {
				file.OriginalBlob = known.Blob
			}
		}
		if strings.HasSuffix(f.Path, ".yml") {
			change.Properties.Path = f.Path
		}
		change.Files = append(change.Files, file)
	}
	if change.Digest() != out.Report.Digest {
		tb.Fatal("the files give another digest than the report is about")
	}
	return change
}

// BenchmarkEventToAck presses a button as a person and waits until the bot has
// acknowledged it, which it does once the event is on disk: the way over both
// sockets, the store's fsync and the workspace's own.
func BenchmarkEventToAck(b *testing.B) {
	w := startWorkspace(b)
	thread := w.post(b, 0, url.Values{"text": {"@firstmile Net revenue per month and segment"}})
	proposal := w.await(b, thread, "approve")
	press := url.Values{"channel": {w.Channels[0].ID}, "message_ts": {proposal.TS}, "block_id": {proposal.BlockID}, "action_id": {proposal.ActionID}}
	for b.Loop() {
		w.call(b, "blocks.actions", 3, press) // the guest may not approve: the bot takes note and refuses
	}
}

// workspace is a running workspace with its bot, for calls as a person.
type workspace struct{ *local.Workspace }

func startWorkspace(tb testing.TB) workspace {
	tb.Helper()
	data := tb.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	w, err := local.Start(ctx, local.Options{Addr: "127.0.0.1:0", Data: data, Scopes: slackbot.Scopes()})
	if err != nil {
		stop()
		tb.Fatal(err)
	}
	settings := localBot(w.Description, data, "embedded")
	settings.log = logger(io.Discard, false)
	ready, ended := make(chan struct{}), make(chan error, 1)
	settings.ready = func(string) { close(ready) }
	go func() { ended <- runBot(ctx, settings) }()
	tb.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			tb.Errorf("the bot ended with %v", err)
		}
		_ = w.Close()
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		tb.Fatalf("the bot did not start: %v", err)
	}
	return workspace{w}
}

// call is a Web API call as the n-th person of the workspace.
func (w workspace) call(tb testing.TB, method string, person int, form url.Values) map[string]json.RawMessage {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, w.SlackAPIURL+method, strings.NewReader(form.Encode()))
	if err != nil {
		tb.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+w.Users[person].Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out map[string]json.RawMessage
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		tb.Fatal(err)
	}
	if string(out["ok"]) != "true" {
		tb.Fatalf("%s: %s", method, out["error"])
	}
	return out
}

func (w workspace) post(tb testing.TB, person int, form url.Values) string {
	tb.Helper()
	form.Set("channel", w.Channels[0].ID)
	var ts string
	if err := json.Unmarshal(w.call(tb, "chat.postMessage", person, form)["ts"], &ts); err != nil {
		tb.Fatal(err)
	}
	return ts
}

// pressable is an element of a message of the bot.
type pressable struct{ TS, BlockID, ActionID string }

// await polls the thread until a message has a button whose action id contains the word.
func (w workspace) await(tb testing.TB, thread, word string) pressable {
	tb.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 600 {
		var messages []struct {
			TS     string `json:"ts"`
			Blocks []struct {
				ID       string `json:"block_id"`
				Elements []struct {
					ActionID string `json:"action_id"`
				} `json:"elements"`
			} `json:"blocks"`
		}
		out := w.call(tb, "conversations.replies", 0, url.Values{"channel": {w.Channels[0].ID}, "ts": {thread}, "limit": {"200"}})
		if err := json.Unmarshal(out["messages"], &messages); err != nil {
			tb.Fatal(err)
		}
		for _, m := range messages {
			for _, block := range m.Blocks {
				for _, e := range block.Elements {
					if strings.Contains(e.ActionID, word) {
						return pressable{m.TS, block.ID, e.ActionID}
					}
				}
			}
		}
		select {
		case <-tick.C:
		case <-tb.Context().Done():
			tb.Fatalf("waiting for a button %q: %v", word, tb.Context().Err())
		}
	}
	tb.Fatalf("no button %q came", word)
	return pressable{}
}
