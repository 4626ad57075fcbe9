package blockkit

import (
	"fmt"
	"unicode/utf8"
)

// Problem is one broken rule; Path is a JSON pointer such as /blocks/0/text/text.
type Problem struct {
	Path string
	Rule string
}

// String is the wording Slack uses in response_metadata.messages.
func (p Problem) String() string { return fmt.Sprintf("[ERROR] %s [json-pointer:%s]", p.Rule, p.Path) }

// Check lists what is wrong with the blocks of a surface that allows maxBlocks of them.
func Check(blocks []Block, maxBlocks int) []Problem {
	c := &checker{ids: map[string]bool{}}
	if len(blocks) > maxBlocks {
		c.fail("/blocks", "no more than %d items allowed", maxBlocks)
	}
	tables := 0
	for i, b := range blocks {
		path := fmt.Sprintf("/blocks/%d", i)
		c.block(path, b)
		if b["type"] == "table" {
			if tables++; tables > 1 {
				c.fail(path, "only one table is allowed")
			}
		}
	}
	return c.problems
}

type checker struct {
	problems []Problem
	ids      map[string]bool
}

func (c *checker) fail(path, format string, args ...any) {
	c.problems = append(c.problems, Problem{Path: path, Rule: fmt.Sprintf(format, args...)})
}

// field is what one key of an object must look like.
type field struct {
	key      string
	required bool
	check    func(c *checker, path string, v any)
}

type rule struct {
	fields []field
	also   func(c *checker, path string, b Block) // a rule over several keys
}

func (c *checker) object(path string, v any, r rule) {
	b, ok := v.(Block)
	if !ok {
		c.fail(path, "must be an object")
		return
	}
	for _, f := range r.fields {
		v, there := b[f.key]
		switch {
		case there && v != nil:
			if f.check != nil {
				f.check(c, path+"/"+f.key, v)
			}
		case f.required:
			c.fail(path, "missing required field: %s", f.key)
		}
	}
	if r.also != nil {
		r.also(c, path, b)
	}
}

func (c *checker) block(path string, b Block) {
	kind, _ := b["type"].(string)
	r, known := blockRules[kind]
	if !known {
		c.fail(path, "unsupported type: %s", kind)
		return
	}
	if id, there := b["block_id"]; there && id != nil {
		text(1, 255)(c, path+"/block_id", id)
		if s, _ := id.(string); s != "" {
			if c.ids[s] {
				c.fail(path+"/block_id", "`block_id` %s already exists", s)
			}
			c.ids[s] = true
		}
	}
	c.object(path, b, r)
}

// text is a string of lo to hi characters; hi 0 means any number.
func text(lo, hi int) func(*checker, string, any) {
	return func(c *checker, path string, v any) {
		s, ok := v.(string)
		n := utf8.RuneCountInString(s)
		switch {
		case !ok:
			c.fail(path, "must be a string")
		case n < lo:
			c.fail(path, "must be more than %d characters", lo-1)
		case hi > 0 && n > hi:
			c.fail(path, "must be less than %d characters", hi+1)
		}
	}
}

// textObject is a composition object for text of at most hi characters.
func textObject(hi int, plainOnly bool) func(*checker, string, any) {
	return func(c *checker, path string, v any) {
		o, ok := v.(Block)
		if !ok {
			c.fail(path, "must be an object")
			return
		}
		if kind := o["type"]; kind != "plain_text" && (plainOnly || kind != "mrkdwn") {
			c.fail(path+"/type", "unsupported type: %v", kind)
		}
		if s, there := o["text"]; there {
			text(1, hi)(c, path+"/text", s)
		} else {
			c.fail(path, "missing required field: text")
		}
	}
}

// list is an array of lo to hi items.
func list(lo, hi int, item func(*checker, string, any)) func(*checker, string, any) {
	return func(c *checker, path string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			c.fail(path, "must be an array")
			return
		case len(items) < lo:
			c.fail(path, "must be more than %d items", lo-1)
		case hi > 0 && len(items) > hi:
			c.fail(path, "no more than %d items allowed", hi)
		}
		if item == nil {
			return
		}
		for i, v := range items {
			item(c, fmt.Sprintf("%s/%d", path, i), v)
		}
	}
}

func object(r rule) func(*checker, string, any) {
	return func(c *checker, path string, v any) { c.object(path, v, r) }
}

// oneOf is one of several values.
func oneOf(values ...string) func(*checker, string, any) {
	return func(c *checker, path string, v any) {
		for _, want := range values {
			if v == want {
				return
			}
		}
		c.fail(path, "must be one of %v", values)
	}
}

// element is an element of one of the kinds, or of any kind if none is named.
func element(kinds ...string) func(*checker, string, any) {
	return func(c *checker, path string, v any) {
		e, ok := v.(Block)
		if !ok {
			c.fail(path, "must be an object")
			return
		}
		kind, _ := e["type"].(string)
		r, known := elementRules[kind]
		if known && len(kinds) > 0 {
			known = false
			for _, k := range kinds {
				known = known || k == kind
			}
		}
		if !known {
			c.fail(path+"/type", "unsupported type: %s", kind)
			return
		}
		c.object(path, e, r)
	}
}
