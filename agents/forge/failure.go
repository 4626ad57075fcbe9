package forge

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// Codes of the failures this package returns, beside plan.CodeBaseMoved.
const (
	CodeBadCredentials = "bad_credentials"  // permanent: the token or key is not accepted
	CodeNoRights       = "no_rights"        // permanent: the token may not do this
	CodeNotFound       = "not_found"        // permanent: the repository or branch is not visible
	CodeRateLimit      = "rate_limit"       // transient: RetryAfterSeconds says when
	CodeNoAnswer       = "no_answer"        // transient: connection lost or too slow; it may have been carried out
	CodeServer         = "server_error"     // transient: GitHub answered with 5xx
	CodeConflict       = "conflict"         // transient: someone pushed to the branch in between
	CodeInvalid        = "invalid"          // refused: GitHub does not accept this input
	CodeNotApproved    = "not_approved"     // permanent: the bytes are not the approved ones
	CodeBadChange      = "bad_change"       // refused: the change cannot be written to a repository
	CodeNotARepository = "not_a_repository" // permanent: the folder is not in a git repository
	CodeUncommitted    = "uncommitted"      // permanent: the edited file is not committed as it was read
	CodeTooLarge       = "too_large"        // permanent: the repository exceeds the configured limits
)

// failure turns an error of a GitHub call into a plan.Failure. The cause keeps what was being done; go-github's
// messages hold no credentials.
func (f *Forge) failure(doing string, err error) *plan.Failure {
	var known *plan.Failure
	if errors.As(err, &known) {
		return known
	}
	cause := fmt.Errorf("%s: %w", doing, err)
	fail := func(class plan.FailureClass, code, message string) *plan.Failure {
		return plan.NewFailure(class, code, message, cause)
	}
	repo := f.cfg.Owner + "/" + f.cfg.Name
	if after, limited := retryAfter(err); limited {
		slow := fail(plan.Transient, CodeRateLimit, "GitHub asks me to slow down. I will go on as soon as it allows.")
		slow.RetryAfterSeconds = after
		return slow
	}
	status := statusOf(err)
	switch {
	case status == 0:
		return fail(plan.Transient, CodeNoAnswer, "GitHub did not answer in time. I will try again.")
	case status >= 500:
		return fail(plan.Transient, CodeServer, "GitHub has trouble at the moment. I will try again.")
	case status == http.StatusUnauthorized:
		return fail(plan.Permanent, CodeBadCredentials, "GitHub does not accept my credentials. Whoever runs me must renew the token or the App's key.")
	case status == http.StatusForbidden:
		return fail(plan.Permanent, CodeNoRights, "My GitHub token may not write to "+repo+". Whoever runs me must give it write access to contents and pull requests.")
	case status == http.StatusNotFound || status == http.StatusGone:
		return fail(plan.Permanent, CodeNotFound, "GitHub does not show me "+repo+", or a branch of it. Check the repository's name and what my token may see.")
	case status == http.StatusConflict:
		return fail(plan.Transient, CodeConflict, "Something changed on GitHub in the same moment. I will try again.")
	}
	return fail(plan.Refused, CodeInvalid, "GitHub did not accept the pull request. The log of the bot says why.")
}

// retryAfter recognises GitHub's primary and secondary limits and gives the seconds to wait, at least one.
func retryAfter(err error) (int, bool) {
	var primary *github.RateLimitError
	if errors.As(err, &primary) {
		return wait(time.Until(primary.Rate.Reset.Time)), true
	}
	var secondary *github.AbuseRateLimitError
	if errors.As(err, &secondary) {
		if secondary.RetryAfter == nil {
			return 60, true // GitHub's advice where it gives no time
		}
		return wait(*secondary.RetryAfter), true
	}
	var answered *github.ErrorResponse
	if !errors.As(err, &answered) || answered.Response == nil {
		return 0, false
	}
	after, parse := time.ParseDuration(answered.Response.Header.Get("Retry-After") + "s")
	switch status := answered.Response.StatusCode; {
	case parse == nil && (status == http.StatusTooManyRequests || status == http.StatusForbidden):
		return wait(after), true
	case status == http.StatusTooManyRequests:
		return 60, true
	}
	return 0, false
}

func wait(d time.Duration) int {
	return int(math.Max(1, math.Ceil(d.Seconds())))
}

// statusOf is the HTTP status an error carries; zero when no answer came.
func statusOf(err error) int {
	var answered *github.ErrorResponse
	if errors.As(err, &answered) && answered.Response != nil {
		return answered.Response.StatusCode
	}
	var minting *ghinstallation.HTTPError
	if errors.As(err, &minting) && minting.Response != nil {
		return minting.Response.StatusCode
	}
	return 0
}

// hasCode reports whether an error of read or write is a failure with this code.
func hasCode(err error, code string) bool {
	var fail *plan.Failure
	return errors.As(err, &fail) && fail.Code == code
}
