package slackapi

import (
	"strings"

	"firstmile/bot/local/slackapi/workspace"
)

// item finds the message that channel and timestamp name.
func (c *call) item() (*workspace.Channel, *workspace.Message, error) {
	if c.args["channel"] == "" || c.args["timestamp"] == "" {
		return nil, nil, fail("no_item_specified")
	}
	ch, err := c.channel("channel")
	if err != nil {
		return nil, nil, err
	}
	if c.who.kind == botToken && !ch.Has(c.who.user) {
		return nil, nil, fail("channel_not_found")
	}
	if _, ok := parseTS(c.args["timestamp"]); !ok {
		return nil, nil, fail("bad_timestamp")
	}
	m := c.s.state.Message(ch.ID, c.args["timestamp"])
	if m == nil {
		return nil, nil, fail("message_not_found")
	}
	return ch, m, nil
}

// emojiName checks a reaction name: letters, digits, _ + - ', with an optional skin tone; colons around it are dropped. The
// list of all emoji is Slack's own data, so a well-formed name is taken as known.
func emojiName(name string) (string, bool) {
	if bare, ok := strings.CutPrefix(name, ":"); ok {
		if bare, ok = strings.CutSuffix(bare, ":"); ok {
			name = bare
		}
	}
	base, tone, toned := strings.Cut(name, "::")
	if toned && (len(tone) != len("skin-tone-2") || !strings.HasPrefix(tone, "skin-tone-") || tone[10] < '2' || tone[10] > '6') {
		return "", false
	}
	if base == "" || len(base) > 100 || strings.Trim(base, "abcdefghijklmnopqrstuvwxyz0123456789_+-'") != "" {
		return "", false
	}
	return name, true
}

func (c *call) react(op workspace.Op) (reply, error) {
	name, ok := emojiName(c.args["name"])
	if !ok {
		return nil, fail("invalid_name")
	}
	ch, m, err := c.item()
	if err != nil {
		return nil, err
	}
	kind := "reaction_added"
	switch there := m.Reacted(c.who.user, name); {
	case op == workspace.React && there:
		return nil, fail("already_reacted")
	case op == workspace.Unreact && !there:
		return nil, fail("no_reaction")
	case op == workspace.Unreact:
		kind = "reaction_removed"
	}
	event := object{
		"type": kind, "user": c.who.user, "reaction": name, "item_user": m.User, "event_ts": c.s.stamp(),
		"item": object{"type": "message", "channel": ch.ID, "ts": m.TS},
	}
	entry := workspace.Entry{Op: op, Channel: ch.ID, TS: m.TS, User: c.who.user, Name: name, Deliver: c.s.owed(ch, "reactions:read", event)}
	if err := c.s.commit(entry); err != nil {
		return nil, err
	}
	c.s.tell(ch, event)
	return nil, nil
}

func (s *Server) getReactions(c *call) (reply, error) {
	ch, m, err := c.item()
	if err != nil {
		return nil, err
	}
	return reply{"type": "message", "channel": ch.ID, "message": s.renderItem(ch, m)}, nil
}

func (s *Server) renderItem(ch *workspace.Channel, m *workspace.Message) object {
	o := s.renderMessage(m, false)
	o["permalink"] = s.permalink(ch, m)
	return o
}

func (s *Server) listReactions(c *call) (reply, error) {
	user := c.args["user"]
	if user == "" {
		user = c.who.user
	}
	if s.state.User(user) == nil {
		return nil, fail("user_not_found")
	}
	items := []object{}
	for _, ch := range s.state.Channels() {
		if !ch.Has(c.who.user) {
			continue
		}
		for _, m := range s.state.Messages(ch.ID) {
			for _, r := range m.Reactions {
				if m.Reacted(user, r.Name) {
					items = append(items, object{"type": "message", "channel": ch.ID, "message": s.renderItem(ch, m)})
					break
				}
			}
		}
	}
	page, cursor, err := c.page(len(items), 100, 1000)
	if err != nil {
		return nil, err
	}
	return reply{"items": items[page.from:page.to], "response_metadata": object{"next_cursor": cursor}}, nil
}
