package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v62/github"
	app "github.com/google/go-github/v88/github" // ghinstallation's own version; only for its token options
)

// Who signs commits where the configuration names nobody.
const (
	defaultAuthor = "Firstmile"
	defaultEmail  = "firstmile@users.noreply.github.com"
)

// Config says which repository to publish to, and as whom.
type Config struct {
	// Owner and Name are the repository. Must be set.
	Owner, Name string
	// BaseURL is GITHUB_API_URL: empty for github.com, else the Enterprise server with or without /api/v3.
	BaseURL string
	// Token is a personal or fine-grained token. Either it or App must be set.
	Token string
	// App publishes as a GitHub App. Nil: with Token.
	App *App
	// Branch is the target of pull requests. Empty: the repository's default branch, asked each time.
	Branch string
	// AuthorName and AuthorEmail sign commits. Empty: "Firstmile", a no-reply address.
	AuthorName, AuthorEmail string
	// Pause is the least time between two calls that write; GitHub asks for a second. Zero: none.
	Pause time.Duration
	// Timeout bounds one request. Zero: 30 seconds.
	Timeout time.Duration
	// Transport carries the requests. Nil: http.DefaultTransport.
	Transport http.RoundTripper
}

// App is a GitHub App and its installation on the repository.
type App struct {
	ID, InstallationID int64
	// Key is the App's private key in PEM form.
	Key []byte
}

// Forge publishes to one GitHub repository. Safe for concurrent use.
type Forge struct {
	cfg    Config
	github *github.Client
	apps   *github.Client // authenticated as the App itself; nil with a token
	plain  *http.Client   // without credentials, for archive links

	mu        sync.Mutex
	lastWrite time.Time
	login     string // known after the first question
}

// New checks the configuration and makes a Forge. It makes no request.
func New(cfg Config) (*Forge, error) {
	switch {
	case cfg.Owner == "" || cfg.Name == "":
		return nil, errors.New("the repository must be given as OWNER/NAME")
	case cfg.Token == "" && cfg.App == nil:
		return nil, errors.New("either a GitHub token or a GitHub App must be configured")
	case cfg.Token != "" && cfg.App != nil:
		return nil, errors.New("a GitHub token and a GitHub App are both configured; choose one")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Transport == nil {
		cfg.Transport = http.DefaultTransport
	}
	if cfg.AuthorName == "" {
		cfg.AuthorName, cfg.AuthorEmail = defaultAuthor, defaultEmail
	}
	f := &Forge{cfg: cfg, plain: &http.Client{Transport: cfg.Transport}}
	var err error
	if cfg.App == nil {
		f.github, err = client(github.NewClient(&http.Client{Transport: cfg.Transport}).WithAuthToken(cfg.Token), cfg.BaseURL)
		return f, err
	}
	return f, f.useApp()
}

// useApp sets up both of an App's identities. Installation tokens are narrowed to this repository and to
// what publishing needs.
func (f *Forge) useApp() error {
	asApp, err := ghinstallation.NewAppsTransport(f.cfg.Transport, f.cfg.App.ID, f.cfg.App.Key)
	if err != nil {
		return fmt.Errorf("reading the GitHub App's private key: %w", err)
	}
	if f.apps, err = client(github.NewClient(&http.Client{Transport: asApp}), f.cfg.BaseURL); err != nil {
		return err
	}
	asApp.BaseURL = strings.TrimSuffix(f.apps.BaseURL.String(), "/")
	installed := ghinstallation.NewFromAppsTransport(asApp, f.cfg.App.InstallationID)
	read, write := "read", "write"
	installed.InstallationTokenOptions = &app.InstallationTokenOptions{Repositories: []string{f.cfg.Name},
		Permissions: &app.InstallationPermissions{Metadata: &read, Contents: &write, PullRequests: &write}}
	f.github, err = client(github.NewClient(&http.Client{Transport: installed}), f.cfg.BaseURL)
	return err
}

func client(c *github.Client, base string) (*github.Client, error) {
	if base == "" {
		return c, nil
	}
	c, err := c.WithEnterpriseURLs(base, base)
	if err != nil {
		return nil, fmt.Errorf("reading the GitHub address %q: %w", base, err)
	}
	if c.BaseURL.Scheme != "http" && c.BaseURL.Scheme != "https" {
		return nil, fmt.Errorf("reading the GitHub address %q: it must start with https://", base)
	}
	return c, nil
}

// read makes one call that changes nothing.
func read[T any](ctx context.Context, f *Forge, doing string, call func(context.Context) (T, *github.Response, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, f.cfg.Timeout)
	defer cancel()
	v, _, err := call(ctx)
	if err != nil {
		return v, f.failure(doing, err)
	}
	return v, nil
}

// write makes one call that changes something, not sooner than Pause after the one before.
func write[T any](ctx context.Context, f *Forge, doing string, call func(context.Context) (T, *github.Response, error)) (T, error) {
	if err := f.pause(ctx); err != nil {
		var none T
		return none, f.failure(doing, err)
	}
	return read(ctx, f, doing, call)
}

// pause waits for this caller's turn; turns are Pause apart.
func (f *Forge) pause(ctx context.Context) error {
	f.mu.Lock()
	turn := f.lastWrite.Add(f.cfg.Pause)
	now := time.Now()
	if turn.Before(now) {
		turn = now
	}
	f.lastWrite = turn
	f.mu.Unlock()
	timer := time.NewTimer(turn.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// whoAmI is the login that our pull requests carry.
func (f *Forge) whoAmI(ctx context.Context) (string, error) {
	f.mu.Lock()
	login := f.login
	f.mu.Unlock()
	if login != "" {
		return login, nil
	}
	if f.apps != nil {
		a, err := read(ctx, f, "asking who the GitHub App is", func(ctx context.Context) (*github.App, *github.Response, error) {
			return f.apps.Apps.Get(ctx, "")
		})
		if err != nil {
			return "", err
		}
		login = a.GetSlug() + "[bot]"
	} else {
		u, err := read(ctx, f, "asking whose token it is", func(ctx context.Context) (*github.User, *github.Response, error) {
			return f.github.Users.Get(ctx, "")
		})
		if err != nil {
			return "", err
		}
		login = u.GetLogin()
	}
	f.mu.Lock()
	f.login = login
	f.mu.Unlock()
	return login, nil
}

// target is the branch that pull requests go to.
func (f *Forge) target(ctx context.Context) (string, error) {
	if f.cfg.Branch != "" {
		return f.cfg.Branch, nil
	}
	r, err := f.repository(ctx)
	if err != nil {
		return "", err
	}
	return r.GetDefaultBranch(), nil
}

func (f *Forge) repository(ctx context.Context) (*github.Repository, error) {
	return read(ctx, f, "reading the repository", func(ctx context.Context) (*github.Repository, *github.Response, error) {
		return f.github.Repositories.Get(ctx, f.cfg.Owner, f.cfg.Name)
	})
}

// head is the commit a branch points at.
func (f *Forge) head(ctx context.Context, branch string) (string, error) {
	ref, err := read(ctx, f, "reading branch "+branch, func(ctx context.Context) (*github.Reference, *github.Response, error) {
		return f.github.Git.GetRef(ctx, f.cfg.Owner, f.cfg.Name, "heads/"+branch)
	})
	if err != nil {
		return "", err
	}
	return ref.GetObject().GetSHA(), nil
}
