package slackapi_test

import (
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// The whole conversation that the product has, through slack-go unchanged on both sides.
func TestConversationThroughSlackGo(t *testing.T) {
	s := start(t)
	app := s.listen()
	await(t, app, socketmode.EventTypeHello)
	bot, person := s.bot(), s.person(ana)

	_, ts, err := person.PostMessage(requests, slack.MsgOptionText("@firstmile Can we track churn & more?", false))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for len(seen) < 2 {
		e := await(t, app, socketmode.EventTypeEventsAPI)
		if err := app.Ack(*e.Request); err != nil {
			t.Fatal(err)
		}
		switch inner := e.Data.(slackevents.EventsAPIEvent).InnerEvent.Data.(type) {
		case *slackevents.AppMentionEvent:
			seen["app_mention"] = inner.TimeStamp + " " + inner.Text
		case *slackevents.MessageEvent:
			seen["message"] = inner.TimeStamp + " " + inner.Text
		}
	}
	want := ts + " <@" + botUser + "> Can we track churn &amp; more?"
	if seen["app_mention"] != want || seen["message"] != want {
		t.Fatalf("got %v, want both to be %q", seen, want)
	}

	if err := bot.AddReaction("eyes", slack.NewRefToMessage(requests, ts)); err != nil {
		t.Fatal(err)
	}
	button := slack.NewButtonBlockElement("answer_1", "customers", slack.NewTextBlockObject("plain_text", "Customers", false, false))
	_, question, err := bot.PostMessage(requests, slack.MsgOptionTS(ts), slack.MsgOptionText("Which one?", false),
		slack.MsgOptionBlocks(slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "Which one?", false, false), nil, nil), slack.NewActionBlock("q1", button)),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "effect", EventPayload: map[string]any{"id": "42"}}))
	if err != nil {
		t.Fatal(err)
	}
	pressed := make(chan answer, 1)
	go func() {
		pressed <- s.call(s.Tokens().Users[ana], "blocks.actions", "channel", requests, "message_ts", question, "block_id", "q1", "action_id", "answer_1")
	}()
	e := await(t, app, socketmode.EventTypeInteractive)
	callback := e.Data.(slack.InteractionCallback)
	if err := app.Ack(*e.Request); err != nil {
		t.Fatal(err)
	}
	if a := <-pressed; !a.ok() {
		t.Fatal(a)
	}
	action := callback.ActionCallback.BlockActions[0]
	if callback.User.ID != ana || action.ActionID != "answer_1" || action.Value != "customers" || callback.Message.Timestamp != question || callback.TriggerID == "" {
		t.Fatalf("callback %+v, action %+v", callback, action)
	}

	if err := person.AddReaction("white_check_mark", slack.NewRefToMessage(requests, question)); err != nil {
		t.Fatal(err)
	}
	for {
		e := await(t, app, socketmode.EventTypeEventsAPI)
		if err := app.Ack(*e.Request); err != nil {
			t.Fatal(err)
		}
		if r, ok := e.Data.(slackevents.EventsAPIEvent).InnerEvent.Data.(*slackevents.ReactionAddedEvent); ok && r.User == ana {
			if r.Reaction != "white_check_mark" || r.Item.Timestamp != question || r.Item.Channel != requests || r.ItemUser != botUser {
				t.Fatalf("%+v", r)
			}
			break
		}
	}
	thread, _, _, err := bot.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: requests, Timestamp: ts, IncludeAllMetadata: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(thread) != 2 || thread[0].ReplyCount != 1 || thread[1].Metadata.EventPayload["id"] != "42" || thread[1].BotID != "B0BOT" ||
		len(thread[1].Reactions) != 1 || thread[1].ThreadTimestamp != ts {
		t.Fatalf("%+v", thread)
	}
}
