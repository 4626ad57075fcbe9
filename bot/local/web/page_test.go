package web_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/local/web/webtest"
)

// openAs opens the page as a person and closes it with the test.
func openAs(t *testing.T, browser *webtest.Browser, o *office, person string, window webtest.Window) *webtest.Page {
	t.Helper()
	page, err := browser.Open(o.URL, person, window)
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

// message selects a message of the channel pane by its ts.
func message(ts string) string { return fmt.Sprintf(".channel .message[data-ts=%q]", ts) }

func TestPostAndThread(t *testing.T) {
	o := open(t)
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	do(t, page, webtest.WaitFor(`[data-testid="welcome"]`), webtest.Post("@firstmile how many *open* <tickets>?"),
		webtest.WaitText(".channel .message", "@Firstmile how many open <tickets>?"), webtest.WaitGone(`[data-testid="welcome"]`))
	do(t, page, webtest.OpenThread("how many"), webtest.Reply("by plan, please"),
		webtest.WaitText(".thread .message", "by plan, please"), webtest.WaitText(".channel .thread-bar", "1 reply"))
	history, err := o.as(omar).GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: channel})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := history.Messages[0].Text, "<@"+bot+"> how many *open* &lt;tickets&gt;?"; got != want {
		t.Errorf("the workspace has %q, want %q", got, want)
	}
}

func TestWelcomeSuggestionFillsTheBox(t *testing.T) {
	o := open(t)
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	do(t, page, webtest.Click(".suggestion"),
		webtest.Wait(`document.activeElement.id === 'composer' && document.activeElement.value === '@Firstmile Can we track weekly churn by region?'`))
}

func TestTwoSpeakersSeeEachOtherLive(t *testing.T) {
	o, browser := open(t), webtest.Require(t)
	asks, answers := openAs(t, browser, o, ines, webtest.Window{}), openAs(t, browser, o, omar, webtest.Window{})
	do(t, asks, webtest.Post("which region counts?"))
	do(t, answers, webtest.WaitText(".channel .message", "which region counts?"), webtest.OpenThread("which region"), webtest.Reply("billing"))
	do(t, asks, webtest.WaitText(".channel .thread-bar", "1 reply"), webtest.WaitFor(".channel .thread-bar .new-dot"),
		webtest.OpenThread("which region"), webtest.WaitText(".thread .message", "billing"), webtest.WaitGone(".thread-bar .new-dot"))

	// Editing and deleting, by keyboard in the message box and by the tools.
	do(t, asks, webtest.Click("#composer"), webtest.Press(kb.ArrowUp), webtest.WaitFor(`[data-testid="edit-box"]`),
		webtest.Wait(`document.activeElement.dataset.testid === 'edit-box'`), webtest.Press(kb.End), webtest.Type(" Billing?"), webtest.Press(kb.Enter), webtest.WaitGone(`[data-testid="edit-box"]`))
	do(t, answers, webtest.WaitText(".channel .message", "which region counts? Billing?"), webtest.WaitText(".channel .message", "(edited)"),
		webtest.Wait(`!document.querySelector('.channel [data-tool="edit"]')`))
	do(t, answers, webtest.Click(`.thread .message [data-tool="delete"]`), webtest.Click(`[data-testid="confirm"]`), webtest.WaitText(".thread .topic", "#data-requests"))
	do(t, asks, webtest.Wait(`document.querySelectorAll('.thread .message').length === 1`), webtest.WaitGone(".channel .thread-bar"))
}

func TestUnreadMarks(t *testing.T) {
	o := open(t)
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	general := `[data-channel="` + quietCh + `"]`
	for _, text := range []string{"first", "second"} {
		if _, _, err := o.as(omar).PostMessage(quietCh, slack.MsgOptionText(text, false)); err != nil {
			t.Fatal(err)
		}
	}
	do(t, page, webtest.WaitText(general+" .unread-count", "2"), webtest.Wait(`document.title.startsWith('(2) ')`),
		webtest.Click(general), webtest.WaitText(".channel .line.new", "New"), webtest.WaitGone(".unread-count"), webtest.Wait(`!document.title.startsWith('(')`))
}

func TestReactions(t *testing.T) {
	o := open(t)
	ts := o.say(slack.MsgOptionText("A proposal", false))
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	do(t, page, webtest.React(message(ts), "white_check_mark"), webtest.WaitFor(message(ts)+` [data-emoji="white_check_mark"].mine`))
	item := slack.NewRefToMessage(channel, ts)
	if err := o.as(omar).AddReaction("white_check_mark", item); err != nil {
		t.Fatal(err)
	}
	do(t, page, webtest.WaitText(message(ts)+` [data-emoji="white_check_mark"]`, "2"),
		webtest.Click(message(ts)+` [data-emoji="white_check_mark"]`), webtest.WaitText(message(ts)+` [data-emoji="white_check_mark"]:not(.mine)`, "1"))
	got, err := o.bot.GetReactions(item, slack.GetReactionsParameters{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]slack.ItemReaction{{Name: "white_check_mark", Count: 1, Users: []string{omar}}}, got.Reactions); diff != "" {
		t.Errorf("reactions in the workspace (-want +got):\n%s", diff)
	}
	// Refused by the workspace: taken back on the page, with the reason.
	o.api.Faults().Add(slackapi.Fault{Method: "reactions.add", Error: "missing_scope"})
	do(t, page, webtest.Hover(message(ts)), webtest.Click(message(ts)+` [data-tool="quick-eyes"]`), webtest.WaitText(`[data-testid="toast"]`, "may not do that"), webtest.WaitGone(message(ts)+` [data-emoji="eyes"]`))
}

func TestButtonsReachTheApp(t *testing.T) {
	o := open(t)
	text := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, true, false) }
	sure := slack.NewConfirmationBlockObject(text("Really?"), text("It opens a pull request."), text("Open it"), text("Wait"))
	menu := slack.NewOptionsSelectBlockElement("static_select", text("Which churn?"), "choose",
		slack.NewOptionBlockObject("customers", text("Customers"), nil), slack.NewOptionBlockObject("revenue", text("Revenue"), nil))
	o.say(slack.MsgOptionText("A proposal", false), slack.MsgOptionBlocks(slack.NewActionBlock("proposal",
		slack.NewButtonBlockElement("approve", "digest-1", text("Approve")).WithStyle(slack.StylePrimary).WithConfirm(sure), menu)))
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	approve := `[data-action-id="approve"][data-block-id="proposal"][data-value="digest-1"]`
	do(t, page, webtest.Click(approve), webtest.WaitText("dialog", "It opens a pull request."), webtest.Press(kb.Escape), webtest.WaitGone("dialog"),
		webtest.Click(approve), webtest.Click(`[data-testid="confirm"]`))
	press := o.next(slack.InteractionTypeBlockActions)
	action := press.ActionCallback.BlockActions[0]
	if got, want := []string{press.User.ID, press.Channel.ID, action.ActionID, action.BlockID, action.Value}, []string{ines, channel, "approve", "proposal", "digest-1"}; !cmp.Equal(got, want) {
		t.Errorf("the app got %v, want %v", got, want)
	}
	do(t, page, webtest.Choose(`[data-action-id="choose"]`, "revenue"))
	if got := o.next(slack.InteractionTypeBlockActions).ActionCallback.BlockActions[0].SelectedOption.Value; got != "revenue" {
		t.Errorf("the app got the choice %q, want revenue", got)
	}
	// An app that does not answer is said to be silent, beside the button.
	o.api.Faults().Add(slackapi.Fault{Method: "blocks.actions", Error: "app_not_responding"})
	do(t, page, webtest.Click(approve), webtest.Click(`[data-testid="confirm"]`), webtest.WaitText(".press-error", "did not answer"))
}

func TestModalFromTheApp(t *testing.T) {
	o := open(t)
	text := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, true, false) }
	o.say(slack.MsgOptionText("x", false), slack.MsgOptionBlocks(slack.NewActionBlock("b", slack.NewButtonBlockElement("revise", "1", text("Change")))))
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	do(t, page, webtest.Click(`[data-action-id="revise"]`))
	input := slack.NewInputBlock("wish", text("What should change?"), text("In your own words"), slack.NewPlainTextInputBlockElement(nil, "words"))
	if _, err := o.bot.OpenView(o.next(slack.InteractionTypeBlockActions).TriggerID, slack.ModalViewRequest{
		Type: "modal", CallbackID: "revise", Title: text("Change it"), Submit: text("Send"), Blocks: slack.Blocks{BlockSet: []slack.Block{input}},
	}); err != nil {
		t.Fatal(err)
	}
	do(t, page, webtest.WaitText("dialog", "What should change?"), webtest.Click(`dialog [data-action-id="words"]`), webtest.Type("also by plan"),
		webtest.Click(`dialog [type="submit"]`), webtest.WaitGone("dialog"))
	sent := o.next(slack.InteractionTypeViewSubmission)
	if got := sent.View.State.Values["wish"]["words"].Value; got != "also by plan" {
		t.Errorf("the app got %q", got)
	}
}

func TestAppHomeEphemeralAndStatus(t *testing.T) {
	o := open(t)
	ts := o.say(slack.MsgOptionText("A root", false))
	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	if _, err := o.bot.PostEphemeral(channel, ines, slack.MsgOptionText("Only the data team may approve this.", false)); err != nil {
		t.Fatal(err)
	}
	do(t, page, webtest.WaitText(".message.ephemeral", "Only visible to you"))
	if err := o.bot.SetAssistantThreadsStatus(slack.AssistantThreadsSetStatusParameters{ChannelID: channel, ThreadTS: ts, Status: "is checking the design…"}); err != nil {
		t.Fatal(err)
	}
	do(t, page, webtest.WaitText(message(ts), "Firstmile is checking the design…"), webtest.OpenThread("A root"), webtest.WaitText(`[data-testid="status"]`, "Firstmile is checking the design…"))
	o.say(slack.MsgOptionText("Done", false), slack.MsgOptionTS(ts))
	do(t, page, webtest.WaitText(".thread .message", "Done"), webtest.Wait(`document.querySelector('[data-testid="status"]').textContent === ''`))

	publish := func(words string) {
		t.Helper()
		block := slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", words, false, false), nil, nil)
		if _, err := o.bot.PublishView(ines, slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{block}}}, ""); err != nil {
			t.Fatal(err)
		}
	}
	do(t, page, webtest.Click(`[data-nav="home"]`), webtest.WaitText(".home", "has not published anything"))
	publish("*My requests*: none yet")
	do(t, page, webtest.WaitText(".home .block", "My requests: none yet"))
	publish("*My requests*: one")
	do(t, page, webtest.WaitText(".home .block", "My requests: one"), webtest.Click(".home .tabs .tab:last-child"), webtest.WaitFor(".channel:not([hidden])"),
		webtest.Post("hello there"), webtest.WaitText(".channel .message", "hello there"))
}
