package slackbot

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"firstmile/planner/plan"
)

// heard is a message, whichever way it came: as app_mention, as message, as an edit, from a history.
type heard struct {
	channel, user, text string
	ts, thread          string // thread is empty for a message that is in none
	edited              string // ts of the edit; empty for a message as it was written
	bot                 string // id of the bot that wrote it; empty for a person
	im                  bool   // a direct message to the bot
	// fresh is true for an edited message that may never have been seen as it was written.
	fresh bool
}

// heardIn reads a message event. False: nothing that a person said.
func heardIn(e *slackevents.MessageEvent) (heard, bool) {
	m, edited := e.Message, ""
	switch e.SubType {
	case "", "file_share", "thread_broadcast", "me_message":
	case "message_changed":
		// Slack also "changes" messages by unfurling links and by replies: only a change of the text has both.
		if m == nil || m.Edited == nil || e.PreviousMessage != nil && e.PreviousMessage.Text == m.Text {
			return heard{}, false
		}
		edited = m.Edited.Timestamp
	default:
		return heard{}, false
	}
	if m == nil {
		return heard{}, false
	}
	h, ok := heardFrom(e.Channel, *m)
	h.edited, h.im = edited, e.IsIM()
	return h, ok
}

// heardFrom reads a message of a history or inside an event.
func heardFrom(channel string, m slack.Msg) (heard, bool) {
	switch m.SubType {
	case "", "file_share", "thread_broadcast", "me_message":
	default:
		return heard{}, false
	}
	h := heard{channel: channel, user: m.User, text: m.Text, ts: m.Timestamp, thread: m.ThreadTimestamp, bot: m.BotID}
	if m.Edited != nil {
		h.edited = m.Edited.Timestamp
	}
	return h, true
}

// late is the age at which a mention counts as one that came too late for the replies to it to be noticed.
const late = 20 * time.Second

// live takes a message that Slack sent as it happened (or repeats).
func (b *Bot) live(ctx context.Context, h heard) error {
	if err := b.begin(ctx, h.channel, h.ts); err != nil {
		return err
	}
	opened, err := b.hear(ctx, h)
	if err != nil || !opened || b.cfg.Now().Sub(timeOf(h.ts)) < late {
		return err
	}
	// Replies that came in the meantime belonged to a thread that nobody knew.
	messages, err := b.replies(ctx, h.channel, cmp.Or(h.thread, h.ts), h.ts)
	if err != nil {
		return err
	}
	return b.hearAll(ctx, h.channel, h.im, "", messages)
}

// hear delivers a message if it is meant for the bot: it mentions it, is a direct message, or stands in a thread that
// the planner knows. opened is true when the thread was unknown before.
func (b *Bot) hear(ctx context.Context, h heard) (opened bool, err error) {
	self, err := b.who(ctx)
	if err != nil {
		return false, err
	}
	if h.bot != "" || h.user == "" || h.user == self.user || h.user == "USLACKBOT" || !isTS(h.ts) || h.channel == "" {
		return false, nil
	}
	mention := h.im || mentions(h.text, self.user)
	thread := threadID(self.team, h.channel, cmp.Or(h.thread, h.ts))
	known, err := b.cfg.Threads.Known(ctx, thread)
	if err != nil {
		return false, fmt.Errorf("asking for thread %s: %w", thread, err)
	}
	if !known && !mention {
		return false, nil
	}
	said := b.said(ctx, h, self.user)
	said.Mention = mention
	key := "msg:" + self.team + "/" + h.channel + "/" + h.ts + "/"
	// An edit that adds a mention makes a request of a message that was none. If the message counted before, its
	// key is there already.
	if h.edited == "" || mention || h.fresh {
		if err := b.cfg.Inbox.Deliver(ctx, thread, plan.Event{Key: key, At: timeOf(h.ts), Said: &said}); err != nil {
			return false, fmt.Errorf("delivering a message: %w", err)
		}
	}
	if h.edited != "" {
		again := said
		again.Edited = true
		if err := b.cfg.Inbox.Deliver(ctx, thread, plan.Event{Key: key + h.edited, At: timeOf(h.edited), Said: &again}); err != nil {
			return false, fmt.Errorf("delivering an edit: %w", err)
		}
	}
	return !known, nil
}

func (b *Bot) said(ctx context.Context, h heard, me string) plan.Said {
	text, _ := plainText(h.text, me, func(id string) string { return b.people.name(ctx, id) })
	said := plan.Said{Person: b.people.person(ctx, h.user), Text: text, Message: plan.MessageRef{Channel: h.channel, TS: h.ts}}
	if b.cfg.Projects != nil {
		if list := b.cfg.Projects(h.channel); len(list) == 1 {
			said.Project = list[0]
		}
	}
	return said
}

// mentions reports whether a text of Slack's addresses a user.
func mentions(text, user string) bool {
	return strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@"+user+"|")
}
