package slackbot

import (
	"context"

	"github.com/slack-go/slack"

	"firstmile/bot/slackbot/render"
	"firstmile/planner/plan"
)

const (
	metaType    = "firstmile_effect"
	metaEffect  = "effect"
	spaceThread = "slack_thread"
)

// React puts an emoji on a message. One that is there already is a success.
func (b *Bot) React(ctx context.Context, target plan.MessageRef, emoji string) error {
	err := b.api.AddReactionContext(ctx, emoji, slack.NewRefToMessage(target.Channel, target.TS))
	if err == nil || isCode(err, "already_reacted") {
		return nil
	}
	return failure("reacting to a message", err)
}

// Post shows a message in its thread. With post.Again set it looks first whether an earlier try got through, so that
// the same effect never makes two messages. Only a message for one person, which Slack lets nobody read back, may
// appear twice after a doubt: better than never.
func (b *Bot) Post(ctx context.Context, post plan.Post) (plan.MessageRef, error) {
	channel, root := address(post)
	if channel == "" || root == "" {
		return plan.MessageRef{}, plan.NewFailure(plan.Permanent, "no_thread", "I do not know where to answer.", nil)
	}
	ref, err := b.post(ctx, channel, root, post)
	if err != nil {
		return plan.MessageRef{}, err
	}
	return ref, nil
}

func (b *Bot) post(ctx context.Context, channel, root string, post plan.Post) (plan.MessageRef, error) {
	if post.Again && post.Message.To == nil {
		ts, found, err := b.find(ctx, channel, root, post.Effect)
		if err != nil {
			return plan.MessageRef{}, err
		}
		if found {
			return b.settled(ctx, channel, root, ts, post, b.render(ctx, post.Message).Files)
		}
	}
	r := b.render(ctx, post.Message)
	if err := b.pace.wait(ctx, channel); err != nil {
		return plan.MessageRef{}, failure("waiting to post", err)
	}
	if to := post.Message.To; to != nil {
		ts, err := b.api.PostEphemeralContext(ctx, channel, to.ID, append(content(r), slack.MsgOptionTS(root))...)
		if err != nil {
			return plan.MessageRef{}, failure("posting to one person", err)
		}
		return plan.MessageRef{Channel: channel, TS: ts}, nil
	}
	ts, err := b.send(ctx, channel, root, post, &r)
	if err != nil {
		return plan.MessageRef{}, failure("posting a message", err)
	}
	return b.settled(ctx, channel, root, ts, post, r.Files)
}

// send posts, and once more without the picture if Slack is not through with that file yet.
func (b *Bot) send(ctx context.Context, channel, root string, post plan.Post, r *render.Rendered) (string, error) {
	meta := slack.SlackMetadata{EventType: metaType, EventPayload: map[string]any{metaEffect: string(post.Effect)}}
	options := func() []slack.MsgOption {
		return append(content(*r), slack.MsgOptionTS(root), slack.MsgOptionMetadata(meta),
			slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	}
	_, ts, err := b.api.PostMessageContext(ctx, channel, options()...)
	if isCode(err, "invalid_blocks") && hasPicture(r.Blocks) {
		*r = b.chartless(post.Message)
		_, ts, err = b.api.PostMessageContext(ctx, channel, options()...)
	}
	return ts, err
}

// settled notes where the message stands and shares what did not fit into it.
func (b *Bot) settled(ctx context.Context, channel, root, ts string, post plan.Post, files []render.File) (plan.MessageRef, error) {
	ref := plan.MessageRef{Channel: channel, TS: ts}
	if self, err := b.who(ctx); err == nil {
		if err := b.cfg.Notes.Put(ctx, spaceThread, self.team+"/"+channel+"/"+ts, []byte(root)); err != nil {
			b.log.Warn("the thread of a message could not be noted; it will be asked from Slack", "err", err)
		}
	}
	if err := b.share(ctx, ref, root, files, post.Again); err != nil {
		return plan.MessageRef{}, err
	}
	b.status.show(ctx, channel, root, post.Message)
	return ref, nil
}

// Edit brings a posted message up to date.
func (b *Bot) Edit(ctx context.Context, target plan.MessageRef, post plan.Post) error {
	r := b.render(ctx, post.Message)
	_, _, _, err := b.api.UpdateMessageContext(ctx, target.Channel, target.TS, content(r)...)
	if isCode(err, "invalid_blocks") && hasPicture(r.Blocks) {
		r = b.chartless(post.Message)
		_, _, _, err = b.api.UpdateMessageContext(ctx, target.Channel, target.TS, content(r)...)
	}
	if err != nil {
		return failure("changing a message", err)
	}
	channel, root := address(post)
	if channel == "" || root == "" {
		return nil
	}
	if err := b.share(ctx, target, root, r.Files, true); err != nil {
		return err
	}
	b.status.show(ctx, channel, root, post.Message)
	return nil
}

// address is the channel and the root of a post's thread.
func address(post plan.Post) (channel, root string) {
	if _, channel, root, ok := splitThread(post.Thread); ok {
		return channel, root
	}
	return post.Root.Channel, post.Root.TS
}

func content(r render.Rendered) []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(r.Text, false), slack.MsgOptionBlocks(r.Blocks...)}
}

func hasPicture(blocks []slack.Block) bool {
	for _, b := range blocks {
		if b.BlockType() == slack.MBTImage {
			return true
		}
	}
	return false
}

// render makes the blocks. A chart that cannot be drawn or uploaded is left out: the rows are in the table.
func (b *Bot) render(ctx context.Context, m plan.Message) render.Rendered {
	if m.Kind != plan.SayProposal || m.Proposal == nil {
		return b.chartless(m)
	}
	id, err := b.chart(ctx, m.Proposal)
	if err != nil {
		b.log.Warn("a proposal goes without its chart", "err", err)
	}
	return render.Message(m, render.Options{Chart: id, Call: b.people.ids(m.Call)})
}

func (b *Bot) chartless(m plan.Message) render.Rendered {
	return render.Message(m, render.Options{Call: b.people.ids(m.Call)})
}

// find looks in a thread for the message of an effect. Only the bot's own messages count.
func (b *Bot) find(ctx context.Context, channel, root string, effect plan.EffectID) (ts string, found bool, err error) {
	self, err := b.who(ctx)
	if err != nil {
		return "", false, err
	}
	messages, err := b.replies(ctx, channel, root, "")
	if err != nil {
		return "", false, failure("looking for a message", err)
	}
	for _, m := range messages {
		if m.User != self.user && m.BotID != self.bot || m.Metadata.EventType != metaType {
			continue
		}
		if m.Metadata.EventPayload[metaEffect] == string(effect) {
			return m.Timestamp, true, nil
		}
	}
	return "", false, nil
}

// threadOf finds the thread in which a message of the bot stands. False: the message is gone or not the bot's.
func (b *Bot) threadOf(ctx context.Context, m plan.MessageRef) (plan.ThreadID, bool, error) {
	self, err := b.who(ctx)
	if err != nil {
		return "", false, err
	}
	raw, ok, err := b.cfg.Notes.Get(ctx, spaceThread, self.team+"/"+m.Channel+"/"+m.TS)
	if err != nil {
		return "", false, err
	}
	if ok {
		return threadID(self.team, m.Channel, string(raw)), true, nil
	}
	// Posted by an earlier life that died before it could note it: Slack knows.
	messages, err := b.replies(ctx, m.Channel, m.TS, "")
	if err != nil {
		return "", false, err
	}
	for _, r := range messages {
		if r.Timestamp == m.TS && r.User == self.user && r.ThreadTimestamp != "" {
			id := threadID(self.team, m.Channel, r.ThreadTimestamp)
			known, err := b.cfg.Threads.Known(ctx, id)
			return id, known, err
		}
	}
	return "", false, nil
}
