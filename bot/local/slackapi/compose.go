package slackapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"firstmile/bot/local/slackapi/blockkit"
)

// Documented limits of a message.
const (
	maxText     = 40_000 // characters
	maxMarkdown = 12_000 // characters of markdown_text
	maxMetadata = 16 << 10
	maxAttached = 100
)

// content is what a call says a message shall hold. A nil part was not given.
type content struct {
	text        *string
	blocks      json.RawMessage
	attachments json.RawMessage
	metadata    json.RawMessage
}

// compose reads and checks the parts of a message from the arguments of a call.
func (c *call) compose() (content, error) {
	var out content
	if err := c.composeMarkdown(); err != nil {
		return out, err
	}
	if c.has("text") {
		text := c.args["text"]
		if c.who.kind == userToken {
			text = resolveHandles(text, c.s.state.Users())
		}
		if text = normalize(text); utf8.RuneCountInString(text) > maxText {
			return out, c.documented("msg_too_long")
		}
		out.text = &text
	}
	var err error
	if c.args["blocks"] != "" {
		if out.blocks, err = c.blocks(c.args["blocks"]); err != nil {
			return out, err
		}
	}
	if c.args["attachments"] != "" {
		if out.attachments, err = c.attachments(); err != nil {
			return out, err
		}
	}
	if c.args["metadata"] != "" {
		out.metadata, err = c.metadata()
	}
	return out, err
}

// composeMarkdown turns markdown_text into a text and a markdown block.
func (c *call) composeMarkdown() error {
	markdown := c.args["markdown_text"]
	if markdown == "" {
		return nil
	}
	if c.args["text"] != "" || c.args["blocks"] != "" {
		return fail("markdown_text_conflict")
	}
	if utf8.RuneCountInString(markdown) > maxMarkdown {
		return fail("msg_too_long")
	}
	blocks, err := json.Marshal([]object{{"type": "markdown", "text": markdown}})
	if err != nil {
		return fmt.Errorf("encoding markdown block: %w", err)
	}
	c.args["text"], c.args["blocks"] = markdown, string(blocks)
	return nil
}

// blocks checks the blocks of a message and gives them ids. An empty array is "[]".
func (c *call) blocks(text string) (json.RawMessage, error) {
	blocks, err := blockkit.Parse([]byte(text))
	if errors.Is(err, blockkit.ErrFormat) {
		return nil, c.documented("invalid_blocks_format")
	}
	if problems := blockkit.Check(blocks, blockkit.MessageBlocks); len(problems) > 0 {
		return nil, problem("invalid_blocks", problems)
	}
	if blockkit.Characters(blocks) > blockkit.MessageCharacters {
		return nil, c.documented("msg_blocks_too_long")
	}
	for _, id := range blockkit.Files(blocks) {
		if f := c.s.state.File(id); f == nil || !f.Complete {
			return nil, &apiError{Code: "invalid_blocks", Messages: []string{"[ERROR] invalid slack file " + id}}
		}
	}
	blockkit.Identify(blocks, func() string { return newID("")[:5] })
	return json.Marshal(blocks)
}

// otherNames are the methods that document an error under another name than most.
var otherNames = map[string]string{
	"chat.postMessage invalid_attachments":               "invalid_arguments",
	"chat.update msg_blocks_too_long":                    "msg_too_long",
	"chat.postEphemeral msg_blocks_too_long":             "msg_too_long",
	"files.completeUploadExternal invalid_blocks_format": "invalid_blocks",
	"files.completeUploadExternal msg_blocks_too_long":   "invalid_blocks",
	"files.completeUploadExternal msg_too_long":          "invalid_arguments",
	"users.list invalid_limit":                           "invalid_arguments",
	"reactions.list invalid_limit":                       "invalid_arguments",
	"reactions.list invalid_cursor":                      "invalid_arguments",
	"conversations.history invalid_limit":                "invalid_arguments",
	"conversations.replies invalid_limit":                "invalid_arguments",
}

// documented picks the name under which a method documents an error that several methods know.
func (c *call) documented(code string) error {
	if name, there := otherNames[c.name+" "+code]; there {
		code = name
	}
	return fail(code)
}

func problem(code string, problems []blockkit.Problem) error {
	e := &apiError{Code: code}
	for _, p := range problems {
		e.Messages = append(e.Messages, p.String())
	}
	return e
}

func (c *call) attachments() (json.RawMessage, error) {
	var list []object
	if err := json.Unmarshal([]byte(c.args["attachments"]), &list); err != nil {
		return nil, c.documented("invalid_attachments")
	}
	if len(list) > maxAttached {
		return nil, fail("too_many_attachments")
	}
	for i, a := range list {
		if a == nil {
			return nil, c.documented("invalid_attachments")
		}
		a["id"] = i + 1
	}
	return json.Marshal(list)
}

// metadata reads {event_type, event_payload}; an empty object, which removes metadata, comes back as "{}".
func (c *call) metadata() (json.RawMessage, error) {
	if c.who.kind != botToken {
		return nil, fail("metadata_must_be_sent_from_app")
	}
	text := c.args["metadata"]
	if len(text) > maxMetadata {
		return nil, fail("metadata_too_large")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &fields); err != nil || fields == nil {
		return nil, fail("invalid_metadata_format")
	}
	if len(fields) == 0 {
		return json.RawMessage("{}"), nil
	}
	var kind string
	var payload map[string]json.RawMessage
	if err := json.Unmarshal(fields["event_type"], &kind); err != nil || kind == "" {
		return nil, fail("invalid_metadata_schema")
	}
	if err := json.Unmarshal(fields["event_payload"], &payload); err != nil || payload == nil {
		return nil, fail("invalid_metadata_schema")
	}
	return json.Marshal(object{"event_type": kind, "event_payload": payload})
}

// empty says whether a list of blocks or attachments holds nothing.
func empty(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "[]" }

// blank says whether a message would have nothing to show.
func (ct content) blank() bool {
	return (ct.text == nil || strings.TrimSpace(*ct.text) == "") && empty(ct.blocks) && empty(ct.attachments)
}
