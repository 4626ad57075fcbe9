// Package local is the embedded workspace: a Slack-compatible and a
// GitHub-compatible server with a web page to chat in, on one listener, around the
// sample company. The bot talks to it with the same client libraries as to the real ones.
//
//	slackapi/    Web API and Socket Mode
//	githubapi/   REST API and pull-request pages on a real git repository
//	web/         the page
//	local.go     the three together; seed.go: who is in the workspace
//
// Files below Options.Data that this package owns: workspace.json (how to reach
// everything, mode 0600), slack/, github/ and northpeak/ (the repository). All of it survives a kill.
package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"firstmile/bot/local/githubapi"
	"firstmile/bot/local/slackapi"
	"firstmile/bot/local/web"
	"firstmile/bot/sample"
)

// Options configure a workspace.
type Options struct {
	// Addr is where to listen. When the port is taken, a free one is used instead.
	Addr string
	// Data is the folder for everything durable; it is made when missing.
	Data string
	// Scopes are the bot token's, as in the app's manifest; they decide what the bot may call and hear.
	Scopes []string
	// Admin serves the endpoints that make the servers misbehave. Only for tests.
	Admin bool
	Log   *slog.Logger
}

// Description is workspace.json: how any Slack or GitHub client can act as a person in the workspace.
type Description struct {
	URL          string    `json:"url"`
	SlackAPIURL  string    `json:"slack_api_url"`
	BotToken     string    `json:"bot_token"`
	AppToken     string    `json:"app_token"`
	Users        []User    `json:"users"`
	Channels     []Channel `json:"channels"`
	GitHubAPIURL string    `json:"github_api_url"`
	GitHubToken  string    `json:"github_token"`
	Repository   string    `json:"repository"` // owner/name
}

// User is a person with a token to act with.
type User struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Token string `json:"token"`
}

// Channel of the workspace.
type Channel struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Workspace is a running workspace.
type Workspace struct {
	Description
	// Moved says that the wanted address was taken and another is used.
	Moved bool

	slack    *slackapi.Server
	github   *githubapi.Server
	server   *http.Server
	serveErr chan error
}

// DescriptionFile is the name of the file that describes the workspace.
const DescriptionFile = "workspace.json"

// Start listens, writes the sample company if it is not there, opens the servers and, once everything
// is ready, writes workspace.json.
func Start(ctx context.Context, o Options) (*Workspace, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	listener, moved, err := listen(ctx, o.Addr)
	if err != nil {
		return nil, err
	}
	if err := sample.Write(ctx, RepositoryDir(o.Data)); err != nil {
		return nil, errors.Join(fmt.Errorf("writing the sample company: %w", err), listener.Close())
	}
	w := &Workspace{Moved: moved, serveErr: make(chan error, 1)}
	w.URL = "http://" + reachable(listener.Addr())
	if err := w.open(o); err != nil {
		return nil, errors.Join(err, listener.Close(), w.closeServers())
	}
	go func() { w.serveErr <- w.server.Serve(listener) }()
	if err := writeFile(filepath.Join(o.Data, DescriptionFile), w.Description); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// reachable is the address as a browser on this machine can ask for it: a
// listener on every interface is reached by loopback.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

// RepositoryDir is the folder of the git repository below the data folder.
func RepositoryDir(data string) string { return filepath.Join(data, sample.Name) }

// listen takes the wanted address or, when its port is taken (or is one that needs rights), a free one on the same host.
func listen(ctx context.Context, addr string) (net.Listener, bool, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err == nil {
		return l, false, nil
	}
	host, _, splitErr := net.SplitHostPort(addr)
	if splitErr != nil {
		return nil, false, fmt.Errorf("the address %q is not of the form host:port", addr)
	}
	if !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, syscall.EACCES) {
		return nil, false, fmt.Errorf("listening on %s: %w", addr, err)
	}
	l, second := lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if second != nil {
		return nil, false, fmt.Errorf("listening on %s: %w", addr, err)
	}
	return l, true, nil
}

func (w *Workspace) open(o Options) error {
	base := func() string { return w.URL }
	github, err := secret(filepath.Join(o.Data, "github", "token"), "ghp_")
	if err != nil {
		return err
	}
	if w.slack, err = slackapi.New(slackapi.Options{Dir: filepath.Join(o.Data, "slack"), BaseURL: base,
		Workspace: seed(o.Scopes), Logger: o.Log, Admin: o.Admin}); err != nil {
		return fmt.Errorf("opening the workspace's Slack: %w", err)
	}
	if w.github, err = githubapi.New(githubapi.Options{Repo: RepositoryDir(o.Data), Owner: owner, Name: sample.Name,
		DefaultBranch: sample.Branch, Dir: filepath.Join(o.Data, "github"), BaseURL: func() string { return w.URL + "/github" },
		Token: github, Teams: teams(), Collaborators: collaborators(), Admin: o.Admin, Logger: o.Log}); err != nil {
		return fmt.Errorf("opening the workspace's GitHub: %w", err)
	}
	w.describe(github)
	page, err := web.Handler(w.page())
	if err != nil {
		return fmt.Errorf("preparing the page: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/api/", w.slack.Handler())
	mux.Handle("/github/", http.StripPrefix("/github", w.github.Handler()))
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("ok\n")) })
	mux.Handle("/", page)
	w.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	return nil
}

func (w *Workspace) describe(github string) {
	tokens := w.slack.Tokens()
	w.SlackAPIURL, w.GitHubAPIURL = w.URL+"/api/", w.URL+"/github/api/v3/"
	w.BotToken, w.AppToken, w.GitHubToken = tokens.Bot, tokens.App, github
	w.Repository = owner + "/" + sample.Name
	for _, u := range people() {
		w.Users = append(w.Users, User{ID: u.id, Name: u.name, Token: tokens.Users[u.id]})
	}
	for _, c := range channels() {
		w.Channels = append(w.Channels, Channel{ID: c.ID, Name: c.Name})
	}
}

func (w *Workspace) page() web.Config {
	cfg := web.Config{Title: "Northpeak", BotID: botUser, Channel: requests, Welcome: welcome()}
	for i, u := range people() {
		cfg.People = append(cfg.People, web.Person{ID: u.id, Name: u.name, Note: u.note, Token: w.Users[i].Token})
	}
	return cfg
}

// Wait returns when the workspace stopped serving, or ctx ends.
func (w *Workspace) Wait(ctx context.Context) error {
	select {
	case err := <-w.serveErr:
		return err
	case <-ctx.Done():
		return nil
	}
}

// Close stops serving. Nothing is lost without it.
func (w *Workspace) Close() error {
	var err error
	if w.server != nil {
		err = w.server.Close()
	}
	return errors.Join(err, w.closeServers())
}

func (w *Workspace) closeServers() error {
	var errs []error
	if w.slack != nil {
		errs = append(errs, w.slack.Close())
	}
	if w.github != nil {
		errs = append(errs, w.github.Close())
	}
	return errors.Join(errs...)
}

// writeFile replaces a file in one step, readable by its owner only.
func writeFile(path string, v any) error {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", filepath.Base(path), err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	_, err = f.Write(append(body, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}

// ReadDescription reads workspace.json from a data folder.
func ReadDescription(data string) (Description, error) {
	var d Description
	body, err := os.ReadFile(filepath.Join(data, DescriptionFile))
	if err != nil {
		return d, fmt.Errorf("reading the workspace's description: %w", err)
	}
	if err := json.Unmarshal(body, &d); err != nil {
		return d, fmt.Errorf("reading %s: %w", DescriptionFile, err)
	}
	return d, nil
}

// secret reads a token from its file, or makes one.
func secret(path, prefix string) (string, error) {
	body, err := os.ReadFile(path)
	if err == nil && strings.HasPrefix(string(body), prefix) {
		return strings.TrimSpace(string(body)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("reading a token: %w", err)
	}
	token := prefix + random()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("keeping a token: %w", err)
	}
	if err := os.WriteFile(path, []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keeping a token: %w", err)
	}
	return token, nil
}
