package slackapi

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"firstmile/bot/local/slackapi/workspace"
)

// A change that could not be written is refused and has not happened.
func TestUnwritableJournalRefusesChanges(t *testing.T) {
	s, err := New(Options{Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler), BaseURL: func() string { return "http://host" }, Workspace: workspace.Seed{
		Team: workspace.Team{ID: "T1"}, App: workspace.App{ID: "A1", BotID: "B1", User: workspace.User{ID: "U0", Name: "bot"}, Scopes: []string{"chat:write"}},
		Channels: []workspace.Channel{{ID: "C1", Name: "one", Members: []string{"U0"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.journal.Close(); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/api/chat.postMessage", strings.NewReader("channel=C1&text=x&token="+s.Tokens().Bot))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.Handler().ServeHTTP(w, r)
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"internal_error"`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if n := len(s.state.Messages("C1")); n != 0 {
		t.Fatalf("%d messages", n)
	}
	if err := s.Close(); err == nil {
		t.Fatal("closing says nothing about the journal")
	}
}

// Nor is a change written that a later start could not read.
func TestChangeThatDoesNotFitIsNotWritten(t *testing.T) {
	dir := t.TempDir()
	open := func() *Server {
		s, err := New(Options{Dir: dir, Logger: slog.New(slog.DiscardHandler), BaseURL: func() string { return "http://host" }, Workspace: workspace.Seed{
			Team: workspace.Team{ID: "T1"}, App: workspace.App{ID: "A1", BotID: "B1", User: workspace.User{ID: "U0", Name: "bot"}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	s.mu.Lock()
	err := s.commit(workspace.Entry{Op: workspace.Delete, Channel: "C404", TS: "1.000001"})
	s.mu.Unlock()
	if err == nil {
		t.Fatal("no error")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open().Close(); err != nil {
		t.Fatal(err)
	}
}

// The emoji alphabet, with and without skin tone.
func TestEmojiName(t *testing.T) {
	for in, want := range map[string]string{
		"eyes": "eyes", ":+1:": "+1", "wave::skin-tone-2": "wave::skin-tone-2", "white_check_mark": "white_check_mark", "e-mail": "e-mail",
		"": "", "Eyes": "", "a b": "", "wave::skin-tone-1": "", "wave::skin": "", "::skin-tone-2": "", strings.Repeat("x", 101): "",
	} {
		if got, ok := emojiName(in); got != want || ok != (want != "") {
			t.Errorf("emojiName(%q) = %q, %v", in, got, ok)
		}
	}
}
