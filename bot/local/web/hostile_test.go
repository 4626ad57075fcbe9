package web_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/slack-go/slack"

	"firstmile/bot/local/web/webtest"
)

// corpus is what a hostile message tries on a page.
var corpus = []string{
	`<script>window.owned=1</script>`,
	`<img src=x onerror="window.owned=1">`,
	`&lt;img src=x onerror=window.owned=1&gt;`,
	`"><svg onload=window.owned=1>`,
	`<javascript:window.owned=1|click me>`,
	`<JaVaScRiPt:window.owned=1>`,
	`<data:text/html;base64,PHNjcmlwdD53aW5kb3cub3duZWQ9MTwvc2NyaXB0Pg==|click me>`,
	`<vbscript:window.owned=1|click me>`,
	`<https://a.example/" onmouseover="window.owned=1|hover me>`,
	`<https://evil.example|https://good.example>`,
	"`<b onclick=window.owned=1>`",
	"```</code></pre><script>window.owned=1</script>```",
	`*<iframe srcdoc="<script>parent.owned=1</script>">*`,
	`<@U0OMAR0001|<script>window.owned=1</script>>`,
	`<!date^0^{date_short}^javascript:window.owned=1|then>`,
	`<style>*{display:none}</style>`,
	`{{constructor.constructor('window.owned=1')()}} ${window.owned=1}`,
	`:"><img src=x onerror=window.owned=1>:`,
	"\u202egnp.exe \u0000 \uFFFF",
	`<math><mtext></form><form><mglyph><style></math><img src onerror=window.owned=1>`,
}

func TestHostileTextIsInert(t *testing.T) {
	o := open(t)
	for _, text := range corpus {
		plain := slack.NewTextBlockObject("plain_text", text, true, false)
		short := slack.NewTextBlockObject("plain_text", text[:min(len(text), 70)], true, false)
		marked := slack.NewTextBlockObject("mrkdwn", text, false, false)
		o.say(slack.MsgOptionText(text, false))
		o.say(slack.MsgOptionText("in blocks", false), slack.MsgOptionBlocks(
			slack.NewHeaderBlock(short), slack.NewSectionBlock(marked, []*slack.TextBlockObject{plain, marked}, nil), slack.NewContextBlock("", marked, plain),
			slack.NewActionBlock("", slack.NewButtonBlockElement("a", text, short)), table([][]string{{text}, {text}}),
			slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement(text, nil)))))
		o.say(slack.MsgOptionText("attached", false), slack.MsgOptionAttachments(slack.Attachment{Fallback: text, Text: text, Title: text, Color: `red;background:url(x)`}))
	}
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	violations := `new Promise((done) => { const seen = []; addEventListener('securitypolicyviolation', (e) => seen.push(e.violatedDirective + ' ' + e.blockedURI));
		setTimeout(() => done(seen), 0); for (const one of document.querySelectorAll('.messages *')) one.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); })`
	var seen []string
	if err := page.Eval(violations, &seen); err != nil {
		t.Fatal(err)
	}
	if len(seen) > 0 {
		t.Errorf("the page tried what its policy forbids: %v", seen)
	}
	var found struct {
		Owned bool
		Tags  []string
		Links []string
		Attrs []string
	}
	look := `(() => { const all = [...document.querySelectorAll('.messages *')]; return {
		Owned: 'owned' in window,
		Tags: [...new Set(all.map((one) => one.localName))],
		Links: [...document.querySelectorAll('.messages a')].map((a) => a.protocol),
		Attrs: all.flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith('on') || name === 'srcdoc' || name === 'style'),
	}; })()`
	if err := page.Eval(look, &found); err != nil {
		t.Fatal(err)
	}
	if found.Owned {
		t.Error("a message ran a script")
	}
	for _, tag := range []string{"script", "iframe", "style", "form", "math", "img", "object", "embed", "link", "base"} {
		if slices.Contains(found.Tags, tag) {
			t.Errorf("a message made a <%s>", tag)
		}
	}
	for _, protocol := range found.Links {
		if protocol != "https:" && protocol != "http:" && protocol != "mailto:" {
			t.Errorf("a message made a %s link", protocol)
		}
	}
	// The page's own tints are set as custom properties through the style object; nothing else may be.
	for _, name := range found.Attrs {
		if name != "style" {
			t.Errorf("a message set the attribute %s", name)
		}
	}
	do(t, page, webtest.WaitText(".message", "https://good.example (leads to evil.example)"))
}

// TestBrowserRefusesHTML shows that the last line holds too: the page's policy forbids making elements from strings.
func TestBrowserRefusesHTML(t *testing.T) {
	o := open(t)
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	for _, attempt := range []string{
		`document.body.innerHTML = '<b>x</b>'`,
		`document.body.insertAdjacentHTML('beforeend', '<b>x</b>')`,
		`new DOMParser().parseFromString('<b>x</b>', 'text/html')`,
	} {
		var refused bool
		if err := page.Eval(fmt.Sprintf(`(() => { try { %s; return false; } catch { return true; } })()`, attempt), &refused); err != nil {
			t.Fatal(err)
		}
		if !refused {
			t.Errorf("the browser allowed %s", attempt)
		}
	}
}
