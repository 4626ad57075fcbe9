package slackbot

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// Inbox takes events. When Deliver returns nil, the event is on disk; the same key in the same thread counts once for ever.
type Inbox interface {
	Deliver(ctx context.Context, thread plan.ThreadID, event plan.Event) error
}

// Threads answers what the planner knows about its threads.
type Threads interface {
	// Known reports whether anything was ever delivered to the thread. It must be true from the first Deliver on.
	Known(ctx context.Context, thread plan.ThreadID) (bool, error)
	// Open lists the threads that still wait for something, to be caught up after a gap.
	Open(ctx context.Context) ([]OpenThread, error)
	// Requests lists a person's requests, newest first.
	Requests(ctx context.Context, person string) ([]Request, error)
}

// OpenThread is a thread that is not over.
type OpenThread struct {
	Thread plan.ThreadID
	// Cards are the messages that can be approved: the proposal, and changes of the glossary.
	Cards []plan.MessageRef
}

// Request is one line of a person's list.
type Request struct {
	Title string
	Stage plan.Stage
	Root  plan.MessageRef
	PR    *plan.PR
}

// Notes keeps small values by space and key, durably.
type Notes interface {
	Put(ctx context.Context, space, key string, value []byte) error
	Get(ctx context.Context, space, key string) (value []byte, ok bool, err error)
}

// Config says how to reach Slack and whom to serve. Tokens, Inbox, Threads and Notes are required; the zero value of
// everything else is a sensible default.
type Config struct {
	BotToken string // xoxb-…
	AppToken string // xapp-…, with connections:write
	APIURL   string // ends in "/"; empty: Slack's own

	Inbox   Inbox
	Threads Threads
	Notes   Notes

	// Groups maps a group's name to the Slack user ids of its members.
	Groups map[string][]string
	// Projects lists the projects that serve a channel. Nil: the planner decides.
	Projects func(channel string) []plan.ProjectID
	// Examples are shown in the App Home.
	Examples []string

	// PostEvery is the least time between two messages to one channel. Zero: no pacing (the embedded workspace);
	// for Slack use PostEverySlack.
	PostEvery time.Duration
	// Connections is the number of sockets, 1 to 10; zero: 2.
	Connections int
	// Stagger is the difference in age between two connections; zero: a minute.
	Stagger time.Duration
	// Silence is how long a connection may go without a ping of Slack's before it counts as dead; zero: 30 s.
	Silence time.Duration
	// Lookback is how far back channels without a watermark are read; zero: 10 minutes, as long as Slack itself repeats events.
	Lookback time.Duration
	// HTTP is the client for the Web API; nil: one with a timeout of a minute.
	HTTP *http.Client
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// Logger never gets message text or tokens. Nil: slog.Default().
	Logger *slog.Logger
}

// PostEverySlack is Slack's limit for messages to one channel (https://docs.slack.dev/apis/web-api/rate-limits).
const PostEverySlack = time.Second

// Bot is one installation of the app in one workspace. Its methods are safe for concurrent use.
type Bot struct {
	cfg    Config
	api    *slack.Client
	log    *slog.Logger
	people *people
	rooms  rooms
	pace   *pace
	lanes  *lanes
	status *status

	mu    sync.Mutex
	self  *identity
	begun map[string]bool // channels that have a watermark

	catchup chan struct{} // a request to catch up; one is enough
	ready   chan struct{} // closed at the first hello
	once    sync.Once     // closes ready
}

// identity is who the bot is.
type identity struct {
	team, user, bot string
	url             string // of the workspace, ends in "/"
}

// New checks the configuration. It does not talk to Slack.
func New(cfg Config) (*Bot, error) {
	if cfg.Inbox == nil || cfg.Threads == nil || cfg.Notes == nil {
		return nil, errors.New("slackbot: Inbox, Threads and Notes are required")
	}
	if !strings.HasPrefix(cfg.BotToken, "xoxb-") || !strings.HasPrefix(cfg.AppToken, "xapp-") {
		return nil, errors.New("slackbot: a bot token (xoxb-…) and an app token (xapp-…) are required")
	}
	cfg.defaults()
	options := []slack.Option{slack.OptionAppLevelToken(cfg.AppToken), slack.OptionHTTPClient(cfg.HTTP)}
	if cfg.APIURL != "" {
		options = append(options, slack.OptionAPIURL(cfg.APIURL))
	}
	b := &Bot{cfg: cfg, api: slack.New(cfg.BotToken, options...), log: cfg.Logger, begun: map[string]bool{}, rooms: rooms{known: map[string]room{}},
		catchup: make(chan struct{}, 1), ready: make(chan struct{})}
	b.people = &people{api: b.api, groups: cfg.Groups, now: cfg.Now, known: map[string]named{}}
	b.pace = &pace{every: cfg.PostEvery, next: map[string]time.Time{}}
	b.lanes = newLanes(b.log, b.catchUpSoon)
	b.status = &status{api: b.api, log: b.log}
	return b, nil
}

func (c *Config) defaults() {
	set := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	set(&c.Stagger, time.Minute)
	set(&c.Silence, 30*time.Second)
	set(&c.Lookback, 10*time.Minute)
	if c.Connections < 1 {
		c.Connections = 2
	}
	c.Connections = min(c.Connections, 10)
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: time.Minute}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
}

// Ready is closed once Slack has greeted the first connection.
func (b *Bot) Ready() <-chan struct{} { return b.ready }

// who asks Slack once who the bot is.
func (b *Bot) who(ctx context.Context) (identity, error) {
	b.mu.Lock()
	self := b.self
	b.mu.Unlock()
	if self != nil {
		return *self, nil
	}
	a, err := b.api.AuthTestContext(ctx)
	if err != nil {
		return identity{}, failure("asking Slack who I am", err)
	}
	id := identity{team: a.TeamID, user: a.UserID, bot: a.BotID, url: a.URL}
	b.mu.Lock()
	b.self = &id
	b.mu.Unlock()
	return id, nil
}

// threadID is the planner's name for a thread.
func threadID(team, channel, root string) plan.ThreadID {
	return plan.ThreadID("slack:" + team + "/" + channel + "/" + root)
}

// splitThread takes a thread's name apart; false for one of another place.
func splitThread(id plan.ThreadID) (team, channel, root string, ok bool) {
	rest, ok := strings.CutPrefix(string(id), "slack:")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || parts[0] == "" || parts[1] == "" || !isTS(parts[2]) {
		return "", "", "", false
	}
	return parts[0], parts[1], parts[2], true
}
