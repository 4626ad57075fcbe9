package slackapi_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"firstmile/bot/local/slackapi"
)

// contracts is the folder of third-party contracts beside the repository. A user's checkout does not have it, CI must.
func contracts(t *testing.T) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("no go.mod above the test")
		}
		root = filepath.Dir(root)
	}
	dir := filepath.Join(root, "..", "shared", "contracts")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("CI needs the contracts: %v", err)
		}
		t.Skip("the contracts are not here")
	}
	return dir
}

// documentation is a method's page as the contracts hold it.
type documentation struct {
	Args map[string]struct {
		Required bool   `json:"required"`
		Type     string `json:"type"`
	} `json:"args"`
	Errors map[string]string `json:"errors"`
	Scopes map[string][]struct {
		Name string `json:"name"`
	} `json:"scopes"`
	RateLimit struct {
		Label string `json:"label"`
	} `json:"rate_limit"`
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// undocumented are names we answer although the method's page lacks them, each with its reason.
var undocumented = map[string]string{
	"chat.postMessage msg_too_long": "the limit of 40,000 characters is documented on another page",
}

// The methods the workspace must have; each has a page among the contracts.
var needed = strings.Fields(`api.test auth.test apps.connections.open assistant.threads.setStatus bots.info chat.delete chat.getPermalink
	chat.postEphemeral chat.postMessage chat.update conversations.history conversations.info conversations.join
	conversations.leave conversations.list conversations.members conversations.open conversations.replies emoji.list
	files.completeUploadExternal files.delete files.getUploadURLExternal files.info reactions.add reactions.get reactions.list
	reactions.remove rtm.connect team.info users.conversations users.getPresence users.info users.list users.lookupByEmail
	users.profile.get views.open views.publish views.push views.update`)

// Every method is driven by its own page: without a token, with each wrong kind of token, without scopes, without
// each required argument, with nonsense for each argument. Every error must be one the page or the common list names.
func TestMethodsKeepTheirContract(t *testing.T) {
	dir := filepath.Join(contracts(t), "slack-method-docs")
	common := map[string]string{}
	readJSON(t, filepath.Join(dir, "common_errors.json"), &common)
	pages, err := filepath.Glob(filepath.Join(dir, "methods", "*.json"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no method pages: %v", err)
	}
	s := start(t, func(o *slackapi.Options) { o.Socket.AckTimeout = 1 })
	bare := start(t, func(o *slackapi.Options) { o.Workspace.App.Scopes = nil })
	var have []string
	for _, page := range pages {
		name := strings.TrimSuffix(filepath.Base(page), ".json")
		if s.call("", name)["error"] == "unknown_method" {
			continue
		}
		have = append(have, name)
		t.Run(name, func(t *testing.T) {
			c := &contract{t: t, name: name, common: common, site: s, args: valid(s)}
			readJSON(t, page, &c.doc)
			c.tokens()
			c.missingScope(bare)
			c.arguments()
		})
	}
	for _, name := range needed {
		if !slices.Contains(have, name) {
			t.Errorf("%s is missing", name)
		}
	}
}

// valid gives a good value for each argument that some method requires.
func valid(s *site) map[string]string {
	s.must(s.Tokens().Bot, "conversations.join", "channel", requests) // conversations.leave has left it
	ts := s.must(s.Tokens().Bot, "chat.postMessage", "channel", requests, "text", "x").text("ts")
	return map[string]string{
		"channel": requests, "channel_id": requests, "ts": ts, "timestamp": ts, "message_ts": ts, "thread_ts": ts, "name": "eyes", "user": ana,
		"user_id": ana, "text": "x", "filename": "a.txt", "length": "3", "files": `[{"id":"F404"}]`, "file": "F404", "status": "thinks",
		"email": "ana@example.com", "users": ana, "view": `{"type":"home","blocks":[]}`,
	}
}

type contract struct {
	t      *testing.T
	name   string
	doc    documentation
	common map[string]string
	site   *site
	args   map[string]string
}

// token is the one this method takes.
func (c *contract) token() string {
	tokens := c.site.Tokens()
	switch c.name {
	case "apps.connections.open":
		return tokens.App
	case "rtm.connect":
		return tokens.Users[ana]
	}
	return tokens.Bot
}

// call calls the method with valid required arguments, changed by change, and checks the error's name.
func (c *contract) call(token string, change func(url.Values)) answer {
	c.t.Helper()
	form := url.Values{}
	for name, arg := range c.doc.Args {
		if arg.Required {
			if c.args[name] == "" {
				c.t.Fatalf("the test has no value for the required argument %s", name)
			}
			form.Set(name, c.args[name])
		}
	}
	if strings.HasPrefix(c.name, "chat.") {
		form.Set("text", c.args["text"])
	}
	change(form)
	a, resp, err := c.site.post(token, c.name, form)
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode != 200 {
		c.t.Errorf("%v: status %s", form, resp.Status)
	}
	code := a.text("error")
	_, onPage := c.doc.Errors[code]
	_, isCommon := c.common[code]
	_, known := undocumented[c.name+" "+code]
	if c.name == "api.test" && code == form.Get("error") {
		return a // it answers the error it is told
	}
	if !a.ok() && !onPage && !isCommon && !known {
		c.t.Errorf("%v: undocumented error %q", form, code)
	}
	return a
}

func (c *contract) tokens() {
	if c.name == "api.test" {
		return
	}
	wantError(c.t, c.call("", func(url.Values) {}), "not_authed")
	wantError(c.t, c.call("xoxb-none", func(url.Values) {}), "invalid_auth")
	wrong := c.site.Tokens().App
	switch c.name {
	case "auth.test":
		return
	case "apps.connections.open":
		wrong = c.site.Tokens().Bot
	}
	wantError(c.t, c.call(wrong, func(url.Values) {}), "not_allowed_token_type")
}

// missingScope wants exactly the documented scopes to be named, where the page names any for bots. For the families by
// kind of conversation any of them will do.
func (c *contract) missingScope(bare *site) {
	var documented []string
	for _, s := range c.doc.Scopes["bot"] {
		documented = append(documented, s.Name)
	}
	if len(documented) == 0 {
		return
	}
	was := c.site
	c.site = bare
	defer func() { c.site = was }()
	a := c.call(bare.Tokens().Bot, func(url.Values) {})
	wantError(c.t, a, "missing_scope")
	for needed := range strings.SplitSeq(a.text("needed"), ",") {
		if !slices.Contains(documented, needed) {
			c.t.Errorf("needs %q, documented are %v", needed, documented)
		}
	}
	if _, there := a["provided"]; !there {
		c.t.Error("provided is missing")
	}
}

func (c *contract) arguments() {
	for name, arg := range c.doc.Args {
		if arg.Required {
			if a := c.call(c.token(), func(f url.Values) { f.Del(name) }); a.ok() {
				c.t.Errorf("answers without the required argument %s: %v", name, a)
			}
		}
		for _, nonsense := range []string{"\x00", "nonsense", "{", "[]", "-1", "99999999999999999999", strings.Repeat("ü", 300)} {
			c.call(c.token(), func(f url.Values) { f.Set(name, nonsense) })
		}
	}
	c.call(c.token(), func(url.Values) {})
}

// Rate limits by tier are those of the pages. rtm.connect has none: a page may reload as often as it likes.
func TestTiersAreTheDocumentedOnes(t *testing.T) {
	dir := filepath.Join(contracts(t), "slack-method-docs", "methods")
	now := time.Unix(1_700_000_000, 0)
	s := start(t, func(o *slackapi.Options) {
		o.Clock = func() time.Time { return now }
		o.Limits = slackapi.Limits{Tiers: true}
	})
	for _, name := range needed {
		c := &contract{t: t, name: name, site: s}
		readJSON(t, filepath.Join(dir, name+".json"), &c.doc)
		var tier, want int
		if n, _ := fmt.Sscanf(c.doc.RateLimit.Label, "Tier %d: %d+ per minute", &tier, &want); n != 2 || name == "rtm.connect" || name == "api.test" {
			continue
		}
		form := url.Values{}
		for arg, doc := range c.doc.Args {
			if doc.Required {
				form.Set(arg, "x")
			}
		}
		for got := 0; got <= want; got++ {
			_, resp, err := s.post(c.token(), name, form)
			if err != nil {
				t.Fatal(err)
			}
			if limited := resp.StatusCode == 429; limited != (got == want) {
				t.Errorf("%s: call %d of %d a minute: limited %v", name, got+1, want, limited)
				break
			}
		}
	}
}

// Answers fit the official client's types. Those are generated with additionalProperties false, which real answers
// break too, so unknown keys are allowed here.
func TestAnswersFitTheSchema(t *testing.T) {
	var schema map[string]any
	readJSON(t, filepath.Join(contracts(t), "slack-webapi-8.2.0.schema.json"), &schema)
	relax(schema)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("slack.json", schema); err != nil {
		t.Fatal(err)
	}
	s := start(t)
	check := func(definition string, a answer) {
		t.Helper()
		compiled, err := compiler.Compile("slack.json#/definitions/" + definition)
		if err != nil {
			t.Fatal(err)
		}
		if !a.ok() {
			t.Errorf("%s: %v", definition, a)
		}
		if err := compiled.Validate(map[string]any(a)); err != nil {
			t.Errorf("%s: %v", definition, err)
		}
	}
	bot := s.Tokens().Bot
	check("AuthTestResponse", s.call(bot, "auth.test"))
	check("AppsConnectionsOpenResponse", s.call(s.Tokens().App, "apps.connections.open"))
	posted := s.call(bot, "chat.postMessage", "channel", requests, "text", "x", "blocks", buttons,
		"metadata", `{"event_type":"e","event_payload":{"id":"1"}}`, "attachments", `[{"text":"a"}]`)
	check("ChatPostMessageResponse", posted)
	ts := posted.text("ts")
	check("ChatPostMessageResponse", s.call(bot, "chat.postMessage", "channel", requests, "text", "y", "thread_ts", ts, "reply_broadcast", "true"))
	check("ChatUpdateResponse", s.call(bot, "chat.update", "channel", requests, "ts", ts, "text", "z"))
	check("ReactionsAddResponse", s.call(bot, "reactions.add", "channel", requests, "timestamp", ts, "name", "eyes"))
	check("ConversationsInfoResponse", s.call(bot, "conversations.info", "channel", requests, "include_num_members", "true"))
	check("ConversationsOpenResponse", s.call(bot, "conversations.open", "users", ana, "return_im", "true"))
	upload := s.call(bot, "files.getUploadURLExternal", "filename", "a.txt", "length", "3")
	check("FilesGetUploadURLExternalResponse", upload)
	s.upload(upload.text("upload_url"), "abc")
	check("FilesCompleteUploadExternalResponse", s.call(bot, "files.completeUploadExternal", "channel_id", requests, "files", `[{"id":"`+upload.text("file_id")+`","title":"A"}]`))
	check("ConversationsHistoryResponse", s.call(bot, "conversations.history", "channel", requests, "include_all_metadata", "true", "limit", "1"))
	check("ConversationsRepliesResponse", s.call(bot, "conversations.replies", "channel", requests, "ts", ts, "include_all_metadata", "true"))
	check("UsersInfoResponse", s.call(bot, "users.info", "user", ana))
	check("UsersInfoResponse", s.call(bot, "users.info", "user", botUser))
	check("ViewsPublishResponse", s.call(bot, "views.publish", "user_id", ana, "view", `{"type":"home","blocks":`+buttons+`}`))
	check("AssistantThreadsSetStatusResponse", s.call(bot, "assistant.threads.setStatus", "channel_id", requests, "thread_ts", ts, "status", "thinks"))
}

// Events have the documented wrapper.
func TestEventsFitTheWrapper(t *testing.T) {
	var schema any
	readJSON(t, filepath.Join(contracts(t), "slack-event-wrapper.json"), &schema)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("wrapper.json", schema); err != nil {
		t.Fatal(err)
	}
	wrapper, err := compiler.Compile("wrapper.json")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t)
	app, person := s.socket(), s.Tokens().Users[ana]
	ts := s.must(person, "chat.postMessage", "channel", requests, "text", "@firstmile hi").text("ts")
	s.must(person, "chat.update", "channel", requests, "ts", ts, "text", "changed")
	s.must(person, "reactions.add", "channel", requests, "timestamp", ts, "name", "eyes")
	s.must(person, "chat.delete", "channel", requests, "ts", ts)
	s.must(person, "apphome.open")
	for range 6 {
		envelope, _ := app.event(true)
		if err := wrapper.Validate(envelope["payload"]); err != nil {
			t.Errorf("%v: %v", envelope["payload"], err)
		}
	}
}

// relax allows unknown keys everywhere.
func relax(v any) {
	switch v := v.(type) {
	case map[string]any:
		if v["additionalProperties"] == false {
			delete(v, "additionalProperties")
		}
		for _, e := range v {
			relax(e)
		}
	case []any:
		for _, e := range v {
			relax(e)
		}
	}
}
