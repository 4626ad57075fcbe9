package workspace

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// State is a workspace at one moment. It is not safe for concurrent use; what its methods return must not be changed.
type State struct {
	Seed     Seed
	users    map[string]*User
	channels map[string]*Channel
	rooms    map[string]*room
	files    map[string]*File
	views    map[string]*View
	pending  map[string]*Delivery
}

// room holds the messages of a channel.
type room struct {
	messages []*Message            // by ts
	replies  map[string][]*Message // by the parent's ts; each by ts
}

// New makes the state that a seed describes, before anything was said.
func New(seed Seed) (*State, error) {
	if err := seed.Check(); err != nil {
		return nil, err
	}
	s := &State{
		Seed: seed, users: map[string]*User{}, channels: map[string]*Channel{}, rooms: map[string]*room{},
		files: map[string]*File{}, views: map[string]*View{}, pending: map[string]*Delivery{},
	}
	for _, u := range append([]User{seed.App.User}, seed.Users...) {
		s.users[u.ID] = &u
	}
	for _, c := range seed.Channels {
		s.addChannel(c)
	}
	return s, nil
}

func (s *State) addChannel(c Channel) {
	c.Members = slices.Clone(c.Members)
	s.channels[c.ID] = &c
	s.rooms[c.ID] = &room{replies: map[string][]*Message{}}
}

// User finds a person or the bot user by id.
func (s *State) User(id string) *User { return s.users[id] }

// UserByName finds a user by handle.
func (s *State) UserByName(name string) *User {
	for _, u := range s.users {
		if u.Name == name {
			return u
		}
	}
	return nil
}

// Users lists everyone, the bot user too, by id.
func (s *State) Users() []*User { return sorted(s.users, func(u *User) string { return u.ID }) }

// Channel finds a conversation by id or, as chat.postMessage allows, by name with or without "#".
func (s *State) Channel(id string) *Channel {
	if c := s.channels[id]; c != nil {
		return c
	}
	if len(id) > 0 && id[0] == '#' {
		id = id[1:]
	}
	for _, c := range s.channels {
		if c.Name != "" && c.Name == id {
			return c
		}
	}
	return nil
}

// Channels lists all conversations by id.
func (s *State) Channels() []*Channel {
	return sorted(s.channels, func(c *Channel) string { return c.ID })
}

// Direct finds the direct message between exactly these users.
func (s *State) Direct(users []string) *Channel {
	for _, c := range s.channels {
		if (c.IM || c.MPIM) && len(c.Members) == len(users) && !slices.ContainsFunc(users, func(u string) bool { return !c.Has(u) }) {
			return c
		}
	}
	return nil
}

// Message finds a message by channel id and ts.
func (s *State) Message(channel, ts string) *Message {
	r := s.rooms[channel]
	if r == nil {
		return nil
	}
	i, found := find(r.messages, ts)
	if !found {
		return nil
	}
	return r.messages[i]
}

// Messages lists everything said in a channel, replies included, oldest first.
func (s *State) Messages(channel string) []*Message {
	if r := s.rooms[channel]; r != nil {
		return r.messages
	}
	return nil
}

// Replies lists the replies to a parent, oldest first.
func (s *State) Replies(channel, parent string) []*Message {
	if r := s.rooms[channel]; r != nil {
		return r.replies[parent]
	}
	return nil
}

// File finds a file by id.
func (s *State) File(id string) *File { return s.files[id] }

// Files lists all files by id.
func (s *State) Files() []*File { return sorted(s.files, func(f *File) string { return f.ID }) }

// View finds a view by id.
func (s *State) View(id string) *View { return s.views[id] }

// Views lists all views by id.
func (s *State) Views() []*View { return sorted(s.views, func(v *View) string { return v.ID }) }

// Home finds the published App Home of a person.
func (s *State) Home(user string) *View {
	for _, v := range s.views {
		if v.Type == "home" && v.User == user {
			return v
		}
	}
	return nil
}

// Delivery finds an unacknowledged event.
func (s *State) Delivery(id string) *Delivery { return s.pending[id] }

// Pending lists the unacknowledged events in the order they are due, older event ids last among equals.
func (s *State) Pending() []*Delivery {
	list := sorted(s.pending, func(d *Delivery) string { return d.ID })
	slices.SortStableFunc(list, func(a, b *Delivery) int { return a.Due.Compare(b.Due) })
	return list
}

// NextDue is when the first pending event is due.
func (s *State) NextDue() (due time.Time, any bool) {
	for _, d := range s.pending {
		if !any || d.Due.Before(due) {
			due, any = d.Due, true
		}
	}
	return due, any
}

// Last is the newest ts of any message, or "".
func (s *State) Last() string {
	last := ""
	for _, r := range s.rooms {
		for _, m := range r.messages {
			last = max(last, m.TS)
			if m.Edited != nil {
				last = max(last, m.Edited.TS)
			}
		}
	}
	return last
}

func sorted[T any](m map[string]*T, key func(*T) string) []*T {
	list := make([]*T, 0, len(m))
	for _, v := range m {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b *T) int { return cmp.Compare(key(a), key(b)) })
	return list
}

func find(list []*Message, ts string) (int, bool) {
	return slices.BinarySearchFunc(list, ts, func(m *Message, ts string) int { return cmp.Compare(m.TS, ts) })
}

func missing(what, id string) error { return fmt.Errorf("there is no %s %q", what, id) }
