package search

import (
	_ "embed"
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

//go:embed trade.yml
var tradeYAML []byte

// trade is what is known about words before any project was read.
type trade struct {
	empty    map[string]bool     // words without content
	keywords map[string]bool     // of SQL and Jinja
	weak     map[string]bool     // stems that say little, because every project has them everywhere
	short    map[string]string   // abbreviation -> word
	related  map[string][]string // stem -> stems of other words for nearly the same
}

// loadTrade reads the embedded file.
func loadTrade() (*trade, error) {
	var file struct {
		Empty    []string          `yaml:"empty"`
		Keywords []string          `yaml:"keywords"`
		Weak     []string          `yaml:"weak"`
		Short    map[string]string `yaml:"short"`
		Related  [][]string        `yaml:"related"`
	}
	if err := yaml.Unmarshal(tradeYAML, &file); err != nil {
		return nil, fmt.Errorf("reading the words of the trade: %w", err)
	}
	t := &trade{empty: map[string]bool{}, weak: map[string]bool{}, keywords: map[string]bool{}, short: file.Short, related: map[string][]string{}}
	for _, w := range file.Empty {
		t.empty[w] = true
	}
	for _, w := range file.Keywords {
		t.keywords[w] = true
	}
	a := newAnalyzer(t)
	for _, w := range file.Weak {
		t.weak[a.stem(w)] = true
	}
	for _, group := range file.Related {
		for _, w := range group {
			for _, other := range group {
				from, to := a.stem(w), a.stem(other)
				if from != to && !slices.Contains(t.related[from], to) {
					t.related[from] = append(t.related[from], to)
				}
			}
		}
	}
	return t, nil
}
