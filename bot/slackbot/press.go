package slackbot

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"firstmile/bot/slackbot/render"
	"firstmile/planner/plan"
)

// interaction takes what people do with the blocks of a message. Slack does not repeat an interaction that is not
// acknowledged; it shows the person a warning sign, and the person presses again.
func (b *Bot) interaction(c slack.InteractionCallback, ack func(context.Context)) {
	channel := cmp.Or(c.Container.ChannelID, c.Channel.ID)
	b.lanes.put(channel, job{"interaction", func(ctx context.Context) error { return b.pressed(ctx, channel, c) }, ack})
}

func (b *Bot) pressed(ctx context.Context, channel string, c slack.InteractionCallback) error {
	ts := cmp.Or(c.Container.MessageTs, c.Message.Timestamp)
	if c.Type != slack.InteractionTypeBlockActions || channel == "" || !isTS(ts) {
		return nil
	}
	self, err := b.who(ctx)
	if err != nil {
		return err
	}
	root := cmp.Or(c.Container.ThreadTs, c.Message.ThreadTimestamp, ts)
	for _, a := range c.ActionCallback.BlockActions {
		p, ok := pressOf(*a)
		if !ok {
			continue
		}
		p.Person, p.Message = b.people.person(ctx, c.User.ID), plan.MessageRef{Channel: channel, TS: ts}
		at := cmp.Or(a.ActionTs, c.ActionTs)
		event := plan.Event{At: b.moment(at), Pressed: &p,
			Key: strings.Join([]string{"press:" + self.team, channel, ts, a.ActionID, c.User.ID, cmp.Or(at, c.TriggerID)}, "/")}
		if err := b.cfg.Inbox.Deliver(ctx, threadID(self.team, channel, root), event); err != nil {
			return fmt.Errorf("delivering a press: %w", err)
		}
	}
	return nil
}

// pressOf reads a button of ours; false for any other element.
func pressOf(a slack.BlockAction) (plan.Pressed, bool) {
	switch {
	case strings.HasPrefix(a.ActionID, render.ActionAnswer):
		question, option, ok := render.ParseAnswer(a.Value)
		return plan.Pressed{Button: plan.PressAnswer, Question: question, Option: option}, ok
	case a.ActionID == render.ActionRemember:
		question, _, ok := render.ParseAnswer(a.Value)
		return plan.Pressed{Button: plan.PressRemember, Question: question}, ok
	case a.ActionID == render.ActionApprove:
		return plan.Pressed{Button: plan.PressApprove, Digest: a.Value}, a.Value != ""
	case a.ActionID == render.ActionCancel:
		return plan.Pressed{Button: plan.PressCancel}, true
	}
	return plan.Pressed{}, false
}

// moment is when something happened, or now where Slack does not say.
func (b *Bot) moment(ts string) time.Time {
	if t := timeOf(ts); !t.IsZero() {
		return t
	}
	return b.cfg.Now().UTC()
}
