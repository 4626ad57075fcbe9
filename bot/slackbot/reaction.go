package slackbot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// reaction is an emoji put on, or taken off, a message.
type reaction struct {
	channel, ts string // of the message
	user, name  string // name as Slack gives it, with a skin tone
	itemUser    string // who wrote the message; may be empty
	at          string // event_ts
	added       bool
}

// tally is what was delivered of the reactions on one message. Slack's reactions.get tells only how things are, so
// what happened in a gap is the difference between the two.
type tally struct {
	Seq  int             `json:"seq"`  // numbers the differences, for their keys
	Last map[string]mark `json:"last"` // by "USER/name"
	// Owed are differences that were noted and perhaps not yet delivered.
	Owed []owed `json:"owed,omitempty"`
}

// mark is the last thing known of one person's emoji. At is the event's ts; empty when it was found by looking.
type mark struct {
	On bool   `json:"on"`
	At string `json:"at,omitempty"`
}

type owed struct {
	Key   string `json:"key"`
	User  string `json:"user"`
	Name  string `json:"name"`
	Added bool   `json:"added"`
}

const spaceReactions = "slack_reactions"

// reaction puts a reaction into the lane of its channel. Only those on the bot's own messages matter.
func (b *Bot) reaction(r reaction, ack func(context.Context)) {
	b.lanes.put(r.channel, job{"reaction", func(ctx context.Context) error { return b.reacted(ctx, r) }, ack})
}

func (b *Bot) reacted(ctx context.Context, r reaction) error {
	self, err := b.who(ctx)
	if err != nil {
		return err
	}
	if r.user == self.user || r.itemUser != "" && r.itemUser != self.user || r.channel == "" || !isTS(r.ts) {
		return nil
	}
	thread, ok, err := b.threadOf(ctx, plan.MessageRef{Channel: r.channel, TS: r.ts})
	if err != nil || !ok {
		return err
	}
	t, err := b.tally(ctx, self.team, r.channel, r.ts)
	if err != nil {
		return err
	}
	k := r.user + "/" + r.name
	last, seen := t.Last[k]
	if seen && last.At != "" && !later(r.at, last.At) {
		return nil // overtaken by something newer, or the same once more
	}
	t.Last[k] = mark{On: r.added, At: r.at}
	found := seen && last.At == "" && last.On == r.added // catching up was faster
	if !found && !t.otherTone(r.user, r.name, r.added) {
		key := strings.Join([]string{"reaction:" + self.team, r.channel, r.ts, r.user, r.name, r.at}, "/")
		event := plan.Event{Key: key, At: b.moment(r.at), Reacted: b.reactedBy(ctx, r.channel, r.ts, r.user, r.name, r.added)}
		if err := b.cfg.Inbox.Deliver(ctx, thread, event); err != nil {
			return fmt.Errorf("delivering a reaction: %w", err)
		}
	}
	return b.keepTally(ctx, self.team, r.channel, r.ts, t)
}

// otherTone reports whether an emoji that is taken off still stands there in another skin tone.
func (t *tally) otherTone(user, name string, added bool) bool {
	for k, m := range t.Last {
		u, n, _ := strings.Cut(k, "/")
		if !added && m.On && u == user && n != name && emojiName(n) == emojiName(name) {
			return true
		}
	}
	return false
}

func (b *Bot) reactedBy(ctx context.Context, channel, ts, user, name string, added bool) *plan.Reacted {
	return &plan.Reacted{Person: b.people.person(ctx, user), Message: plan.MessageRef{Channel: channel, TS: ts}, Emoji: emojiName(name), Added: added}
}

// reconcile delivers what happened to the reactions on a proposal while nobody listened. It runs in the lane of the
// channel, so that no live event comes between looking and delivering.
func (b *Bot) reconcile(ctx context.Context, thread plan.ThreadID, m plan.MessageRef) error {
	item, err := b.api.GetReactionsContext(ctx, slack.NewRefToMessage(m.Channel, m.TS), slack.GetReactionsParameters{Full: true})
	if isCode(err, "message_not_found", "channel_not_found") {
		return nil
	}
	if err != nil {
		return failure("reading the reactions of a proposal", err)
	}
	self, err := b.who(ctx)
	if err != nil {
		return err
	}
	t, err := b.tally(ctx, self.team, m.Channel, m.TS)
	if err != nil {
		return err
	}
	if b.difference(&t, self, m, item.Reactions); len(t.Owed) == 0 {
		return nil
	}
	if err := b.keepTally(ctx, self.team, m.Channel, m.TS, t); err != nil {
		return err
	}
	for _, o := range t.Owed {
		event := plan.Event{Key: o.Key, At: b.cfg.Now().UTC(), Reacted: b.reactedBy(ctx, m.Channel, m.TS, o.User, o.Name, o.Added)}
		if err := b.cfg.Inbox.Deliver(ctx, thread, event); err != nil {
			return fmt.Errorf("delivering a reaction: %w", err)
		}
	}
	t.Owed = nil
	return b.keepTally(ctx, self.team, m.Channel, m.TS, t)
}

// difference adds to Owed what changed since the tally, in a fixed order.
func (b *Bot) difference(t *tally, self identity, m plan.MessageRef, now []slack.ItemReaction) {
	there := map[string]bool{}
	for _, r := range now {
		for _, u := range r.Users {
			if u != self.user {
				there[u+"/"+r.Name] = true
			}
		}
	}
	var changed []string
	for k := range there {
		if !t.Last[k].On {
			changed = append(changed, k)
		}
	}
	for k, last := range t.Last {
		if last.On && !there[k] {
			changed = append(changed, k)
		}
	}
	slices.Sort(changed)
	for _, k := range changed {
		user, name, _ := strings.Cut(k, "/")
		t.Last[k] = mark{On: there[k]}
		if t.otherTone(user, name, there[k]) {
			continue
		}
		t.Seq++
		t.Owed = append(t.Owed, owed{User: user, Name: name, Added: there[k],
			Key: fmt.Sprintf("reaction:%s/%s/%s/%s/%s/~%d", self.team, m.Channel, m.TS, user, name, t.Seq)})
	}
}

func (b *Bot) tally(ctx context.Context, team, channel, ts string) (tally, error) {
	t := tally{}
	raw, ok, err := b.cfg.Notes.Get(ctx, spaceReactions, team+"/"+channel+"/"+ts)
	if err != nil {
		return t, fmt.Errorf("reading reactions: %w", err)
	}
	if ok {
		if err := json.Unmarshal(raw, &t); err != nil {
			return t, fmt.Errorf("reading reactions: %w", err)
		}
	}
	if t.Last == nil {
		t.Last = map[string]mark{}
	}
	return t, nil
}

func (b *Bot) keepTally(ctx context.Context, team, channel, ts string, t tally) error {
	raw, err := json.Marshal(t)
	if err == nil {
		err = b.cfg.Notes.Put(ctx, spaceReactions, team+"/"+channel+"/"+ts, raw)
	}
	if err != nil {
		return fmt.Errorf("keeping reactions: %w", err)
	}
	return nil
}
