package githubapi

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Options says which repository is served and to whom.
type Options struct {
	// Repo is the folder of the non-bare git repository (it holds .git). Must exist, with one commit.
	Repo string
	// Owner and Name are the repository's name in URLs. Must be set.
	Owner, Name string
	// DefaultBranch is the target of pull requests. Empty: the branch HEAD names.
	DefaultBranch string
	// Dir is the folder of the durable state; created when missing. Must be set.
	Dir string
	// BaseURL returns the address below which Handler is mounted, without a slash at the end, such as
	// http://127.0.0.1:8080/github. A function, because the port may be known only after listening.
	BaseURL func() string
	// Token is the bot's token; its owner is BotLogin (empty: "firstmile") with write permission.
	Token    string
	BotLogin string
	// ReadOnly makes the bot's token read-only, to try out what a person with too narrow a token sees.
	ReadOnly bool
	// Collaborators are the people with access.
	Collaborators []Collaborator
	// Teams are slugs whose review may be requested.
	Teams []string
	// App, if set, lets a GitHub App mint installation tokens.
	App *App
	// Admin serves the fault endpoint POST and DELETE /_faults. Only for tests and demonstrations.
	Admin bool
	// Clock is the time of records. Nil: time.Now.
	Clock func() time.Time
	// Logger receives one line per failed call. Nil: silent.
	Logger *slog.Logger
}

// Collaborator is a person (or bot) who may use the repository.
type Collaborator struct {
	Login string
	// Name is shown on pages and in commits; empty: Login.
	Name string
	// Token authenticates the person; empty: the person cannot call the API but can be asked for a review.
	Token string
	// Permission is read, write or admin; empty: write.
	Permission string
}

// Server answers GitHub's REST calls for one repository. Safe for concurrent use: calls are carried
// out one at a time, so go-git's storage never sees two writers.
type Server struct {
	opt     Options
	repo    repository
	site    *site
	secret  []byte // signs archive links; a restart invalidates links, as GitHub's expire too
	faults  faultList
	started time.Time

	mu   sync.Mutex // guards everything below and all git access
	book *book
}

// New opens the repository and the state of earlier runs.
func New(opt Options) (*Server, error) {
	switch {
	case opt.Repo == "" || opt.Dir == "":
		return nil, errors.New("githubapi: Repo and Dir must be set")
	case !validLogin(opt.Owner) || !validLogin(opt.Name) || opt.Owner == "api":
		return nil, fmt.Errorf("githubapi: %q/%q is no repository name", opt.Owner, opt.Name)
	case opt.BaseURL == nil:
		return nil, errors.New("githubapi: BaseURL must be set")
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.BotLogin == "" {
		opt.BotLogin = "firstmile"
	}
	site, err := newSite()
	if err != nil {
		return nil, err
	}
	repo, err := newRepository(opt.Repo, opt.Logger)
	if err != nil {
		return nil, err
	}
	if opt.DefaultBranch == "" {
		if opt.DefaultBranch, err = repo.headBranch(); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the state folder: %w", err)
	}
	book, err := openBook(filepath.Join(opt.Dir, "github.jsonl"))
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // documented never to fail
	return &Server{opt: opt, repo: repo, site: site, book: book, secret: secret, started: opt.Clock()}, nil
}

// Close releases the journal file. Nothing is lost without it: every record is on disk already.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.close()
}

// route is one REST call. Area and write say which permission it needs (GitHub's names: contents,
// pull_requests, metadata); issue comments and labels on a pull request count as pull_requests.
type route struct {
	pattern string // method and path below /api/v3; {name...} takes the rest of the path
	area    string
	write   bool
	do      func(*call) (answer, error)
}

// routes is the whole API. A path missing here answers 404 like any unknown path at GitHub.
func (s *Server) routes() []route {
	const r = "/repos/{owner}/{repo}"
	read := func(pattern, area string, do func(*call) (answer, error)) route {
		return route{pattern, area, false, do}
	}
	write := func(pattern, area string, do func(*call) (answer, error)) route {
		return route{pattern, area, true, do}
	}
	return []route{
		read("GET /user", "", getUser),
		read("GET /users/{username}", "", getUserByName),
		read("GET /rate_limit", "", getRateLimit),
		read("GET /app", "app", getApp),
		read("GET /app/installations/{installation_id}", "app", getInstallation),
		read("POST /app/installations/{installation_id}/access_tokens", "app", createInstallationToken),
		read("GET "+r+"/installation", "app", getInstallation),

		read("GET "+r, "metadata", getRepository),
		read("GET "+r+"/collaborators", "metadata", listCollaborators),
		read("GET "+r+"/collaborators/{username}", "metadata", checkCollaborator),
		read("GET "+r+"/collaborators/{username}/permission", "metadata", getPermission),
		read("GET "+r+"/branches", "contents", listBranches),
		read("GET "+r+"/branches/{branch...}", "contents", getBranch),
		read("GET "+r+"/commits", "contents", listCommits),
		read("GET "+r+"/commits/{ref...}", "contents", getCommit),
		read("GET "+r+"/compare/{basehead...}", "contents", compareCommits),
		read("GET "+r+"/contents", "contents", getContents),
		read("GET "+r+"/contents/{path...}", "contents", getContents),
		read("GET "+r+"/tarball", "contents", archiveLink),
		read("GET "+r+"/tarball/{ref...}", "contents", archiveLink),

		read("GET "+r+"/git/blobs/{file_sha}", "contents", getBlob),
		write("POST "+r+"/git/blobs", "contents", createBlob),
		read("GET "+r+"/git/trees/{tree_sha...}", "contents", getTree),
		write("POST "+r+"/git/trees", "contents", createTree),
		read("GET "+r+"/git/commits/{commit_sha}", "contents", getGitCommit),
		write("POST "+r+"/git/commits", "contents", createCommit),
		read("GET "+r+"/git/ref/{ref...}", "contents", getRef),
		read("GET "+r+"/git/matching-refs/{ref...}", "contents", matchingRefs),
		write("POST "+r+"/git/refs", "contents", createRef),
		write("PATCH "+r+"/git/refs/{ref...}", "contents", updateRef),
		write("DELETE "+r+"/git/refs/{ref...}", "contents", deleteRef),

		read("GET "+r+"/pulls", "pull_requests", listPulls),
		write("POST "+r+"/pulls", "pull_requests", createPull),
		read("GET "+r+"/pulls/{pull_number}", "pull_requests", getPull),
		write("PATCH "+r+"/pulls/{pull_number}", "pull_requests", editPull),
		read("GET "+r+"/pulls/{pull_number}/files", "pull_requests", pullFiles),
		read("GET "+r+"/pulls/{pull_number}/commits", "pull_requests", pullCommits),
		read("GET "+r+"/pulls/{pull_number}/merge", "pull_requests", checkMerged),
		write("PUT "+r+"/pulls/{pull_number}/merge", "contents", mergePull),
		read("GET "+r+"/pulls/{pull_number}/requested_reviewers", "pull_requests", listReviewers),
		write("POST "+r+"/pulls/{pull_number}/requested_reviewers", "pull_requests", requestReviewers),
		write("DELETE "+r+"/pulls/{pull_number}/requested_reviewers", "pull_requests", removeReviewers),
		read("GET "+r+"/pulls/{pull_number}/reviews", "pull_requests", listReviews),
		write("POST "+r+"/pulls/{pull_number}/reviews", "pull_requests", createReview),
		read("GET "+r+"/pulls/{pull_number}/comments", "pull_requests", listReviewComments),
		write("POST "+r+"/pulls/{pull_number}/comments", "pull_requests", createReviewComment),

		read("GET "+r+"/issues/comments/{comment_id}", "pull_requests", getComment),
		write("PATCH "+r+"/issues/comments/{comment_id}", "pull_requests", editComment),
		read("GET "+r+"/issues/{issue_number}", "pull_requests", getIssue),
		read("GET "+r+"/issues/{issue_number}/comments", "pull_requests", listComments),
		write("POST "+r+"/issues/{issue_number}/comments", "pull_requests", createComment),
		read("GET "+r+"/issues/{issue_number}/labels", "pull_requests", listLabels),
		write("POST "+r+"/issues/{issue_number}/labels", "pull_requests", addLabels),
		write("POST "+r+"/issues/{issue_number}/assignees", "pull_requests", addAssignees),
	}
}

// Handler serves the API below /api/v3/, the pages below /OWNER/REPO/, and archives. Mount it with
// http.StripPrefix; BaseURL tells the server its prefix.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	routes := s.routes()
	mux.HandleFunc("/api/v3/", func(w http.ResponseWriter, r *http.Request) {
		for _, rt := range routes {
			if rt.match(r) {
				s.serve(rt).ServeHTTP(w, r)
				return
			}
		}
		s.refuse(w, r, notFound())
	})
	name := "/" + s.opt.Owner + "/" + s.opt.Name
	mux.HandleFunc("GET /_codeload"+name+"/legacy.tar.gz/{sha}", s.archive)
	mux.HandleFunc("GET "+name+"/pulls", s.pullList)
	mux.HandleFunc("GET "+name+"/pull/{number}", s.pullPage)
	mux.HandleFunc("GET "+name, s.pullList)
	if s.opt.Admin {
		mux.HandleFunc("POST /_faults", s.postFault)
		mux.HandleFunc("DELETE /_faults", s.deleteFaults)
	}
	return mux
}

// match reports whether a route answers a request, and sets the request's path values. The first route of
// the table that matches wins: net/http's mux refuses GitHub's paths issues/comments/{id} and
// issues/{number}/comments side by side.
func (rt route) match(r *http.Request) bool {
	method, path, _ := strings.Cut(rt.pattern, " ")
	if r.Method != method {
		return false
	}
	want := strings.Split(path, "/")
	have := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/api/v3"), "/")
	values := map[string]string{}
	for i, part := range want {
		name, rest := strings.CutSuffix(strings.Trim(part, "{}"), "...")
		if i >= len(have) || (!rest && i == len(want)-1 && len(have) != len(want)) {
			return false
		}
		text := have[i]
		if rest {
			text = strings.Join(have[i:], "/")
		}
		text, err := url.PathUnescape(text)
		switch {
		case err != nil:
			return false
		case !strings.HasPrefix(part, "{"):
			if text != part {
				return false
			}
		case text == "" && !rest:
			return false
		default:
			values[name] = text
		}
	}
	for name, value := range values {
		r.SetPathValue(name, value)
	}
	return true
}
