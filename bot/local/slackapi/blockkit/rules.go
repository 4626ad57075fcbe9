package blockkit

import "fmt"

// The numbers below are those of https://docs.slack.dev/reference/block-kit/blocks and …/block-elements.
var (
	imageSource = func(c *checker, path string, b Block) {
		_, byURL := b["image_url"]
		_, byFile := b["slack_file"]
		if byURL == byFile {
			c.fail(path, "exactly one of image_url and slack_file is required")
		}
	}
	image = rule{fields: []field{
		{"alt_text", true, text(1, 2000)},
		{"image_url", false, text(1, 3000)},
		{"slack_file", false, object(rule{})},
		{"title", false, textObject(2000, true)},
	}, also: imageSource}
	option = rule{fields: []field{
		{"text", true, textObject(75, false)},
		{"value", true, text(0, 150)},
		{"description", false, textObject(75, false)},
		{"url", false, text(1, 3000)},
	}}
	optionGroup = rule{fields: []field{
		{"label", true, textObject(75, true)},
		{"options", true, list(1, 100, object(option))},
	}}
	confirm = rule{fields: []field{
		{"title", true, textObject(100, true)},
		{"text", true, textObject(300, false)},
		{"confirm", true, textObject(30, true)},
		{"deny", true, textObject(30, true)},
	}}
	actionID    = field{"action_id", false, text(1, 255)}
	placeholder = field{"placeholder", false, textObject(150, true)}
	confirmed   = field{"confirm", false, object(confirm)}
	options     = func(hi int) field { return field{"options", true, list(1, hi, object(option))} }
	menu        = rule{fields: []field{
		actionID, placeholder, confirmed,
		{"options", false, list(1, 100, object(option))},
		{"option_groups", false, list(1, 100, object(optionGroup))},
	}, also: func(c *checker, path string, b Block) {
		_, flat := b["options"]
		_, grouped := b["option_groups"]
		if flat == grouped {
			c.fail(path, "exactly one of options and option_groups is required")
		}
	}}
	picker = rule{fields: []field{actionID, placeholder, confirmed}}
)

// elementRules covers what can stand inside actions, section (accessory) and input blocks.
var elementRules = map[string]rule{
	"button": {fields: []field{
		{"text", true, textObject(75, true)}, actionID, confirmed,
		{"url", false, text(1, 3000)},
		{"value", false, text(0, 2000)},
		{"style", false, oneOf("primary", "danger")},
		{"accessibility_label", false, text(0, 75)},
	}},
	"image":               image,
	"static_select":       menu,
	"multi_static_select": menu,
	"overflow":            {fields: []field{actionID, confirmed, options(5)}},
	"radio_buttons":       {fields: []field{actionID, confirmed, options(10)}},
	"checkboxes":          {fields: []field{actionID, confirmed, options(10)}},
	"plain_text_input": {fields: []field{
		actionID, placeholder, {"initial_value", false, text(0, 3000)},
	}},
	"rich_text_input": picker, "email_text_input": picker, "url_text_input": picker, "number_input": picker, "file_input": picker,
	"datepicker": picker, "timepicker": picker, "datetimepicker": picker,
	"users_select": picker, "conversations_select": picker, "channels_select": picker, "external_select": picker,
	"multi_users_select": picker, "multi_conversations_select": picker, "multi_channels_select": picker, "multi_external_select": picker,
	"workflow_button": picker, "feedback_buttons": {fields: []field{actionID}}, "icon_button": {fields: []field{actionID}},
}

// blockRules covers the blocks. Kinds that only some clients draw (card, plan and the like) are accepted as they are.
var blockRules = map[string]rule{
	"divider": {},
	"section": {fields: []field{
		{"text", false, textObject(3000, false)},
		{"fields", false, list(1, 10, textObject(2000, false))},
		{"accessory", false, element()},
	}, also: func(c *checker, path string, b Block) {
		if b["text"] == nil && b["fields"] == nil {
			c.fail(path, "one of text and fields is required")
		}
	}},
	"header":  {fields: []field{{"text", true, textObject(150, true)}}},
	"context": {fields: []field{{"elements", true, list(1, 10, contextElement)}}},
	"actions": {fields: []field{{"elements", true, list(1, 25, element())}}},
	"image":   image,
	"input": {fields: []field{
		{"label", true, textObject(2000, true)},
		{"element", true, element()},
		{"hint", false, textObject(2000, true)},
	}},
	"markdown":        {fields: []field{{"text", true, text(1, 12_000)}}},
	"rich_text":       {fields: []field{{"elements", true, list(0, 0, object(rule{}))}}},
	"table":           {fields: []field{{"rows", true, list(1, 100, list(1, 20, tableCell))}, {"column_settings", false, list(0, 20, nil)}}},
	"context_actions": {fields: []field{{"elements", true, list(1, 5, element("feedback_buttons", "icon_button"))}}},
	"video": {fields: []field{
		{"alt_text", true, text(1, 0)}, {"title", true, textObject(199, true)},
		{"thumbnail_url", true, text(1, 0)}, {"video_url", true, text(1, 0)},
	}},
	"file":  {fields: []field{{"external_id", true, text(1, 0)}, {"source", true, oneOf("remote")}}},
	"alert": {}, "card": {}, "carousel": {}, "container": {}, "data_table": {}, "data_visualization": {}, "plan": {}, "task_card": {},
}

func contextElement(c *checker, path string, v any) {
	if e, ok := v.(Block); ok && e["type"] == "image" {
		c.object(path, v, image)
		return
	}
	textObject(0, false)(c, path, v)
}

func tableCell(c *checker, path string, v any) {
	cell, ok := v.(Block)
	if !ok {
		c.fail(path, "must be an object")
		return
	}
	switch kind := cell["type"]; kind {
	case "raw_text":
		text(0, 0)(c, path+"/text", cell["text"])
	case "rich_text":
		c.object(path, v, rule{fields: []field{{"elements", true, list(0, 0, nil)}}})
	case "raw_number":
	default:
		c.fail(path+"/type", "unsupported type: %s", fmt.Sprint(kind))
	}
}
