package slackapi

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"firstmile/bot/local/slackapi/workspace"
)

// owed wraps an event for the app, if it is to learn of it: its bot user must be in the conversation (ch nil: the event
// belongs to none) and it must have the scope that the event subscription needs.
func (s *Server) owed(ch *workspace.Channel, scope string, event object) []workspace.Delivery {
	app, team := s.opts.Workspace.App, s.opts.Workspace.Team
	if ch != nil && !ch.Has(app.User.ID) {
		return nil
	}
	if scope != "" && !slices.Contains(app.Scopes, scope) {
		return nil
	}
	id, now := newID("Ev"), time.Now()
	event = maps.Clone(event)
	event["team"] = team.ID
	payload, err := json.Marshal(object{
		"token": "local", "team_id": team.ID, "context_team_id": team.ID, "api_app_id": app.ID, "event": event, "type": "event_callback",
		"event_id": id, "event_time": now.Unix(), "authed_users": []string{app.User.ID}, "is_ext_shared_channel": false,
		"authorizations": []object{{"enterprise_id": nil, "team_id": team.ID, "user_id": app.User.ID, "is_bot": true, "is_enterprise_install": false}},
		"event_context":  "4-" + id,
	})
	if err != nil {
		s.log.Error("an event cannot be encoded", "error", err)
		return nil
	}
	return []workspace.Delivery{{ID: id, Payload: payload, Due: now}}
}

// tell sends an event to everyone in a conversation who is looking.
func (s *Server) tell(ch *workspace.Channel, event object) {
	for p := range s.people {
		if ch.Has(p.user) {
			p.send(event)
		}
	}
}

// tellUser sends an event to one person.
func (s *Server) tellUser(user string, event object) {
	for p := range s.people {
		if p.user == user {
			p.send(event)
		}
	}
}

// messageEvent is the event for a new message.
func (s *Server) messageEvent(ch *workspace.Channel, m *workspace.Message) object {
	event := s.renderMessage(m, false)
	event["channel"], event["channel_type"], event["event_ts"] = ch.ID, ch.Kind(), m.TS
	if len(m.Files) > 0 && m.Subtype == "" {
		event["subtype"] = "file_share"
	}
	return event
}

// hidden is the event for a change of a message.
func hidden(ch *workspace.Channel, subtype, ts string, more object) object {
	event := object{"type": "message", "subtype": subtype, "hidden": true, "channel": ch.ID, "channel_type": ch.Kind(), "ts": ts, "event_ts": ts}
	maps.Copy(event, more)
	return event
}

// store makes a new message durable with the events it owes, and tells everyone.
func (s *Server) store(ch *workspace.Channel, m *workspace.Message) error {
	event := s.messageEvent(ch, m)
	e := workspace.Entry{Op: workspace.Post, Message: m, Deliver: s.owed(ch, scopePrefix(ch)+":history", event)}
	if !m.FromApp && !ch.IM && mentions(m.Text, s.opts.Workspace.App.User.ID) {
		mention := maps.Clone(event)
		mention["type"] = "app_mention"
		delete(mention, "channel_type")
		e.Deliver = append(e.Deliver, s.owed(ch, "app_mentions:read", mention)...)
	}
	if err := s.commit(e); err != nil {
		return err
	}
	s.tell(ch, event)
	if m.Thread != "" {
		s.tellReplied(ch, m.Thread)
		if m.FromApp {
			s.setStatus(ch, m.Thread, "", nil)
		}
	}
	return nil
}

// tellReplied announces the new counts of a parent.
func (s *Server) tellReplied(ch *workspace.Channel, parent string) {
	if m := s.state.Message(ch.ID, parent); m != nil {
		s.tell(ch, hidden(ch, "message_replied", s.stamp(), object{"message": s.renderMessage(m, false), "thread_ts": parent}))
	}
}

// change makes a new version of a message durable and tells everyone.
func (s *Server) change(ch *workspace.Channel, old, next *workspace.Message) error {
	event := hidden(ch, "message_changed", s.stamp(), object{
		"message": s.renderMessage(next, false), "previous_message": s.renderMessage(old, false),
	})
	e := workspace.Entry{Op: workspace.Edit, Message: next, Deliver: s.owed(ch, scopePrefix(ch)+":history", event)}
	if err := s.commit(e); err != nil {
		return err
	}
	s.tell(ch, event)
	return nil
}

// remove deletes a message and tells everyone. A parent with replies changes into a tombstone.
func (s *Server) remove(ch *workspace.Channel, m *workspace.Message) error {
	previous := s.renderMessage(m, false)
	event := hidden(ch, "message_deleted", s.stamp(), object{"deleted_ts": m.TS, "previous_message": previous})
	if len(s.state.Replies(ch.ID, m.TS)) > 0 {
		event = hidden(ch, "message_changed", event["ts"].(string), object{"message": s.renderMessage(m.Tombstone(), false), "previous_message": previous})
	}
	e := workspace.Entry{Op: workspace.Delete, Channel: ch.ID, TS: m.TS, Deliver: s.owed(ch, scopePrefix(ch)+":history", event)}
	if err := s.commit(e); err != nil {
		return err
	}
	s.tell(ch, event)
	if m.Thread != "" {
		s.tellReplied(ch, m.Thread)
	}
	return nil
}

// newID makes an id as Slack's look: a prefix and eleven random letters and digits.
func newID(prefix string) string { return prefix + rand.Text()[:11] }
