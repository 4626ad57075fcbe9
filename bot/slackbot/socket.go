package slackbot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/sync/errgroup"

	"firstmile/planner/plan"
)

const (
	ackTimeout = 2 * time.Second
	minPause   = time.Second // between two tries to connect
	maxPause   = time.Minute
)

// Run keeps the connections to Slack until ctx ends (then it returns nil) or Slack says that it makes no sense to go
// on (then a *plan.Failure says what to do).
func (b *Bot) Run(ctx context.Context) error {
	if err := b.hello(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { b.lanes.run(ctx); return nil })
	group.Go(func() error { b.catchUpLoop(ctx); return nil })
	for i := range b.cfg.Connections {
		group.Go(func() error {
			if sleep(ctx, time.Duration(i)*b.cfg.Stagger) != nil {
				return nil
			}
			return b.connection(ctx)
		})
	}
	return group.Wait()
}

// hello learns who the bot is, waiting for Slack to be there.
func (b *Bot) hello(ctx context.Context) error {
	for pause := minPause; ; pause = min(2*pause, maxPause) {
		_, err := b.who(ctx)
		if err == nil || ctx.Err() != nil {
			return nil
		}
		f := plan.AsFailure(err)
		if f.Class != plan.Transient {
			return f
		}
		b.log.Warn("Slack cannot be reached; trying again", "err", f)
		if sleep(ctx, max(pause, time.Duration(f.RetryAfterSeconds)*time.Second)) != nil {
			return nil
		}
	}
}

// connection keeps one Socket Mode connection open. slack-go reconnects by itself after a refresh or a broken socket;
// here is what it leaves to its user: errors without hope, and pauses where it would try again at once.
func (b *Bot) connection(ctx context.Context) error {
	for {
		err := b.session(ctx)
		if ctx.Err() != nil {
			return nil
		}
		f := failure("keeping the connection to Slack", err)
		if f.Class == plan.Permanent {
			return f
		}
		b.log.Warn("the connection to Slack ended; opening another", "err", f)
		if sleep(ctx, max(minPause, time.Duration(f.RetryAfterSeconds)*time.Second)) != nil {
			return nil
		}
	}
}

// session runs one client of slack-go and reads its events until something ends it for good; the error says what.
func (b *Bot) session(parent context.Context) error {
	ctx, end := context.WithCancelCause(parent)
	defer end(nil)
	client := socketmode.New(b.api, socketmode.OptionPingInterval(b.cfg.Silence),
		socketmode.OptionDebug(true), socketmode.OptionLog(&farewell{end: end}))
	var group errgroup.Group
	group.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return nil
			case e := <-client.Events:
				b.arrived(ctx, client, e, end)
			}
		}
	})
	err := client.RunContext(ctx)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	end(nil)
	return errors.Join(err, group.Wait())
}

// farewell listens to slack-go's debug lines for one thing that slack-go tells in no other way: the reason of a
// disconnect. After link_disabled there is nothing to reconnect to, and after too_many_websockets an immediate
// reconnect would only be refused again. Everything else it hears is dropped.
type farewell struct{ end context.CancelCauseFunc }

const frameLine = "Received WebSocket message: "

// Output has the signature slack-go asks of a logger.
func (f *farewell) Output(_ int, line string) error {
	_, frame, ok := strings.Cut(line, frameLine)
	if !ok || !strings.Contains(frame, "disconnect") {
		return nil
	}
	var m struct {
		Type   string `json:"type"`
		Reason string `json:"reason"`
	}
	if json.Unmarshal([]byte(frame), &m) != nil || m.Type != socketmode.RequestTypeDisconnect {
		return nil
	}
	switch m.Reason {
	case "link_disabled":
		f.end(plan.NewFailure(plan.Permanent, "link_disabled",
			"Socket Mode is switched off for this app. Switch it on in the app's settings in Slack (or paste the output of `firstmile manifest` there) and start the bot again.", nil))
	case "too_many_websockets":
		busy := plan.NewFailure(plan.Transient, "too_many_websockets",
			"Too many copies of this bot are connected to Slack (10 is the most). Stop the others.", nil)
		busy.RetryAfterSeconds = 60
		f.end(busy)
	}
	return nil
}

// arrived takes one event of slack-go. It must not wait: slack-go stops reading when its 50 places are taken.
func (b *Bot) arrived(ctx context.Context, c *socketmode.Client, e socketmode.Event, end context.CancelCauseFunc) {
	switch e.Type {
	case socketmode.EventTypeHello:
		b.once.Do(func() { close(b.ready) })
		b.catchUpSoon()
	case socketmode.EventTypeEventsAPI:
		if api, ok := e.Data.(slackevents.EventsAPIEvent); ok && e.Request != nil {
			b.dispatch(api.InnerEvent.Data, acknowledger(c, e.Request.EnvelopeID))
		}
	case socketmode.EventTypeInteractive:
		if call, ok := e.Data.(slack.InteractionCallback); ok && e.Request != nil {
			b.interaction(call, acknowledger(c, e.Request.EnvelopeID))
		}
	case socketmode.EventTypeErrorBadMessage:
		b.unreadable(ctx, c, e)
	case socketmode.EventTypeSlashCommand: // the manifest has none
		acknowledger(c, e.Request.EnvelopeID)(ctx)
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			f := failure("connecting to Slack", failed.ErrorObj)
			if f.Class == plan.Permanent {
				end(f)
				return
			}
			b.log.Warn("connecting to Slack failed; slack-go tries again", "err", f, "pause", failed.Backoff)
		}
	}
}

// unreadable acknowledges an event that slack-go does not know: repeating it would not make it readable.
func (b *Bot) unreadable(ctx context.Context, c *socketmode.Client, e socketmode.Event) {
	bad, ok := e.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return
	}
	var envelope struct {
		ID string `json:"envelope_id"`
	}
	if json.Unmarshal(bad.Message, &envelope) == nil && envelope.ID != "" {
		b.log.Warn("Slack sent an event that cannot be read", "err", bad.Cause)
		acknowledger(c, envelope.ID)(ctx)
	}
}

// acknowledger tells Slack that an event arrived. It never waits long: an acknowledgement that does not get out makes
// Slack send the event again, which its key makes harmless.
func acknowledger(c *socketmode.Client, envelope string) func(context.Context) {
	return func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, ackTimeout)
		defer cancel()
		_ = c.AckCtx(ctx, envelope, nil) // see above
	}
}

// dispatch puts an event of the Events API into the lane of its channel.
func (b *Bot) dispatch(event any, ack func(context.Context)) {
	switch e := event.(type) {
	case *slackevents.AppMentionEvent:
		h := heard{channel: e.Channel, user: e.User, text: e.Text, ts: e.TimeStamp, thread: e.ThreadTimeStamp, bot: e.BotID}
		b.lanes.put(e.Channel, job{"app_mention", func(ctx context.Context) error { return b.live(ctx, h) }, ack})
	case *slackevents.MessageEvent:
		h, ok := heardIn(e)
		if !ok {
			break
		}
		b.lanes.put(e.Channel, job{"message", func(ctx context.Context) error { return b.live(ctx, h) }, ack})
		return
	case *slackevents.ReactionAddedEvent:
		b.reaction(reaction{channel: e.Item.Channel, ts: e.Item.Timestamp, user: e.User, name: e.Reaction, itemUser: e.ItemUser, at: e.EventTimestamp, added: true}, ack)
		return
	case *slackevents.ReactionRemovedEvent:
		b.reaction(reaction{channel: e.Item.Channel, ts: e.Item.Timestamp, user: e.User, name: e.Reaction, itemUser: e.ItemUser, at: e.EventTimestamp}, ack)
		return
	case *slackevents.AppHomeOpenedEvent:
		if cmp.Or(e.Tab, "home") == "home" {
			// The view is no news for the planner and can be asked for again: acknowledge first.
			b.lanes.put(e.User, job{"app_home_opened", func(ctx context.Context) error { ack(ctx); b.publishHome(ctx, e.User); return nil }, nil})
			return
		}
	}
	b.lanes.put("", job{"nothing of interest", func(context.Context) error { return nil }, ack})
}
