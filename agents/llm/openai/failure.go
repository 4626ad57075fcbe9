package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"firstmile/planner/plan"
)

// Codes of failures that more than one place speaks of.
const (
	codeRequest = "model_refused_request"
	codeTimeout = "model_timeout"
)

// said is the part of an error body that is looked at: short fixed words, never the message, which may quote the key or the request.
type said struct {
	Error struct {
		Code any    `json:"code"`
		Type string `json:"type"`
	} `json:"error"`
}

// refused says what an answer other than 200 means.
func refused(status int, body []byte, retryAfter int) *plan.Failure {
	var s said
	_ = json.Unmarshal(body, &s) // a server may say nothing that we understand
	code, _ := s.Error.Code.(string)
	cause := fmt.Errorf("status %d, type %q, code %q", status, word(s.Error.Type), word(code))
	fail := func(class plan.FailureClass, code, message string) *plan.Failure {
		return plan.NewFailure(class, code, message, cause)
	}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fail(plan.Permanent, "model_key_refused", "The language model's server refuses the key. Check OPENAI_API_KEY.")
	case status == http.StatusNotFound:
		return fail(plan.Permanent, "model_unknown", "The language model's server has no such model or address. Check FIRSTMILE_MODEL and OPENAI_BASE_URL.")
	case status == http.StatusTooManyRequests && (code == "insufficient_quota" || s.Error.Type == "insufficient_quota"):
		return fail(plan.Permanent, "model_quota", "The account at the language model's provider has no credit left.")
	case status == http.StatusTooManyRequests:
		f := fail(plan.Transient, "model_busy", "The language model's server asks us to slow down.")
		f.RetryAfterSeconds = retryAfter
		return f
	case status == http.StatusRequestTimeout || status == http.StatusConflict || status >= 500:
		f := fail(plan.Transient, "model_unavailable", "The language model's server does not work at the moment.")
		f.RetryAfterSeconds = retryAfter
		return f
	case code == "content_filter":
		return fail(plan.Refused, "model_declined", "The language model declined to answer.")
	case code == "context_length_exceeded" || status == http.StatusRequestEntityTooLarge:
		return fail(plan.Refused, "model_too_much", "The request is too long for the language model.")
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		return fail(plan.Refused, codeRequest, "The language model's server does not accept the request.")
	}
	return fail(plan.Permanent, "model_unexpected", "The language model's server answers something unexpected. Check OPENAI_BASE_URL.")
}

// mayBeFormat reports whether the server may have refused only how JSON was asked for. Servers have no common word for it.
func mayBeFormat(err error) bool {
	var f *plan.Failure
	return errors.As(err, &f) && f.Code == codeRequest
}

// word keeps a fixed word of a server's error, and nothing that could be more than one.
func word(s string) string {
	if len(s) > 60 || strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '.' }) {
		return "…"
	}
	return s
}

// unreachable says what an answer that did not come, or not wholly, means. ctx is the caller's.
func unreachable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return plan.NewFailure(plan.Transient, codeTimeout, "The language model did not answer in time.", nil)
	}
	return plan.NewFailure(plan.Transient, "model_unreachable", "The language model's server cannot be reached. Check OPENAI_BASE_URL.", err)
}

// failure makes a failure of what go-openai gives: one of ours as it is, else an answer that it could not read.
func failure(ctx context.Context, err error) error {
	var f *plan.Failure
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return plan.NewFailure(plan.Transient, codeTimeout, "The language model did not answer in time.", nil)
	}
	return plan.NewFailure(plan.Permanent, "model_unreadable", "The language model's server answers in a language that I don't read. Check OPENAI_BASE_URL.", kind(err))
}

// kind names an error without its text, which may quote the answer.
func kind(err error) error { return fmt.Errorf("%T", err) }
