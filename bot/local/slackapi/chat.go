package slackapi

import (
	"crypto/rand"
	"strings"

	"firstmile/bot/local/slackapi/workspace"
)

// target is where a new message goes.
type target struct {
	channel *workspace.Channel
	thread  string
}

// target resolves channel and thread_ts. A user id as channel means the direct message with that user.
func (c *call) target() (target, error) {
	if u := c.s.state.User(c.args["channel"]); u != nil {
		ch, err := c.s.direct([]string{c.who.user, u.ID})
		if err != nil {
			return target{}, err
		}
		c.args["channel"] = ch.ID
	}
	ch, err := c.channel("channel")
	if err != nil {
		return target{}, err
	}
	if !ch.Has(c.who.user) && (c.who.kind != botToken || c.scope("chat:write.public") != nil) {
		return target{}, fail("not_in_channel")
	}
	thread := c.args["thread_ts"]
	if thread == "" {
		return target{channel: ch}, nil
	}
	parent := c.s.state.Message(ch.ID, thread)
	if parent == nil {
		return target{}, fail("cannot_reply_to_message")
	}
	if parent.Thread != "" { // a reply's ts stands for its thread
		thread = parent.Thread
	}
	return target{channel: ch, thread: thread}, nil
}

func (s *Server) postMessage(c *call) (reply, error) {
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	ct, err := c.compose()
	if err != nil {
		return nil, err
	}
	if ct.blank() {
		return nil, fail("no_text")
	}
	m := c.message(to, ct)
	m.Broadcast = to.thread != "" && c.flag("reply_broadcast")
	if err := s.store(to.channel, m); err != nil {
		return nil, err
	}
	return reply{"channel": to.channel.ID, "ts": m.TS, "message": s.renderMessage(m, true)}, nil
}

// message makes a new message of the caller.
func (c *call) message(to target, ct content) *workspace.Message {
	m := &workspace.Message{Channel: to.channel.ID, TS: c.s.stamp(), Thread: to.thread, User: c.who.user, FromApp: c.who.kind == botToken}
	if ct.text != nil {
		m.Text = *ct.text
	}
	if !empty(ct.blocks) {
		m.Blocks = ct.blocks
	}
	if !empty(ct.attachments) {
		m.Attachments = ct.attachments
	}
	if string(ct.metadata) != "{}" {
		m.Metadata = ct.metadata
	}
	if !m.FromApp {
		m.ClientID = strings.ToLower(rand.Text())
	}
	return m
}

// own finds a message that the caller wrote; foreign is the error if somebody else did.
func (c *call) own(foreign string) (*workspace.Channel, *workspace.Message, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, nil, err
	}
	m := c.s.state.Message(ch.ID, c.args["ts"])
	if m == nil {
		return nil, nil, fail("message_not_found")
	}
	if m.User != c.who.user || m.FromApp != (c.who.kind == botToken) || m.Subtype == "tombstone" {
		return nil, nil, fail(foreign)
	}
	return ch, m, nil
}

func (s *Server) updateMessage(c *call) (reply, error) {
	ch, old, err := c.own("cant_update_message")
	if err != nil {
		return nil, err
	}
	ct, err := c.compose()
	if err != nil {
		return nil, err
	}
	next := *old
	if err := ct.revise(&next, c.who.user, s.stamp()); err != nil {
		return nil, err
	}
	if c.flag("reply_broadcast") && next.Thread != "" {
		next.Broadcast = true
	}
	if err := s.change(ch, old, &next); err != nil {
		return nil, err
	}
	return reply{"channel": ch.ID, "ts": next.TS, "text": next.Text, "message": s.renderMessage(&next, true)}, nil
}

// revise applies an update: text without blocks removes the blocks, anything not given otherwise stays. Only a change
// of the text alone marks the message as edited.
func (ct content) revise(m *workspace.Message, user, ts string) error {
	if ct.text == nil && ct.blocks == nil && ct.attachments == nil && ct.metadata == nil {
		return fail("no_text")
	}
	if ct.text != nil {
		m.Text = *ct.text
	}
	if ct.blocks != nil || ct.text != nil {
		m.Blocks = nil
		if !empty(ct.blocks) {
			m.Blocks = ct.blocks
		}
	}
	if ct.attachments != nil {
		m.Attachments = nil
		if !empty(ct.attachments) {
			m.Attachments = ct.attachments
		}
	}
	if ct.metadata != nil {
		m.Metadata = nil
		if string(ct.metadata) != "{}" {
			m.Metadata = ct.metadata
		}
	}
	if strings.TrimSpace(m.Text) == "" && m.Blocks == nil && m.Attachments == nil && m.Files == nil {
		return fail("no_text")
	}
	if ct.text != nil && empty(ct.blocks) {
		m.Edited = &workspace.Edited{User: user, TS: ts}
	}
	return nil
}

func (s *Server) deleteMessage(c *call) (reply, error) {
	ch, m, err := c.own("cant_delete_message")
	if err != nil {
		return nil, err
	}
	if err := s.remove(ch, m); err != nil {
		return nil, err
	}
	return reply{"channel": ch.ID, "ts": m.TS}, nil
}

func (s *Server) getPermalink(c *call) (reply, error) {
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	m := s.state.Message(ch.ID, c.args["message_ts"])
	if m == nil {
		return nil, fail("message_not_found")
	}
	return reply{"channel": ch.ID, "permalink": s.permalink(ch, m)}, nil
}

func (s *Server) permalink(ch *workspace.Channel, m *workspace.Message) string {
	link := s.opts.BaseURL() + "/archives/" + ch.ID + "/p" + strings.Replace(m.TS, ".", "", 1)
	if m.Thread != "" {
		link += "?thread_ts=" + m.Thread + "&cid=" + ch.ID
	}
	return link
}

// ephemeral is a message only one person sees. It lives in memory: as in Slack it is gone after a restart.
type ephemeral struct {
	to      string
	message *workspace.Message
}

// maxEphemerals bounds what is kept so that buttons in ephemeral messages work.
const maxEphemerals = 1000

func (s *Server) postEphemeral(c *call) (reply, error) {
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	user := s.state.User(c.args["user"])
	if user == nil || !to.channel.Has(user.ID) {
		return nil, fail("user_not_in_channel")
	}
	ct, err := c.compose()
	if err != nil {
		return nil, err
	}
	if ct.blank() {
		return nil, fail("no_text")
	}
	m := c.message(to, ct)
	s.showEphemeral(to.channel, user.ID, m)
	return reply{"message_ts": m.TS}, nil
}

func (s *Server) showEphemeral(ch *workspace.Channel, user string, m *workspace.Message) {
	if len(s.ephemerals) >= maxEphemerals {
		oldest := ""
		for key, e := range s.ephemerals {
			if oldest == "" || e.message.TS < s.ephemerals[oldest].message.TS {
				oldest = key
			}
		}
		delete(s.ephemerals, oldest)
	}
	s.ephemerals[ch.ID+m.TS] = &ephemeral{to: user, message: m}
	event := s.messageEvent(ch, m)
	event["is_ephemeral"] = true
	s.tellUser(user, event)
}
