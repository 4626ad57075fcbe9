package web_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/slack-go/slack"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/local/web/webtest"
)

// TestComesBackByItself stops the workspace under an open page: what was typed survives, what was said meanwhile
// appears, nothing needs a reload.
func TestComesBackByItself(t *testing.T) {
	o := open(t)
	gone := o.say(slack.MsgOptionText("will be deleted", false))
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	do(t, page, webtest.WaitText(".channel .message", "will be deleted"))
	o.down()
	do(t, page, webtest.WaitFor(".connection.offline"), webtest.WaitText(".banner", "No connection"),
		webtest.Click("#composer"), webtest.Type("typed while away"), webtest.Press(kb.Enter), webtest.WaitText(".pending.failed", "Not sent"),
		webtest.WaitText(".pending.failed", "typed while away"))
	o.start()
	if _, _, err := o.bot.DeleteMessage(channel, gone); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.as(omar).PostMessage(channel, slack.MsgOptionText("said meanwhile", false)); err != nil {
		t.Fatal(err)
	}
	do(t, page, webtest.WaitText(".channel .message", "said meanwhile"), webtest.Wait(`![...document.querySelectorAll('.channel .message')].some((m) => m.innerText.includes('will be deleted'))`),
		webtest.WaitFor(".connection.live"), webtest.WaitFor(".banner[hidden]"))
	do(t, page, webtest.Click(`[data-testid="retry"]`), webtest.WaitGone(".pending"), webtest.WaitText(".channel .message[data-ts]", "typed while away"))
}

// TestFailedSendKeepsTheText: refused, the text can go back to the box; done with the answer lost, it shows once.
func TestFailedSendKeepsTheText(t *testing.T) {
	o := open(t)
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	send := func(text string) webtest.Step {
		return func(p *webtest.Page) error {
			return p.Do(webtest.Click("#composer"), webtest.Type(text), webtest.Press(kb.Enter))
		}
	}
	o.api.Faults().Add(slackapi.Fault{Method: "chat.postMessage", Error: "msg_too_long"})
	do(t, page, send("refused"), webtest.WaitText(".pending.failed", "too long"), webtest.Click(`[data-testid="take-back"]`), webtest.WaitGone(".pending"),
		webtest.Wait(`document.querySelector('#composer').value === 'refused'`), webtest.Press(kb.Enter), webtest.WaitText(".message[data-ts]", "refused"))
	o.api.Faults().Add(slackapi.Fault{Method: "chat.postMessage", LoseAnswer: true})
	do(t, page, send("done all the same"), webtest.WaitText(".message[data-ts]", "done all the same"), webtest.WaitGone(".pending"))
	o.api.Faults().Add(slackapi.Fault{Method: "chat.postMessage", Status: 429})
	do(t, page, send("after a pause"), webtest.WaitText(".message[data-ts]", "after a pause"), webtest.WaitGone(".pending"))
}

// TestDraftSurvivesReload: what was typed and not sent is there again.
func TestDraftSurvivesReload(t *testing.T) {
	o := open(t)
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	do(t, page, webtest.Click("#composer"), webtest.Type("half a thought"))
	if err := page.Eval("location.reload()", nil); err != nil {
		t.Fatal(err)
	}
	do(t, page, webtest.Wait(`document.querySelector('#composer')?.value === 'half a thought'`))
}
