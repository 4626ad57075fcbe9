package jinja

import (
	"fmt"
	"strings"
)

// segmentKind is what a stretch of the template is.
type segmentKind int

const (
	textSegment segmentKind = iota
	exprSegment             // {{ … }}
	stmtSegment             // {% … %}
)

// segment is a stretch of the template: text, or the inside of one pair of delimiters.
type segment struct {
	kind  segmentKind
	line  int
	text  string // text: as it comes out; otherwise as written, delimiters included
	toks  []token
	err   error // the inside could not be tokenized
	start int   // offset in the source
}

// SyntaxError is a template that Jinja would not accept either, or that uses syntax unknown here.
type SyntaxError struct {
	Line int
	Text string // the construct, as written, shortened
	Msg  string
}

func (e *SyntaxError) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Msg)
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, shorten(e.Text), e.Msg)
}

func shorten(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:77]) + "..."
	}
	return s
}

// scanner cuts a template into segments.
type scanner struct {
	src  string
	pos  int
	line int
	trim bool // the last tag ended with "-": swallow white space
	out  []segment
}

func scan(src string) []segment {
	s := &scanner{src: src, line: 1}
	for s.pos < len(s.src) {
		open := nextOpen(s.src, s.pos)
		if open < 0 {
			s.emitText(len(s.src), false)
			break
		}
		s.emitText(open, open+2 < len(s.src) && s.src[open+2] == '-')
		s.tag(open)
	}
	return s.out
}

func nextOpen(src string, from int) int {
	for {
		i := strings.IndexByte(src[from:], '{')
		if i < 0 || from+i+1 >= len(src) {
			return -1
		}
		from += i
		switch src[from+1] {
		case '{', '%', '#':
			return from
		}
		from++
	}
}

// emitText adds the text up to end; strip says that the tag behind it eats white space to its left.
func (s *scanner) emitText(end int, strip bool) {
	text := s.src[s.pos:end]
	line := s.line
	s.line += strings.Count(text, "\n")
	start := s.pos
	s.pos = end
	if s.trim {
		text = strings.TrimLeft(text, " \t\r\n")
	}
	if strip {
		text = strings.TrimRight(text, " \t\r\n")
	}
	s.trim = false
	if text != "" {
		s.out = append(s.out, segment{kind: textSegment, line: line, text: text, start: start})
	}
}

// tag reads the comment, expression or statement that opens at open.
func (s *scanner) tag(open int) {
	if s.src[open+1] == '#' {
		s.comment(open)
		return
	}
	seg := segment{kind: exprSegment, line: s.line, start: open}
	if s.src[open+1] == '%' {
		seg.kind = stmtSegment
	}
	toks, end, err := tokenize(s.src, open+2, s.line, seg.kind)
	seg.toks, seg.err, seg.text = toks, err, s.src[open:end]
	s.finish(end, err == nil && strings.HasSuffix(seg.text[:len(seg.text)-2], "-"))
	s.out = append(s.out, seg)
	if err == nil && seg.kind == stmtSegment && len(toks) > 0 && toks[0].is(nameToken, "raw") {
		s.raw()
	}
}

func (s *scanner) comment(open int) {
	end := strings.Index(s.src[open+2:], "#}")
	if end < 0 {
		seg := segment{kind: exprSegment, line: s.line, text: s.src[open:], start: open}
		seg.err = &SyntaxError{Line: s.line, Text: "{#", Msg: "the comment is not closed with #}"}
		s.out = append(s.out, seg)
		s.finish(len(s.src), false)
		return
	}
	end += open + 2
	s.finish(end+2, end > open+2 && s.src[end-1] == '-')
}

func (s *scanner) finish(end int, trim bool) {
	s.line += strings.Count(s.src[s.pos:end], "\n")
	s.pos, s.trim = end, trim
}

// raw emits the text up to {% endraw %} as it is; the endraw tag itself is then read like any tag.
func (s *scanner) raw() {
	from := s.pos
	for {
		i := strings.Index(s.src[from:], "{%")
		if i < 0 {
			s.emitText(len(s.src), false)
			return
		}
		from += i
		toks, _, err := tokenize(s.src, from+2, s.line, stmtSegment)
		if err == nil && len(toks) == 1 && toks[0].is(nameToken, "endraw") {
			s.emitText(from, s.src[from+2] == '-')
			s.tag(from)
			return
		}
		from += 2
	}
}
