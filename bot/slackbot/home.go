package slackbot

import (
	"context"

	"github.com/slack-go/slack"

	"firstmile/bot/slackbot/render"
)

// publishHome shows a person the App Home. It is a courtesy that opening it again repeats, so failures are only logged.
func (b *Bot) publishHome(ctx context.Context, person string) {
	self, err := b.who(ctx)
	if err != nil {
		b.log.Warn("the App Home cannot be shown", "err", err)
		return
	}
	list, err := b.cfg.Threads.Requests(ctx, person)
	if err != nil {
		b.log.Warn("a person's requests cannot be listed", "err", err)
		return
	}
	requests := make([]render.Request, len(list))
	for i, r := range list {
		requests[i] = render.Request{Title: r.Title, Stage: r.Stage, PR: r.PR}
		if !r.Root.IsZero() {
			requests[i].Link = self.link(r.Root)
		}
	}
	view := render.Home(requests, b.cfg.Examples)
	if _, err := b.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: person, View: view}); err != nil {
		b.log.Warn("the App Home cannot be shown", "err", failure("publishing the App Home", err))
	}
}
