package main

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstmile/bot/local"
)

// scene is the workspace in one process and the bot in another.
type scene struct {
	t         *testing.T
	dir       string // the workspace's data
	data      string // the bot's
	d         local.Description
	args      []string
	workspace *process
	bot       *process
	ana       *person
	team      string
	threads   []played
	starts    int
	slowest   time.Duration
}

// played is a conversation that is over.
type played struct {
	name string
	root string
}

func openScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t, dir: filepath.Join(t.TempDir(), "workspace"), data: filepath.Join(t.TempDir(), "bot")}
	s.workspace, s.d = launchWorkspace(t, s.dir, "127.0.0.1:0")
	s.args = serveArgs(t, s.d, s.dir, s.data)
	s.ana = visit(t, s.d).as("Ana")
	who, err := s.ana.api.AuthTestContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.team = who.TeamID
	s.startBot()
	return s
}

func (s *scene) startBot() {
	s.t.Helper()
	began := time.Now()
	s.bot = launch(s.t, serveEnv(s.d), s.args...)
	s.bot.says(s.t, "connected to Slack")
	s.starts, s.slowest = s.starts+1, max(s.slowest, time.Since(began))
}

// conversation is what happens to the main job's conversation this time.
type conversation struct {
	name   string
	kill   *boundary
	faults []fault
	both   bool // kill both processes while the proposal waits
}

// converse plays the conversation to its end and gives its thread; died says that the kill that was ordered came.
func (s *scene) converse(c conversation) (th thread, died bool) {
	s.t.Helper()
	for _, f := range c.faults {
		f.inject(s.t, s.d)
	}
	if c.kill != nil {
		s.arm(*c.kill)
	}
	th = s.ana.ask(request)
	a := &actor{thread: th, scene: s, c: c}
	if !eventually(patience, a.act) {
		for _, m := range th.read() {
			s.t.Logf("%s: %s", m.User, m.Text)
		}
		s.t.Fatalf("%s: the conversation does not come to its end; the bot's log:\n%s", c.name, s.bot.stderr.String())
	}
	if left := slackFault("").left(s.t, s.d); !strings.Contains(left, `"faults":[]`) {
		s.t.Errorf("%s: not everything went wrong that should have: %s", c.name, left)
	}
	s.threads = append(s.threads, played{c.name, th.root})
	if c.kill != nil && !a.up {
		s.arm(boundary{"nothing", 0})
	}
	return th, a.up
}

// learnt reports whether the last entry of a conversation's journal was made in the bot's present life.
func (s *scene) learnt(th thread) bool {
	return strings.Contains(s.bot.stdout.String(), lastBoundary+"\tresult:slack:"+s.team+"/"+th.channel+"/"+th.root+"#")
}

// lastBoundary is that of a conversation.
const lastBoundary = "commit result of learn"

// arm tells the bot at which boundary of the next conversation it is to die.
func (s *scene) arm(b boundary) {
	s.t.Helper()
	last := "none"
	if n := len(s.threads); n > 0 {
		last = s.threads[n-1].root
	}
	armed := func() int { return strings.Count(s.bot.stdout.String(), "armed\n") }
	before := armed()
	if _, err := fmt.Fprintf(s.bot.orders, "kill\t%s\t%d\t%s\n", b.name, b.n, last); err != nil {
		s.t.Fatal(err)
	}
	until(s.t, "the bot takes the order", patience, func() bool { return armed() > before })
}

// actor is Ana in one conversation: she does what the thread asks for.
type actor struct {
	thread
	scene                     *scene
	c                         conversation
	replied, pressed, reacted bool
	over                      bool
	up                        bool // started again after the death that was ordered

	printed int // by the bot, when it was last seen to print more
	still   time.Time
}

// act does the next thing there is to do; true when the conversation is over.
func (a *actor) act() bool {
	s := a.scene
	if s.bot.isDead() {
		if a.c.kill == nil || a.up {
			s.t.Fatalf("%s: the bot died by itself: %v\n%s", a.c.name, s.bot.cmd.ProcessState, s.bot.stderr.String())
		}
		a.up = true
		s.startBot()
	}
	for _, m := range a.said() {
		_, approve := buttonWith(m, "approve")
		billing, ask := buttonWith(m, "Billing region")
		switch {
		case ask && !a.replied:
			a.reply("by revenue please")
			a.replied = true
		case ask && !a.pressed && strings.Contains(m.Text, "✓ Revenue churn rate"):
			a.pressed = a.press(m.Timestamp, billing) == "" // else unheard, for the bot is dead
		case approve && !a.reacted:
			a.atProposal(m.Timestamp)
		case strings.HasPrefix(m.Text, "The pull request is open"):
			a.over = true
		}
	}
	return a.over && (a.c.kill == nil || a.up || a.spared())
}

// spared reports whether the kill that was ordered will not come: nothing has happened for a while since everything was done.
func (a *actor) spared() bool {
	if printed := len(a.scene.bot.stdout.String()); printed != a.printed || !a.scene.learnt(a.thread) {
		a.printed, a.still = printed, time.Now()
	}
	return time.Since(a.still) > calm
}

// calm is how long a bot with something left to do is never silent.
const calm = 5 * time.Second

func (a *actor) atProposal(ts string) {
	a.reacted = true
	s := a.scene
	if a.c.both {
		s.bot.kill()
		s.workspace.kill()
		s.workspace, _ = launchWorkspace(s.t, s.dir, strings.TrimPrefix(s.d.URL, "http://"))
	}
	a.react(ts, "white_check_mark")
	if a.c.both {
		s.startBot()
	}
}

// fault is something that the workspace is told to do wrong.
type fault struct{ path, body string }

func slackFault(body string) fault { return fault{"/api/admin/faults", body} }

func githubFault(body string) fault { return fault{"/github/_faults", body} }

func (f fault) inject(t *testing.T, d local.Description) {
	t.Helper()
	f.call(t, d, http.MethodPost)
}

// left is what has not gone wrong yet.
func (f fault) left(t *testing.T, d local.Description) string {
	t.Helper()
	return f.call(t, d, http.MethodGet)
}

func (f fault) call(t *testing.T, d local.Description, method string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.URL+f.path, strings.NewReader(f.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+d.AppToken)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var body bytes.Buffer
	if _, err := body.ReadFrom(answer.Body); err != nil || answer.StatusCode >= 300 || strings.Contains(body.String(), `"ok":false`) {
		t.Fatalf("injecting %s: %s %s %v", f.body, answer.Status, body.String(), err)
	}
	return body.String()
}
