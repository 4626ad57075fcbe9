package slackapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"firstmile/bot/local/slackapi/blockkit"
	"firstmile/bot/local/slackapi/workspace"
)

// maxView is the size of a view's JSON above which Slack answers view_too_large.
const maxView = 250 << 10

// readView checks a view of a kind ("home" or "modal") and gives ids to its blocks.
func (c *call) readView(text string, kinds ...string) (kind, external string, source json.RawMessage, err error) {
	if len(text) > maxView {
		return "", "", nil, fail("view_too_large")
	}
	var view object
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	if err := dec.Decode(&view); err != nil || view == nil {
		return "", "", nil, invalid("view must be a JSON object [json-pointer:/view]")
	}
	kind, _ = view["type"].(string)
	known := false
	for _, k := range kinds {
		known = known || k == kind
	}
	if !known {
		return "", "", nil, invalid("unsupported type: %s [json-pointer:/view/type]", kind)
	}
	if err := checkView(kind, view); err != nil {
		return "", "", nil, err
	}
	external, _ = view["external_id"].(string)
	source, err = json.Marshal(view)
	return kind, external, source, err
}

func checkView(kind string, view object) error {
	raw, err := json.Marshal(view["blocks"])
	if err != nil {
		return fmt.Errorf("encoding blocks: %w", err)
	}
	blocks, err := blockkit.Parse(raw)
	if err != nil || view["blocks"] == nil {
		return invalid("blocks must be an array [json-pointer:/view/blocks]")
	}
	if problems := blockkit.Check(blocks, blockkit.ViewBlocks); len(problems) > 0 {
		return problem("invalid_arguments", problems)
	}
	for key, most := range map[string]int{"private_metadata": 3000, "callback_id": 255, "external_id": 255} {
		if text, _ := view[key].(string); utf8.RuneCountInString(text) > most {
			return invalid("must be less than %d characters [json-pointer:/view/%s]", most+1, key)
		}
	}
	inputs := false
	for _, b := range blocks {
		inputs = inputs || b["type"] == "input"
	}
	for _, key := range []string{"title", "submit", "close"} { // plain text of at most 24 characters
		text, there := view[key].(object)
		s, _ := text["text"].(string)
		needed := kind == "modal" && (key == "title" || key == "submit" && inputs)
		if there && utf8.RuneCountInString(s) > 24 || needed && s == "" {
			return invalid("must be 1 to 24 characters of plain text [json-pointer:/view/%s]", key)
		}
	}
	blockkit.Identify(blocks, func() string { return newID("")[:5] })
	view["blocks"] = blocks
	return nil
}

// put stores a view under a new hash and answers with it.
func (s *Server) put(v *workspace.View) (reply, error) {
	v.Hash = s.stamp() + "." + newID("")[:8]
	if err := s.commit(workspace.Entry{Op: workspace.PutView, View: v}); err != nil {
		return nil, err
	}
	return reply{"view": s.renderView(v)}, nil
}

func (s *Server) publishView(c *call) (reply, error) {
	user := s.state.User(c.args["user_id"])
	if user == nil {
		return nil, invalid("unknown user_id")
	}
	_, external, source, err := c.readView(c.args["view"], "home")
	if err != nil {
		return nil, err
	}
	next := &workspace.View{ID: newID("V"), User: user.ID, Type: "home"}
	if old := s.state.Home(user.ID); old != nil {
		if h := c.args["hash"]; h != "" && h != old.Hash {
			return nil, fail("hash_conflict")
		}
		next.ID = old.ID
	}
	next.Root, next.External, next.Source = next.ID, external, source
	if err := s.externalTaken(next); err != nil {
		return nil, err
	}
	return s.show(next, "view_published")
}

func (s *Server) externalTaken(v *workspace.View) error {
	for _, o := range s.state.Views() {
		if v.External != "" && o.External == v.External && o.ID != v.ID {
			return fail("duplicate_external_id")
		}
	}
	return nil
}

// show stores a view and tells the person it belongs to.
func (s *Server) show(v *workspace.View, event string) (reply, error) {
	answer, err := s.put(v)
	if err != nil {
		return nil, err
	}
	s.tellUser(v.User, object{"type": event, "view": answer["view"], "event_ts": s.stamp()})
	return answer, nil
}

func (s *Server) openView(c *call) (reply, error) { return c.modal(nil) }

// pushView puts a modal on top of the one in which the trigger came from.
func (s *Server) pushView(c *call) (reply, error) {
	t, known := s.triggers[c.args["trigger_id"]]
	if !known {
		return nil, fail("invalid_trigger_id")
	}
	below := s.state.View(t.view)
	if below == nil || below.Type != "modal" {
		return nil, fail("not_found")
	}
	if below.Previous != "" && s.state.View(below.Previous) != nil && s.state.View(below.Previous).Previous != "" {
		return nil, fail("push_limit_reached") // three views at most
	}
	return c.modal(below)
}

func (c *call) modal(below *workspace.View) (reply, error) {
	s := c.s
	t, err := s.useTrigger(c.args["trigger_id"])
	if err != nil {
		return nil, err
	}
	_, external, source, err := c.readView(c.args["view"], "modal")
	if err != nil {
		return nil, err
	}
	v := &workspace.View{ID: newID("V"), User: t.user, Type: "modal", External: external, Source: source}
	v.Root = v.ID
	if below != nil {
		v.Root, v.Previous = below.Root, below.ID
	}
	if err := s.externalTaken(v); err != nil {
		return nil, err
	}
	return s.show(v, "view_opened")
}

func (s *Server) updateView(c *call) (reply, error) {
	v := s.state.View(c.args["view_id"])
	if v == nil && c.args["external_id"] != "" {
		for _, o := range s.state.Views() {
			if o.External == c.args["external_id"] {
				v = o
			}
		}
	}
	if v == nil {
		return nil, fail("not_found")
	}
	if h := c.args["hash"]; h != "" && h != v.Hash {
		return nil, fail("hash_conflict")
	}
	_, external, source, err := c.readView(c.args["view"], v.Type)
	if err != nil {
		return nil, err
	}
	next := *v
	next.External, next.Source = external, source
	if err := s.externalTaken(&next); err != nil {
		return nil, err
	}
	return s.show(&next, "view_updated")
}

// openHome is a person opening the App Home: the app learns of it and answers, if it wants, with views.publish.
func (s *Server) openHome(c *call) (reply, error) {
	ch, err := s.direct([]string{s.opts.Workspace.App.User.ID, c.who.user})
	if err != nil {
		return nil, err
	}
	event := object{"type": "app_home_opened", "user": c.who.user, "channel": ch.ID, "tab": "home", "event_ts": s.stamp()}
	answer := reply{"channel": ch.ID}
	if home := s.state.Home(c.who.user); home != nil {
		answer["view"] = s.renderView(home)
		event["view"] = answer["view"]
	}
	return answer, s.commit(workspace.Entry{Op: workspace.Notify, Deliver: s.owed(nil, "", event)})
}

func (s *Server) getView(c *call) (reply, error) {
	v := s.state.Home(c.who.user)
	if id := c.args["view_id"]; id != "" {
		if v = s.state.View(id); v == nil || v.User != c.who.user {
			return nil, fail("view_not_found")
		}
	}
	if v == nil {
		return nil, nil
	}
	return reply{"view": s.renderView(v)}, nil
}
