package web_test

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/slack-go/slack"

	"firstmile/bot/local/slackapi"
	"firstmile/bot/local/web/webtest"
)

// TestWriteScreenshot exercises the helper; with WEB_SHOTS naming a folder it leaves a whole set of pictures there, for
// people to look at.
func TestWriteScreenshot(t *testing.T) {
	webtest.Require(t) // Skips where there is no browser.
	o, dir, all := open(t), os.Getenv("WEB_SHOTS"), true
	if dir == "" {
		dir, all = t.TempDir(), false
	}
	shot := func(name, person string, window webtest.Window, steps ...webtest.Step) {
		t.Helper()
		path := filepath.Join(dir, name+".png")
		if err := webtest.WriteScreenshot(path, o.URL, person, window, steps...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		picture, err := png.DecodeConfig(file)
		if err != nil || picture.Width < 360 {
			t.Errorf("%s: %d×%d, %v", name, picture.Width, picture.Height, err)
		}
	}
	phone, wide := webtest.Window{Phone: true, Scale: 2}, webtest.Window{Width: 1440, Height: 900}
	if all {
		shot("welcome", ines, webtest.Window{})
		shot("welcome-phone", ines, phone)
	}
	o.converse()
	thread := []webtest.Step{webtest.OpenThread("weekly churn"), webtest.WaitFor(".thread .table-box")}
	shot("light", ines, wide, thread...)
	if !all {
		return
	}
	o.pictures(shot, thread, phone, wide)
}

func (o *office) pictures(shot func(string, string, webtest.Window, ...webtest.Step), thread []webtest.Step, phone, wide webtest.Window) {
	dark, darkPhone := wide, phone
	dark.Dark, darkPhone.Dark = true, true
	shot("dark", omar, dark, thread...)
	shot("phone", ines, phone, thread...)
	shot("phone-top", ines, phone, append(thread, webtest.Click(".thread .author"))...)
	shot("phone-channel", ines, darkPhone)
	shot("phone-nav", ines, phone, webtest.Click(`[data-testid="show-nav"]`))
	shot("thread-top", ines, wide, append(thread, webtest.Hover(".thread .message"))...)
	pick := []webtest.Step{webtest.Hover(".channel .message"), webtest.Click(`.channel [data-tool="react"]`), webtest.WaitFor(".picker")}
	shot("picker", ines, webtest.Window{}, pick...)
	shot("edit", ines, webtest.Window{}, webtest.Hover(".channel .message"), webtest.Click(`.channel [data-tool="edit"]`), webtest.WaitFor(".edit-box"))
	shot("delete", ines, webtest.Window{Dark: true}, webtest.Hover(".channel .message"), webtest.Click(`.channel [data-tool="delete"]`), webtest.WaitFor("dialog"))
	shot("mention", ines, webtest.Window{}, webtest.Click("#composer"), webtest.Type("Ask @"))
	o.api.Faults().Add(slackapi.Fault{Method: "chat.postMessage", Error: "not_in_channel"})
	shot("failed", ines, webtest.Window{}, webtest.Click("#composer"), webtest.Type("does not arrive"), webtest.Press("\r"), webtest.WaitFor(".failed"))
	text := slack.NewTextBlockObject("mrkdwn", "*My requests*\n• <https://github.example/pull/7|Weekly churn by region> · waiting for approval\n• Revenue by plan · done", false, false)
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{
		slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "Good morning, Ines", false, false)), slack.NewSectionBlock(text, nil, nil), slack.NewDividerBlock(),
		slack.NewActionBlock("", slack.NewButtonBlockElement("new", "1", slack.NewTextBlockObject("plain_text", "New request", false, false)).WithStyle(slack.StylePrimary))}}}
	if _, err := o.bot.PublishView(ines, home, ""); err != nil {
		o.t.Fatal(err)
	}
	shot("home", ines, webtest.Window{}, webtest.Click(`[data-nav="home"]`), webtest.WaitFor(".home .block"))
}

// converse plays a request up to its proposal.
func (o *office) converse() {
	o.t.Helper()
	asking := o.as(ines)
	_, root, err := asking.PostMessage(channel, slack.MsgOptionText("@firstmile Can we track weekly churn by region?", false))
	if err != nil {
		o.t.Fatal(err)
	}
	in := slack.MsgOptionTS(root)
	text := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("mrkdwn", s, false, false) }
	button := func(id, value, label string, style slack.Style) *slack.ButtonBlockElement {
		return slack.NewButtonBlockElement(id, value, slack.NewTextBlockObject("plain_text", label, true, false)).WithStyle(style)
	}
	_ = o.bot.AddReaction("eyes", slack.NewRefToMessage(channel, root))
	o.say(in, slack.MsgOptionText("Which churn?", false), slack.MsgOptionBlocks(
		slack.NewSectionBlock(text("You want *churn*, per *week*, by *region*, for all customers. One thing changes the number:"), nil, nil),
		slack.NewSectionBlock(text("*Which churn?* By customers it is 352 in the last twelve weeks, by revenue 4.1 %."), nil, nil),
		slack.NewActionBlock("q1", button("answer_customers", "customers", "Customers who left", slack.StylePrimary), button("answer_revenue", "revenue", "Revenue lost", slack.StyleDefault)),
		slack.NewContextBlock("", text("Or answer in your own words in this thread."))))
	if _, _, err := asking.PostMessage(channel, in, slack.MsgOptionText("customers who left, by billing region", false)); err != nil {
		o.t.Fatal(err)
	}
	proposal := o.say(in, slack.MsgOptionText("Proposal", false), slack.MsgOptionBlocks(
		slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "Weekly customer churn by region", false, false)),
		slack.NewSectionBlock(text("A new model `fct_weekly_churn_by_region`: one row per *week* and *billing region*."), nil, nil),
		slack.NewSectionBlock(nil, []*slack.TextBlockObject{text("*Week starts*\nMonday, UTC"), text("*Cancelled trials*\nnot counted"), text("*Empty weeks*\nkept, as 0"), text("*Region*\nof the billing address")}, nil),
		slack.NewSectionBlock(text("```select\n    date_trunc('week', s.cancelled_at) as churn_week,\n    c.billing_region,\n    count(distinct s.customer_id) as churned_customers\nfrom {{ ref('stg_subscriptions') }} as s\ninner join {{ ref('dim_customers') }} as c on s.customer_id = c.customer_id\nwhere s.cancelled_at is not null\ngroup by 1, 2```"), nil, nil),
		table([][]string{{"churn_week", "billing_region", "churned_customers"}, {"2025-06-02", "EMEA", "14"}, {"2025-06-02", "Americas", "9"}, {"2025-06-02", "APAC", "4"}, {"2025-06-09", "EMEA", "11"}}),
		slack.NewContextBlock("", text(":white_check_mark: 12 checks passed · :hourglass_flowing_sand: dbt is running")),
		slack.NewActionBlock("p1", button("approve", "d1", ":white_check_mark: Approve", slack.StylePrimary), button("revise", "d1", "Change something", slack.StyleDefault), button("cancel", "d1", "Cancel", slack.StyleDanger))))
	if err := o.as(omar).AddReaction("rocket", slack.NewRefToMessage(channel, proposal)); err != nil {
		o.t.Fatal(err)
	}
	if _, _, err := o.as(omar).PostMessage(channel, slack.MsgOptionText("Looks right to me.\n&gt; kept, as 0\nGood. See <https://github.example/northpeak/analytics/pull/7|#7> for the last one :tada:", false)); err != nil {
		o.t.Fatal(err)
	}
}

func table(rows [][]string) slack.Block {
	block := slack.NewTableBlock("")
	for _, row := range rows {
		var cells []slack.TableCell
		for _, cell := range row {
			cells = append(cells, slack.NewTableRawTextCell(cell))
		}
		block.AddRow(cells...)
	}
	return block
}
