package workspace_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstmile/bot/local/slackapi/workspace"
)

func seed() workspace.Seed {
	return workspace.Seed{
		Team: workspace.Team{ID: "T1"},
		App:  workspace.App{ID: "A1", BotID: "B1", User: workspace.User{ID: "U0", Name: "bot"}},
		Users: []workspace.User{
			{ID: "U1", Name: "ana"}, {ID: "U2", Name: "ben"},
		},
		Channels: []workspace.Channel{{ID: "C1", Name: "one", Members: []string{"U0", "U1"}}, {ID: "C2", Name: "two"}},
	}
}

func state(t *testing.T, entries ...workspace.Entry) *workspace.State {
	t.Helper()
	s, err := workspace.New(seed())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := s.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func post(ts, thread string) workspace.Entry {
	return workspace.Entry{Op: workspace.Post, Message: &workspace.Message{Channel: "C1", TS: ts, Thread: thread, User: "U1", Text: ts}}
}

// dump is everything a state holds, for comparing.
func dump(t *testing.T, s *workspace.State) string {
	t.Helper()
	all := map[string]any{"users": s.Users(), "channels": s.Channels(), "files": s.Files(), "views": s.Views(), "pending": s.Pending()}
	for _, c := range s.Channels() {
		messages := s.Messages(c.ID)
		all[c.ID] = messages
		for _, m := range messages {
			all[c.ID+m.TS] = s.Replies(c.ID, m.TS)
		}
	}
	data, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEntriesThatDoNotFit(t *testing.T) {
	for name, e := range map[string]workspace.Entry{
		"unknown operation":   {Op: "dance"},
		"no message":          {Op: workspace.Post},
		"edit of nothing":     {Op: workspace.Edit},
		"unknown channel":     {Op: workspace.Post, Message: &workspace.Message{Channel: "C9", TS: "3.000001"}},
		"timestamp taken":     post("1.000001", ""),
		"no timestamp":        post("", ""),
		"unknown message":     {Op: workspace.Delete, Channel: "C1", TS: "9.000001"},
		"reaction to nothing": {Op: workspace.React, Channel: "C1", TS: "9.000001", User: "U1", Name: "eyes"},
		"another thread":      {Op: workspace.Edit, Message: &workspace.Message{Channel: "C1", TS: "1.000001", Thread: "1.000000"}},
		"join of nothing":     {Op: workspace.Join, Channel: "C9", User: "U1"},
		"id taken":            {Op: workspace.Converse, Conversation: &workspace.Channel{ID: "C1"}},
		"no file":             {Op: workspace.Upload},
		"no view":             {Op: workspace.PutView},
		"no time":             {Op: workspace.Attempt, Name: "E1"},
	} {
		s := state(t, post("1.000001", ""), workspace.Entry{Op: workspace.Notify, Deliver: []workspace.Delivery{{ID: "E1"}}})
		before := dump(t, s)
		if err := s.Check(e); err == nil {
			t.Errorf("%s: Check has no error", name)
		}
		if err := s.Apply(e); err == nil {
			t.Errorf("%s: Apply has no error", name)
		}
		if diff := cmp.Diff(before, dump(t, s)); diff != "" {
			t.Errorf("%s changed the state: %s", name, diff)
		}
	}
}

func TestMessagesStayInOrder(t *testing.T) {
	s := state(t, post("2.000001", ""), post("1.000001", ""), post("4.000001", "2.000001"), post("3.000001", "2.000001"))
	var order []string
	for _, m := range s.Messages("C1") {
		order = append(order, m.TS)
	}
	for _, m := range s.Replies("C1", "2.000001") {
		order = append(order, m.TS)
	}
	if diff := cmp.Diff([]string{"1.000001", "2.000001", "3.000001", "4.000001", "3.000001", "4.000001"}, order); diff != "" {
		t.Fatal(diff)
	}
	if s.Last() != "4.000001" {
		t.Fatalf("last %s", s.Last())
	}
}

func TestEditKeepsReactions(t *testing.T) {
	s := state(t, post("1.000001", ""),
		workspace.Entry{Op: workspace.React, Channel: "C1", TS: "1.000001", User: "U1", Name: "eyes"},
		workspace.Entry{Op: workspace.Edit, Message: &workspace.Message{Channel: "C1", TS: "1.000001", User: "U1", Text: "new"}})
	if m := s.Message("C1", "1.000001"); m.Text != "new" || !m.Reacted("U1", "eyes") {
		t.Fatalf("%+v", m)
	}
}

func TestDeliveryIsPendingUntilItEnds(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	later := now.Add(time.Minute)
	first := post("1.000001", "")
	first.Deliver = []workspace.Delivery{{ID: "E1", Due: now}, {ID: "E2", Due: now}}
	s := state(t, first, workspace.Entry{Op: workspace.Attempt, Name: "E1", Count: 1, Due: &later, Reason: "timeout"})
	if p := s.Pending(); len(p) != 2 || p[0].ID != "E2" || p[1].Tried != 1 || p[1].Reason != "timeout" {
		t.Fatalf("%+v", p)
	}
	for _, e := range []workspace.Entry{{Op: workspace.Acknowledge, Name: "E2"}, {Op: workspace.Acknowledge, Name: "E2"}} {
		if err := s.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	if due, any := s.NextDue(); !any || !due.Equal(later) {
		t.Fatalf("%v %v", due, any)
	}
	if err := s.Apply(workspace.Entry{Op: workspace.GiveUp, Name: "E1"}); err != nil {
		t.Fatal(err)
	}
	if _, any := s.NextDue(); any {
		t.Fatal("something is still pending")
	}
}

// Replaying the entries, each read back from JSON, gives the same state.
func TestReplayGivesTheSameState(t *testing.T) {
	number := rand.Uint64()
	t.Logf("seed %d", number)
	rng := rand.New(rand.NewPCG(number, 0))
	live, replayed := state(t), state(t)
	for i := range 500 {
		e := random(rng, i)
		if live.Apply(e) != nil {
			continue
		}
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var again workspace.Entry
		if err := json.Unmarshal(data, &again); err != nil {
			t.Fatal(err)
		}
		if err := replayed.Apply(again); err != nil {
			t.Fatalf("applied live, refused in replay: %v: %s", err, data)
		}
	}
	if diff := cmp.Diff(dump(t, live), dump(t, replayed)); diff != "" {
		t.Fatal(diff)
	}
}

func random(rng *rand.Rand, i int) workspace.Entry {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	ts := func() string { return fmt.Sprintf("%d.000001", rng.IntN(60)) }
	user, channel := pick("U0", "U1", "U2"), pick("C1", "C2")
	due := time.Unix(int64(i), 5).UTC()
	e := workspace.Entry{User: user, Channel: channel, TS: ts(), Name: pick("a", "b")}
	e.Op = []workspace.Op{workspace.Post, workspace.Post, workspace.Post, workspace.Edit, workspace.Delete, workspace.React, workspace.React, workspace.Unreact,
		workspace.Join, workspace.Leave, workspace.Converse, workspace.Upload, workspace.DropFile, workspace.PutView, workspace.CloseView,
		workspace.Attempt, workspace.Acknowledge, workspace.Notify}[rng.IntN(18)]
	switch e.Op {
	case workspace.Post, workspace.Edit:
		e.Message = &workspace.Message{Channel: channel, TS: ts(), Thread: pick("", "", ts()), User: user, Text: "x", Blocks: json.RawMessage(`[{"type":"divider"}]`)}
	case workspace.Converse:
		e.Conversation = &workspace.Channel{ID: fmt.Sprint("D", rng.IntN(5)), IM: true, Members: []string{"U0", user}}
	case workspace.Upload:
		e.File = &workspace.File{ID: e.Name, Name: "f", User: user}
	case workspace.PutView:
		e.View = &workspace.View{ID: e.Name, User: user, Type: "home", Source: json.RawMessage(`{}`)}
	case workspace.Attempt:
		e.Count, e.Due = i, &due
	}
	if rng.IntN(4) == 0 {
		e.Deliver = []workspace.Delivery{{ID: pick("a", "b", "c"), Due: due, Payload: json.RawMessage(`{}`)}}
	}
	return e
}
