package slackbot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// Finding is one line of a doctor's report.
type Finding struct {
	What string // what was looked at
	OK   bool
	// Detail says what was found and, if it is not well, what to do.
	Detail string
}

// Doctor looks at everything that the bot needs from Slack. It changes nothing.
func (b *Bot) Doctor(ctx context.Context) []Finding {
	answer, err := b.api.AuthTestContext(ctx)
	if err != nil {
		return []Finding{bad("bot token", failure("asking Slack who I am", err))}
	}
	list := []Finding{{What: "bot token", OK: true, Detail: fmt.Sprintf("I am @%s in %s", answer.User, answer.Team)}}
	list = append(list, scopes(answer.Header.Get("X-OAuth-Scopes")))
	if _, _, err := b.api.StartSocketModeContext(ctx); err != nil {
		f := bad("app token", failure("opening a connection", err))
		f.Detail += " The app token needs connections:write, and Socket Mode must be on."
		list = append(list, f)
	} else {
		list = append(list, Finding{What: "app token", OK: true, Detail: "Socket Mode can be opened"})
	}
	channels, err := b.channels(ctx)
	switch {
	case err != nil:
		list = append(list, bad("channels", plan.AsFailure(err)))
	case !slices.ContainsFunc(channels, func(c slack.Channel) bool { return !c.IsIM }):
		list = append(list, Finding{What: "channels", Detail: "I am in no channel. Invite me with /invite @" + answer.User + "."})
	default:
		list = append(list, Finding{What: "channels", OK: true, Detail: fmt.Sprintf("I am in %d conversations", len(channels))})
	}
	return list
}

func bad(what string, f *plan.Failure) Finding {
	return Finding{What: what, Detail: fmt.Sprintf("%s (%s)", f.Message, f.Code)}
}

// scopes compares what the token may do with what the bot needs.
func scopes(header string) Finding {
	var have []string
	for s := range strings.SplitSeq(header, ",") {
		have = append(have, strings.TrimSpace(s))
	}
	var missing []string
	for _, s := range Scopes() {
		if !slices.Contains(have, s) {
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 {
		return Finding{What: "permissions", Detail: "Missing: " + strings.Join(missing, ", ") +
			". Paste the output of `firstmile manifest` into the app's settings in Slack and install the app again."}
	}
	return Finding{What: "permissions", OK: true, Detail: "everything that is needed is granted"}
}
