// Package config reads what an administrator configures: secrets and addresses
// from the environment, projects and groups from one YAML file. It checks
// everything before anything starts and reports every problem at once, a line each.
// It owns no files; secrets stay inside the values it returns and print as "(secret)".
package config

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"firstmile/planner/plan"
)

//go:embed server.schema.json
var schema []byte

// Schema is the JSON schema of the server's YAML file, for editors.
func Schema() []byte { return bytes.Clone(schema) }

// Secret is a string that never shows itself in logs or errors.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return "(not set)"
	}
	return "(secret)"
}

// GoString hides the secret from %#v, too.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal is the secret itself, for the client that needs it.
func (s Secret) Reveal() string { return string(s) }

// Server is the whole configuration of `serve`.
type Server struct {
	SlackBotToken Secret // SLACK_BOT_TOKEN, xoxb-…; required
	SlackAppToken Secret // SLACK_APP_TOKEN, xapp-…; required
	SlackAPIURL   string // SLACK_API_URL, ends in "/"; empty: Slack's own
	GitHubToken   Secret // GITHUB_TOKEN; this or the App is required
	GitHubAPIURL  string // GITHUB_API_URL, for GitHub Enterprise; empty: github.com
	App           App
	Projects      []Project
	// Groups maps a group's name (as firstmile.yml names approvers) to Slack user ids.
	Groups map[string][]string
	// Model is the language model; the zero Model is none.
	Model Model
	// Emoji are the reactions that approve. Default: white_check_mark, rocket.
	Emoji []string
	// Remind and Park are how long an answer is waited for before the one reminder, and before the thread is left alone. Zero: never.
	Remind, Park time.Duration
}

// How long an answer is waited for where the file says nothing.
const (
	DefaultRemind = 24 * time.Hour
	DefaultPark   = 72 * time.Hour
)

// App is a GitHub App. All three fields or none.
type App struct {
	ID           int64  // GITHUB_APP_ID
	Installation int64  // GITHUB_APP_INSTALLATION_ID
	Key          Secret // GITHUB_APP_PRIVATE_KEY, or the file GITHUB_APP_PRIVATE_KEY_FILE: PEM
}

// Project is one dbt project of the server.
type Project struct {
	ID     plan.ProjectID `yaml:"id"`     // required, unique
	Repo   string         `yaml:"repo"`   // required: owner/name
	Branch string         `yaml:"branch"` // target branch; empty: the repository's default branch
	Path   string         `yaml:"path"`   // folder of dbt_project.yml; empty: the repository's root
	Target string         `yaml:"target"` // dbt target; empty: the profile's own
	// Channels are the Slack channel ids that the project serves; empty: every channel.
	Channels []string `yaml:"channels"`
	// Secret is where the token for this repository is: "env:NAME" or "file:PATH"; empty: GITHUB_TOKEN or the App.
	Secret string `yaml:"secret"`
	// Warehouse is the path of a .duckdb file on this machine that the checks may read; empty: no data.
	Warehouse string `yaml:"warehouse"`

	// Token is what Secret points to, read by Load.
	Token Secret `yaml:"-"`
}

// Problems are all the settings that keep the server from starting.
type Problems []string

// Error is one line per problem.
func (p Problems) Error() string { return strings.Join(p, "\n") }

type file struct {
	Projects []Project           `yaml:"projects"`
	Groups   map[string][]string `yaml:"groups"`
	Emoji    []string            `yaml:"emoji"`
	Remind   string              `yaml:"remind"`
	Park     string              `yaml:"park"`
}

// Load reads the YAML file at path and the environment through getenv. The
// error is a Problems when settings are missing or malformed.
func Load(path string, getenv func(string) string) (Server, error) {
	l := &loader{getenv: getenv}
	s := Server{
		SlackBotToken: l.token("SLACK_BOT_TOKEN", "xoxb-"),
		SlackAppToken: l.token("SLACK_APP_TOKEN", "xapp-"),
		SlackAPIURL:   l.address("SLACK_API_URL"),
		GitHubAPIURL:  l.address("GITHUB_API_URL"),
		GitHubToken:   Secret(getenv("GITHUB_TOKEN")),
		App:           l.app(),
		Model:         l.model(),
	}
	if s.SlackAPIURL != "" && !strings.HasSuffix(s.SlackAPIURL, "/") {
		s.SlackAPIURL += "/"
	}
	if f, ok := l.file(path); ok {
		s.Projects, s.Groups, s.Emoji = f.Projects, f.Groups, f.Emoji
		s.Remind, s.Park = l.wait(path, "remind", f.Remind, DefaultRemind), l.wait(path, "park", f.Park, DefaultPark)
		l.projects(path, &s)
	}
	if len(s.Emoji) == 0 {
		s.Emoji = []string{"white_check_mark", "rocket"}
	}
	if len(l.problems) > 0 {
		return Server{}, l.problems
	}
	return s, nil
}

type loader struct {
	getenv   func(string) string
	problems Problems
}

// wait reads "24h", "90m" or "never".
func (l *loader) wait(path, key, text string, def time.Duration) time.Duration {
	switch text {
	case "":
		return def
	case "never":
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		l.problem("%s: %s must be a time such as 24h or 90m, or never, not %q", path, key, text)
	}
	return d
}

func (l *loader) problem(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

func (l *loader) token(name, prefix string) Secret {
	v := l.getenv(name)
	switch {
	case v == "":
		l.problem("%s is not set: put the token that starts with %s there (see `firstmile manifest`)", name, prefix)
	case !strings.HasPrefix(v, prefix) || strings.ContainsAny(v, " \t\r\n"):
		l.problem("%s is malformed: it must start with %s and hold no space", name, prefix)
	}
	return Secret(v)
}

func (l *loader) address(name string) string {
	v := l.getenv(name)
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		l.problem("%s is malformed: it must be an http or https address without credentials", name)
		return ""
	}
	return v
}

func (l *loader) app() App {
	id, inst := l.getenv("GITHUB_APP_ID"), l.getenv("GITHUB_APP_INSTALLATION_ID")
	key := l.getenv("GITHUB_APP_PRIVATE_KEY")
	if name := l.getenv("GITHUB_APP_PRIVATE_KEY_FILE"); name != "" {
		b, err := os.ReadFile(name)
		if err != nil {
			l.problem("GITHUB_APP_PRIVATE_KEY_FILE cannot be read: %v", err)
		}
		key = string(b)
	}
	if id == "" && inst == "" && key == "" {
		return App{}
	}
	a := App{Key: Secret(key)}
	a.ID = l.number("GITHUB_APP_ID", id)
	a.Installation = l.number("GITHUB_APP_INSTALLATION_ID", inst)
	if !strings.Contains(key, "-----BEGIN") {
		l.problem("GITHUB_APP_PRIVATE_KEY (or the file GITHUB_APP_PRIVATE_KEY_FILE) does not hold a PEM key")
	}
	return a
}

func (l *loader) number(name, v string) int64 {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n <= 0 {
		l.problem("%s is malformed: it must be a positive whole number", name)
		return 0
	}
	return n
}

func (l *loader) file(path string) (file, bool) {
	var f file
	if path == "" {
		l.problem("no configuration file: name one with --config or FIRSTMILE_CONFIG; it lists the dbt projects")
		return f, false
	}
	body, err := os.ReadFile(path)
	if err != nil {
		l.problem("the configuration file cannot be read: %v", err)
		return f, false
	}
	d := yaml.NewDecoder(bytes.NewReader(body))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		l.malformed(path, err)
		return f, false
	}
	return f, true
}

// malformed makes a problem of each mistake in the file.
func (l *loader) malformed(path string, err error) {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) {
		l.problem("%s: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
		return
	}
	for _, e := range wrong.Errors { // "line 2: field project not found in type config.file"
		text, _, _ := strings.Cut(e, " in type ")
		l.problem("%s: %s", path, text)
	}
}

func (l *loader) projects(path string, s *Server) {
	if len(s.Projects) == 0 {
		l.problem("%s: projects is empty: the bot needs at least one dbt project", path)
	}
	seen := map[plan.ProjectID]bool{}
	for i := range s.Projects {
		p := &s.Projects[i]
		at := fmt.Sprintf("%s: projects[%d]", path, i)
		if p.ID == "" {
			l.problem("%s.id is not set", at)
		} else if seen[p.ID] {
			l.problem("%s.id %q is used twice", at, p.ID)
		}
		seen[p.ID] = true
		if owner, name, ok := strings.Cut(p.Repo, "/"); !ok || owner == "" || name == "" || strings.Contains(name, "/") {
			l.problem("%s.repo %q is not of the form owner/name", at, p.Repo)
		}
		p.Token = l.secret(at, p.Secret)
		if p.Token == "" && s.GitHubToken == "" && s.App.ID == 0 {
			l.problem("%s has no credentials: set GITHUB_TOKEN, the GITHUB_APP_ variables, or secret: env:NAME", at)
		}
	}
}

func (l *loader) secret(at, ref string) Secret {
	kind, name, _ := strings.Cut(ref, ":")
	switch {
	case ref == "":
		return ""
	case kind == "env" && name != "":
		v := l.getenv(name)
		if v == "" {
			l.problem("%s.secret names the environment variable %s, which is not set", at, name)
		}
		return Secret(v)
	case kind == "file" && name != "":
		b, err := os.ReadFile(name)
		if err != nil {
			l.problem("%s.secret: %v", at, err)
		}
		return Secret(strings.TrimSpace(string(b)))
	}
	l.problem("%s.secret must be env:NAME or file:PATH, never the secret itself", at)
	return ""
}
