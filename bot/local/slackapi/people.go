package slackapi

import (
	"encoding/json"
	"strings"
	"time"

	"firstmile/bot/local/slackapi/workspace"
)

func (s *Server) apiTest(c *call) (reply, error) {
	if code := c.args["error"]; code != "" {
		return nil, fail(code)
	}
	if len(c.args) == 0 {
		return nil, nil
	}
	return reply{"args": c.args}, nil
}

func (s *Server) authTest(c *call) (reply, error) {
	seed := s.opts.Workspace
	answer := reply{"url": s.opts.BaseURL() + "/", "team": seed.Team.Name, "team_id": seed.Team.ID, "is_enterprise_install": false}
	if c.who.kind == appToken {
		answer["app_id"], answer["app_name"] = seed.App.ID, seed.App.Name
		return answer, nil
	}
	answer["user"], answer["user_id"] = s.state.User(c.who.user).Name, c.who.user
	if c.who.kind == botToken {
		answer["bot_id"] = seed.App.BotID
	}
	return answer, nil
}

func (s *Server) teamInfo(c *call) (reply, error) {
	team := s.opts.Workspace.Team
	if id := c.args["team"]; id != "" && id != team.ID {
		return nil, fail("team_not_found")
	}
	return reply{"team": object{"id": team.ID, "name": team.Name, "domain": team.Domain, "email_domain": "", "url": s.opts.BaseURL() + "/",
		"icon": object{"image_default": true}}}, nil
}

// withEmail says whether the caller may see e-mail addresses.
func (c *call) withEmail() bool { return c.scope("users:read.email") == nil }

func (s *Server) userInfo(c *call) (reply, error) {
	u := s.state.User(c.args["user"])
	if u == nil {
		return nil, fail("user_not_found")
	}
	return reply{"user": s.renderUser(u, c.withEmail())}, nil
}

func (s *Server) listUsers(c *call) (reply, error) {
	users := s.state.Users()
	page, cursor, err := c.page(len(users), 1000, 1000)
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, u := range users[page.from:page.to] {
		list = append(list, s.renderUser(u, c.withEmail()))
	}
	return reply{"members": list, "cache_ts": s.opts.Clock().Unix(), "response_metadata": object{"next_cursor": cursor}}, nil
}

func (s *Server) lookupByEmail(c *call) (reply, error) {
	for _, u := range s.state.Users() {
		if u.Email != "" && u.Email == c.args["email"] {
			return reply{"user": s.renderUser(u, true)}, nil
		}
	}
	return nil, fail("users_not_found")
}

func (s *Server) userProfile(c *call) (reply, error) {
	id := c.args["user"]
	if id == "" {
		id = c.who.user
	}
	u := s.state.User(id)
	if u == nil {
		return nil, fail("user_not_found")
	}
	return reply{"profile": s.renderProfile(u, c.withEmail())}, nil
}

func (s *Server) presence(c *call) (reply, error) {
	id := c.args["user"]
	if id == "" {
		id = c.who.user
	}
	online := "away"
	for p := range s.people {
		if p.user == id {
			online = "active"
		}
	}
	if id == s.opts.Workspace.App.User.ID && len(s.sockets) > 0 {
		online = "active"
	}
	return reply{"presence": online}, nil
}

func (s *Server) botInfo(c *call) (reply, error) {
	app := s.opts.Workspace.App
	if id := c.args["bot"]; id != "" && id != app.BotID {
		return nil, fail("bot_not_found")
	}
	return reply{"bot": object{"id": app.BotID, "deleted": false, "name": app.Name, "updated": 0, "app_id": app.ID, "user_id": app.User.ID, "icons": object{}}}, nil
}

func (s *Server) listEmoji(*call) (reply, error) {
	return reply{"emoji": object{}, "cache_ts": s.stamp()}, nil // custom emoji only, and there are none
}

func (s *Server) threadStatus(c *call) (reply, error) {
	ch, err := c.channel("channel_id")
	if err != nil || !ch.Has(c.who.user) {
		return nil, fail("channel_not_found")
	}
	if !c.has("status") {
		return nil, invalid("missing required field: status")
	}
	thread := c.args["thread_ts"]
	if s.state.Message(ch.ID, thread) == nil {
		return nil, fail("invalid_thread_ts")
	}
	var loading []string
	if text := c.args["loading_messages"]; text != "" {
		if err := json.Unmarshal([]byte(text), &loading); err != nil {
			loading = strings.Split(text, ",") // how form encoding carries a list of words
		}
		if len(loading) > 10 {
			return nil, invalid("no more than 10 loading_messages")
		}
	}
	s.setStatus(ch, thread, c.args["status"], loading)
	return nil, nil
}

// status is what the app says it is doing in a thread.
type status struct {
	channel string
	event   object
	timer   *time.Timer
}

// statusLife is how long a status stays if the app neither posts nor clears it; Slack documents two minutes.
const statusLife = 2 * time.Minute

// setStatus shows what the app is doing in a thread, until it posts there or some time has gone by; "" clears it. It is
// not kept over a restart.
func (s *Server) setStatus(ch *workspace.Channel, thread, text string, loading []string) {
	key := ch.ID + thread
	old := s.statuses[key]
	if old != nil {
		old.timer.Stop()
		delete(s.statuses, key)
	}
	if text == "" && old == nil {
		return
	}
	event := object{"type": "assistant_thread_status", "channel": ch.ID, "thread_ts": thread, "status": text,
		"user": s.opts.Workspace.App.User.ID, "event_ts": s.stamp()}
	if len(loading) > 0 {
		event["loading_messages"] = loading
	}
	if text != "" {
		s.statuses[key] = &status{channel: ch.ID, event: event, timer: time.AfterFunc(statusLife, func() { s.expireStatus(ch, thread, event) })}
	}
	s.tell(ch, event)
}

// expireStatus clears a status, if it is still the one that was shown by an event.
func (s *Server) expireStatus(ch *workspace.Channel, thread string, event object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.statuses[ch.ID+thread]; st != nil && st.event["event_ts"] == event["event_ts"] {
		s.setStatus(ch, thread, "", nil)
	}
}
