package githubapi

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
)

// web holds the templates and the style sheet.
//
//go:embed web/*.html web/style.css
var web embed.FS

// frame is what every page shows around its content.
type frame struct {
	Style       template.CSS
	Title       string
	Repository  string
	ListURL     string
	Breadcrumbs bool
}

// listPage is the list of pull requests.
type listPage struct {
	frame
	Open, Closed []listItem
}

type listItem struct {
	pull
	URL   string
	State string
}

// pageData is one pull request.
type pageData struct {
	frame
	Pull       pull
	State      string
	Body       template.HTML
	Reviewers  []reviewerItem
	Timeline   []timelineItem
	Commits    []commitItem
	Files      []fileItem
	Added      int
	Deleted    int
	Conflict   bool
	MergedInto string
}

type reviewerItem struct{ Name, State string }

type commitItem struct {
	SHA, Subject, Author string
	When                 time.Time
}

// timelineItem is a comment or review in the order of time.
type timelineItem struct {
	Author, What, Where string
	When                time.Time
	Body                template.HTML
	Anchor              string
	id                  int64
}

type fileItem struct {
	fileChange
	Rows []diffRow
	Open bool
}

// diffRow is a line of a diff. Kind is hunk, add, del or same.
type diffRow struct {
	Kind, Sign, Text string
	Old, New         int
}

func (s *Server) frame(title string) frame {
	return frame{Style: s.site.style, Title: title, Repository: s.opt.Owner + "/" + s.opt.Name, ListURL: s.repoHTML() + "/pulls"}
}

// show renders a page into memory first, so that a failure is an error page and not half a page.
func (s *Server) show(w http.ResponseWriter, r *http.Request, name string, build func(*git.Repository) (any, error)) {
	data, err := s.pageContent(build)
	var buf bytes.Buffer
	if err == nil {
		err = s.site.pages.ExecuteTemplate(&buf, name, data)
	}
	status := http.StatusOK
	if err != nil {
		var e *apiError
		status = http.StatusInternalServerError
		if errors.As(err, &e) {
			status = e.Status
		} else {
			s.opt.Logger.Error("page failed", "path", r.URL.Path, "err", err)
		}
		buf.Reset()
		if err := s.site.pages.ExecuteTemplate(&buf, "missing.html", s.frame(http.StatusText(status))); err != nil {
			http.Error(w, http.StatusText(status), status)
			return
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}

func (s *Server) pageContent(build func(*git.Repository) (any, error)) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo, err := s.repo.open()
	if err != nil {
		return nil, err
	}
	if err := s.settle(repo); err != nil {
		return nil, err
	}
	return build(repo)
}

func (s *Server) pullList(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, "list.html", func(*git.Repository) (any, error) {
		data := listPage{frame: s.frame("Pull requests")}
		all := ordered(s.book.pulls, func(pull) bool { return true })
		slices.Reverse(all)
		for _, p := range all {
			item := listItem{p, s.pullHTML(p.Number), shownState(p)}
			if p.State == stateOpen {
				data.Open = append(data.Open, item)
			} else {
				data.Closed = append(data.Closed, item)
			}
		}
		return data, nil
	})
}

func (s *Server) pullPage(w http.ResponseWriter, r *http.Request) {
	s.show(w, r, "pull.html", func(repo *git.Repository) (any, error) {
		n, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
		p, found := s.book.pulls[n]
		if err != nil || !found {
			return nil, notFound()
		}
		return s.pullContent(repo, p)
	})
}

func (s *Server) pullContent(repo *git.Repository, p pull) (pageData, error) {
	st, err := s.stand(repo, p)
	if err != nil {
		return pageData{}, err
	}
	data := pageData{frame: s.frame(fmt.Sprintf("%s · #%d", p.Title, p.Number)), Pull: p, State: shownState(p),
		Body: s.site.render(p.Body), Reviewers: s.reviewerItems(p), Timeline: s.timeline(p),
		Conflict: p.State == stateOpen && !st.mergeable}
	data.Breadcrumbs = true
	for _, commit := range st.commits {
		subject, _, _ := strings.Cut(commit.Message, "\n")
		data.Commits = append(data.Commits, commitItem{commit.Hash.String()[:7], subject, commit.Author.Name, commit.Author.When})
	}
	for _, ch := range st.changes {
		data.Added, data.Deleted = data.Added+ch.Added, data.Deleted+ch.Deleted
		data.Files = append(data.Files, fileItem{ch, diffRows(ch.Patch), ch.Added+ch.Deleted <= 2000})
	}
	if p.MergeSHA != "" && plumbing.IsHash(p.MergeSHA) {
		data.MergedInto = p.MergeSHA[:7]
	}
	return data, nil
}

func shownState(p pull) string {
	switch {
	case !p.MergedAt.IsZero():
		return "Merged"
	case p.State == stateClosed:
		return "Closed"
	case p.Draft:
		return "Draft"
	}
	return "Open"
}

// reviewerItems lists who has reviewed, with their last word, and who is still asked to.
func (s *Server) reviewerItems(p pull) []reviewerItem {
	words := map[string]string{"APPROVED": "approved", "CHANGES_REQUESTED": "requested changes", "COMMENTED": "commented"}
	var out []reviewerItem
	for _, v := range s.reviewsOf(p.Number) {
		out = slices.DeleteFunc(out, func(r reviewerItem) bool { return r.Name == v.Author })
		out = append(out, reviewerItem{v.Author, words[v.State]})
	}
	for _, login := range p.Reviewers {
		out = append(out, reviewerItem{login, "review requested"})
	}
	for _, slug := range p.Teams {
		out = append(out, reviewerItem{s.opt.Owner + "/" + slug, "review requested"})
	}
	return out
}

func (s *Server) timeline(p pull) []timelineItem {
	var out []timelineItem
	for _, m := range s.commentsOf(p.Number) {
		out = append(out, timelineItem{m.Author, "commented", "", m.Created, s.site.render(m.Body), fmt.Sprintf("issuecomment-%d", m.ID), m.ID})
	}
	words := map[string]string{"APPROVED": "approved these changes", "CHANGES_REQUESTED": "requested changes", "COMMENTED": "reviewed"}
	for _, v := range s.reviewsOf(p.Number) {
		out = append(out, timelineItem{v.Author, words[v.State], "", v.Submitted, s.site.render(v.Body), fmt.Sprintf("pullrequestreview-%d", v.ID), v.ID})
	}
	for _, m := range s.reviewCommentsOf(p.Number) {
		where := m.Path
		if m.Line > 0 {
			where = fmt.Sprintf("%s, line %d", m.Path, m.Line)
		}
		out = append(out, timelineItem{m.Author, "commented on", where, m.Created, s.site.render(m.Body), fmt.Sprintf("discussion_r%d", m.ID), m.ID})
	}
	slices.SortFunc(out, func(a, b timelineItem) int { return int(a.id - b.id) }) // ids rise with time
	return out
}
