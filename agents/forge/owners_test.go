package forge_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstmile/agents/forge"
)

func TestOwners(t *testing.T) {
	rules := forge.ParseOwners(`
# the defaults
*                    @org/everyone
*.yml                @yaml   # inline
/models/marts/       @org/marts @mara someone@example.org
models/marts/finance @fin
docs/*               @docs
**/logs              @logs
/seeds/*.csv         @seeds
with\ space.sql      @space
/models/**/stg_*.sql @staging
secret/
!negated             @nobody
a[bc]                @nobody
/exact?.sql          @one
`)
	for path, want := range map[string][]string{
		"README.md":                    {"org/everyone"},
		"a/b/schema.yml":               {"yaml"},
		"models/marts/fct.sql":         {"org/marts", "mara"},
		"models/marts/deep/x.yml":      {"org/marts", "mara"},
		"models/marts/finance/rev.sql": {"fin"},
		"x/models/marts/fct.sql":       {"org/everyone"},
		"docs/a.md":                    {"docs"},
		"docs/deep/a.md":               {"org/everyone"},
		"build/logs/today.txt":         {"logs"},
		"logs":                         {"logs"},
		"seeds/a.csv":                  {"seeds"},
		"x/seeds/a.csv":                {"org/everyone"},
		"deep/with space.sql":          {"space"},
		"models/staging/crm/stg_a.sql": {"staging"},
		"models/stg_a.sql":             {"staging"},
		"any/secret/key.txt":           nil,
		"negated":                      {"org/everyone"},
		"ab":                           {"org/everyone"},
		"exact1.sql":                   {"one"},
		"exact12.sql":                  {"org/everyone"},
	} {
		if diff := cmp.Diff(want, rules.For([]string{path})); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	both := rules.For([]string{"models/marts/fct.sql", "seeds/a.csv", "models/marts/b.sql"})
	if diff := cmp.Diff([]string{"org/marts", "mara", "seeds"}, both); diff != "" {
		t.Error(diff)
	}
}

func TestReadOwners(t *testing.T) {
	b := newBench(t, nil)
	if rules, err := forge.ReadOwners(b.dir); err != nil || rules != nil {
		t.Errorf("no file gives %v, %v", rules, err)
	}
	b.file("CODEOWNERS", "* @second\n")
	b.file(".github/CODEOWNERS", "* @first\n")
	rules, err := forge.ReadOwners(b.dir)
	if diff := cmp.Diff([]string{"first"}, rules.For([]string{"x"})); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func FuzzOwners(f *testing.F) {
	f.Add("* @a\n/x/ @b # c\n", "x/y.sql")
	f.Add("**/**/** @a\n"+strings.Repeat("**/", 50)+"x @b\n", strings.Repeat("a/", 50)+"b")
	f.Add("\\", "/")
	f.Fuzz(func(t *testing.T, text, path string) {
		for _, owner := range forge.ParseOwners(text).For([]string{path}) {
			if owner == "" || strings.HasPrefix(owner, " ") {
				t.Errorf("owner %q", owner)
			}
		}
	})
}
