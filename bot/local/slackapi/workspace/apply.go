package workspace

import (
	"errors"
	"fmt"
	"slices"
)

// Apply makes a change. An error means that the entry does not fit the state; the state is then as before. The entry's
// parts become part of the state: the caller must not change them afterwards.
func (s *State) Apply(e Entry) error {
	do, err := s.plan(e)
	if err != nil {
		return err
	}
	do()
	for _, d := range e.Deliver {
		s.pending[d.ID] = &d
	}
	return nil
}

// Check says whether Apply would take an entry.
func (s *State) Check(e Entry) error {
	_, err := s.plan(e)
	return err
}

// plan checks an entry and returns what it does.
func (s *State) plan(e Entry) (do func(), err error) {
	switch e.Op {
	case Post, Edit, Delete, React, Unreact:
		do, err = s.planMessage(e)
	case Join, Leave, Converse:
		do, err = s.planChannel(e)
	case Upload, DropFile, PutView, CloseView:
		do, err = s.planObject(e)
	case Attempt, Acknowledge, GiveUp:
		do, err = s.planDelivery(e)
	case Notify:
		do = func() {}
	default:
		err = errors.New("unknown operation")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Op, err)
	}
	return do, nil
}

func (s *State) planMessage(e Entry) (func(), error) {
	channel, ts := e.Channel, e.TS
	if e.Op == Post || e.Op == Edit {
		if e.Message == nil {
			return nil, errors.New("no message")
		}
		channel, ts = e.Message.Channel, e.Message.TS
	}
	r := s.rooms[channel]
	if r == nil {
		return nil, missing("channel", channel)
	}
	at, found := find(r.messages, ts)
	if e.Op == Post {
		if found || ts == "" {
			return nil, fmt.Errorf("the timestamp %q is taken or empty", ts)
		}
		return func() { r.add(e.Message, at) }, nil
	}
	if !found {
		return nil, missing("message", ts)
	}
	m := r.messages[at]
	next := *m
	switch e.Op {
	case Delete:
		return func() { r.remove(at) }, nil
	case Edit:
		if e.Message.Thread != m.Thread {
			return nil, errors.New("a message cannot move to another thread")
		}
		next = *e.Message
		next.Reactions = m.Reactions
	default:
		next.Reactions = m.reacted(e.User, e.Name, e.Op == React)
	}
	return func() { r.replace(at, &next) }, nil
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

func (s *State) planChannel(e Entry) (func(), error) {
	if e.Op == Converse {
		c := e.Conversation
		if c == nil || c.ID == "" || s.channels[c.ID] != nil {
			return nil, errors.New("no conversation, or its id is taken")
		}
		return func() { s.addChannel(*c) }, nil
	}
	c := s.channels[e.Channel]
	if c == nil {
		return nil, missing("channel", e.Channel)
	}
	next := *c
	next.Members = slices.DeleteFunc(slices.Clone(c.Members), func(u string) bool { return u == e.User })
	if e.Op == Join {
		next.Members = append(next.Members, e.User)
	}
	return func() { s.channels[e.Channel] = &next }, nil
}

func (s *State) planObject(e Entry) (func(), error) {
	switch {
	case e.Op == Upload && e.File != nil:
		return func() { s.files[e.File.ID] = e.File }, nil
	case e.Op == PutView && e.View != nil:
		return func() { s.views[e.View.ID] = e.View }, nil
	case e.Op == DropFile:
		return func() { delete(s.files, e.Name) }, nil
	case e.Op == CloseView:
		return func() { delete(s.views, e.Name) }, nil
	}
	return nil, errors.New("nothing to store")
}

func (s *State) planDelivery(e Entry) (func(), error) {
	d := s.pending[e.Name]
	switch {
	case d == nil: // an acknowledgement may come twice, or after the last attempt was given up
		return func() {}, nil
	case e.Op != Attempt:
		return func() { delete(s.pending, e.Name) }, nil
	case e.Due == nil:
		return nil, errors.New("no time of the next attempt")
	}
	next := *d
	next.Tried, next.Due, next.Reason = e.Count, *e.Due, e.Reason
	return func() { s.pending[e.Name] = &next }, nil
}
