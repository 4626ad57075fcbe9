package slackbot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

const (
	spaceWatermark = "slack_watermark"
	// lookThreads is how far back a channel is read to find threads with new replies and messages with late edits. Open
	// threads are read however old they are; a first mention, during a gap, under a foreign message older than this is not found.
	lookThreads = 24 * time.Hour
	pageSize    = 200 // Slack recommends no more
	maxPages    = 100
	maxTries    = 5 // of a call that Slack has no time for
)

var errLaneFull = errors.New("too much arrives at once")

// catchUpSoon asks for a catch-up; asking twice is asking once.
func (b *Bot) catchUpSoon() {
	select {
	case b.catchup <- struct{}{}:
	default:
	}
}

// catchUpLoop catches up when asked, and again after a pause while that fails.
func (b *Bot) catchUpLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.catchup:
		}
		err := b.catchUp(ctx)
		for pause := minPause; err != nil && ctx.Err() == nil; pause = min(2*pause, 10*maxPause) {
			f := plan.AsFailure(err)
			b.log.Warn("catching up with Slack failed; trying again later", "err", err)
			if sleep(ctx, max(pause, time.Duration(f.RetryAfterSeconds)*time.Second)) != nil {
				return
			}
			err = b.catchUp(ctx)
		}
	}
}

// catchUp reads everything that happened since the last time and hands over what is meant for the bot. What was
// delivered before has its key in the inbox already. A failure in one conversation does not keep the others from it.
func (b *Bot) catchUp(ctx context.Context) error {
	self, err := b.who(ctx)
	if err != nil {
		return err
	}
	open, err := b.cfg.Threads.Open(ctx)
	if err != nil {
		return fmt.Errorf("listing open threads: %w", err)
	}
	channels, err := b.channels(ctx)
	if err != nil {
		return err
	}
	roots := map[string][]string{}
	for _, o := range open {
		if team, channel, root, ok := splitThread(o.Thread); ok && team == self.team {
			roots[channel] = append(roots[channel], root)
		}
	}
	var failed error
	for _, c := range channels {
		if err := b.catchUpChannel(ctx, self, c, roots[c.ID]); err != nil {
			failed = errors.Join(failed, fmt.Errorf("catching up with %s: %w", c.ID, err))
		}
	}
	for _, o := range open {
		for _, m := range o.Cards {
			err := b.inLane(ctx, m.Channel, "catching up with reactions", func(ctx context.Context) error { return b.reconcile(ctx, o.Thread, m) })
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// channels lists the conversations that the bot is in.
func (b *Bot) channels(ctx context.Context) ([]slack.Channel, error) {
	var all []slack.Channel
	p := slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel", "im", "mpim"}, Limit: pageSize, ExcludeArchived: true}
	for range maxPages {
		var page []slack.Channel
		err := b.patiently(ctx, "listing my channels", func() (err error) {
			page, p.Cursor, err = b.api.GetConversationsForUserContext(ctx, &p)
			return err
		})
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); p.Cursor == "" {
			break
		}
	}
	return all, nil
}

// catchUpChannel reads one conversation since its watermark and moves the watermark on.
func (b *Bot) catchUpChannel(ctx context.Context, self identity, c slack.Channel, roots []string) error {
	raw, ok, err := b.cfg.Notes.Get(ctx, spaceWatermark, self.team+"/"+c.ID)
	if err != nil {
		return fmt.Errorf("reading the watermark: %w", err)
	}
	mark := string(raw)
	if !ok {
		mark = tsOf(b.cfg.Now().Add(-b.cfg.Lookback))
	}
	oldest := mark
	if since := tsOf(b.cfg.Now().Add(-lookThreads)); later(oldest, since) {
		oldest = since
	}
	history, err := b.history(ctx, c.ID, oldest)
	if isCode(err, "channel_not_found", "not_in_channel") {
		return nil // left in the meantime
	}
	if err != nil {
		return err
	}
	newest, messages := mark, history
	for _, m := range history {
		if later(m.Timestamp, newest) {
			newest = m.Timestamp
		}
		if later(m.LatestReply, mark) && !slices.Contains(roots, m.Timestamp) {
			roots = append(roots, m.Timestamp)
		}
	}
	for _, root := range roots {
		replies, err := b.replies(ctx, c.ID, root, mark)
		if err != nil {
			return err
		}
		messages = append(messages, replies...)
	}
	err = b.inLane(ctx, c.ID, "catching up", func(ctx context.Context) error { return b.hearAll(ctx, c.ID, c.IsIM, mark, messages) })
	if err != nil {
		return err
	}
	if err := b.cfg.Notes.Put(ctx, spaceWatermark, self.team+"/"+c.ID, []byte(newest)); err != nil {
		return fmt.Errorf("keeping the watermark: %w", err)
	}
	return nil
}

// begin gives a channel its first watermark, just before the first message that is heard there.
func (b *Bot) begin(ctx context.Context, channel, ts string) error {
	b.mu.Lock()
	known := b.begun[channel]
	b.mu.Unlock()
	if known || !isTS(ts) {
		return nil
	}
	self, err := b.who(ctx)
	if err != nil {
		return err
	}
	key := self.team + "/" + channel
	if _, ok, err := b.cfg.Notes.Get(ctx, spaceWatermark, key); err != nil {
		return fmt.Errorf("reading the watermark: %w", err)
	} else if !ok {
		if err := b.cfg.Notes.Put(ctx, spaceWatermark, key, []byte(tsOf(timeOf(ts).Add(-b.cfg.Lookback)))); err != nil {
			return fmt.Errorf("keeping the watermark: %w", err)
		}
	}
	b.mu.Lock()
	b.begun[channel] = true
	b.mu.Unlock()
	return nil
}

// hearAll hears messages in the order they were written. Those after mark are new; of older ones only a later edit is.
func (b *Bot) hearAll(ctx context.Context, channel string, im bool, mark string, messages []slack.Message) error {
	slices.SortFunc(messages, func(x, y slack.Message) int { return cmp.Compare(micros(x.Timestamp), micros(y.Timestamp)) })
	for _, m := range messages {
		h, ok := heardFrom(channel, m.Msg)
		h.im, h.fresh = im, later(h.ts, mark)
		if !ok || !h.fresh && !later(h.edited, mark) {
			continue
		}
		if _, err := b.hear(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) history(ctx context.Context, channel, oldest string) ([]slack.Message, error) {
	var all []slack.Message
	p := slack.GetConversationHistoryParameters{ChannelID: channel, Oldest: oldest, Limit: pageSize}
	for range maxPages {
		var page *slack.GetConversationHistoryResponse
		err := b.patiently(ctx, "reading a channel", func() (err error) {
			page, err = b.api.GetConversationHistoryContext(ctx, &p)
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Messages...)
		if p.Cursor = page.ResponseMetaData.NextCursor; !page.HasMore || p.Cursor == "" {
			break
		}
	}
	return all, nil
}

// replies reads a thread, its root included, from oldest on ("": from the start). A thread that is gone has none.
func (b *Bot) replies(ctx context.Context, channel, root, oldest string) ([]slack.Message, error) {
	var all []slack.Message
	p := slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: root, Oldest: oldest, Limit: pageSize, IncludeAllMetadata: true}
	for range maxPages {
		var page []slack.Message
		more := false
		err := b.patiently(ctx, "reading a thread", func() (err error) {
			page, more, p.Cursor, err = b.api.GetConversationRepliesContext(ctx, &p)
			if isCode(err, "thread_not_found", "message_not_found") {
				err = nil
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); !more || p.Cursor == "" {
			break
		}
	}
	return all, nil
}

// patiently makes a call again as long as Slack says when to come back.
func (b *Bot) patiently(ctx context.Context, doing string, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		if err == nil {
			return nil
		}
		f := failure(doing, err)
		if f.RetryAfterSeconds == 0 || try == maxTries {
			return callFailed{f, err}
		}
		if err := sleep(ctx, time.Duration(f.RetryAfterSeconds)*time.Second); err != nil {
			return err
		}
	}
}

// callFailed is a failure that still knows Slack's answer.
type callFailed struct {
	*plan.Failure
	answer error
}

// Unwrap gives both.
func (c callFailed) Unwrap() []error { return []error{c.Failure, c.answer} }

// inLane runs something in the lane of a key and waits for its result.
func (b *Bot) inLane(ctx context.Context, key, what string, do func(context.Context) error) error {
	done := make(chan error, 1)
	if !b.lanes.put(key, job{what: what, do: func(ctx context.Context) error { done <- do(ctx); return nil }}) {
		return errLaneFull
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
