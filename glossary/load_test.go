package glossary

import (
	"os"
	"testing"
)

func TestLoadExamples(t *testing.T) {
	for name, want := range map[string]int{"subscriptions": 7, "shop": 9, "shop/sales.yml": 9, "nowhere": 0} {
		g, err := Load(os.DirFS("testdata"), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(g.Terms) != want {
			t.Errorf("%s: %d terms, want %d", name, len(g.Terms), want)
		}
	}
}
