package slackbot

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// status shows "is working…" under a thread while a design is made. It is a courtesy: no failure of it counts, and
// where Slack does not offer it, it is not tried again. Slack takes the status away when the bot posts.
type status struct {
	api *slack.Client
	log *slog.Logger
	off atomic.Bool
}

func (s *status) show(ctx context.Context, channel, root string, m plan.Message) {
	if m.Kind != plan.SayProgress || s.off.Load() {
		return
	}
	text := ""
	for _, p := range m.Steps {
		if p.State == plan.StepRunning {
			text = "is working on it…"
		}
	}
	ctx, cancel := context.WithTimeout(ctx, statusLife)
	defer cancel()
	err := s.api.SetAssistantThreadsStatusContext(ctx, slack.AssistantThreadsSetStatusParameters{ChannelID: channel, ThreadTS: root, Status: text})
	if f := failure("showing a status", err); f != nil && f.Class == plan.Permanent {
		s.off.Store(true)
		s.log.Info("Slack shows no status here; going on without", "err", f)
	}
}

// statusLife is the longest that showing a status may hold up the work it is about.
const statusLife = 2 * time.Second
