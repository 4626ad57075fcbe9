package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"firstmile/planner/plan"
)

const (
	defaultTimeout = 20 * time.Second
	defaultTries   = 3

	// maxBody bounds what is read of an answer.
	maxBody = 4 << 20
	// maxWait bounds the pause before a repeat: someone waits in a thread.
	maxWait = 15 * time.Second
	// firstWait doubles with each repeat.
	firstWait = 500 * time.Millisecond
)

// transport sends a request until it is answered, refused, or no longer worth repeating. It reads the
// whole answer, so that a line cut in its middle is seen here and repeated, too.
type transport struct {
	http    *http.Client
	key     string // to be kept out of errors
	timeout time.Duration
	tries   int
	log     *slog.Logger
	now     func() time.Time
	wait    func(ctx context.Context, d time.Duration) error
}

func newTransport(c Config) *transport {
	t := &transport{http: &http.Client{CheckRedirect: noRedirect}, key: string(c.Key), timeout: c.Timeout, tries: c.Tries, log: c.Log, now: time.Now, wait: pause}
	if t.timeout <= 0 {
		t.timeout = defaultTimeout
	}
	if t.tries <= 0 {
		t.tries = defaultTries
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	return t
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Do implements go-openai's HTTPDoer. Its errors are failures, except the context's own.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	for try := 1; ; try++ {
		res, err := t.send(req)
		var f *plan.Failure
		if errors.As(err, &f) && t.key != "" { // a server that repeats what it got does not put the key into our log
			f.Cause = strings.ReplaceAll(f.Cause, t.key, "(key)")
		}
		if f == nil || f.Class != plan.Transient || try == t.tries {
			return res, err
		}
		delay := backoff(try)
		if asked := time.Duration(f.RetryAfterSeconds) * time.Second; asked > 0 {
			delay = asked
		}
		if deadline, ok := ctx.Deadline(); delay > maxWait || ok && t.now().Add(delay).After(deadline) {
			return nil, err
		}
		t.log.Debug("asking the language model again", "code", f.Code, "try", try, "wait", delay)
		if err := t.wait(ctx, delay); err != nil {
			return nil, err
		}
	}
}

// backoff doubles, with up to half of it by chance, so that many bots do not come back in step.
func backoff(try int) time.Duration {
	d := firstWait << (try - 1)
	return d + rand.N(d/2)
}

// send tries once.
func (t *transport) send(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), t.timeout)
	defer cancel()
	once := req.Clone(ctx)
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, fmt.Errorf("preparing a call of the language model: %w", err)
		}
		once.Body = body
	}
	res, err := t.http.Do(once)
	if err != nil {
		return nil, unreachable(req.Context(), err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, unreachable(req.Context(), err)
	case res.StatusCode != http.StatusOK:
		return nil, refused(res.StatusCode, body, t.retryAfter(res.Header))
	case len(body) > maxBody:
		return nil, plan.NewFailure(plan.Refused, "model_too_long", "The language model's answer is too long to be read.", nil)
	case !json.Valid(body):
		return nil, plan.NewFailure(plan.Transient, "model_cut", "The language model's answer broke off.", nil)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// retryAfter reads the header's seconds or date (RFC 9110, 10.2.3); 0 when there is none.
func (t *transport) retryAfter(h http.Header) int {
	v := h.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil {
		return min(max(n, 0), 24*60*60)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	wait := at.Sub(t.now())
	return min(max(int((wait+time.Second-1)/time.Second), 0), 24*60*60)
}
