package search

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strings"

	"firstmile/glossary"
)

// Kind is what a hit stands for.
type Kind string

// Kinds. Columns and values are found inside the relation that they belong to.
const (
	Term   Kind = "term"
	Metric Kind = "metric"
	Model  Kind = "model" // any relation: model, seed, snapshot or source table
	Column Kind = "column"
	Value  Kind = "value"
)

// Document is a term, a metric, or a relation with its columns.
type Document struct {
	// Ref is unique: "term:churn_rate", "metric:revenue", "model:fct_orders". The refs of a relation's columns and values follow
	// from it: "column:fct_orders.status", "value:fct_orders.status=paid".
	Ref     string
	Kind    Kind     // Term, Metric or Model
	Name    string   // as it is called
	Aliases []string // other names
	Text    string   // description
	Columns []Field  // of a relation
	SQL     string   // of a model, as written: its identifiers and texts are words, its comments and keywords are not
	// Parents are the refs of what it is built on. Those that are no document are ignored as lineage, but their names are words.
	Parents []string
	// Step is true for a relation that others are made from and that people do not use themselves: a source table, a staging model.
	Step bool
	// Where is its place for people, such as "models/marts/fct_orders.sql". It cannot be found by it.
	Where string
}

// Field is a column of a relation.
type Field struct {
	Name   string
	Text   string
	Values []string
}

// stored is how the index of words has the kind.
func (d *Document) stored() string {
	if d.Step {
		return string(d.Kind) + " step"
	}
	return string(d.Kind)
}

// id is the ref without its kind: what the refs of columns and values begin with.
func (d *Document) id() string {
	_, id, _ := strings.Cut(d.Ref, ":")
	return id
}

// columnRef is the ref of a column of a relation.
func (d *Document) columnRef(f Field) string { return string(Column) + ":" + d.id() + "." + f.Name }

func (d *Document) valueRef(f Field, value string) string {
	return string(Value) + ":" + d.id() + "." + f.Name + "=" + value
}

// sum identifies the content of a document as far as it can be found by it.
type sum [16]byte

// hasher computes sums; it is not for several goroutines.
type hasher struct {
	h   hash.Hash
	buf []byte
}

func newHasher() *hasher { return &hasher{h: sha256.New()} }

func (h *hasher) text(s string) {
	h.buf = binary.AppendUvarint(h.buf, uint64(len(s)))
	h.buf = append(h.buf, s...)
	if len(h.buf) > 16<<10 {
		h.flush()
	}
}

func (h *hasher) texts(list []string) {
	h.buf = binary.AppendUvarint(h.buf, uint64(len(list)))
	for _, s := range list {
		h.text(s)
	}
}

func (h *hasher) flush() {
	_, _ = h.h.Write(h.buf) // a hash takes everything
	h.buf = h.buf[:0]
}

func (h *hasher) done() (s sum) {
	h.flush()
	copy(s[:], h.h.Sum(nil))
	h.h.Reset()
	return s
}

// document is the sum of everything that is indexed. Every length is part of it, so that no two documents run into each other.
func (h *hasher) document(d *Document) sum {
	h.text(d.Ref)
	h.text(d.stored())
	h.text(d.Name)
	h.texts(d.Aliases)
	h.text(d.Text)
	h.text(d.SQL)
	h.texts(d.Parents)
	h.buf = binary.AppendUvarint(h.buf, uint64(len(d.Columns)))
	for _, c := range d.Columns {
		h.text(c.Name)
		h.text(c.Text)
		h.texts(c.Values)
	}
	return h.done()
}

// embedded is the sum of what a document's vector is made of.
func (h *hasher) embedded(d *Document) sum {
	h.text(d.Name)
	h.texts(d.Aliases)
	h.text(d.Text)
	return h.done()
}

// maxEmbedded bounds the text that an embedder gets, in bytes: what a thing is called and what is said of it comes first.
const maxEmbedded = 4000

// embedText is what a document's vector is made of. Columns are left out: there are so many that they drown the rest, and
// words find them.
func embedText(d *Document) string {
	var b strings.Builder
	line := func(words ...string) {
		for _, w := range words {
			if w != "" && b.Len()+len(w) < maxEmbedded {
				b.WriteString(w)
				b.WriteByte('\n')
			}
		}
	}
	line(strings.Join(glossary.Split(d.Name), " "))
	line(d.Aliases...)
	line(d.Text)
	return b.String()
}

// same reports whether two documents have the same content. It is much cheaper than a sum where strings are shared, as
// between two readings of a project of which one file changed.
func same(a, b *Document) bool {
	return a.Ref == b.Ref && a.Kind == b.Kind && a.Step == b.Step && a.Name == b.Name && a.Text == b.Text && a.SQL == b.SQL &&
		slices.Equal(a.Aliases, b.Aliases) && slices.Equal(a.Parents, b.Parents) &&
		slices.EqualFunc(a.Columns, b.Columns, func(x, y Field) bool {
			return x.Name == y.Name && x.Text == y.Text && slices.Equal(x.Values, y.Values)
		})
}
