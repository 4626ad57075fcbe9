// Package webtest opens the workspace's page in a real browser: for tests, and for the pictures in the README.
//
// A start: Require (or Start) gives a Browser, Browser.Open a Page that speaks as one person, Page.Do runs Steps on
// it. WriteScreenshot does all of that at once and saves a PNG. Steps act as a person would, with clicks and keys;
// they wait for what they need and never for a length of time.
//
// It needs Chromium (or Chrome). Emoji in pictures need a colour emoji font on the machine, such as
// Noto Color Emoji.
package webtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long a step waits for what it needs; generous, since a busy machine is no failure.
const patience = 30 * time.Second

// ErrNoBrowser says that there is no Chromium on this machine.
var ErrNoBrowser = errors.New("webtest: no chromium, chromium-browser or google-chrome found")

// Browser is one browser process with a profile of its own.
type Browser struct {
	ctx    context.Context
	cancel context.CancelFunc
	dir    string
}

// Require gives a browser that ends with the test. Without one on the machine the test is skipped, in CI it fails.
func Require(t testing.TB) *Browser {
	t.Helper()
	browser, err := Start()
	if errors.Is(err, ErrNoBrowser) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(browser.Close)
	return browser
}

// Start starts a headless browser with a fresh profile. Close it.
func Start() (*Browser, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "firstmile-browser-")
	if err != nil {
		return nil, fmt.Errorf("making a browser profile: %w", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.DisableGPU, chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en-US"),
	)
	alloc, endAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endTab := chromedp.NewContext(alloc)
	b := &Browser{ctx: ctx, dir: dir, cancel: func() { endTab(); endAlloc() }}
	if err := chromedp.Do(ctx); err != nil {
		b.Close()
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return b, nil
}

// find looks in PATH for a browser that speaks the DevTools protocol.
func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
				return path, nil
			}
		}
	}
	return "", ErrNoBrowser
}

// Close ends the browser and removes its profile.
func (b *Browser) Close() {
	b.cancel()
	// Its child processes may still write for a moment; a profile left in the temporary folder harms nobody.
	for range 20 {
		if os.RemoveAll(b.dir) == nil {
			return
		}
		<-time.After(50 * time.Millisecond)
	}
}

// Window is how a page is looked at. Zero means 1280×800, light, with a mouse.
type Window struct {
	Width, Height int64
	Dark          bool
	Phone         bool    // 360×740 unless given, with touch
	Scale         float64 // device pixels per CSS pixel; zero means 1
}

func (w Window) withDefaults() Window {
	width, height := int64(1280), int64(800)
	if w.Phone {
		width, height = 360, 740
	}
	if w.Width == 0 {
		w.Width = width
	}
	if w.Height == 0 {
		w.Height = height
	}
	if w.Scale == 0 {
		w.Scale = 1
	}
	return w
}

// Open opens the page at address (as printed at the workspace's start) as one person, named by user id; empty means
// the page's default. Every page has storage of its own, as if on a machine of its own.
func (b *Browser) Open(address, person string, window Window) (*Page, error) {
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	p := &Page{ctx: ctx, cancel: cancel}
	if person != "" {
		address += "?as=" + url.QueryEscape(person)
	}
	err := chromedp.Do(ctx, appearance(window.withDefaults()), chromedp.Navigate(address))
	if err == nil {
		err = p.Do(WaitFor("#app[data-ready]"), WaitFor(".pane:not([hidden])"), settle)
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("opening %s: %w", address, err)
	}
	return p, nil
}

func appearance(w Window) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		scheme := "light"
		if w.Dark {
			scheme = "dark"
		}
		_, err := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: w.Width, Height: w.Height, DeviceScaleFactor: w.Scale, Mobile: w.Phone,
		})
		if err == nil {
			_, err = cdp.Call(ctx, t, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: w.Phone})
		}
		if err == nil {
			_, err = cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
			})
		}
		return chromedp.Void{}, err
	}
}
