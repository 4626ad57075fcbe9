package githubapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	git "github.com/go-git/go-git/v5"
)

// maxBody bounds a request body. GitHub's own limit for a blob is 100 MB; a dbt model never comes near this.
const maxBody = 32 << 20

// fields is a JSON object of an answer. Answers are maps because their shape belongs to GitHub's
// contract (a test validates them against it), not to this program.
type fields map[string]any

// call is one authenticated request under way.
type call struct {
	s    *Server
	r    *http.Request
	who  caller
	repo *git.Repository
	now  time.Time
}

// answer is a successful result. A nil body sends no content.
type answer struct {
	status int
	body   any
	raw    []byte // sent instead of body, for the raw media type
	header map[string]string
}

func ok(body any) (answer, error)      { return answer{status: http.StatusOK, body: body}, nil }
func created(body any) (answer, error) { return answer{status: http.StatusCreated, body: body}, nil }
func noContent() (answer, error)       { return answer{status: http.StatusNoContent}, nil }

// apiError is a refusal in GitHub's shape.
type apiError struct {
	Status     int
	Message    string
	Errors     []fieldError
	RetryAfter time.Duration
}

// fieldError is one entry of a 422's errors list.
type fieldError struct {
	Resource string `json:"resource"`
	Field    string `json:"field,omitempty"`
	Code     string `json:"code"`
	Message  string `json:"message,omitempty"`
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.Status, e.Message) }

func notFound() error { return &apiError{Status: http.StatusNotFound, Message: "Not Found"} }

func unprocessable(format string, args ...any) error {
	return &apiError{Status: http.StatusUnprocessableEntity, Message: fmt.Sprintf(format, args...)}
}

// invalid is a 422 about one field, in the form GitHub's validations have.
func invalid(resource, field, code, message string) error {
	return &apiError{Status: http.StatusUnprocessableEntity, Message: "Validation Failed",
		Errors: []fieldError{{Resource: resource, Field: field, Code: code, Message: message}}}
}

// serve authenticates, checks rights, and carries a call out while no other call runs.
func (s *Server) serve(rt route) http.Handler {
	return s.faults.around(s, rt, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := s.carryOut(rt, r)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		s.send(w, r, a)
	}))
}

func (s *Server) carryOut(rt route, r *http.Request) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	who, err := s.authenticate(r)
	if err != nil {
		return answer{}, err
	}
	if owner := r.PathValue("owner"); owner != "" {
		if !strings.EqualFold(owner, s.opt.Owner) || !strings.EqualFold(r.PathValue("repo"), s.opt.Name) {
			return answer{}, notFound()
		}
	}
	if err := who.allow(rt.area, rt.write); err != nil {
		return answer{}, err
	}
	repo, err := s.repo.open()
	if err != nil {
		return answer{}, err
	}
	return rt.do(&call{s: s, r: r, who: who, repo: repo, now: s.opt.Clock().UTC()})
}

// refuse sends an error in GitHub's shape; anything that is no apiError is our own failure, a 500.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		s.opt.Logger.Error("github call failed", "method", r.Method, "path", r.URL.Path, "err", err)
		e = &apiError{Status: http.StatusInternalServerError, Message: "Server Error"}
	}
	body := fields{"message": e.Message, "documentation_url": "https://docs.github.com/rest",
		"status": strconv.Itoa(e.Status)}
	if len(e.Errors) > 0 {
		body["errors"] = e.Errors
	}
	header := map[string]string{}
	if e.RetryAfter > 0 {
		header["Retry-After"] = strconv.Itoa(int((e.RetryAfter + time.Second - 1) / time.Second))
		body["documentation_url"] = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
	}
	s.send(w, r, answer{status: e.Status, body: body, header: header})
}

func (s *Server) send(w http.ResponseWriter, r *http.Request, a answer) {
	h := w.Header()
	now := s.opt.Clock()
	h.Set("X-GitHub-Request-Id", fmt.Sprintf("%X", now.UnixNano()))
	h.Set("X-GitHub-Media-Type", "github.v3; format=json")
	h.Set("X-RateLimit-Limit", strconv.Itoa(rateLimit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(rateLimit-1))
	h.Set("X-RateLimit-Used", "1")
	h.Set("X-RateLimit-Reset", strconv.FormatInt(now.Add(time.Hour).Unix(), 10))
	h.Set("X-RateLimit-Resource", "core")
	h.Set("Cache-Control", "private, no-store")
	for k, v := range a.header {
		h.Set(k, v)
	}
	switch {
	case a.raw != nil:
		h.Set("Content-Type", "application/vnd.github.v3.raw; charset=utf-8")
		w.WriteHeader(a.status)
		_, _ = w.Write(a.raw)
	case a.body != nil:
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(a.body); err != nil {
			s.opt.Logger.Error("writing an answer", "path", r.URL.Path, "err", err)
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		h.Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(a.status)
		_, _ = w.Write(buf.Bytes())
	default:
		w.WriteHeader(a.status)
	}
}

// decode reads a JSON request body. Unknown keys are ignored, as GitHub ignores them; an empty body is
// an empty object.
func (c *call) decode(into any) error {
	data, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody+1))
	if err != nil {
		return &apiError{Status: http.StatusBadRequest, Message: "Problems reading the body"}
	}
	if len(data) > maxBody {
		return &apiError{Status: http.StatusRequestEntityTooLarge, Message: "Request Entity Too Large"}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	err = json.Unmarshal(data, into)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return &apiError{Status: http.StatusBadRequest, Message: "Problems parsing JSON"}
	case errors.As(err, &kind):
		return unprocessable("Invalid request.\n\nFor '%s', %s is not of the expected type.", kind.Field, kind.Value)
	}
	return &apiError{Status: http.StatusBadRequest, Message: "Problems parsing JSON"}
}

// wantsRaw reports whether the Accept header asks for file bytes instead of JSON.
func (c *call) wantsRaw() bool {
	for _, v := range strings.Split(c.r.Header.Get("Accept"), ",") {
		kind, _, err := mime.ParseMediaType(strings.TrimSpace(v))
		if err == nil && strings.HasPrefix(kind, "application/vnd.github.") && strings.HasSuffix(kind, "raw") {
			return true
		}
	}
	return false
}

// number reads a numeric path value; a value that is no number names nothing.
func (c *call) number(name string) (int64, error) {
	n, err := strconv.ParseInt(c.r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, notFound()
	}
	return n, nil
}

// paged cuts one page out of a list (per_page 30, at most 100) and adds GitHub's Link header.
func paged[T any](c *call, list []T, render func(T) any) (answer, error) {
	q := c.r.URL.Query()
	per := intOr(q.Get("per_page"), 30)
	page := intOr(q.Get("page"), 1)
	if per > 100 {
		per = 100
	}
	last := max((len(list)+per-1)/per, 1)
	from := len(list)
	if page <= last { // also keeps a huge page number from overflowing
		from = (page - 1) * per
	}
	out := []any{}
	for _, v := range list[from:min(from+per, len(list))] {
		out = append(out, render(v))
	}
	a := answer{status: http.StatusOK, body: out, header: map[string]string{}}
	var links []string
	link := func(rel string, n int) {
		u := url.URL{Path: c.r.URL.Path}
		q.Set("page", strconv.Itoa(n))
		u.RawQuery = q.Encode()
		links = append(links, fmt.Sprintf(`<%s%s>; rel="%s"`, c.s.opt.BaseURL(), u.String(), rel))
	}
	if page > 1 {
		link("prev", min(page-1, last))
		link("first", 1)
	}
	if page < last {
		link("next", page+1)
		link("last", last)
	}
	if len(links) > 0 {
		a.header["Link"] = strings.Join(links, ", ")
	}
	return a, nil
}

func intOr(s string, fallback int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return fallback
}
