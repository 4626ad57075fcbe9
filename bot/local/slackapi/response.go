package slackapi

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"firstmile/bot/local/slackapi/workspace"
)

// responseURL is what a response_url answers: the message an interaction was in, for some time and some uses.
type responseURL struct {
	channel, user string
	ts, thread    string // the message; ts "" if there is none
	ephemeral     bool
	expires       time.Time
	left          int
}

// A response_url takes five answers within half an hour, as Slack documents. It does not outlive a restart.
const (
	responseLife = 30 * time.Minute
	responseUses = 5
)

func (s *Server) newResponseURL(channel string, m *workspace.Message, user string, isEphemeral bool) string {
	now := time.Now()
	for id, r := range s.responses {
		if r.expires.Before(now) {
			delete(s.responses, id)
		}
	}
	r := &responseURL{channel: channel, user: user, ephemeral: isEphemeral, expires: now.Add(responseLife), left: responseUses}
	if m != nil {
		r.ts, r.thread = m.TS, m.Thread
	}
	secret := rand.Text()
	s.responses[secret] = r
	return s.opts.BaseURL() + "/api/response/" + secret
}

func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.responses[r.PathValue("ticket")]
	if to == nil || to.left == 0 || to.expires.Before(time.Now()) {
		http.Error(w, "expired_url", http.StatusNotFound)
		return
	}
	to.left--
	if err := s.respond(to, body.Bytes()); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprint(w, "ok")
}

// respond carries out the body of a response_url call.
func (s *Server) respond(to *responseURL, body []byte) error {
	var in struct {
		ResponseType    string `json:"response_type"`
		ReplaceOriginal bool   `json:"replace_original"`
		DeleteOriginal  bool   `json:"delete_original"`
		ThreadTS        string `json:"thread_ts"`
	}
	a := args{}
	if err := a.addJSON(body); err != nil {
		return fail("invalid_payload")
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return fail("invalid_payload")
	}
	c := &call{args: a, name: "chat.update", who: identity{kind: botToken, user: s.opts.Workspace.App.User.ID}, s: s}
	ch := s.state.Channel(to.channel)
	if ch == nil {
		return fail("channel_not_found")
	}
	if in.DeleteOriginal {
		return s.respondDelete(to, ch)
	}
	ct, err := c.compose()
	if err != nil {
		return err
	}
	if in.ReplaceOriginal && to.ts != "" {
		return s.respondReplace(to, ch, c, ct)
	}
	if ct.blank() {
		return fail("no_text")
	}
	thread := in.ThreadTS
	if thread != "" && s.state.Message(ch.ID, thread) == nil {
		return fail("invalid_thread_ts")
	}
	m := c.message(target{channel: ch, thread: thread}, ct)
	if in.ResponseType == "in_channel" {
		return s.store(ch, m)
	}
	s.showEphemeral(ch, to.user, m)
	return nil
}

func (s *Server) respondDelete(to *responseURL, ch *workspace.Channel) error {
	if e := s.ephemerals[ch.ID+to.ts]; to.ephemeral && e != nil {
		delete(s.ephemerals, ch.ID+to.ts)
		s.tellUser(e.to, hidden(ch, "message_deleted", s.stamp(), object{"deleted_ts": to.ts, "previous_message": s.renderMessage(e.message, false)}))
		return nil
	}
	m := s.state.Message(ch.ID, to.ts)
	if m == nil {
		return fail("message_not_found")
	}
	return s.remove(ch, m)
}

func (s *Server) respondReplace(to *responseURL, ch *workspace.Channel, c *call, ct content) error {
	old := s.state.Message(ch.ID, to.ts)
	e := s.ephemerals[ch.ID+to.ts]
	if to.ephemeral && e != nil {
		old = e.message
	}
	if old == nil {
		return fail("message_not_found")
	}
	next := *old
	if err := ct.revise(&next, c.who.user, s.stamp()); err != nil {
		return err
	}
	if !to.ephemeral {
		return s.change(ch, old, &next)
	}
	s.ephemerals[ch.ID+to.ts] = &ephemeral{to: e.to, message: &next}
	shown := s.renderMessage(&next, false)
	shown["is_ephemeral"] = true
	s.tellUser(e.to, hidden(ch, "message_changed", s.stamp(), object{"message": shown, "previous_message": s.renderMessage(old, false)}))
	return nil
}
