package slackapi

import (
	"slices"
	"strings"

	"firstmile/bot/local/slackapi/workspace"
)

func (s *Server) history(c *call) (reply, error) {
	ch, err := c.readable("channel")
	if err != nil {
		return nil, err
	}
	var list []*workspace.Message
	for _, m := range slices.Backward(s.state.Messages(ch.ID)) {
		if m.Thread == "" || m.Broadcast {
			list = append(list, m)
		}
	}
	return c.messages(list, nil, 100, 999)
}

func (s *Server) replies(c *call) (reply, error) {
	ch, err := c.readable("channel")
	if err != nil {
		return nil, err
	}
	parent := s.state.Message(ch.ID, c.args["ts"])
	if parent != nil && parent.Thread != "" {
		parent = s.state.Message(ch.ID, parent.Thread)
	}
	if parent == nil {
		return nil, fail("thread_not_found")
	}
	return c.messages(s.state.Replies(ch.ID, parent.TS), parent, 1000, 1000)
}

// messages answers with a page of a list. first, the parent of a thread, leads every page, as in Slack.
func (c *call) messages(list []*workspace.Message, first *workspace.Message, def, most int) (reply, error) {
	w, err := c.window()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(def, most)
	if err != nil {
		return nil, err
	}
	var inside []*workspace.Message
	for _, m := range list {
		if w.holds(m) {
			inside = append(inside, m)
		}
	}
	if first != nil {
		limit = max(limit-1, 1)
	}
	list, cursor, err := c.take(inside, first == nil, limit)
	if err != nil {
		return nil, err
	}
	if first != nil {
		list = append([]*workspace.Message{first}, list...)
	}
	rendered := []object{}
	for _, m := range list {
		rendered = append(rendered, c.s.renderMessage(m, c.flag("include_all_metadata") || c.flag("include_metadata")))
	}
	answer := reply{"messages": rendered, "has_more": cursor != ""}
	if first == nil {
		answer["pin_count"] = 0
	}
	if cursor != "" {
		answer["response_metadata"] = object{"next_cursor": cursor}
	}
	return answer, nil
}

func (s *Server) channelInfo(c *call) (reply, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if err := c.scope(scopePrefix(ch) + ":read"); err != nil {
		return nil, err
	}
	return reply{"channel": s.renderChannel(ch, c.who.user, c.flag("include_num_members"))}, nil
}

// typeNames are the values of the argument types, by Channel.Kind.
var typeNames = map[string]string{"channel": "public_channel", "group": "private_channel", "im": "im", "mpim": "mpim"}

// listed says which conversations the argument types asks for, by Channel.Kind.
func (c *call) listed() (map[string]bool, error) {
	text := c.args["types"]
	if text == "" {
		text = "public_channel"
	}
	kinds := map[string]bool{}
	for name := range strings.SplitSeq(text, ",") {
		known := false
		for kind, n := range typeNames {
			if n == strings.TrimSpace(name) {
				kinds[kind], known = true, true
				if err := c.scope(scopePrefix(&workspace.Channel{Private: kind == "group", IM: kind == "im", MPIM: kind == "mpim"}) + ":read"); err != nil {
					return nil, err
				}
			}
		}
		if !known {
			return nil, fail("invalid_types")
		}
	}
	return kinds, nil
}

func (s *Server) listChannels(c *call) (reply, error) {
	return c.channelList(func(ch *workspace.Channel) bool { return ch.Kind() == "channel" || ch.Has(c.who.user) }, true)
}

func (s *Server) userChannels(c *call) (reply, error) {
	user := c.args["user"]
	if user == "" {
		user = c.who.user
	}
	return c.channelList(func(ch *workspace.Channel) bool {
		return ch.Has(user) && (ch.Kind() == "channel" || ch.Has(c.who.user))
	}, false)
}

func (c *call) channelList(in func(*workspace.Channel) bool, counts bool) (reply, error) {
	kinds, err := c.listed()
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, ch := range c.s.state.Channels() {
		if kinds[ch.Kind()] && in(ch) {
			list = append(list, c.s.renderChannel(ch, c.who.user, counts))
		}
	}
	page, cursor, err := c.page(len(list), 100, 1000)
	if err != nil {
		return nil, err
	}
	return reply{"channels": list[page.from:page.to], "response_metadata": object{"next_cursor": cursor}}, nil
}

func (s *Server) members(c *call) (reply, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if err := c.scope(scopePrefix(ch) + ":read"); err != nil {
		return nil, err
	}
	page, cursor, err := c.page(len(ch.Members), 100, 1000)
	if err != nil {
		return nil, err
	}
	return reply{"members": append([]string{}, ch.Members[page.from:page.to]...), "response_metadata": object{"next_cursor": cursor}}, nil
}

func (s *Server) join(c *call) (reply, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if ch.Kind() != "channel" {
		return nil, fail("method_not_supported_for_channel_type")
	}
	if ch.Has(c.who.user) {
		return reply{"channel": s.renderChannel(ch, c.who.user, false), "warning": "already_in_channel",
			"response_metadata": object{"warnings": []string{"already_in_channel"}}}, nil
	}
	if err := s.membership(workspace.Join, ch, c.who.user); err != nil {
		return nil, err
	}
	return reply{"channel": s.renderChannel(s.state.Channel(ch.ID), c.who.user, false)}, nil
}

func (s *Server) leave(c *call) (reply, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if ch.Kind() == "im" {
		return nil, fail("method_not_supported_for_channel_type")
	}
	if !ch.Has(c.who.user) {
		return reply{"not_in_channel": true}, nil
	}
	return nil, s.membership(workspace.Leave, ch, c.who.user)
}

func (s *Server) membership(op workspace.Op, ch *workspace.Channel, user string) error {
	kind := "member_joined_channel"
	if op == workspace.Leave {
		kind = "member_left_channel"
	}
	event := object{"type": kind, "user": user, "channel": ch.ID, "channel_type": ch.ID[:1], "event_ts": s.stamp()}
	after := *ch // who just joined learns of it too
	after.Members = append(slices.Clone(ch.Members), user)
	e := workspace.Entry{Op: op, Channel: ch.ID, User: user, Deliver: s.owed(&after, scopePrefix(ch)+":read", event)}
	if err := s.commit(e); err != nil {
		return err
	}
	s.tell(&after, event)
	if op == workspace.Join {
		s.tellUser(user, object{"type": "channel_joined", "channel": s.renderChannel(s.state.Channel(ch.ID), user, false)})
	}
	return nil
}

func (s *Server) openConversation(c *call) (reply, error) {
	if c.args["channel"] != "" {
		ch, err := c.channel("channel")
		if err != nil {
			return nil, err
		}
		if !ch.IM && !ch.MPIM {
			return nil, fail("method_not_supported_for_channel_type")
		}
		return c.opened(ch, true), nil
	}
	if c.args["users"] == "" {
		return nil, fail("users_list_not_supplied")
	}
	users := []string{c.who.user}
	for id := range strings.SplitSeq(c.args["users"], ",") {
		id = strings.TrimSpace(id)
		if s.state.User(id) == nil {
			return nil, fail("user_not_found")
		}
		if !slices.Contains(users, id) {
			users = append(users, id)
		}
	}
	if len(users) > 9 {
		return nil, fail("too_many_users")
	}
	if old := s.state.Direct(users); old != nil {
		return c.opened(old, true), nil
	}
	if c.flag("prevent_creation") {
		return nil, fail("channel_not_found")
	}
	ch, err := s.direct(users)
	if err != nil {
		return nil, err
	}
	return c.opened(ch, false), nil
}

func (c *call) opened(ch *workspace.Channel, before bool) reply {
	answer := reply{"channel": object{"id": ch.ID}}
	if c.flag("return_im") {
		answer["channel"] = c.s.renderChannel(ch, c.who.user, false)
	}
	if before {
		answer["no_op"], answer["already_open"] = true, true
	}
	return answer
}

// direct finds or makes the direct message between users.
func (s *Server) direct(users []string) (*workspace.Channel, error) {
	if ch := s.state.Direct(users); ch != nil {
		return ch, nil
	}
	ch := &workspace.Channel{ID: newID("D"), IM: true, Creator: users[0], Created: s.opts.Clock().Unix(), Members: users}
	if len(users) > 2 {
		ch.ID, ch.IM, ch.MPIM = newID("G"), false, true
		var names []string
		for _, u := range users {
			names = append(names, s.state.User(u).Name)
		}
		ch.Name = "mpdm-" + strings.Join(names, "--") + "-1"
	}
	if err := s.commit(workspace.Entry{Op: workspace.Converse, Conversation: ch}); err != nil {
		return nil, err
	}
	for _, u := range users {
		s.tellUser(u, object{"type": "im_open", "user": u, "channel": s.renderChannel(ch, u, false)})
	}
	return ch, nil
}
