package search

import (
	"strings"
	"sync"

	"github.com/kljensen/snowball/english"

	"firstmile/glossary"
)

// word is one word of a text: as it stands there in lower case, and what it is looked up by.
type word struct{ text, stem string }

// analyzer turns texts into words. It remembers stems, so it is not for several goroutines.
type analyzer struct {
	trade *trade
	stems map[string]string
}

func newAnalyzer(t *trade) *analyzer { return &analyzer{trade: t, stems: map[string]string{}} }

// maxStems bounds what an analyzer remembers.
const maxStems = 1 << 16

// words cuts a text at anything that is no letter or digit and where an identifier changes its case, leaves out what has no
// content ("the", "of"), writes abbreviations of the trade out ("qty" is quantity), and stems.
func (a *analyzer) words(text string) []word {
	parts := glossary.Split(text)
	out := make([]word, 0, len(parts))
	for _, p := range parts {
		if stem := a.stem(p); stem != "" {
			out = append(out, word{p, stem})
		}
	}
	return out
}

// maxWord is the longest word in bytes that is worth finding; longer ones are hashes and encoded data.
const maxWord = 40

// stem is what a lower-case word is looked up by; empty for one without content.
func (a *analyzer) stem(w string) string {
	if s, ok := a.stems[w]; ok {
		return s
	}
	s := ""
	if len(w) <= maxWord && !a.trade.empty[w] {
		full := w
		if long, ok := a.trade.short[w]; ok {
			full = long
		}
		s = english.Stem(full, false)
	}
	if len(a.stems) >= maxStems {
		clear(a.stems)
	}
	a.stems[w] = s
	return s
}

// document lists the stems of a document by field.
func (a *analyzer) document(d *Document) (w fieldWords) {
	add := func(f field, text string) {
		for _, one := range a.words(text) {
			w[f] = append(w[f], one.stem)
		}
	}
	add(nameField, d.Name)
	for _, alias := range d.Aliases {
		add(nameField, alias)
	}
	add(textField, d.Text)
	for _, c := range d.Columns {
		add(columnField, c.Name)
		add(textField, c.Text)
		for _, v := range c.Values {
			add(columnField, v)
		}
	}
	add(sqlField, a.trade.sqlText(d.SQL))
	for _, p := range d.Parents {
		add(sqlField, bare(p))
	}
	return w
}

// bare is a ref without its kind.
func bare(ref string) string {
	if _, name, ok := strings.Cut(ref, ":"); ok {
		return name
	}
	return ref
}

// cuts remembers the words of short texts, such as the names of columns, which every query looks at again. Safe for use by several goroutines.
type cuts struct {
	mu sync.RWMutex
	by map[string][]word
}

// Bounds of what is remembered: a few megabytes.
const (
	maxCuts    = 1 << 15
	maxCutText = 200
)

func (c *cuts) words(a *analyzer, text string) []word {
	if text == "" {
		return nil
	}
	c.mu.RLock()
	words, ok := c.by[text]
	c.mu.RUnlock()
	if ok {
		return words
	}
	words = a.words(text)
	if len(text) > maxCutText {
		return words
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil || len(c.by) >= maxCuts {
		c.by = map[string][]word{}
	}
	c.by[text] = words
	return words
}
