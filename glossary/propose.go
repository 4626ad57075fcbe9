package glossary

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Refusal says why a file cannot be changed without touching what is there.
type Refusal struct {
	Path   string
	Line   int // 0 when no line is at fault
	Reason string
}

// Error is "path:line: reason".
func (r *Refusal) Error() string {
	if r.Line == 0 {
		return r.Path + ": " + r.Reason
	}
	return fmt.Sprintf("%s:%d: %s", r.Path, r.Line, r.Reason)
}

// AddWord inserts a word into one of a term's lists of words ("synonyms", "default_for", "not_to_confuse_with") in the
// text of a glossary file. Every other byte stays as it is; the result parses to the same terms and the one new word, or it
// is a Refusal. A word that is there already changes nothing.
func AddWord(path string, src []byte, term, list, word string) ([]byte, error) {
	before, err := Parse(path, src)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	want := slices.Clone(before.Terms)
	at := slices.IndexFunc(want, func(t Term) bool { return t.ID == term })
	if at < 0 {
		return nil, &Refusal{Path: path, Reason: fmt.Sprintf("there is no term %s", term)}
	}
	words := map[string]*[]string{"synonyms": &want[at].Synonyms, "default_for": &want[at].DefaultFor, "not_to_confuse_with": &want[at].NotToConfuseWith}[list]
	if words == nil {
		return nil, fmt.Errorf("a term has no list %q", list)
	}
	if slices.Contains(*words, word) {
		return src, nil
	}
	*words = append(slices.Clone(*words), word)
	e, entry, err := openTerm(path, src, term)
	if err != nil {
		return nil, err
	}
	key, value := pair(entry, list)
	switch {
	case key == nil:
		e.keyAfter(entry, list, word)
	case value.Kind == yaml.SequenceNode && value.Style&yaml.FlowStyle != 0:
		e.flow(value, word)
	case value.Kind == yaml.SequenceNode && len(value.Content) > 0:
		last := value.Content[len(value.Content)-1]
		e.insertLine(last.Line, strings.Repeat(" ", max(value.Column-1, 0))+"- "+quoted(word))
	default:
		return nil, &Refusal{Path: path, Line: key.Line, Reason: list + " is written in a form that I cannot add to"}
	}
	return e.finish(want)
}

// AddTerm inserts a term at the end of a glossary file; src may be empty. Every byte that was there stays. entry is the term as
// YAML, without the dash, a key on each line and nested keys indented by two.
func AddTerm(path string, src []byte, entry string) ([]byte, error) {
	alone, err := Parse(path, []byte("terms:\n"+item(entry, 2)))
	if err != nil {
		return nil, fmt.Errorf("reading the new term: %w", err)
	}
	before, err := Parse(path, src)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	e := &edit{path: path, src: src}
	dash, text := 2, ""
	if root, list := termsOf(src); list != nil && len(list.Content) > 0 {
		if list.Style&yaml.FlowStyle != 0 || root.Content[len(root.Content)-1] != list {
			return nil, &Refusal{Path: path, Line: list.Line, Reason: "its terms are written in a form that I cannot add to"}
		}
		dash = list.Column - 1
	} else if len(strings.TrimSpace(string(src))) > 0 && root != nil {
		return nil, &Refusal{Path: path, Reason: "its list of terms is empty in a form that I cannot add to"}
	} else {
		text = "terms:\n"
	}
	if len(src) > 0 && !strings.HasSuffix(string(src), "\n") {
		text = "\n" + text
	}
	if len(before.Terms) > 0 {
		text += "\n"
	}
	e.at, e.text = len(src), text+item(entry, dash)
	if strings.Contains(string(src), "\r\n") {
		e.text = strings.ReplaceAll(e.text, "\n", "\r\n")
	}
	return e.finish(append(slices.Clone(before.Terms), alone.Terms...))
}

// item makes a list item of lines.
func item(entry string, dash int) string {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimRight(entry, "\n"), "\n") {
		lead := strings.Repeat(" ", dash) + "  "
		if i == 0 {
			lead = strings.Repeat(" ", dash) + "- "
		}
		b.WriteString(strings.TrimRight(lead+line, " ") + "\n")
	}
	return b.String()
}

// edit is one insertion into a file.
type edit struct {
	path string
	src  []byte
	at   int // byte offset; negative: impossible
	text string
}

// openTerm finds a term's entry.
func openTerm(path string, src []byte, term string) (*edit, *yaml.Node, error) {
	_, list := termsOf(src)
	if list != nil {
		for _, n := range list.Content {
			if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && scalarAt(n, "id") == term {
				return &edit{path: path, src: src, at: -1}, n, nil
			}
		}
	}
	return nil, nil, &Refusal{Path: path, Reason: fmt.Sprintf("the entry of %s is written in a form that I cannot add to", term)}
}

// termsOf is the root of a file and its list of terms; nil where there is none.
func termsOf(src []byte) (root, list *yaml.Node) {
	var doc yaml.Node
	if yaml.Unmarshal(src, &doc) != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, nil
	}
	root = doc.Content[0]
	if _, v := pair(root, "terms"); v != nil && v.Kind == yaml.SequenceNode {
		list = v
	}
	return root, list
}

func pair(n *yaml.Node, key string) (k, v *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// keyAfter adds a list of its own, below the name where there is one, else below the id.
func (e *edit) keyAfter(entry *yaml.Node, list, word string) {
	below, _ := pair(entry, "id")
	for _, key := range []string{"name", "synonyms"} {
		if k, v := pair(entry, key); k != nil && (key == "name" && v.Line == k.Line || v.Style&yaml.FlowStyle != 0 && v.Line == k.Line) {
			below = k
		}
	}
	e.insertLine(below.Line, strings.Repeat(" ", entry.Column-1)+list+": ["+quoted(word)+"]")
}

// insertLine puts a line below the given one.
func (e *edit) insertLine(below int, text string) {
	at, rest := 0, string(e.src)
	nl := "\n"
	if strings.Contains(rest, "\r\n") {
		nl = "\r\n"
	}
	for range below {
		i := strings.IndexByte(rest, '\n')
		if i < 0 { // the last line has no end
			e.at, e.text = len(e.src), nl+text
			return
		}
		at, rest = at+i+1, rest[i+1:]
	}
	e.at, e.text = at, text+nl
}

// flow adds a word to a list in brackets.
func (e *edit) flow(list *yaml.Node, word string) {
	at := e.offset(list.Line, list.Column)
	var quote byte
	for i := at; i >= 0 && i < len(e.src); i++ {
		c := e.src[i]
		switch {
		case quote == '"' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			// Only at the start of an item; an apostrophe within a word quotes nothing.
			if before := strings.TrimRight(string(e.src[at:i]), " \t\r\n"); strings.HasSuffix(before, ",") || strings.HasSuffix(before, "[") {
				quote = c
			}
		case c == ']':
			e.at, e.text = i, ", "+quoted(word)
			if len(list.Content) == 0 {
				e.text = quoted(word)
				return
			}
			for e.at > at && strings.IndexByte(" \t\r\n,", e.src[e.at-1]) >= 0 { // before the space, or a last comma, that stands there
				e.at--
			}
			return
		}
	}
}

// offset is the byte where a line and column (in characters, from 1) begin.
func (e *edit) offset(line, column int) int {
	at := 0
	for range line - 1 {
		i := strings.IndexByte(string(e.src[at:]), '\n')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	for range column - 1 {
		if at >= len(e.src) {
			return -1
		}
		at += len(string([]rune(string(e.src[at:min(at+4, len(e.src))]))[:1]))
	}
	return at
}

// finish makes the insertion and proves that it says what was wanted and nothing else.
func (e *edit) finish(want []Term) ([]byte, error) {
	if e.at < 0 || e.at > len(e.src) {
		return nil, &Refusal{Path: e.path, Reason: "the place for the new words was not found"}
	}
	out := slices.Concat(e.src[:e.at:e.at], []byte(e.text), e.src[e.at:])
	got, err := Parse(e.path, out)
	if err != nil || !sameTerms(got.Terms, want) {
		return nil, &Refusal{Path: e.path, Reason: "it is written in a way that I cannot add to without changing more"}
	}
	return out, nil
}

// Grown reports whether now is the term with nothing changed but more words in its lists of words.
func Grown(old, now Term) bool {
	for _, l := range []struct{ had, has *[]string }{{&old.Synonyms, &now.Synonyms}, {&old.DefaultFor, &now.DefaultFor}, {&old.NotToConfuseWith, &now.NotToConfuseWith}} {
		if len(*l.has) < len(*l.had) || !slices.Equal((*l.has)[:len(*l.had)], *l.had) {
			return false
		}
		*l.has = *l.had
	}
	return sameTerms([]Term{old}, []Term{now})
}

// sameTerms compares what terms mean, wherever they stand.
func sameTerms(a, b []Term) bool {
	return reflect.DeepEqual(unplaced(reflect.ValueOf(a)).Interface(), unplaced(reflect.ValueOf(b)).Interface())
}

// unplaced copies a value with every field named Line set to zero.
func unplaced(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(unplaced(v.Elem()))
		}
	case reflect.Slice:
		for i := range v.Len() {
			out.Set(reflect.Append(out, unplaced(v.Index(i))))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "Line" {
				out.Field(i).Set(unplaced(v.Field(i)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}

// quoted is a text as a YAML scalar that is safe inside brackets, too.
func quoted(text string) string {
	b, err := yaml.Marshal(text)
	plain := strings.TrimSuffix(string(b), "\n")
	if err != nil || plain != text || strings.ContainsAny(text, ",[]{}#:\n\"'") {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(text) + `"`
	}
	return text
}
