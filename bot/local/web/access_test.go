package web_test

import (
	_ "embed"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"firstmile/bot/local/web/webtest"
)

// TestKeyboardAlone goes the whole way without a mouse.
func TestKeyboardAlone(t *testing.T) {
	o := open(t)
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	focused := func(what string) webtest.Step {
		return webtest.Wait(fmt.Sprintf("document.activeElement.matches(%q)", what))
	}
	do(t, page, webtest.Press(kb.Tab), focused(".skip"), webtest.Press(kb.Enter), focused("#composer"))
	// A mention by completion, a line break, sending.
	do(t, page, webtest.Type("@fir"), webtest.WaitFor(".completion [role=option]"), webtest.Press(kb.Enter), webtest.Type("how many"),
		webtest.Press(kb.Enter), webtest.WaitText(".channel .message", "@Firstmile how many"), webtest.WaitGone(".pending"))
	do(t, page, webtest.Type("a second one"), webtest.Press(kb.Enter), webtest.WaitText(".channel .message", "a second one"), webtest.WaitGone(".pending"))
	// To the messages, up and down, into the thread and back.
	do(t, page, tabUntil(`.channel .message, .channel .message *`, true))
	do(t, page, webtest.Press(kb.Escape), focused(".channel .message"), webtest.Press(kb.Home), webtest.Wait(`document.activeElement.innerText.includes('how many')`),
		webtest.Press(kb.ArrowDown), webtest.Wait(`document.activeElement.innerText.includes('a second one')`), webtest.Press(kb.ArrowUp),
		webtest.Press("t"), focused("#thread-composer"), webtest.Type("a reply"), webtest.Press(kb.Enter), webtest.WaitText(".thread .message", "a reply"),
		webtest.Press(kb.Escape), webtest.WaitFor(".thread[hidden]"), focused(".channel .message"))
	// A reaction, through search and arrows.
	do(t, page, webtest.Press("r"), focused(`[data-testid="emoji-search"]`), webtest.Type("rocket"), webtest.Press(kb.ArrowDown), focused(`[data-emoji-choice="rocket"]`),
		webtest.Press(kb.Enter), webtest.WaitFor(`.channel [data-emoji="rocket"].mine`), webtest.WaitGone(".picker"))
	// Another speaker.
	do(t, page, tabUntil(`[name="speaker"]`, true), webtest.Press(kb.ArrowDown), webtest.WaitFor(`#app[data-ready="`+omar+`"]`),
		webtest.WaitFor(`[data-emoji="rocket"]:not(.mine)`))
	do(t, page, tabUntil("#composer", false), webtest.Type("now as Omar"), webtest.Press(kb.Enter), webtest.WaitFor(`.message[data-user="`+omar+`"]`))
}

// tabUntil presses Tab (or Shift+Tab) until the focus is on what the selector names.
func tabUntil(selector string, back bool) webtest.Step {
	return func(p *webtest.Page) error {
		for range 60 {
			var there bool
			if err := p.Eval(fmt.Sprintf("document.activeElement.matches(%q)", selector), &there); err != nil || there {
				return err
			}
			step := webtest.Press(kb.Tab)
			if back {
				step = webtest.PressShift(kb.Tab)
			}
			if err := p.Do(step); err != nil {
				return err
			}
		}
		return fmt.Errorf("sixty times Tab do not reach %s", selector)
	}
}

// TestPhoneHasNoSidewaysScroll measures every screen of a phone 360 pixels wide.
func TestPhoneHasNoSidewaysScroll(t *testing.T) {
	o := open(t)
	o.converse()
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{Phone: true})
	measure := func(screen string) {
		t.Helper()
		var wide []string
		look := `[document.documentElement, ...document.querySelectorAll('.scroller, .home-scroll, .side-scroll, .pane-head, .message')]
			.filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1).map((one) => one.localName + '.' + one.className + ' ' + one.scrollWidth)`
		if err := page.Eval(look, &wide); err != nil {
			t.Fatal(err)
		}
		if len(wide) > 0 {
			t.Errorf("%s: wider than the screen: %v", screen, wide)
		}
		var small []string
		touch := `[...document.querySelectorAll('button, select, .person')].filter((one) => one.checkVisibility({opacityProperty: true}) && !one.closest('.tools, .code-block, .mrkdwn'))
			.filter((one) => one.getBoundingClientRect().height < 24).map((one) => one.className)`
		if err := page.Eval(touch, &small); err != nil {
			t.Fatal(err)
		}
		if len(small) > 0 {
			t.Errorf("%s: too small for a finger: %v", screen, small)
		}
	}
	measure("channel")
	do(t, page, webtest.Click(`[data-testid="thread-bar"]`), webtest.WaitFor(".thread:not([hidden]) .table-box"), webtest.WaitFor(".channel"))
	measure("thread")
	do(t, page, webtest.Click(`[data-testid="thread-back"]`), webtest.WaitFor(".thread[hidden]"), webtest.Click(`[data-testid="show-nav"]`), webtest.WaitFor(`#app[data-view="nav"]`))
	measure("channels")
	do(t, page, webtest.Click(`[data-nav="home"]`), webtest.WaitFor(".home:not([hidden])"))
	measure("home")
}

//go:embed testdata/contrast.js
var contrast string

// TestContrast measures every text on the page against what is behind it: WCAG AA in both themes.
func TestContrast(t *testing.T) {
	o, browser := open(t), webtest.Require(t)
	o.converse()
	for _, dark := range []bool{false, true} {
		page := openAs(t, browser, o, ines, webtest.Window{Width: 1440, Height: 900, Dark: dark})
		var background string
		if err := page.Eval("getComputedStyle(document.body).backgroundColor", &background); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]string{false: "rgb(255, 255, 255)", true: "rgb(22, 25, 29)"}[dark]; background != want {
			t.Errorf("dark %v: the ground is %s, want %s", dark, background, want)
		}
		check := func(where string) {
			t.Helper()
			var weak []string
			if err := page.Eval(contrast, &weak); err != nil {
				t.Fatal(err)
			}
			for _, one := range weak {
				t.Errorf("dark %v, %s: %s", dark, where, one)
			}
		}
		do(t, page, webtest.OpenThread("weekly churn"), webtest.WaitFor(".thread .table-box"), webtest.Click("#composer"), webtest.Type("@"))
		check("thread")
		// The button beats the system.
		do(t, page, webtest.Click(`[data-testid="theme"]`), webtest.Click(`[data-testid="theme"]`))
		var theme string
		if err := page.Eval("document.documentElement.dataset.theme + getComputedStyle(document.body).backgroundColor", &theme); err != nil {
			t.Fatal(err)
		}
		if theme != "darkrgb(22, 25, 29)" {
			t.Errorf("after two presses the theme is %s, want dark", theme)
		}
	}
}
