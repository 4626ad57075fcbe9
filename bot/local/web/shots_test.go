package web_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/slack-go/slack"

	"firstmile/bot/local/web/webtest"
)

// TestShots writes pictures of a typical conversation to the folder named by WEB_SHOTS, for people to look at; without
// it they go to the test's own folder, so that the helper is exercised all the same.
func TestShots(t *testing.T) {
	dir := os.Getenv("WEB_SHOTS")
	if dir == "" {
		dir = t.TempDir()
	}
	o := open(t)
	shot := func(name, person string, window webtest.Window, steps ...webtest.Step) {
		t.Helper()
		path := filepath.Join(dir, name+".png")
		if err := webtest.WriteScreenshot(path, o.URL, person, window, steps...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() < 5000 {
			t.Errorf("%s: no picture worth the name (%v, %v)", name, info, err)
		}
	}
	shot("welcome", ines, webtest.Window{})
	shot("welcome-phone", ines, webtest.Window{Phone: true, Scale: 2})
	o.converse()
	thread := webtest.OpenThread("weekly churn")
	shot("light", ines, webtest.Window{Width: 1440, Height: 900}, thread, webtest.WaitFor(".thread .table-box"))
	shot("dark", omar, webtest.Window{Width: 1440, Height: 900, Dark: true}, thread, webtest.WaitFor(".thread .table-box"))
	shot("phone", ines, webtest.Window{Phone: true, Scale: 2}, thread, webtest.WaitFor(".thread .table-box"))
	shot("phone-channel", ines, webtest.Window{Phone: true, Scale: 2, Dark: true})
	shot("hover", ines, webtest.Window{Width: 1000, Height: 700}, webtest.Hover(".channel .message"))
	shot("picker", ines, webtest.Window{}, webtest.Hover(".channel .message"), webtest.Click(`.channel [data-tool="react"]`))
	shot("mention", ines, webtest.Window{}, webtest.Click("#composer"), webtest.Type("Ask @"))
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
