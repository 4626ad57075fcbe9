package webtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Page is the workspace's page open as one person.
type Page struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// Step is something done or awaited on a page.
type Step func(*Page) error

// Do runs steps in order and stops at the first that fails.
func (p *Page) Do(steps ...Step) error {
	for _, step := range steps {
		if err := step(p); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the page.
func (p *Page) Close() { p.cancel() }

// Eval evaluates a JavaScript expression, which may be a promise, and stores its value in out (nil drops it).
func (p *Page) Eval(expression string, out any) error {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](expression, awaitPromise))
	if err != nil {
		return fmt.Errorf("evaluating %.120q: %w", expression, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(value, out); err != nil {
		return fmt.Errorf("reading the value of %.120q: %w", expression, err)
	}
	return nil
}

func awaitPromise(params *runtime.EvaluateParams) {
	await := true
	params.AwaitPromise = &await
}

// Text is the visible text of the first element that a CSS selector finds.
func (p *Page) Text(selector string) (string, error) {
	var text string
	err := p.Eval(fmt.Sprintf(`document.querySelector(%s)?.innerText ?? ''`, quote(selector)), &text)
	return text, err
}

// Screenshot is the page as a PNG.
func (p *Page) Screenshot() ([]byte, error) {
	// Pictures and fonts that are still being decoded would be missing.
	settled := `document.fonts.ready.then(() => Promise.all([...document.images].map((i) => i.decode().catch(() => 0)))).then(() => true)`
	if err := p.Do(evaluate(settled), settle); err != nil {
		return nil, err
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return nil, fmt.Errorf("taking a screenshot: %w", err)
	}
	return png, nil
}

// WriteScreenshot opens the page as a person, runs the steps and saves what is seen as a PNG at path.
func WriteScreenshot(path, address, person string, window Window, steps ...Step) error {
	browser, err := Start()
	if err != nil {
		return err
	}
	defer browser.Close()
	page, err := browser.Open(address, person, window)
	if err != nil {
		return err
	}
	return page.Do(append(steps, Save(path))...)
}

// Save writes a screenshot of the page to path.
func Save(path string) Step {
	return func(p *Page) error {
		png, err := p.Screenshot()
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("saving a screenshot: %w", err)
		}
		if err := os.WriteFile(path, png, 0o644); err != nil {
			return fmt.Errorf("saving a screenshot: %w", err)
		}
		return nil
	}
}
