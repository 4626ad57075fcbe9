package slackapi

import "firstmile/bot/local/slackapi/workspace"

const (
	anyone  = botToken | userToken
	persons = userToken
)

var (
	historyScopes = []string{"channels:history", "groups:history", "im:history", "mpim:history"}
	readScopes    = []string{"channels:read", "groups:read", "im:read", "mpim:read"}
	openScopes    = []string{"channels:manage", "groups:write", "im:write", "mpim:write"}
	leaveScopes   = []string{"channels:manage", "channels:write", "groups:write", "im:write", "mpim:write"}
)

func needs(names ...string) []required {
	list := make([]required, len(names))
	for i, n := range names {
		list[i] = required{arg: n}
	}
	return list
}

// methodTable is the whole Web API of the workspace: who may call what, with which scope and arguments, how often.
// The error of a missing argument is the one its documentation names, invalid_arguments where it names none.
func methodTable() map[string]method {
	table := map[string]method{
		"api.test":              {tier: 4, run: (*Server).apiTest},
		"auth.test":             {tokens: anyone | appToken, run: (*Server).authTest},
		"apps.connections.open": {tokens: appToken, tier: 3, run: (*Server).openSocket},
		"team.info":             {tokens: anyone, scopes: []string{"team:read"}, tier: 3, run: (*Server).teamInfo},
		"bots.info":             {tokens: anyone, scopes: []string{"users:read"}, tier: 3, run: (*Server).botInfo},
		"emoji.list":            {tokens: anyone, scopes: []string{"emoji:read"}, tier: 2, run: (*Server).listEmoji},
		"users.info":            {tokens: anyone, scopes: []string{"users:read"}, tier: 4, required: []required{{"user", "user_not_found"}}, run: (*Server).userInfo},
		"users.list":            {tokens: anyone, scopes: []string{"users:read"}, tier: 2, run: (*Server).listUsers},
		"users.lookupByEmail":   {tokens: anyone, scopes: []string{"users:read.email"}, tier: 3, required: []required{{"email", "users_not_found"}}, run: (*Server).lookupByEmail},
		"users.profile.get":     {tokens: anyone, scopes: []string{"users.profile:read"}, tier: 4, run: (*Server).userProfile},
		"users.getPresence":     {tokens: anyone, scopes: []string{"users:read"}, tier: 3, run: (*Server).presence},
		"users.conversations":   {tokens: anyone, scopes: readScopes, tier: 3, run: (*Server).userChannels},
	}
	for _, more := range []map[string]method{messageMethods(), conversationMethods(), fileAndViewMethods(), personMethods()} {
		for name, m := range more {
			table[name] = m
		}
	}
	return table
}

func messageMethods() map[string]method {
	write, react, read := []string{"chat:write"}, []string{"reactions:write"}, []string{"reactions:read"}
	item := []required{{"name", "invalid_name"}, {"channel", "no_item_specified"}, {"timestamp", "no_item_specified"}}
	return map[string]method{
		"chat.postMessage":   {tokens: anyone, scopes: write, required: []required{{"channel", "channel_not_found"}}, run: (*Server).postMessage},
		"chat.update":        {tokens: anyone, scopes: write, tier: 3, required: []required{{"channel", "channel_not_found"}, {"ts", "message_not_found"}}, run: (*Server).updateMessage},
		"chat.delete":        {tokens: anyone, scopes: write, tier: 3, required: []required{{"channel", "channel_not_found"}, {"ts", "message_not_found"}}, run: (*Server).deleteMessage},
		"chat.postEphemeral": {tokens: anyone, scopes: write, tier: 4, required: []required{{"channel", "channel_not_found"}, {"user", "user_not_in_channel"}}, run: (*Server).postEphemeral},
		"chat.getPermalink":  {tokens: anyone, required: []required{{"channel", "channel_not_found"}, {"message_ts", "message_not_found"}}, run: (*Server).getPermalink},
		"reactions.add":      {tokens: anyone, scopes: react, tier: 3, required: item, run: func(s *Server, c *call) (reply, error) { return c.react(workspace.React) }},
		"reactions.remove":   {tokens: anyone, scopes: react, tier: 2, required: item, run: func(s *Server, c *call) (reply, error) { return c.react(workspace.Unreact) }},
		"reactions.get":      {tokens: anyone, scopes: read, tier: 3, run: (*Server).getReactions},
		"reactions.list":     {tokens: anyone, scopes: read, tier: 2, run: (*Server).listReactions},
		"assistant.threads.setStatus": {tokens: botToken, scopes: write, run: (*Server).threadStatus,
			required: []required{{"channel_id", "channel_not_found"}, {"thread_ts", "invalid_thread_ts"}}},
	}
}

func conversationMethods() map[string]method {
	channel := []required{{"channel", "channel_not_found"}}
	return map[string]method{
		"conversations.history": {tokens: anyone, scopes: historyScopes, tier: 3, required: channel, run: (*Server).history},
		"conversations.replies": {tokens: anyone, scopes: historyScopes, tier: 3, run: (*Server).replies,
			required: []required{{"channel", "channel_not_found"}, {"ts", "thread_not_found"}}},
		"conversations.info":    {tokens: anyone, scopes: readScopes, tier: 3, required: channel, run: (*Server).channelInfo},
		"conversations.list":    {tokens: anyone, scopes: readScopes, tier: 2, run: (*Server).listChannels},
		"conversations.members": {tokens: anyone, scopes: readScopes, tier: 4, required: channel, run: (*Server).members},
		"conversations.join":    {tokens: anyone, scopes: []string{"channels:join"}, tier: 3, required: channel, run: (*Server).join},
		"conversations.leave":   {tokens: anyone, scopes: leaveScopes, tier: 3, required: channel, run: (*Server).leave},
		"conversations.open":    {tokens: anyone, scopes: openScopes, tier: 3, run: (*Server).openConversation},
	}
}

func fileAndViewMethods() map[string]method {
	write := []string{"files:write"}
	return map[string]method{
		"files.getUploadURLExternal": {tokens: anyone, scopes: write, tier: 4, run: (*Server).uploadURL,
			required: []required{{"filename", "missing_argument"}, {"length", "missing_argument"}}},
		"files.completeUploadExternal": {tokens: anyone, scopes: write, tier: 4, required: needs("files"), run: (*Server).completeUpload},
		"files.info":                   {tokens: anyone, scopes: []string{"files:read"}, tier: 4, required: []required{{"file", "file_not_found"}}, run: (*Server).fileInfo},
		"files.delete":                 {tokens: anyone, scopes: write, tier: 3, required: []required{{"file", "file_not_found"}}, run: (*Server).deleteFile},
		"views.publish":                {tokens: botToken, tier: 4, required: needs("user_id", "view"), run: (*Server).publishView},
		"views.open":                   {tokens: botToken, tier: 4, required: needs("view"), run: (*Server).openView},
		"views.push":                   {tokens: botToken, tier: 4, required: needs("view"), run: (*Server).pushView},
		"views.update":                 {tokens: botToken, tier: 4, required: needs("view"), run: (*Server).updateView},
	}
}

// personMethods are what Slack's own clients do by means that are not public. Package doc describes them.
func personMethods() map[string]method {
	return map[string]method{
		"rtm.connect":    {tokens: persons, run: (*Server).connectRTM},
		"blocks.actions": {tokens: persons, required: needs("block_id", "action_id"), wait: (*Server).press},
		"apphome.open":   {tokens: persons, run: (*Server).openHome},
		"views.get":      {tokens: persons, run: (*Server).getView},
		"views.submit":   {tokens: persons, required: needs("view_id"), wait: (*Server).submitView},
		"commands.run":   {tokens: persons, required: needs("channel", "command"), wait: (*Server).runCommand},
	}
}
