package slackbot

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// rooms remembers what conversations.info said of a channel for roomLife: a channel can become private.
type rooms struct {
	mu    sync.Mutex
	known map[string]room
}

type room struct {
	name   string
	public bool
	till   time.Time
}

const (
	roomLife = 5 * time.Minute
	maxRooms = 10_000
)

// Room is a channel's name for people, and whether every member of the workspace may read it. Private channels and direct
// messages are not public.
func (b *Bot) Room(ctx context.Context, channel string) (name string, public bool, err error) {
	b.rooms.mu.Lock()
	r, ok := b.rooms.known[channel]
	b.rooms.mu.Unlock()
	if ok && r.till.After(b.cfg.Now()) {
		return r.name, r.public, nil
	}
	c, err := b.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
	if err != nil {
		return "", false, failure("looking at a channel", err)
	}
	r = room{public: c.IsChannel && !c.IsPrivate && !c.IsGroup && !c.IsIM && !c.IsMpIM, till: b.cfg.Now().Add(roomLife)}
	if c.Name != "" && !c.IsIM && !c.IsMpIM {
		r.name = "#" + c.Name
	}
	b.rooms.mu.Lock()
	defer b.rooms.mu.Unlock()
	if len(b.rooms.known) >= maxRooms {
		clear(b.rooms.known)
	}
	b.rooms.known[channel] = r
	return r.name, r.public, nil
}

// Link is the address of a message in the workspace; empty while Slack has not said who the bot is.
func (b *Bot) Link(ctx context.Context, m plan.MessageRef) string {
	self, err := b.who(ctx)
	if err != nil || m.IsZero() {
		return ""
	}
	return self.link(m)
}

func (i identity) link(m plan.MessageRef) string {
	if i.url == "" {
		return ""
	}
	return strings.TrimSuffix(i.url, "/") + "/archives/" + m.Channel + "/p" + strings.Replace(m.TS, ".", "", 1)
}
