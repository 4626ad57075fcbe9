// Package slackapi is the Slack-compatible half of the embedded workspace: Slack's Web API, Socket Mode
// and file uploads over one http.Handler, with durable state in one folder. It is used as the local mode
// of the product (with a web page in front) and as the test double of every test that needs a Slack.
//
// A start: New reads the folder and replays its journal, Server.Handler is mounted by the caller at /api/,
// Server.Tokens says with which tokens to call it, Server.Close ends it. Any Slack client library works
// unchanged with its API base URL set to BaseURL() + "/api/".
//
// # Files it owns (below Options.Dir)
//
//	journal.jsonl   everything that happened, one fsynced JSON line per change (package journal)
//	tokens.json     the tokens of the app and of every person, made once, mode 0600
//	files/FILE_ID   the bytes of uploaded files
//
// Sub-packages: workspace holds the state and how a change alters it (pure), journal the file format,
// blockkit the rules for Block Kit.
//
// # Paths
//
// Everything is below /api/; a method name never contains a slash, so nothing collides:
//
//	/api/METHOD                  Web API: GET with a query, POST with a form, multipart or JSON
//	/api/socket-mode/TICKET      Socket Mode, url from apps.connections.open, single use
//	/api/rtm/TICKET              live events of one person, url from rtm.connect, single use
//	/api/upload/TICKET           POST the bytes of a file, url from files.getUploadURLExternal
//	/api/files/FILE_ID/NAME      GET the bytes (url_private of a file), with a token as for any method
//	/api/response/TICKET         POST to a response_url of an interaction
//	/api/admin/faults            fault injection for another process, only with Options.Admin
//
// Permalinks are BaseURL()/archives/CHANNEL/pTS (ts without its dot), for a reply with
// ?thread_ts=TS&cid=CHANNEL, as in Slack. The page serves those.
//
// # What a page (or any client acting as a person) uses
//
// Every seeded person has a user token (xoxp-…). Send it as "Authorization: Bearer xoxp-…"; a form may
// carry it as field token instead. Answers are JSON with "ok"; if not ok, "error" is Slack's error name.
// A 429 answer carries Retry-After in seconds.
//
// As in Slack: auth.test, team.info, users.list, users.info, bots.info, users.conversations, conversations.list / info /
// members / history / replies / open / join, chat.postMessage / update / delete / getPermalink,
// reactions.add / remove / get, files.info, files.getUploadURLExternal, files.completeUploadExternal. A
// person's text may hold a plain "@handle": it is turned into <@USERID> as Slack's own composer does before it
// sends, so that "@firstmile" typed on a page is a mention. Text comes back escaped (&amp; &lt; &gt;).
//
// Three things have no public Slack API, since only Slack's own clients do them. They are ours:
//
//	blocks.actions  channel, message_ts, block_id, action_id, optional value (of the chosen option, or the text
//	                typed), optional state (JSON: block_id → action_id → {type, value…}). With view_id in place of
//	                channel and message_ts, for an element of a view. Presses the element: the app gets a
//	                block_actions payload. Answers when the app has acknowledged: {"ok":true}, or
//	                app_not_responding after 3 s (Slack shows a warning sign beside the button then),
//	                or message_not_found, view_not_found, action_not_found, invalid_value.
//	apphome.open    opens the App Home: the app gets app_home_opened. Answers {"ok":true,"channel":"D…",
//	                "view":{…}}, view being absent until the app has published one. views.get answers the
//	                same without telling the app (optional view_id for any view of this person).
//	views.submit    view_id, optional state (as above). The app gets view_submission and its answer comes back:
//	                {"ok":true,"response_action":"errors","errors":{block_id: sentence}}, or response_action
//	                update / push with "view", or clear, or no response_action: the modal closes.
//	commands.run    channel, command ("/name"), optional text: a slash command.
//
// # Live events of one person
//
// POST rtm.connect with the user token, open the websocket at "url" within 30 s. Each frame is one JSON object;
// the first is {"type":"hello"}. A client may send {"id":N,"type":"ping"} and gets {"type":"pong","reply_to":N}.
// After a reconnect read conversations.history / replies again: nothing is replayed but the statuses that
// are shown at that moment. Events, for conversations this person is a member of:
//
//	{"type":"message","channel","channel_type","user","text","ts","thread_ts"?,"blocks"?,"files"?,"bot_id"?,…}
//	    a new message; a thread reply has thread_ts != ts; "subtype":"thread_broadcast" is a reply shown in the channel too
//	{"type":"message","is_ephemeral":true,…}          only this person sees it; never in history
//	{"type":"message","subtype":"message_changed","channel","message":{…},"previous_message":{…},"hidden":true}
//	    (an ephemeral message that a response_url replaced has "is_ephemeral":true inside message)
//	{"type":"message","subtype":"message_deleted","channel","deleted_ts","previous_message":{…},"hidden":true}
//	{"type":"message","subtype":"message_replied","channel","message":{…reply_count, latest_reply…},"hidden":true}
//	    the parent of a thread after a reply came or went
//	{"type":"reaction_added"|"reaction_removed","user","reaction","item_user","item":{"type":"message","channel","ts"}}
//	{"type":"assistant_thread_status","channel","thread_ts","status","loading_messages"?}  status "" means cleared
//	{"type":"view_published","view":{…}}              the app published this person's App Home
//	{"type":"view_opened"|"view_updated","view":{…}}  the app opened or changed a modal for this person
//	{"type":"member_joined_channel"|"member_left_channel","channel","user"}
//	{"type":"im_open"|"channel_joined","channel":{…}} a conversation this person can now see
//
// # Shapes
//
// A message as history, replies and events give it: type "message", ts (its id in the channel, "1700000000.000100"),
// user, text (mrkdwn), team, and where they apply: bot_id, app_id, bot_profile{id,name,app_id}, blocks (every block
// has a block_id, every element an action_id), attachments, thread_ts, parent_user_id, reply_count,
// reply_users, reply_users_count, latest_reply, reactions[{name,users,count}], edited{user,ts}, files[…],
// metadata (only if asked with include_all_metadata=true). A deleted parent that has replies stays as subtype "tombstone".
// A file: id, name, title, mimetype, filetype, size, url_private (fetch it with the token in the header), permalink. An image
// block names either image_url or slack_file{id}: look that file up with files.info.
//
// # What differs from Slack
//
// Required arguments, error names, scopes, tiers and answers follow Slack's documentation, and tests hold them to it. Left
// out are: custom names and icons of the app (username, icon_emoji, icon_url are ignored, as without
// chat:write.customize), scheduled and streamed messages, unfurling of links, rich_text blocks for what people type,
// the list of known emoji (any well-formed name is taken), and everything about administration. Interactions are not
// delivered again, response URLs, trigger ids, ephemeral messages and statuses do not outlive a restart; the first is
// Slack's way too. Limits whose numbers Slack does not publish are named where they stand in the code.
package slackapi
