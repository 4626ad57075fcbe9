package main

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstmile/bot/local"
	"firstmile/bot/local/web/webtest"
)

// TestConversationOnThePage is the main job as a newcomer sees it: in a browser,
// from the question in the channel to the page of the pull request.
func TestConversationOnThePage(t *testing.T) {
	browser := webtest.Require(t)
	data := t.TempDir()
	_, d := startLocal(t, data, "--gate", "embedded")
	page, err := browser.Open(d.URL, "", webtest.Window{Width: 1440, Height: 900})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	steps := func(all ...webtest.Step) {
		t.Helper()
		if err := page.Do(all...); err != nil {
			t.Fatal(err)
		}
	}
	steps(webtest.Post(request), webtest.WaitFor(`.channel .message [data-emoji="eyes"]`),
		webtest.OpenThread("weekly churn by region"), webtest.WaitText(".thread .message", "can mean more than one thing here"),
		webtest.Click(`.thread [data-action-id="answer:2"]`), webtest.WaitText(".thread .message", "✓ Revenue churn rate"),
		webtest.Click(`.thread [data-action-id="answer:1"]`), webtest.WaitText(".thread .message", "You want weekly revenue churn rate by billing region."),
		webtest.WaitFor(`.thread [data-action-id="approve"]`), webtest.WaitFor(".thread .table-box"), webtest.WaitFor(`.thread img[alt^="Chart of the preview"]`))
	picture := filepath.Join(pictures(t), "proposal.png")
	steps(webtest.Save(picture))
	mustBePicture(t, picture)

	var ts string
	if err := page.Eval(`document.querySelector('.thread [data-action-id="approve"]').closest('.message').dataset.ts`, &ts); err != nil {
		t.Fatal(err)
	}
	proposal := fmt.Sprintf(".thread .message[data-ts=%q]", ts)
	steps(webtest.React(proposal, "white_check_mark"), webtest.WaitText(proposal, "🎉 Published."), webtest.WaitText(".thread .message", "The pull request is open"))
	followToPull(t, page, d)
}

// followToPull follows the thread's link in the same tab and reads the pull request's page.
func followToPull(t *testing.T, page *webtest.Page, d local.Description) {
	t.Helper()
	link := fmt.Sprintf(`.thread a[href^="%s/github/"][href*="/pull/"]`, d.URL)
	if err := page.Do(webtest.WaitFor(link)); err != nil {
		t.Fatal(err)
	}
	sameTab := fmt.Sprintf(`document.querySelectorAll(%q).forEach((one) => one.removeAttribute('target'))`, link)
	if err := page.Eval(sameTab, nil); err != nil {
		t.Fatal(err)
	}
	if err := page.Do(webtest.Click(link)); err != nil {
		t.Fatal(err)
	}
	read := func(selector string) string {
		text, err := page.Text(selector)
		if err != nil { // between two pages
			return ""
		}
		return text
	}
	until(t, "the page of the pull request", patience, func() bool { return strings.Contains(read("h1"), "#1") })
	for selector, part := range map[string]string{
		"h1":                              "revenue churn",
		".state":                          "Open",
		".markdown":                       "Can we track weekly churn by region?",
		".columns":                        "review requested",
		".diff":                           "name: fct_weekly_revenue_churn_rate_by_billing_region",
		"details.file:last-of-type":       "fct_weekly_revenue_churn_rate_by_billing_region.sql",
		"details.file:last-of-type .diff": "{{ ref('fct_subscriptions') }}",
	} {
		if text := read(selector); !strings.Contains(text, part) {
			t.Errorf("%s does not hold %q but %.300q", selector, part, text)
		}
	}
	picture := filepath.Join(pictures(t), "pull.png")
	if err := page.Do(webtest.Save(picture)); err != nil {
		t.Fatal(err)
	}
	mustBePicture(t, picture)
}

// pictures is the folder that E2E_SHOTS names, for people to look at, else one of the test's own.
func pictures(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("E2E_SHOTS"); dir != "" {
		return dir
	}
	return t.TempDir()
}

func mustBePicture(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if size, err := png.DecodeConfig(file); err != nil || size.Width != 1440 {
		t.Errorf("%s is %d pixels wide, %v", filepath.Base(path), size.Width, err)
	}
}
