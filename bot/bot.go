package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"firstmile/agents/forge"
	"firstmile/agents/interpreter"
	"firstmile/bot/config"
	"firstmile/bot/health"
	"firstmile/bot/memory"
	"firstmile/bot/slackbot"
	"firstmile/bot/teach"
	"firstmile/bot/workbench"
	"firstmile/planner"
	"firstmile/planner/driver"
	"firstmile/planner/plan"
	"firstmile/store"
)

// botSettings is what one running bot needs, in Slack or in the embedded workspace.
type botSettings struct {
	server config.Server
	// embeddings makes the vectors of indexes; the zero value is the built-in way.
	embeddings config.Embeddings
	// data is the folder for the store, repository copies and scratch files.
	data string
	gate string // as the flag --gate
	asOf string // fixes today; empty: the day of each request
	// examples are shown to someone who asks for help.
	examples []string
	// local leaves out the pauses that the real services ask for.
	local bool
	log   *slog.Logger
	// ready is called once the bot is connected, with what the gate runs.
	ready func(gate string)
	// health is the address for health checks; empty: none.
	health string
	// boundary is for crash tests; see driver.Options.
	boundary func(driver.Boundary, string)
}

// storeFile is the store's name in the data folder.
const storeFile = "firstmile.db"

// runBot runs the bot until ctx ends.
func runBot(ctx context.Context, s botSettings) (err error) {
	if err := os.MkdirAll(s.data, 0o700); err != nil {
		return fmt.Errorf("making the bot's data folder: %w", err)
	}
	db, err := store.Open(filepath.Join(s.data, storeFile), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	dbt, whyNoDBT, err := findDBT(s.gate)
	if err != nil {
		return err
	}
	forges, projects, err := s.projects(dbt != nil)
	if err != nil {
		return err
	}
	vectors, err := embedder(s.embeddings, s.log)
	if err != nil {
		return err
	}
	bench := workbench.New(workbench.Options{Projects: projects, Scratch: filepath.Join(s.data, "scratch"),
		Index: filepath.Join(s.data, indexFolder), Embedder: vectors, Log: s.log})
	defer func() { err = errors.Join(err, bench.Close()) }()
	helped, err := help(s.server.Model, s.log)
	if err != nil {
		return err
	}
	var past *memory.Memory // which needs the bot, which needs what is wired here
	designs := func(ctx context.Context, id plan.ProjectID) ([]plan.PastDesign, error) { return past.Designs(ctx, id) }
	ports, err := agentPorts(bench, dbt, whyNoDBT, append(helped, interpreter.WithIndexes(indexes{bench, designs}))...)
	if err != nil {
		return err
	}
	cfg := planner.DefaultConfig()
	cfg.Projects, cfg.Emoji, cfg.Examples = bench.Projects(), s.server.Emoji, s.examples
	cfg.Remind, cfg.Park = s.server.Remind, s.server.Park
	desk := &frontDesk{db: db}
	bot, err := slackbot.New(s.slack(desk))
	if err != nil {
		return err
	}
	ports.Teacher = teach.New(bench, ports.Interpreter, lintGlossary)
	past = memory.New(db, bot)
	ports.Chat, ports.Publisher, ports.Memory, ports.Watcher = bot, forges, past, forges
	ports.Interpreter = memory.Recalling{Interpreter: ports.Interpreter, Memory: past}
	desk.Driver = driver.New(db, driver.Options{Config: cfg, Ports: ports, Log: s.log, OnBoundary: s.boundary})
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return desk.Run(ctx) })
	group.Go(func() error { return bot.Run(ctx) })
	if s.health != "" {
		group.Go(func() error { return health.Serve(ctx, s.health, wellness(ctx, bot.Ready(), db)) })
	}
	if s.ready != nil {
		group.Go(func() error {
			select {
			case <-bot.Ready():
				s.ready(gateText(dbt != nil, whyNoDBT))
			case <-ctx.Done():
			}
			return nil
		})
	}
	return group.Wait()
}

func gateText(dbt bool, why string) string {
	if dbt {
		return "with the real dbt"
	}
	return "without dbt (" + why + ")"
}

func (s botSettings) slack(desk *frontDesk) slackbot.Config {
	cfg := slackbot.Config{BotToken: s.server.SlackBotToken.Reveal(), AppToken: s.server.SlackAppToken.Reveal(), APIURL: s.server.SlackAPIURL,
		Inbox: desk, Threads: desk, Notes: desk.db, Groups: s.server.Groups, Projects: s.serving, Examples: s.examples, Logger: s.log}
	if !s.local {
		cfg.PostEvery = slackbot.PostEverySlack
	}
	return cfg
}

// serving lists the projects of a channel: those that name it, and those that serve every channel.
func (s botSettings) serving(channel string) []plan.ProjectID {
	var ids []plan.ProjectID
	for _, p := range s.server.Projects {
		if len(p.Channels) == 0 || slices.Contains(p.Channels, channel) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// projects makes the forge and the workbench's view of every configured project.
func (s botSettings) projects(dbt bool) (forgesByProject, []workbench.Project, error) {
	forges := forgesByProject{}
	var projects []workbench.Project
	for _, p := range s.server.Projects {
		f, err := forge.New(s.forge(p))
		if err != nil {
			return nil, nil, fmt.Errorf("project %s: %w", p.ID, err)
		}
		dir := p.Path
		if dir == "" {
			dir = "."
		}
		forges[p.ID] = f
		projects = append(projects, workbench.Project{ID: p.ID, Source: forge.NewSource(f, filepath.Join(s.data, "repositories"), forge.Limits{}),
			Dir: dir, Warehouse: p.Warehouse, DBT: dbt, AsOf: s.asOf})
	}
	return forges, projects, nil
}

func (s botSettings) forge(p config.Project) forge.Config {
	owner, name, _ := strings.Cut(p.Repo, "/")
	cfg := forge.Config{Owner: owner, Name: name, BaseURL: s.server.GitHubAPIURL, Branch: p.Branch}
	if !s.local {
		cfg.Pause = time.Second
	}
	switch {
	case p.Token != "":
		cfg.Token = p.Token.Reveal()
	case s.server.GitHubToken != "":
		cfg.Token = s.server.GitHubToken.Reveal()
	default:
		cfg.App = &forge.App{ID: s.server.App.ID, InstallationID: s.server.App.Installation, Key: []byte(s.server.App.Key.Reveal())}
	}
	return cfg
}

// forgesByProject publishes each change to its project's repository.
type forgesByProject map[plan.ProjectID]*forge.Forge

func (f forgesByProject) Publish(ctx context.Context, p plan.Publication) (plan.PR, error) {
	target, ok := f[p.Change.Base.Project]
	if !ok {
		return plan.PR{}, plan.NewFailure(plan.Permanent, "no_project", "The project of this design is not configured any more.", nil)
	}
	return target.Publish(ctx, p)
}

// Watch looks how a pull request of the project stands.
func (f forgesByProject) Watch(ctx context.Context, project plan.ProjectID, pr plan.PR) (plan.PRStatus, error) {
	target, ok := f[project]
	if !ok {
		return plan.PRStatus{}, plan.NewFailure(plan.Permanent, "no_project", "The project of this design is not configured any more.", nil)
	}
	return target.Watch(ctx, pr)
}

// frontDesk is where Slack's events come in: it knows which threads the bot takes part in.
type frontDesk struct {
	*driver.Driver
	db *store.DB
}

// Known reports whether the bot takes part in a thread.
func (f *frontDesk) Known(ctx context.Context, thread plan.ThreadID) (bool, error) {
	t, err := f.db.Load(ctx, string(thread))
	return err == nil && t.Head > 0, err
}

// quiet is how long a thread may rest before it is no longer looked after when
// the connection to Slack comes back: each one costs a call of a limited method.
const quiet = 14 * 24 * time.Hour

// Open lists the threads that are not over and not quiet, with the proposal that can be approved in each.
func (f *frontDesk) Open(ctx context.Context) ([]slackbot.OpenThread, error) {
	ids, err := f.db.Threads(ctx)
	if err != nil {
		return nil, err
	}
	var open []slackbot.OpenThread
	for _, id := range ids {
		t, err := f.State(ctx, plan.ThreadID(id))
		if err != nil {
			return nil, err
		}
		cards := cardsOf(t)
		over := (t.Stage == plan.StageNew || t.Stage == plan.StageCancelled) && len(cards) == 0
		if !over && time.Since(t.Touched) <= quiet {
			open = append(open, slackbot.OpenThread{Thread: t.ID, Cards: cards})
		}
	}
	return open, nil
}

// cardsOf are the messages of a thread that can be approved.
func cardsOf(t plan.Thread) []plan.MessageRef {
	var cards []plan.MessageRef
	if m, ok := t.Slots["proposal"]; ok && t.Stage == plan.StageProposed {
		cards = append(cards, m)
	}
	for _, l := range t.Lessons {
		if l.Stage == plan.LessonProposed && !l.Message.IsZero() {
			cards = append(cards, l.Message)
		}
	}
	return cards
}

// Requests lists a person's newest designs for the App Home.
func (f *frontDesk) Requests(ctx context.Context, person string) ([]slackbot.Request, error) {
	listings, err := f.db.Requests(ctx, person, 20)
	if err != nil {
		return nil, err
	}
	var out []slackbot.Request
	for _, l := range listings {
		var line driver.Listed
		if err := json.Unmarshal(l.Data, &line); err != nil {
			return nil, fmt.Errorf("reading a listing of %s: %w", l.Thread, err)
		}
		out = append(out, slackbot.Request{Title: line.Title, Stage: line.Stage, Root: line.Root, PR: line.PR})
	}
	return out, nil
}
