package slackbot

import (
	"errors"
	"fmt"
	"math"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// advice is what a person or the administrator has to do about an error of Slack's.
type advice struct {
	class plan.FailureClass
	text  string
}

const reinstall = "An administrator of the bot has to put the right token into SLACK_BOT_TOKEN and start it again."

// advices holds Slack's error names (https://docs.slack.dev/reference/methods, "Errors") that need words of their own.
var advices = map[string]advice{
	"invalid_auth":                {plan.Permanent, "Slack does not accept the bot's token. " + reinstall},
	"not_authed":                  {plan.Permanent, "Slack does not accept the bot's token. " + reinstall},
	"token_revoked":               {plan.Permanent, "The bot's token was revoked. " + reinstall},
	"token_expired":               {plan.Permanent, "The bot's token has expired. " + reinstall},
	"account_inactive":            {plan.Permanent, "The bot was uninstalled from this workspace. " + reinstall},
	"not_allowed_token_type":      {plan.Permanent, "Slack expected another kind of token. " + reinstall},
	"not_in_channel":              {plan.Permanent, "I am not a member of this channel. Invite me to it and mention me again."},
	"channel_not_found":           {plan.Permanent, "I cannot see this channel. Invite me to it and mention me again."},
	"is_archived":                 {plan.Permanent, "This channel is archived. Ask again in another one."},
	"restricted_action":           {plan.Permanent, "This workspace does not let me post here. An administrator of Slack can allow it."},
	"message_not_found":           {plan.Permanent, "The message is gone, so it cannot be changed."},
	"cant_update_message":         {plan.Permanent, "The message cannot be changed any more."},
	"edit_window_closed":          {plan.Permanent, "The message is too old to be changed."},
	"cannot_reply_to_message":     {plan.Permanent, "The thread is gone. Mention me again in the channel."},
	"thread_not_found":            {plan.Permanent, "The thread is gone. Mention me again in the channel."},
	"user_not_in_channel":         {plan.Permanent, "The person is not a member of this channel."},
	"too_many_reactions":          {plan.Permanent, "The message has too many reactions already."},
	"no_reaction":                 {plan.Permanent, "The reaction is not there."},
	"msg_blocks_too_long":         {plan.Permanent, "The message was too long for Slack. The log of the bot says which."},
	"msg_too_long":                {plan.Permanent, "The message was too long for Slack. The log of the bot says which."},
	"invalid_blocks":              {plan.Permanent, "Slack did not take the message. The log of the bot says why."},
	"storage_limit_reached":       {plan.Permanent, "This workspace has no room for files left."},
	"ratelimited":                 {plan.Transient, "Slack asked me to slow down. I will go on in a moment."},
	"rate_limited":                {plan.Transient, "Slack asked me to slow down. I will go on in a moment."},
	"internal_error":              {plan.Transient, "Slack has trouble right now. I will try again."},
	"fatal_error":                 {plan.Transient, "Slack has trouble right now. I will try again."},
	"service_unavailable":         {plan.Transient, "Slack has trouble right now. I will try again."},
	"request_timeout":             {plan.Transient, "Slack has trouble right now. I will try again."},
	"team_added_to_org":           {plan.Transient, "Slack is moving this workspace. I will try again."},
	"accesslimited":               {plan.Permanent, "Slack limits access to this method. The log of the bot says which."},
	"message_limit_exceeded":      {plan.Permanent, "Slack's limit of messages for this workspace is reached."},
	"access_denied":               {plan.Permanent, "Slack does not let me see this. Invite me to the channel."},
	"ekm_access_denied":           {plan.Permanent, "An administrator of Slack has suspended posting here."},
	"file_upload_size_restricted": {plan.Permanent, "The file is larger than this workspace allows."},
}

// failure turns an error of slack-go into one that says what to do. Slack's own words go into the cause only.
func failure(doing string, err error) *plan.Failure {
	if err == nil {
		return nil
	}
	cause := fmt.Errorf("%s: %w", doing, err)
	var done *plan.Failure
	if errors.As(err, &done) {
		return done
	}
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		f := plan.NewFailure(plan.Transient, "ratelimited", advices["ratelimited"].text, cause)
		f.RetryAfterSeconds = int(math.Ceil(limited.RetryAfter.Seconds()))
		return f
	}
	var answer slack.SlackErrorResponse
	if errors.As(err, &answer) {
		return answered(answer, cause)
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) && !status.Retryable() {
		return plan.NewFailure(plan.Permanent, "slack_refused", "Slack did not accept a call of mine. The log of the bot says which.", cause)
	}
	// A broken connection, an answer cut short, a 5xx: the call may or may not have happened.
	return plan.NewFailure(plan.Transient, "slack_unreachable", "I cannot reach Slack right now. I will try again.", cause)
}

func answered(answer slack.SlackErrorResponse, cause error) *plan.Failure {
	if len(answer.ResponseMetadata.Messages) > 0 {
		cause = fmt.Errorf("%w %v", cause, answer.ResponseMetadata.Messages)
	}
	if answer.Err == "missing_scope" {
		text := "I lack a permission in Slack"
		if answer.Needed != "" {
			text += " (" + answer.Needed + ")"
		}
		return plan.NewFailure(plan.Permanent, "missing_scope",
			text+". An administrator can paste the output of `firstmile manifest` into the app's settings and install the app again.", cause)
	}
	if a, ok := advices[answer.Err]; ok {
		return plan.NewFailure(a.class, answer.Err, a.text, cause)
	}
	return plan.NewFailure(plan.Permanent, "slack_refused", "Slack did not accept a call of mine. The log of the bot says which.", cause)
}

// isCode reports whether Slack answered with one of the error names.
func isCode(err error, codes ...string) bool {
	var answer slack.SlackErrorResponse
	if !errors.As(err, &answer) {
		return false
	}
	for _, c := range codes {
		if answer.Err == c {
			return true
		}
	}
	return false
}
