package jinja

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// project is a Resolver over plain maps.
type project struct{ vars map[string]any }

func (project) Ref(pkg, name, version string) (string, error) {
	if strings.HasPrefix(name, "missing") {
		return "", fmt.Errorf("there is no model %q", name)
	}
	return `"main"."` + name + `"`, nil
}
func (project) Source(source, table string) (string, error) {
	return `"` + source + `"."` + table + `"`, nil
}
func (p project) Var(name string) (any, bool) { v, ok := p.vars[name]; return v, ok }
func (project) This() (string, error)         { return `"main"."me"`, nil }
func (project) Macro(name string) (Macro, bool) {
	src := "{% macro shout(x, mark='!') %}{{ x | upper }}{{ mark }}{% endmacro %}" +
		"{% macro pick(x) %}{% if x == 1 %}{{ return('one') }}{% endif %}{{ return(['many']) }}{% endmacro %}" +
		"{% macro table_of(name) %}select * from {{ ref(name) }}{% endmacro %}" +
		"{% macro cast_it(x) %}{{ return(adapter.dispatch('cast_it', 'pkg')(x)) }}{% endmacro %}" +
		"{% macro default__cast_it(x) %}cast({{ x }}){% endmacro %}{% macro duckdb__cast_it(x) %}{{ x }}::int{% endmacro %}" +
		"{% macro ask(x) %}\n{{ run_query(x) }}{% endmacro %}{% macro loop_() %}{{ loop_() }}{% endmacro %}" +
		"{% macro maybe() %}{% if execute %}{{ return('a') }}{% endif %}b{% endmacro %}"
	for _, m := range Parse(src).Macros() {
		if m.Name == name || "p."+m.Name == name {
			return m, true
		}
	}
	return Macro{}, false
}
func (project) Target(key string) (any, bool) {
	v, ok := map[string]any{"name": "dev", "type": "duckdb"}[key]
	return v, ok
}

func TestRender(t *testing.T) {
	vars := map[string]any{"start": "2024-01-01", "on": true, "kinds": []any{"a", "b"}}
	tests := []struct{ name, src, want, err string }{
		{name: "text", src: "select 1", want: "select 1"},
		{name: "ref", src: `select * from {{ ref('a') }}`, want: `select * from "main"."a"`},
		{name: "ref of a package", src: `{{ ref("p", "a") }}`, want: `"main"."a"`},
		{name: "source", src: `{{ source('s','t') }}`, want: `"s"."t"`},
		{name: "config", src: "{{ config(\n materialized='table',\n tags=['x']) }}select 1", want: "select 1"},
		{name: "comment", src: "a{# {{ boom( }} #}b", want: "ab"},
		{name: "var", src: "'{{ var('start') }}'", want: "'2024-01-01'"},
		{name: "var default", src: "{{ var('none', 7) }}", want: "7"},
		{name: "incremental", src: "a{% if is_incremental() %}b{% else %}c{% endif %}d", want: "acd"},
		{name: "elif", src: "{% if false %}a{% elif var('on') %}b{% else %}c{% endif %}", want: "b"},
		{name: "white space", src: "a  {%- if true -%}  b  {%- endif -%}  c", want: "abc"},
		{name: "this", src: "{{ this }}", want: `"main"."me"`},
		{name: "raw", src: "{% raw %}{{ x }}{% endraw %}", want: "{{ x }}"},
		{name: "loop", src: "{% set xs = ['a', 'b'] %}{% for x in xs %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}", want: "a, b"},
		{name: "loop over a variable", src: "{% for x in var('kinds') %}{{ loop.index }}{{ x }}{% endfor %}", want: "1a2b"},
		{name: "items", src: "{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}", want: "a=1"},
		{name: "own macro", src: "{% macro m(x, y=2) %}{{ x }}+{{ y }}{% endmacro %}{{ m(1) }} {{ m(1, y=3) }}", want: "1+2 1+3"},
		{name: "append", src: "{% set l = [] %}{% do l.append('x') %}{{ l | join(',') }}", want: "x"},
		{name: "condition on target", src: "{% if target.name == 'prod' %}a{% else %}b{% endif %}", want: "b"},
		{name: "inline if", src: "{{ 'a' if var('on') else 'b' }}", want: "a"},
		{name: "namespace", src: "{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", want: "3"},

		{name: "project macro", src: "{{ shout('a') }}{{ p.shout('b', mark='?') }}", want: "A!B?"},
		{name: "return", src: "{{ pick(1) }}{{ pick(2)[0] }}", want: "onemany"},
		{name: "ref by argument", src: "{{ table_of('a') }}", want: `select * from "main"."a"`},
		{name: "dispatch", src: "{{ cast_it('a') }}", want: "a::int"},
		{name: "macro that needs dbt", src: "x\n{{ ask('a') }}", err: "line 2: {{ ask('a') }}: in the macro ask, line 2: {{ run_query(x) }}: run_query() can only"},
		{name: "endless macro", src: "{{ loop_() }}", err: "too deeply"},
		{name: "perhaps returned", src: "{{ maybe() }}", err: "execute is only known to dbt"},

		{name: "macro", src: "\n{{ cents('a') }}", err: "line 2: {{ cents('a') }}: cents() can only be evaluated by dbt"},
		{name: "package macro", src: "{{ dbt_utils.star(ref('a')) }}", err: "line 1: {{ dbt_utils.star(ref('a')) }}: dbt_utils.star() can only"},
		{name: "env_var", src: "{{ env_var('X') }}", err: "env_var() can only be evaluated by dbt"},
		{name: "missing model", src: "{{ ref('missing') }}", err: `there is no model "missing"`},
		{name: "no value", src: "{{ var('nothing') }}", err: `the variable "nothing" has no value`},
		{name: "open tag", src: "a\n{{ ref('a')", err: "line 2: {{ ref('a'): the tag is not closed with }}"},
		{name: "open if", src: "{% if true %}a", err: "its {% endif %} is missing"},
		{name: "stray end", src: "{% endif %}", err: "has no beginning"},
		{name: "unknown condition", src: "{% if execute %}a{% endif %}", err: "execute is only known to dbt"},
		{name: "call block", src: "{% call statement('x') %}a{% endcall %}", err: "cannot be rendered without dbt"},
		{name: "doubling", src: "{% set x = namespace(s='xxxxxxxxxxxxxxxx') %}{% for i in range(100) %}{% set x.s = x.s ~ x.s %}{% endfor %}{{ x.s }}", err: "too large"},
		{name: "endless", src: "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", err: "too much"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Render(tt.src, project{vars})
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestCalls(t *testing.T) {
	tests := []struct {
		src     string
		name    string
		allowed bool
	}{
		{"{{ ref('a') }}", "ref", true},
		{"{{ ref('p', 'a', v=2) }}", "ref", true},
		{"{{ ref(x) }}", "ref", false},
		{"{{ ref('a').schema }}", "ref.schema", false},
		{"{{ ref('a') | upper }}", "ref", false},
		{"{{ ref('a') ~ '; drop table x' }}", "", false},
		{"{{ source('s', 't') }}", "source", true},
		{"{{ source('s') }}", "source", false},
		{"{{ config(materialized='table', meta={'a': [1, 2]}) }}", "config", true},
		{"{{ config(post_hook='drop table x') }}", "config", false},
		{"{{ config(**x) }}", "config", false},
		{"{{ config(tags=env_var('X')) }}", "config", false},
		{"{{ config(meta={'a': '{{ env_var(1) }}'}) }}", "config", false},
		{"{{ var('x') }}", "var", true},
		{"{{ var('x', -1) }}", "var", true},
		{"{{ var('x', run_query('drop')) }}", "var", false},
		{"{{ this }}", "this", true},
		{"{{ env_var('SECRET') }}", "env_var", false},
		{"{{ adapter.drop_schema(x) }}", "adapter.drop_schema", false},
		{"{{ 'text' }}", "", false},
		{"{{ }}", "", false},
		{"{% set x = 1 %}", "set", false},
		{"{% do run_query('x') %}", "do", false},
		{"{% raw %}x{% endraw %}", "raw", false},
		{"{{ ref('a')", "", false},
		{"{# never closed", "", false},
		{"{% if is_incremental() %}", "if", false}, // its endif is missing
	}
	for _, tt := range tests {
		calls := Calls(tt.src)
		if len(calls) == 0 {
			t.Errorf("%s: no calls", tt.src)
			continue
		}
		c := calls[0]
		if c.Name != tt.name || c.Allowed != tt.allowed || c.Allowed != (c.Reason == "") {
			t.Errorf("%s: name %q allowed %v reason %q", tt.src, c.Name, c.Allowed, c.Reason)
		}
	}
	ok := "{% if is_incremental() %}a{% else %}b{% endif %}{% if not is_incremental() %}c{% endif %}"
	for _, c := range Calls(ok) {
		if !c.Allowed {
			t.Errorf("%s refused: %s", c.Text, c.Reason)
		}
	}
	got := Calls("a\n{# x\n #}\n{{ ref('a') }}\n\n{{ ref('b') }}")
	if len(got) != 2 || got[0].Line != 4 || got[1].Line != 6 {
		t.Errorf("lines: %+v", got)
	}
}

func TestSketch(t *testing.T) {
	src := `{{ config(materialized='table', schema=env_var('S')) }}
{% set q = run_query('x') %}
select {{ dbt_utils.star(ref('a')) }}, {{ cents('x') }} as c
{% if flags.FULL_REFRESH %}from {{ ref('b') }}{% else %}from {{ ref('c') }}{% endif %}
{% if is_incremental() %}where {{ ref('never') }}{% endif %}
{% for r in q %}{{ ref('d') }}{{ ref(r) }}{% endfor %}
{% for m in ['e','f'] %}{{ ref(m) }} {% endfor %}
{% if execute and q %}{{ ref('only_run') }}{% else %}{{ ref('parsed') }}{% endif %}`
	sql, uses := Parse(src).Sketch(project{})
	var refs []string
	for _, r := range uses.Refs {
		refs = append(refs, fmt.Sprintf("%s:%d", r.Name, r.Line))
	}
	want := []string{"a:3", "b:4", "c:4", "d:6", "e:7", "f:7", "parsed:8"}
	if diff := cmp.Diff(want, refs); diff != "" {
		t.Error(diff)
	}
	sketch, uses2 := Parse("{{ table_of('x') }} {{ maybe() }}").Sketch(project{})
	if !strings.HasPrefix(sketch, `select * from "main"."x" __jinja`) || len(uses2.Refs) != 1 || len(uses2.Macros) != 0 {
		t.Errorf("%q %+v", sketch, uses2)
	}
	if diff := cmp.Diff([]string{"cents", "dbt_utils.star", "env_var", "run_query"}, uses.Macros); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(sql, "select "+Opaque+", "+Opaque+" as c") {
		t.Error(sql)
	}
	c := uses.Configs[0].Values
	if c["materialized"] != "table" {
		t.Errorf("config %v", c)
	}
	if _, ok := c["schema"].(Deferred); !ok {
		t.Errorf("schema is %v", c["schema"])
	}
}

func TestBlocks(t *testing.T) {
	src := "{% macro a(x, y=1) %}{{ ref('m') }}{{ b(x) }}{% endmacro %}\n{% snapshot s %}select * from {{ ref('n') }}{% endsnapshot %}"
	got := Parse(src).Blocks()
	if len(got) != 2 || got[0].Name != "a" || got[1].Name != "s" || got[1].Line != 2 {
		t.Fatalf("%+v", got)
	}
	if diff := cmp.Diff([]string{"x", "y"}, got[0].Args); diff != "" {
		t.Error(diff)
	}
	if got[0].Uses.Refs[0].Name != "m" || got[0].Uses.Macros[0] != "b" {
		t.Errorf("%+v", got[0].Uses)
	}
}

func TestDocs(t *testing.T) {
	got, errs := Docs("x\n{% docs a %}\nText with {{ braces }} and {% stray\n{% enddocs %}\n{% docs b %}B{% enddocs %}{% docs open %}")
	if len(got) != 2 || got[0].Text != "Text with {{ braces }} and {% stray" || got[0].Line != 2 || got[1].Line != 5 {
		t.Errorf("%+v", got)
	}
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "enddocs") {
		t.Errorf("%v", errs)
	}
	name, start, end, ok := Doc(`See {{ doc("a") }}.`)
	if !ok || name != "a" || start != 4 || end != 18 {
		t.Error(name, start, end, ok)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{{ ref('a') }}", "{% for x in [1,2] %}{{ x }}{% endfor %}", "{% if a %}{% elif b %}{% else %}{% endif %}",
		"{% raw %}{{{% endraw %}", "{# #}", "{{ {'a': [1,(2,)]}['a'][0] | join(',') is none }}", "{% set l=[] %}{% do l.append(l) %}{{ l }}",
		"{%- macro m(x, *a, **k) -%}{%- endmacro -%}{{ m() }}", "{{ \"\\", "{% set x %}{{ y }}{% endset %}", "{% docs a %}{% enddocs %}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		tpl := Parse(src)
		calls := tpl.Calls()
		_, err := tpl.Render(project{})
		tpl.Sketch(project{})
		tpl.Blocks()
		Docs(src)
		Doc(src)
		allowed := true
		for _, c := range calls {
			if c.Allowed == (c.Reason != "") || !strings.Contains(src, c.Text) {
				t.Errorf("verdict %+v", c)
			}
			allowed = allowed && c.Allowed
		}
		// What the gate lets through must be renderable, unless it names something that is not there.
		if allowed && err != nil && !strings.Contains(err.Error(), "there is no model") && !strings.Contains(err.Error(), "has no value") {
			t.Errorf("allowed, but %v", err)
		}
	})
}
