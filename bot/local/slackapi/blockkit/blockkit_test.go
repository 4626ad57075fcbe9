package blockkit_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"firstmile/bot/local/slackapi/blockkit"
)

func repeat(n int, item string) string { return strings.TrimSuffix(strings.Repeat(item+",", n), ",") }

func section(text string) string {
	return fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":%q}}`, text)
}

const button = `{"type":"button","text":{"type":"plain_text","text":"Go"}}`

// Each limit once at its edge and once behind it. The numbers are from the reference of Block Kit.
func TestLimits(t *testing.T) {
	option := `{"text":{"type":"plain_text","text":"a"},"value":"1"}`
	cell := `{"type":"raw_text","text":"x"}`
	for _, test := range []struct{ name, good, bad string }{
		{"blocks of a message", repeat(50, section("x")), repeat(51, section("x"))},
		{"section text", section(strings.Repeat("ü", 3000)), section(strings.Repeat("x", 3001))},
		{"section without text", `{"type":"section","fields":[{"type":"mrkdwn","text":"x"}]}`, `{"type":"section"}`},
		{"empty text", section("x"), section("")},
		{"fields", `{"type":"section","fields":[` + repeat(10, `{"type":"mrkdwn","text":"x"}`) + `]}`, `{"type":"section","fields":[` + repeat(11, `{"type":"mrkdwn","text":"x"}`) + `]}`},
		{"header", `{"type":"header","text":{"type":"plain_text","text":"x"}}`, `{"type":"header","text":{"type":"mrkdwn","text":"x"}}`},
		{"header length", `{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("x", 150) + `"}}`, `{"type":"header","text":{"type":"plain_text","text":"` + strings.Repeat("x", 151) + `"}}`},
		{"context", `{"type":"context","elements":[` + repeat(10, `{"type":"mrkdwn","text":"x"}`) + `]}`, `{"type":"context","elements":[` + repeat(11, `{"type":"mrkdwn","text":"x"}`) + `]}`},
		{"button in context", `{"type":"actions","elements":[` + button + `]}`, `{"type":"context","elements":[` + button + `]}`},
		{"actions", `{"type":"actions","elements":[` + repeat(25, button) + `]}`, `{"type":"actions","elements":[` + repeat(26, button) + `]}`},
		{"button style", `{"type":"actions","elements":[{"type":"button","style":"primary","text":{"type":"plain_text","text":"Go"}}]}`, `{"type":"actions","elements":[{"type":"button","style":"blue","text":{"type":"plain_text","text":"Go"}}]}`},
		{"button text", `{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"` + strings.Repeat("x", 75) + `"}}]}`, `{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"` + strings.Repeat("x", 76) + `"}}]}`},
		{"button value", `{"type":"actions","elements":[{"type":"button","value":"x","text":{"type":"plain_text","text":"x"}}]}`, `{"type":"actions","elements":[{"type":"button","value":"` + strings.Repeat("x", 2001) + `","text":{"type":"plain_text","text":"x"}}]}`},
		{"select options", `{"type":"actions","elements":[{"type":"static_select","options":[` + repeat(100, option) + `]}]}`, `{"type":"actions","elements":[{"type":"static_select","options":[` + repeat(101, option) + `]}]}`},
		{"overflow options", `{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"overflow","options":[` + repeat(5, option) + `]}}`, `{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"overflow","options":[` + repeat(6, option) + `]}}`},
		{"image source", `{"type":"image","alt_text":"x","image_url":"https://a.example/x.png"}`, `{"type":"image","alt_text":"x"}`},
		{"image alt", `{"type":"image","alt_text":"x","slack_file":{"id":"F1"}}`, `{"type":"image","slack_file":{"id":"F1"}}`},
		{"block id", `{"type":"divider","block_id":"` + strings.Repeat("x", 255) + `"}`, `{"type":"divider","block_id":"` + strings.Repeat("x", 256) + `"}`},
		{"same block id", `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"b"}`, `{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}`},
		{"table rows", `{"type":"table","rows":[` + repeat(100, `[`+cell+`]`) + `]}`, `{"type":"table","rows":[` + repeat(101, `[`+cell+`]`) + `]}`},
		{"table cells", `{"type":"table","rows":[[` + repeat(20, cell) + `]]}`, `{"type":"table","rows":[[` + repeat(21, cell) + `]]}`},
		{"one table", `{"type":"table","rows":[[` + cell + `]]}`, `{"type":"table","rows":[[` + cell + `]]},{"type":"table","rows":[[` + cell + `]]}`},
		{"markdown", `{"type":"markdown","text":"# x"}`, `{"type":"markdown","text":""}`},
		{"kind of block", `{"type":"divider"}`, `{"type":"divide"}`},
		{"kind of element", `{"type":"actions","elements":[` + button + `]}`, `{"type":"actions","elements":[{"type":"lever"}]}`},
		{"input", `{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input"}}`, `{"type":"input","element":{"type":"plain_text_input"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			for text, want := range map[string]bool{test.good: true, test.bad: false} {
				blocks, err := blockkit.Parse([]byte("[" + text + "]"))
				if err != nil {
					t.Fatal(err)
				}
				if problems := blockkit.Check(blocks, blockkit.MessageBlocks); (len(problems) == 0) != want {
					t.Errorf("%.120s…: %v", text, problems)
				}
			}
		})
	}
}

func TestProblemSaysWhere(t *testing.T) {
	blocks, err := blockkit.Parse([]byte(`[{"type":"divider"},` + section(strings.Repeat("x", 3001)) + `]`))
	if err != nil {
		t.Fatal(err)
	}
	problems := blockkit.Check(blocks, blockkit.MessageBlocks)
	if len(problems) != 1 || problems[0].String() != "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]" {
		t.Fatalf("%v", problems)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "{}", "null", "[null]", "[1]", `["a"]`, "[] []", "[", `[{"type":"divider"}] x`} {
		blocks, err := blockkit.Parse([]byte(text))
		if text == "null" && err == nil && blocks == nil {
			continue // no blocks
		}
		if !errors.Is(err, blockkit.ErrFormat) {
			t.Errorf("%q: %v, error %v", text, blocks, err)
		}
	}
}

func TestIdentifyAndFind(t *testing.T) {
	blocks, err := blockkit.Parse([]byte(`[{"type":"actions","block_id":"mine","elements":[` + button + `,{"type":"static_select","action_id":"pick",
		"option_groups":[{"label":{"type":"plain_text","text":"g"},"options":[{"text":{"type":"plain_text","text":"a"},"value":"1"}]}]}]},
		{"type":"section","text":{"type":"mrkdwn","text":"four"},"accessory":{"type":"image","slack_file":{"id":"F1"},"alt_text":"x"}}]`))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	blockkit.Identify(blocks, func() string { n++; return fmt.Sprint("id", n) })
	if n != 2 || blocks[0]["block_id"] != "mine" || blocks[1]["block_id"] == nil {
		t.Fatalf("%d ids given: %v", n, blocks)
	}
	if e, ok := blockkit.Find(blocks, "mine", "id1"); !ok || e["type"] != "button" {
		t.Fatalf("button not found: %v", e)
	}
	e, ok := blockkit.Find(blocks, "mine", "pick")
	if _, found := blockkit.Option(e, "1"); !ok || !found {
		t.Fatal("the option of a group is not found")
	}
	if _, found := blockkit.Option(e, "2"); found {
		t.Fatal("an option that is not there is found")
	}
	if _, ok := blockkit.Find(blocks, "other", "pick"); ok {
		t.Fatal("found in a block that is not there")
	}
	if n := blockkit.Characters(blocks); n != len("Go")+len("g")+len("a")+len("four") {
		t.Fatalf("%d characters", n)
	}
	if files := blockkit.Files(blocks); len(files) != 1 || files[0] != "F1" {
		t.Fatalf("files %v", files)
	}
}

// No input makes the package panic, and ids never break blocks that were right.
func FuzzBlocks(f *testing.F) {
	f.Add(`[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]`)
	f.Add(`[{"type":"actions","elements":[` + button + `]},{"type":"table","rows":[[{"type":"raw_text","text":"x"}]]}]`)
	f.Add(`[{"type":"context","elements":[1,null,{"type":5}]},{"type":"image","slack_file":3}]`)
	f.Fuzz(func(t *testing.T, text string) {
		blocks, err := blockkit.Parse([]byte(text))
		if err != nil {
			return
		}
		before := blockkit.Check(blocks, blockkit.MessageBlocks)
		blockkit.Characters(blocks)
		blockkit.Files(blocks)
		n := 0
		blockkit.Identify(blocks, func() string { n++; return fmt.Sprintf("id-%d-%d", len(text), n) })
		if after := blockkit.Check(blocks, blockkit.MessageBlocks); len(before) == 0 && len(after) > 0 && !strings.Contains(text, "id-") {
			t.Fatalf("%s is right and then %v", text, after)
		}
		if _, err := json.Marshal(blocks); err != nil {
			t.Fatal(err)
		}
	})
}
