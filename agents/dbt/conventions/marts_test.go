package conventions

import (
	"slices"
	"testing"

	"firstmile/agents/dbt"

	"github.com/google/go-cmp/cmp"
)

// TestTags: what the neighbours say for themselves a new model has to say, too; what the folder says it has anyway.
func TestTags(t *testing.T) {
	files := map[string]string{
		"dbt_project.yml": "name: x\nmodels: {x: {marts: {+tags: [all], open: {+contract: {enforced: true}}}}}",
		"models/marts/_m.yml": `models:
  - {name: shop__a, config: {tags: [daily, a], contract: {enforced: true}}}
  - {name: shop__b, tags: [daily], config: {contract: {enforced: true}}}
  - {name: shop__c, config: {tags: daily, contract: {enforced: true}}}
`}
	for _, name := range []string{"shop__a", "shop__b", "shop__c"} {
		files["models/marts/"+name+".sql"] = "select 1 as id\n"
	}
	c := Infer(read(t, files))
	tags, inConfig := c.Tags("models/marts")
	if diff := cmp.Diff([]string{"daily"}, tags); diff != "" || inConfig || !c.OwnContracts() || !c.Layer(dbt.Mart).Contracts {
		t.Errorf("%s in config: %v, contracts: %v", diff, inConfig, c.OwnContracts())
	}
	if tags, _ := c.Tags("models/marts/other"); len(tags) > 0 {
		t.Errorf("no neighbours, but tags %v", tags)
	}
	for _, want := range []string{"prefix of marts: shop__ (3 of 3)", "folder of marts: models/marts (3 of 3)", "contracts of marts: true (3 of 3)"} {
		if !slices.ContainsFunc(c.Fields, func(e Evidence) bool { return e.String() == want }) {
			t.Errorf("no evidence %q", want)
		}
	}
	for _, name := range []string{"a", "b", "c"} {
		delete(files, "models/marts/shop__"+name+".sql")
		files["models/marts/"+name+".sql"] = "{{ config(tags=['hourly']) }}\nselect 1 as id\n"
	}
	c = Infer(read(t, files))
	if tags, inConfig := c.Tags("models/marts"); !slices.Equal(tags, []string{"hourly"}) || !inConfig || c.OwnContracts() {
		t.Errorf("%v in config: %v", tags, inConfig)
	}
}
