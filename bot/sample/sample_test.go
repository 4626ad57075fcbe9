package sample

import (
	"io/fs"
	"testing"

	"firstmile/glossary"
)

func TestGlossaryLoads(t *testing.T) {
	project, err := fs.Sub(handwritten, "project")
	if err != nil {
		t.Fatal(err)
	}
	g, err := glossary.Load(project, "glossary")
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Terms) < 25 {
		t.Errorf("%d terms", len(g.Terms))
	}
}
