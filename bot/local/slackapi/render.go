package slackapi

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"firstmile/bot/local/slackapi/workspace"
)

// object is a JSON object on its way to a client.
type object = map[string]any

// renderMessage gives a message in the shape of conversations.history. The caller holds mu, as for all of this file.
func (s *Server) renderMessage(m *workspace.Message, withMetadata bool) object {
	team := s.opts.Workspace.Team.ID
	o := object{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": team}
	if m.Subtype != "" {
		o["subtype"] = m.Subtype
	}
	if m.FromApp {
		app := s.opts.Workspace.App
		o["bot_id"], o["app_id"] = app.BotID, app.ID
		o["bot_profile"] = object{"id": app.BotID, "app_id": app.ID, "name": app.Name, "deleted": false, "updated": 0, "team_id": team}
	}
	setIf(o, "client_msg_id", m.ClientID)
	for key, raw := range map[string]json.RawMessage{"blocks": m.Blocks, "attachments": m.Attachments} {
		if len(raw) > 0 {
			o[key] = raw
		}
	}
	if withMetadata && len(m.Metadata) > 0 {
		o["metadata"] = m.Metadata
	}
	if m.Edited != nil {
		o["edited"] = m.Edited
	}
	if len(m.Reactions) > 0 {
		o["reactions"] = renderReactions(m)
	}
	if len(m.Files) > 0 {
		o["files"], o["upload"] = s.renderFiles(m.Files), false
	}
	s.renderThread(o, m)
	return o
}

func (s *Server) renderThread(o object, m *workspace.Message) {
	if m.Thread != "" {
		o["thread_ts"] = m.Thread
		if parent := s.state.Message(m.Channel, m.Thread); parent != nil {
			o["parent_user_id"] = parent.User
			if m.Broadcast {
				o["root"] = s.renderMessage(parent, false)
			}
		}
		if m.Broadcast && m.Subtype == "" {
			o["subtype"] = "thread_broadcast"
		}
		return
	}
	replies := s.state.Replies(m.Channel, m.TS)
	if len(replies) == 0 {
		return
	}
	var users []string
	for _, r := range replies {
		if !slices.Contains(users, r.User) {
			users = append(users, r.User)
		}
	}
	o["thread_ts"] = m.TS
	o["reply_count"] = len(replies)
	o["reply_users_count"] = len(users)
	o["reply_users"] = users[:min(len(users), 5)]
	o["latest_reply"] = replies[len(replies)-1].TS
	o["is_locked"] = false
	o["subscribed"] = false
}

func renderReactions(m *workspace.Message) []object {
	list := []object{}
	for _, r := range m.Reactions {
		list = append(list, object{"name": r.Name, "users": r.Users, "count": len(r.Users)})
	}
	return list
}

func (s *Server) renderFiles(ids []string) []object {
	list := []object{}
	for _, id := range ids {
		if f := s.state.File(id); f != nil {
			list = append(list, s.renderFile(f))
		}
	}
	return list
}

func (s *Server) renderFile(f *workspace.File) object {
	address := s.opts.BaseURL() + "/api/files/" + f.ID + "/" + url.PathEscape(f.Name)
	kind := fileType(f.Name)
	return object{
		"id": f.ID, "created": f.Created, "timestamp": f.Created, "name": f.Name, "title": f.Title,
		"mimetype": f.MIME, "filetype": kind, "pretty_type": strings.ToUpper(kind), "user": f.User, "user_team": s.opts.Workspace.Team.ID,
		"size": f.Size, "mode": "hosted", "editable": false, "is_external": false, "external_type": "", "is_public": true,
		"public_url_shared": false, "display_as_bot": false, "username": "", "alt_txt": f.AltText,
		"url_private": address, "url_private_download": address, "permalink": address,
		"channels": append([]string{}, f.Shared...), "groups": []string{}, "ims": []string{}, "comments_count": 0,
		"has_rich_preview": false, "file_access": "visible",
	}
}

// fileType is Slack's short name of a kind of file: the ending of its name.
func fileType(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 && i < len(name)-1 {
		return strings.ToLower(name[i+1:])
	}
	return "binary"
}

func (s *Server) renderUser(u *workspace.User, withEmail bool) object {
	bot := u.ID == s.opts.Workspace.App.User.ID
	zone := u.TZ
	if zone == "" {
		zone = "UTC"
	}
	offset := 0
	if loc, err := time.LoadLocation(zone); err == nil {
		_, offset = s.opts.Clock().In(loc).Zone()
	}
	o := object{
		"id": u.ID, "team_id": s.opts.Workspace.Team.ID, "name": u.Name, "deleted": false, "color": u.Color, "real_name": u.RealName,
		"tz": zone, "tz_label": zone, "tz_offset": offset, "profile": s.renderProfile(u, withEmail),
		"is_admin": u.Admin, "is_owner": false, "is_primary_owner": false, "is_restricted": false, "is_ultra_restricted": false,
		"is_bot": bot, "is_app_user": false, "updated": 0, "is_email_confirmed": u.Email != "",
	}
	return o
}

func (s *Server) renderProfile(u *workspace.User, withEmail bool) object {
	p := object{
		"title": u.Title, "phone": "", "skype": "", "real_name": u.RealName, "real_name_normalized": u.RealName,
		"display_name": u.Name, "display_name_normalized": u.Name, "status_text": "", "status_emoji": "",
		"team": s.opts.Workspace.Team.ID,
	}
	if withEmail {
		setIf(p, "email", u.Email)
	}
	if app := s.opts.Workspace.App; u.ID == app.User.ID {
		p["api_app_id"], p["bot_id"], p["always_active"] = app.ID, app.BotID, true
	}
	return p
}

// renderChannel gives a conversation as this caller sees it.
func (s *Server) renderChannel(ch *workspace.Channel, viewer string, withCount bool) object {
	o := object{
		"id": ch.ID, "created": ch.Created, "is_archived": false, "is_org_shared": false, "is_im": ch.IM, "is_mpim": ch.MPIM,
		"is_channel": ch.Kind() == "channel", "is_group": ch.Kind() == "group", "is_private": ch.Kind() != "channel",
		"is_shared": false, "is_ext_shared": false, "is_general": false, "context_team_id": s.opts.Workspace.Team.ID, "updated": 0,
	}
	if ch.IM {
		o["user"], o["is_open"], o["is_user_deleted"], o["priority"] = otherMember(ch, viewer), true, false, 0
		return o
	}
	o["name"], o["name_normalized"], o["creator"], o["unlinked"] = ch.Name, ch.Name, ch.Creator, 0
	o["is_member"] = ch.Has(viewer)
	o["topic"] = object{"value": ch.Topic, "creator": "", "last_set": 0}
	o["purpose"] = object{"value": ch.Purpose, "creator": "", "last_set": 0}
	o["previous_names"] = []string{}
	if withCount {
		o["num_members"] = len(ch.Members)
	}
	return o
}

// otherMember is whom a direct message is with.
func otherMember(ch *workspace.Channel, viewer string) string {
	for _, m := range ch.Members {
		if m != viewer {
			return m
		}
	}
	return viewer
}

// renderView gives a view in the shape of views.open.
func (s *Server) renderView(v *workspace.View) object {
	var source object
	if err := json.Unmarshal(v.Source, &source); err != nil {
		source = object{} // it was checked when it came in
	}
	app := s.opts.Workspace.App
	o := object{
		"id": v.ID, "team_id": s.opts.Workspace.Team.ID, "type": v.Type, "blocks": []any{}, "private_metadata": "", "callback_id": "",
		"state": object{"values": object{}}, "hash": v.Hash, "title": object{"type": "plain_text", "text": "View Title", "emoji": true},
		"clear_on_close": false, "notify_on_close": false,
		"root_view_id": v.Root, "app_id": app.ID, "external_id": v.External, "app_installed_team_id": s.opts.Workspace.Team.ID, "bot_id": app.BotID,
	}
	if v.Previous != "" {
		o["previous_view_id"] = v.Previous
	}
	for _, key := range []string{"blocks", "private_metadata", "callback_id", "title", "close", "submit", "clear_on_close", "notify_on_close"} {
		if value := source[key]; value != nil {
			o[key] = value
		}
	}
	return o
}

func setIf(o object, key, value string) {
	if value != "" {
		o[key] = value
	}
}
