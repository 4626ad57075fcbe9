package slackapi

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"firstmile/bot/local/slackapi/blockkit"
	"firstmile/bot/local/slackapi/workspace"
)

const triggerLife = 3 * time.Second

// trigger is what a trigger_id stands for.
type trigger struct {
	user    string
	view    string // the view the interaction was in, if any
	expires time.Time
	used    bool
}

func (s *Server) newTrigger(user, view string) string {
	now := time.Now()
	for id, t := range s.triggers {
		if t.expires.Add(time.Minute).Before(now) { // kept a while to tell expired from unknown
			delete(s.triggers, id)
		}
	}
	id := fmt.Sprintf("%d.%d.%s", now.UnixMilli(), now.UnixMicro()%1e9, strings.ToLower(rand.Text()))
	s.triggers[id] = trigger{user: user, view: view, expires: now.Add(triggerLife)}
	return id
}

func (s *Server) useTrigger(id string) (trigger, error) {
	t, known := s.triggers[id]
	switch {
	case !known:
		return t, fail("invalid_trigger_id")
	case t.used:
		return t, fail("exchanged_trigger_id")
	case t.expires.Before(time.Now()):
		return t, fail("expired_trigger_id")
	}
	t.used = true
	s.triggers[id] = t
	return t, nil
}

// interaction is the part that all interactive payloads share.
func (c *call) interaction(kind, view string) object {
	s, u := c.s, c.s.state.User(c.who.user)
	team := s.opts.Workspace.Team
	return object{
		"type": kind, "token": "local", "api_app_id": s.opts.Workspace.App.ID, "trigger_id": s.newTrigger(u.ID, view),
		"team":       object{"id": team.ID, "domain": team.Domain},
		"user":       object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": team.ID},
		"enterprise": nil, "is_enterprise_install": false,
	}
}

// press is blocks.actions: a person uses an element of a message or view.
func (s *Server) press(c *call) (reply, error) {
	payload, err := c.pressed()
	if err != nil {
		return nil, err
	}
	_, err = s.ask("interactive", payload)
	return nil, err
}

func (c *call) pressed() (object, error) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.args["view_id"] != "" {
		return c.pressedInView()
	}
	ch, err := c.channel("channel")
	if err != nil {
		return nil, err
	}
	if !ch.Has(c.who.user) {
		return nil, fail("not_in_channel")
	}
	ts := c.args["message_ts"]
	m, hiddenFromOthers := c.s.state.Message(ch.ID, ts), false
	if e := c.s.ephemerals[ch.ID+ts]; m == nil && e != nil && e.to == c.who.user {
		m, hiddenFromOthers = e.message, true
	}
	if m == nil || !m.FromApp {
		return nil, fail("message_not_found")
	}
	payload := c.interaction("block_actions", "")
	if err := c.action(payload, m.Blocks); err != nil {
		return nil, err
	}
	container := object{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": hiddenFromOthers}
	setIf(container, "thread_ts", m.Thread)
	payload["container"], payload["channel"] = container, object{"id": ch.ID, "name": ch.Name}
	payload["message"] = c.s.renderMessage(m, true)
	payload["response_url"] = c.s.newResponseURL(ch.ID, m, c.who.user, hiddenFromOthers)
	return payload, nil
}

func (c *call) pressedInView() (object, error) {
	v := c.s.state.View(c.args["view_id"])
	if v == nil || v.User != c.who.user {
		return nil, fail("view_not_found")
	}
	payload := c.interaction("block_actions", v.ID)
	rendered := c.s.renderView(v)
	raw, err := json.Marshal(rendered["blocks"])
	if err != nil {
		return nil, fmt.Errorf("encoding blocks: %w", err)
	}
	if err := c.action(payload, raw); err != nil {
		return nil, err
	}
	rendered["state"] = payload["state"]
	payload["container"], payload["view"] = object{"type": "view", "view_id": v.ID}, rendered
	return payload, nil
}

// action adds actions and state to a payload, after checking that the element is there and takes the value.
func (c *call) action(payload object, raw json.RawMessage) error {
	state, err := c.state()
	if err != nil {
		return err
	}
	blocks, err := blockkit.Parse(raw)
	if err != nil && len(raw) > 0 {
		return fmt.Errorf("reading stored blocks: %w", err)
	}
	blockID, actionID := c.args["block_id"], c.args["action_id"]
	element, found := blockkit.Find(blocks, blockID, actionID)
	if !found {
		return fail("action_not_found")
	}
	chosen, err := c.chosen(element)
	if err != nil {
		return err
	}
	action := object{"type": element["type"], "block_id": blockID, "action_id": actionID, "action_ts": c.s.stamp()}
	maps.Copy(action, chosen)
	if element["type"] != "button" && element["type"] != "overflow" {
		values, _ := state["values"].(object)
		block, _ := values[blockID].(object)
		if block == nil {
			block = object{}
			values[blockID] = block
		}
		kept := maps.Clone(chosen)
		kept["type"] = element["type"]
		block[actionID] = kept
	}
	payload["actions"], payload["state"] = []object{action}, state
	return nil
}

// chosen is what an action says about its element, by kind.
func (c *call) chosen(e blockkit.Block) (object, error) {
	value, given := c.args["value"], c.has("value")
	switch e["type"] {
	case "button":
		own, _ := e["value"].(string)
		if given && value != own {
			return nil, fail("invalid_value")
		}
		out := object{"text": e["text"]}
		setIf(out, "value", own)
		if style, ok := e["style"]; ok {
			out["style"] = style
		}
		return out, nil
	case "static_select", "radio_buttons", "overflow":
		option, ok := blockkit.Option(e, value)
		if !ok {
			return nil, fail("invalid_value")
		}
		return object{"selected_option": option}, nil
	case "multi_static_select", "checkboxes":
		options := []any{}
		for v := range strings.SplitSeq(value, ",") {
			option, ok := blockkit.Option(e, v)
			if !ok && v != "" {
				return nil, fail("invalid_value")
			}
			if ok {
				options = append(options, option)
			}
		}
		return object{"selected_options": options}, nil
	case "users_select":
		return object{"selected_user": value}, nil
	case "channels_select":
		return object{"selected_channel": value}, nil
	case "conversations_select":
		return object{"selected_conversation": value}, nil
	case "datepicker":
		return object{"selected_date": value}, nil
	case "timepicker":
		return object{"selected_time": value}, nil
	}
	return object{"value": value}, nil
}

// state reads the argument state: block_id → action_id → what was entered.
func (c *call) state() (object, error) {
	values := object{}
	if text := c.args["state"]; text != "" {
		dec := json.NewDecoder(bytes.NewReader([]byte(text)))
		dec.UseNumber()
		if err := dec.Decode(&values); err != nil || values == nil {
			return nil, invalid("state must be a JSON object")
		}
		for id, block := range values {
			if _, ok := block.(object); !ok {
				return nil, invalid("state of block %s must be a JSON object", id)
			}
		}
	}
	return object{"values": values}, nil
}

// submitView is a person submitting a modal.
func (s *Server) submitView(c *call) (reply, error) {
	v, payload, err := c.submission()
	if err != nil {
		return nil, err
	}
	answer, err := s.ask("interactive", payload)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return c.submitted(v, answer)
}

func (c *call) submission() (*workspace.View, object, error) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	v := c.s.state.View(c.args["view_id"])
	if v == nil || v.User != c.who.user || v.Type != "modal" {
		return nil, nil, fail("view_not_found")
	}
	state, err := c.state()
	if err != nil {
		return nil, nil, err
	}
	payload := c.interaction("view_submission", v.ID)
	view := c.s.renderView(v)
	view["state"] = state
	payload["view"], payload["response_urls"] = view, []any{}
	return v, payload, nil
}

// submitted does what the app answered to a submission: by default the modal closes.
func (c *call) submitted(v *workspace.View, raw json.RawMessage) (reply, error) {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &answer); err != nil {
			return nil, fail("app_answer_invalid")
		}
	}
	switch answer.Action {
	case "errors":
		return reply{"response_action": "errors", "errors": answer.Errors}, nil
	case "update", "push":
		_, external, source, err := c.readView(string(answer.View), "modal")
		if err != nil {
			return nil, err
		}
		next := *v
		if answer.Action == "push" {
			next.ID, next.Previous = newID("V"), v.ID
		}
		next.External, next.Source = external, source
		out, err := c.s.put(&next)
		if err != nil {
			return nil, err
		}
		out["response_action"] = answer.Action
		return out, nil
	case "clear":
		for _, o := range c.s.state.Views() {
			if o.Root == v.Root {
				if err := c.s.commit(workspace.Entry{Op: workspace.CloseView, Name: o.ID}); err != nil {
					return nil, err
				}
			}
		}
		return reply{"response_action": "clear"}, nil
	}
	return nil, c.s.commit(workspace.Entry{Op: workspace.CloseView, Name: v.ID})
}

// runCommand is a person using a slash command. What the app acknowledges with is shown to that person.
func (s *Server) runCommand(c *call) (reply, error) {
	s.mu.Lock()
	ch, err := c.channel("channel")
	if err != nil || !ch.Has(c.who.user) {
		s.mu.Unlock()
		return nil, fail("channel_not_found")
	}
	seed, u := s.opts.Workspace, s.state.User(c.who.user)
	payload := object{
		"token": "local", "team_id": seed.Team.ID, "team_domain": seed.Team.Domain, "channel_id": ch.ID, "channel_name": ch.Name,
		"user_id": u.ID, "user_name": u.Name, "command": c.args["command"], "text": c.args["text"], "api_app_id": seed.App.ID,
		"is_enterprise_install": "false", "response_url": s.newResponseURL(ch.ID, nil, u.ID, false), "trigger_id": s.newTrigger(u.ID, ""),
	}
	s.mu.Unlock()
	answer, err := s.ask("slash_commands", payload)
	if err != nil || len(answer) == 0 {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return nil, s.respond(&responseURL{channel: ch.ID, user: u.ID}, answer)
}
