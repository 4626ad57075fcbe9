package search

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"
)

// field is a part of a document that words are looked up in.
type field int

// The fields: how a thing is called; what its columns and their values are called; what is written about it and them; what its
// SQL and its parents name.
const (
	nameField field = iota
	columnField
	textField
	sqlField
	fields // how many there are
)

func (f field) String() string { return [...]string{"name", "column", "text", "sql"}[f] }

// boosts weigh a word by where it is found.
var boosts = [fields]float64{nameField: 5, columnField: 1, textField: 0.7, sqlField: 0.5}

const kindField = "kind"

// lexical is the words of all documents in bleve.
type lexical struct {
	index bleve.Index
	disk  bool
	saved chan struct{} // closed when the latest batch is on disk
}

// newLexical makes an empty index in a folder that does not exist yet, or in memory when path is empty.
func newLexical(path string) (*lexical, error) {
	m, err := wordMapping()
	if err != nil {
		return nil, fmt.Errorf("describing the index of words: %w", err)
	}
	x, err := bleve.NewUsing(path, m, scorch.Name, scorch.Name, settings())
	if err != nil {
		return nil, fmt.Errorf("making the index of words: %w", err)
	}
	return &lexical{index: x, disk: path != ""}, nil
}

// settings of bleve's storage. A folder that is in use is not waited for. A batch is visible at once and on disk soon after
// ("unsafe"): a crash in between loses the latest changes with the manifest that speaks of them, and the next Sync makes them again.
func settings() map[string]any { return map[string]any{"bolt_timeout": "1ms", "unsafe_batch": true} }

// openLexical opens what newLexical made.
func openLexical(path string) (l *lexical, err error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	defer func() { // damaged segments make bleve's readers panic
		if r := recover(); r != nil {
			l, err = nil, fmt.Errorf("opening the index of words: %v", r)
		}
	}()
	x, err := bleve.OpenUsing(path, settings())
	if err != nil {
		return nil, fmt.Errorf("opening the index of words: %w", err)
	}
	return &lexical{index: x, disk: path != ""}, nil
}

// wordMapping: the words come analyzed, so bleve only cuts at spaces. Nothing is stored but what ranking needs.
func wordMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	const ready = "ready"
	if err := m.AddCustomAnalyzer(ready, map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, err
	}
	doc := bleve.NewDocumentStaticMapping()
	for f := range fields {
		text := bleve.NewTextFieldMapping()
		text.Analyzer, text.Store, text.IncludeInAll, text.IncludeTermVectors, text.DocValues = ready, false, false, false, false
		doc.AddFieldMappingsAt(f.String(), text)
	}
	kind := bleve.NewKeywordFieldMapping()
	kind.Store, kind.IncludeInAll, kind.IncludeTermVectors, kind.DocValues = false, false, false, false
	doc.AddFieldMappingsAt(kindField, kind)
	m.DefaultMapping, m.DefaultAnalyzer, m.ScoringModel = doc, ready, index.BM25Scoring
	return m, nil
}

// fieldWords are the stems of a document by field.
type fieldWords [fields][]string

// lengths counts the words of each field.
type lengths [fields]uint32

func (w *fieldWords) lengths() (n lengths) {
	for f := range fields {
		n[f] = uint32(len(w[f]))
	}
	return n
}

func addTo(b *bleve.Batch, d *Document, w *fieldWords) error {
	values := map[string]any{kindField: d.stored()}
	for f := range fields {
		values[f.String()] = strings.Join(w[f], " ")
	}
	return b.Index(d.Ref, values)
}

func (l *lexical) internal(key string) ([]byte, error) {
	b, err := l.index.GetInternal([]byte(key))
	if err != nil {
		return nil, fmt.Errorf("reading the index of words: %w", err)
	}
	return b, nil
}

func (l *lexical) count() (uint64, error) { return l.index.DocCount() }

// commit makes a batch visible.
func (l *lexical) commit(b *bleve.Batch) error {
	if l.disk {
		saved := make(chan struct{})
		b.SetPersistedCallback(func(error) { close(saved) })
		l.saved = saved
	}
	return l.index.Batch(b)
}

// savePatience bounds the wait for the disk. When it runs out the next start has some documents to index again.
const savePatience = 10 * time.Second

// flush waits until everything is on disk.
func (l *lexical) flush() {
	if l.saved == nil {
		return
	}
	select {
	case <-l.saved:
	case <-time.After(savePatience):
	}
}

func (l *lexical) close() error {
	l.flush()
	return l.index.Close()
}

// vocabulary lists the stems of names, columns and texts, each once. Some may be of documents that are gone.
func (l *lexical) vocabulary() ([]string, error) {
	reader, err := l.reader()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	seen := map[string]bool{}
	var out []string
	for _, f := range []field{nameField, columnField, textField} {
		d, err := reader.FieldDict(f.String())
		if err != nil {
			return nil, fmt.Errorf("listing the words of the index: %w", err)
		}
		for {
			e, err := d.Next()
			if err != nil {
				_ = d.Close()
				return nil, fmt.Errorf("listing the words of the index: %w", err)
			}
			if e == nil {
				break
			}
			if !seen[e.Term] {
				t := strings.Clone(e.Term)
				seen[t] = true
				out = append(out, t)
			}
		}
		if err := d.Close(); err != nil {
			return nil, fmt.Errorf("listing the words of the index: %w", err)
		}
	}
	return out, nil
}
