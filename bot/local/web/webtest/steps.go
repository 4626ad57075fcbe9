package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Wait waits until a JavaScript expression is true.
func Wait(condition string) Step {
	look := `new Promise((done, fail) => {
		const end = Date.now() + ` + fmt.Sprint(patience.Milliseconds()-2000) + `;
		const look = () => { if (` + condition + `) done(true); else if (Date.now() > end) fail(new Error('not in time')); else setTimeout(look, 20); };
		look();
	})`
	return func(p *Page) error {
		if err := p.Eval(look, nil); err != nil {
			seen, _ := p.Text("body")
			return fmt.Errorf("waiting for %s: %w\nthe page shows:\n%s", condition, err, seen)
		}
		return nil
	}
}

// WaitFor waits until a CSS selector finds something.
func WaitFor(selector string) Step {
	return Wait(fmt.Sprintf("document.querySelector(%s)", quote(selector)))
}

// WaitGone waits until a CSS selector finds nothing.
func WaitGone(selector string) Step {
	return Wait(fmt.Sprintf("!document.querySelector(%s)", quote(selector)))
}

// WaitText waits until some element that the selector finds holds the text.
func WaitText(selector, text string) Step {
	return Wait(fmt.Sprintf("[...document.querySelectorAll(%s)].some((one) => one.innerText.includes(%s))", quote(selector), quote(text)))
}

// Click scrolls to the first element that the selector finds and clicks it with the mouse.
func Click(selector string) Step {
	return func(p *Page) error {
		if err := p.Do(WaitFor(selector)); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		defer cancel()
		if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
			return fmt.Errorf("clicking %s: %w", selector, err)
		}
		return nil
	}
}

// Type types text into whatever has the focus.
func Type(text string) Step {
	return func(p *Page) error {
		insert := func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
			return chromedp.Void{}, err
		}
		if err := chromedp.Do(p.ctx, insert); err != nil {
			return fmt.Errorf("typing %.40q: %w", text, err)
		}
		return nil
	}
}

// Press presses keys one after the other: the constants of package kb, or letters.
func Press(keys ...string) Step {
	return func(p *Page) error {
		for _, key := range keys {
			if err := chromedp.Do(p.ctx, strike(key, 0)); err != nil {
				return fmt.Errorf("pressing %q: %w", key, err)
			}
		}
		return nil
	}
}

// strike presses keys as a keyboard does. chromedp's KeyEvent sends the character apart from the key, so that it arrives even
// where the page has taken the key; here both travel in one event, as they do from a keyboard.
func strike(keys string, modifiers int64) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for _, r := range keys {
			events := kb.Encode(r)
			for i, event := range events {
				if event.Type == kb.KeyChar {
					continue
				}
				if i+1 < len(events) && events[i+1].Type == kb.KeyChar {
					event.Type, event.Text, event.UnmodifiedText = kb.KeyDown, events[i+1].Text, events[i+1].UnmodifiedText
				}
				event.Modifiers |= modifiers
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *event); err != nil {
					return chromedp.Void{}, err
				}
			}
		}
		return chromedp.Void{}, nil
	}
}

// Post writes a message in the channel that is open and waits until the workspace has it.
func Post(text string) Step { return write("composer", ".channel", text) }

// Reply writes in the thread that is open and waits until the workspace has it.
func Reply(text string) Step { return write("thread-composer", ".thread", text) }

func write(box, pane, text string) Step {
	selector := fmt.Sprintf("[data-testid=%q]", box)
	return func(p *Page) error {
		return p.Do(Click(selector), Type(text), Press(kb.Escape), Press(kb.Enter),
			Wait(fmt.Sprintf("document.querySelector(%s).value === ''", quote(selector))), WaitGone(pane+" .pending"))
	}
}

// OpenThread opens the thread of the first message in the channel that holds the text.
func OpenThread(text string) Step {
	return func(p *Page) error {
		find := fmt.Sprintf(`[...document.querySelectorAll('.channel .message')].find((one) => one.innerText.includes(%s))`, quote(text))
		return p.Do(Wait(find), evaluate(find+`.querySelector('[data-tool="reply"]').click()`), WaitFor(".thread:not([hidden]) .message"))
	}
}

// React puts an emoji, by its short name, on the first message that the selector finds, through the picker.
func React(message, name string) Step {
	return func(p *Page) error {
		return p.Do(Hover(message), Click(message+` [data-tool="react"]`), WaitFor(`[data-testid="emoji-search"]`),
			Type(strings.ReplaceAll(name, "_", " ")), WaitFor(fmt.Sprintf("[data-emoji-choice=%q]", name)),
			Click(fmt.Sprintf("[data-emoji-choice=%q]", name)), WaitFor(message+fmt.Sprintf(" [data-emoji=%q]", name)))
	}
}

// Hover puts the mouse over the first element that the selector finds.
func Hover(selector string) Step {
	return func(p *Page) error {
		var at struct{ X, Y float64 }
		box := fmt.Sprintf(`(() => { const one = document.querySelector(%s); one.scrollIntoView({block: 'nearest'});
			const box = one.getBoundingClientRect(); return {X: box.left + box.width / 2, Y: box.top + box.height / 2}; })()`, quote(selector))
		if err := p.Do(WaitFor(selector)); err != nil {
			return err
		}
		if err := p.Eval(box, &at); err != nil {
			return err
		}
		if err := chromedp.Do(p.ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y)); err != nil {
			return fmt.Errorf("hovering over %s: %w", selector, err)
		}
		return nil
	}
}

// settle waits until what was asked to be drawn has been drawn: two frames.
func settle(p *Page) error {
	return p.Eval(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`, nil)
}

func evaluate(expression string) Step {
	return func(p *Page) error { return p.Eval(expression, nil) }
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil { // A string always encodes.
		panic(err)
	}
	return string(quoted)
}

// Choose chooses an option of a menu by its value.
func Choose(selector, value string) Step {
	return func(p *Page) error {
		choose := fmt.Sprintf(`(() => { const menu = document.querySelector(%s); menu.value = %s; menu.dispatchEvent(new Event('change', {bubbles: true})); return menu.value; })()`, quote(selector), quote(value))
		var got string
		if err := p.Do(WaitFor(selector)); err != nil {
			return err
		}
		if err := p.Eval(choose, &got); err != nil {
			return err
		}
		if got != value {
			return fmt.Errorf("choosing %q in %s: there is no such option", value, selector)
		}
		return nil
	}
}

// PressShift presses a key with Shift held.
func PressShift(key string) Step {
	return func(p *Page) error {
		if err := chromedp.Do(p.ctx, strike(key, int64(chromedp.ModifierShift))); err != nil {
			return fmt.Errorf("pressing Shift and %q: %w", key, err)
		}
		return nil
	}
}
