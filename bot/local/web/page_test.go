package web_test

import (
	"testing"

	"firstmile/bot/local/web/webtest"
)

// must opens the page as a person and closes it with the test.
func must(t *testing.T, o *office, person string, window webtest.Window) *webtest.Page {
	t.Helper()
	page, err := webtest.Require(t).Open(o.URL, person, window)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	return page
}

func do(t *testing.T, page *webtest.Page, steps ...webtest.Step) {
	t.Helper()
	if err := page.Do(steps...); err != nil {
		t.Fatal(err)
	}
}

func TestPostAndThread(t *testing.T) {
	o := open(t)
	page := must(t, o, ines, webtest.Window{})
	do(t, page, webtest.WaitFor(`[data-testid="welcome"]`), webtest.Post("@firstmile how many *open* <tickets>?"),
		webtest.WaitText(".channel .message", "@Firstmile how many open <tickets>?"), webtest.WaitGone(`[data-testid="welcome"]`))
	do(t, page, webtest.OpenThread("how many"), webtest.Reply("by plan, please"),
		webtest.WaitText(".thread .message", "by plan, please"), webtest.WaitText(".channel .thread-bar", "1 reply"))
	history, err := o.as(omar).GetConversationHistory(historyOf(channel))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := history.Messages[0].Text, "<@"+bot+"> how many *open* &lt;tickets&gt;?"; got != want {
		t.Errorf("the workspace has %q, want %q", got, want)
	}
}
