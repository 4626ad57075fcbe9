// Package blockkit knows Block Kit as far as a server must: it reads the blocks of a message or view, checks them
// against the documented limits (https://docs.slack.dev/reference/block-kit), gives ids to blocks and elements
// that have none, and finds the element that somebody pressed.
package blockkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Limits on the number of blocks, by surface.
const (
	MessageBlocks = 50
	ViewBlocks    = 100 // App Home and modals
)

// MessageCharacters is how much text the blocks of one message may hold together. Slack documents only the number
// of blocks; about 13,200 characters were seen to fail with msg_blocks_too_long.
const MessageCharacters = 13_200

// ErrFormat means that the argument is no JSON array of objects.
var ErrFormat = errors.New("not a JSON array of blocks")

// Block is a decoded block or element; numbers are json.Number.
type Block = map[string]any

// Parse reads a JSON array of blocks.
func Parse(text []byte) ([]Block, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var blocks []Block
	if err := dec.Decode(&blocks); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrFormat, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more follows after the array", ErrFormat)
	}
	for i, b := range blocks {
		if b == nil {
			return nil, fmt.Errorf("%w: block %d is null", ErrFormat, i)
		}
	}
	return blocks, nil
}

// Identify gives a block_id to every block and an action_id to every interactive element that has none.
func Identify(blocks []Block, newID func() string) {
	for _, b := range blocks {
		if id, _ := b["block_id"].(string); id == "" {
			b["block_id"] = newID()
		}
		for _, e := range Elements(b) {
			if id, _ := e["action_id"].(string); id == "" {
				e["action_id"] = newID()
			}
		}
	}
}

// Elements lists the interactive elements of a block.
func Elements(b Block) []Block {
	var list []Block
	add := func(v any) {
		if e, ok := v.(Block); ok && interactive(e) {
			list = append(list, e)
		}
	}
	add(b["accessory"])
	add(b["element"])
	if elements, ok := b["elements"].([]any); ok {
		for _, e := range elements {
			add(e)
		}
	}
	return list
}

func interactive(e Block) bool {
	kind, _ := e["type"].(string)
	_, known := elementRules[kind]
	return known && kind != "image"
}

// Find looks for an element by the ids of its block and its action.
func Find(blocks []Block, blockID, actionID string) (Block, bool) {
	for _, b := range blocks {
		if b["block_id"] != blockID {
			continue
		}
		for _, e := range Elements(b) {
			if e["action_id"] == actionID {
				return e, true
			}
		}
	}
	return nil, false
}

// Option finds the option of a select menu, overflow menu, radio buttons or checkboxes by its value.
func Option(e Block, value string) (Block, bool) {
	options, _ := e["options"].([]any)
	if groups, ok := e["option_groups"].([]any); ok {
		for _, g := range groups {
			if g, ok := g.(Block); ok {
				more, _ := g["options"].([]any)
				options = append(options, more...)
			}
		}
	}
	for _, o := range options {
		if o, ok := o.(Block); ok && o["value"] == value {
			return o, true
		}
	}
	return nil, false
}

// Characters counts the text of blocks: every string under a key "text", at any depth.
func Characters(v any) int {
	n := 0
	switch v := v.(type) {
	case []Block:
		for _, b := range v {
			n += Characters(b)
		}
	case []any:
		for _, e := range v {
			n += Characters(e)
		}
	case Block:
		for key, e := range v {
			if s, ok := e.(string); ok && key == "text" {
				n += utf8.RuneCountInString(s)
			} else {
				n += Characters(e)
			}
		}
	}
	return n
}

// Files lists the ids of the files that image blocks and elements name by slack_file.
func Files(v any) []string {
	var ids []string
	switch v := v.(type) {
	case []Block:
		for _, b := range v {
			ids = append(ids, Files(b)...)
		}
	case []any:
		for _, e := range v {
			ids = append(ids, Files(e)...)
		}
	case Block:
		for key, e := range v {
			if f, ok := e.(Block); ok && key == "slack_file" {
				if id, ok := f["id"].(string); ok {
					ids = append(ids, id)
				}
			} else {
				ids = append(ids, Files(e)...)
			}
		}
	}
	return ids
}
