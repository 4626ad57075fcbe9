package workspace

import (
	"fmt"
	"slices"
)

// Apply makes a change. An error means that the entry does not fit the state; the state is then as before. The entry's
// parts become part of the state: the caller must not change them afterwards.
func (s *State) Apply(e Entry) error {
	if err := s.apply(e); err != nil {
		return fmt.Errorf("%s: %w", e.Op, err)
	}
	for _, d := range e.Deliver {
		s.pending[d.ID] = &d
	}
	return nil
}

func (s *State) apply(e Entry) error {
	switch e.Op {
	case Post, Edit, Delete, React, Unreact:
		return s.applyMessage(e)
	case Join, Leave, Converse:
		return s.applyChannel(e)
	case Upload, DropFile, PutView, CloseView:
		return s.applyObject(e)
	case Attempt, Acknowledge, GiveUp:
		return s.applyDelivery(e)
	case Notify:
		return nil
	}
	return fmt.Errorf("unknown operation")
}

func (s *State) applyMessage(e Entry) error {
	channel, ts := e.Channel, e.TS
	if e.Message != nil {
		channel, ts = e.Message.Channel, e.Message.TS
	}
	r := s.rooms[channel]
	if r == nil {
		return missing("channel", channel)
	}
	at, found := find(r.messages, ts)
	if e.Op == Post {
		if e.Message == nil || found {
			return fmt.Errorf("no message, or its ts %q is taken", ts)
		}
		r.add(e.Message, at)
		return nil
	}
	if !found {
		return missing("message", ts)
	}
	switch m := r.messages[at]; e.Op {
	case Edit:
		if e.Message == nil || e.Message.Thread != m.Thread {
			return fmt.Errorf("no new version, or one of another thread")
		}
		next := *e.Message
		next.Reactions = m.Reactions
		r.replace(at, &next)
	case Delete:
		r.remove(at)
	case React, Unreact:
		next := *m
		next.Reactions = m.reacted(e.User, e.Name, e.Op == React)
		r.replace(at, &next)
	}
	return nil
}

func (r *room) add(m *Message, at int) {
	r.messages = slices.Insert(r.messages, at, m)
	if m.Thread != "" {
		i, _ := find(r.replies[m.Thread], m.TS)
		r.replies[m.Thread] = slices.Insert(r.replies[m.Thread], i, m)
	}
}

func (r *room) replace(at int, m *Message) {
	r.messages[at] = m
	if m.Thread != "" {
		i, _ := find(r.replies[m.Thread], m.TS)
		r.replies[m.Thread][i] = m
	}
}

// remove deletes a message. A parent with replies leaves a tombstone, as in Slack, so that its thread stays reachable.
func (r *room) remove(at int) {
	m := r.messages[at]
	if len(r.replies[m.TS]) > 0 {
		r.messages[at] = m.Tombstone()
		return
	}
	r.messages = slices.Delete(r.messages, at, at+1)
	if m.Thread == "" {
		return
	}
	i, _ := find(r.replies[m.Thread], m.TS)
	rest := slices.Delete(r.replies[m.Thread], i, i+1)
	r.replies[m.Thread] = rest
	if len(rest) > 0 {
		return
	}
	delete(r.replies, m.Thread)
	if p, found := find(r.messages, m.Thread); found && r.messages[p].Subtype == "tombstone" {
		r.messages = slices.Delete(r.messages, p, p+1)
	}
}

// Tombstone is what stays of a deleted parent.
func (m *Message) Tombstone() *Message {
	return &Message{Channel: m.Channel, TS: m.TS, User: "USLACKBOT", Subtype: "tombstone", Text: "This message was deleted."}
}

// Reacted says whether a user put an emoji under a message.
func (m *Message) Reacted(user, name string) bool {
	return slices.ContainsFunc(m.Reactions, func(r Reaction) bool { return r.Name == name && slices.Contains(r.Users, user) })
}

func (m *Message) reacted(user, name string, on bool) []Reaction {
	var out []Reaction
	seen := false
	for _, r := range m.Reactions {
		if r.Name == name {
			seen = true
			r.Users = slices.DeleteFunc(slices.Clone(r.Users), func(u string) bool { return u == user })
			if on {
				r.Users = append(r.Users, user)
			}
		}
		if len(r.Users) > 0 {
			out = append(out, r)
		}
	}
	if on && !seen {
		out = append(out, Reaction{Name: name, Users: []string{user}})
	}
	return out
}

func (s *State) applyChannel(e Entry) error {
	if e.Op == Converse {
		if e.Conversation == nil || s.channels[e.Conversation.ID] != nil {
			return fmt.Errorf("no conversation, or its id is taken")
		}
		s.addChannel(*e.Conversation)
		return nil
	}
	c := s.channels[e.Channel]
	if c == nil {
		return missing("channel", e.Channel)
	}
	next := *c
	next.Members = slices.DeleteFunc(slices.Clone(c.Members), func(u string) bool { return u == e.User })
	if e.Op == Join {
		next.Members = append(next.Members, e.User)
	}
	s.channels[e.Channel] = &next
	return nil
}

func (s *State) applyObject(e Entry) error {
	switch {
	case e.Op == Upload && e.File != nil:
		s.files[e.File.ID] = e.File
	case e.Op == PutView && e.View != nil:
		s.views[e.View.ID] = e.View
	case e.Op == DropFile:
		delete(s.files, e.Name)
	case e.Op == CloseView:
		delete(s.views, e.Name)
	default:
		return fmt.Errorf("nothing to store")
	}
	return nil
}

func (s *State) applyDelivery(e Entry) error {
	d := s.pending[e.Name]
	if d == nil {
		return nil // an acknowledgement may come twice, or after the last attempt was given up
	}
	if e.Op != Attempt {
		delete(s.pending, e.Name)
		return nil
	}
	if e.Due == nil {
		return fmt.Errorf("no time of the next attempt")
	}
	next := *d
	next.Tried, next.Due, next.Reason = e.Count, *e.Due, e.Reason
	s.pending[e.Name] = &next
	return nil
}
