package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v62/github"
	"github.com/slack-go/slack"

	"firstmile/agents/sandbox"
	"firstmile/bot/local"
	"firstmile/bot/sample"
)

const request = "@firstmile Can we track weekly churn by region?"

// TestConversation is the main job through the real clients: slack-go's Socket
// Mode in the bot, slack-go and go-github in the hands of the people, a real git
// repository, real DuckDB and real dbt. Ben asks, answers and approves, Dan may not.
func TestConversation(t *testing.T) {
	dbt := requireDBT(t)
	data := t.TempDir()
	_, d := startLocal(t, data, "--gate", "full")
	w := visit(t, d)
	ben, dan := w.as("Ben"), w.as("Dan")

	th := asksWithin(t, ben, time.Second)
	proposal := th.settle("by revenue please", "Billing region", "⏳ dbt running")
	mustShow(t, proposal)
	dan.react(proposal.Timestamp, "white_check_mark")
	dan.told("Your approval does not count for this proposal: the requester")
	ben.react(proposal.Timestamp, "white_check_mark")
	ben.told("The pull request opens as soon as the remaining checks are green")
	opened := th.hears(proposal.Timestamp, "The pull request is open: ")
	first := onlyPull(t, w)
	if link := first.GetHTMLURL(); !strings.Contains(opened.Text, link) {
		t.Errorf("the thread's link %q is not %s", opened.Text, link)
	}
	checkPull(t, w, first, 1, "fct_weekly_revenue_churn_rate_by_billing_region")

	th.reply("also by plan")
	revised := th.proposal(opened.Timestamp, "by billing region and plan")
	button, ok := buttonWith(revised, "approve")
	if !ok {
		t.Fatal("the new proposal has no button to approve it")
	}
	if problem := ben.press(revised.Timestamp, button); problem != "" {
		t.Fatalf("pressing Approve: %s", problem)
	}
	th.hears(revised.Timestamp, "The pull request has the new design: ")
	again := onlyPull(t, w)
	if again.GetNumber() != first.GetNumber() {
		t.Errorf("pull request %d instead of %d was revised", again.GetNumber(), first.GetNumber())
	}
	checkPull(t, w, again, 2, "fct_weekly_revenue_churn_rate_by_billing_region_and_plan")

	model, box := builtByDBT(t, dbt, local.RepositoryDir(data), first)
	got := queryOn(t, box, "select * from main."+model)
	sameRows(t, got, theCompany(t).query(t, churn("billing_region", revenueLost, revenueHeld, "revenue_churn_rate")))
	otherThreads(t, ben)
}

// asksWithin asks the question and expects 👀 within a limit, then a first reply and the questions.
func asksWithin(t *testing.T, p *person, limit time.Duration) thread {
	t.Helper()
	th := p.ask(request)
	until(t, "👀 on the request", limit, func() bool {
		return slices.ContainsFunc(th.read()[0].Reactions, func(r slack.ItemReaction) bool { return r.Name == "eyes" })
	})
	th.hears("", "weekly customer churn rate by billing region, but “churn” and “region” can mean more")
	return th
}

// settle answers the one question in words and the other by its button, and gives the proposal that comes of it.
func (th thread) settle(words, label, state string) slack.Message {
	th.t.Helper()
	asked := th.hear("questions with buttons", "", func(m slack.Message) bool { return len(buttonsOf(m)) >= 4 })
	th.reply(words)
	button, ok := buttonWith(asked, label)
	if !ok {
		th.t.Fatalf("no button says %s", label)
	}
	if problem := th.press(asked.Timestamp, button); problem != "" {
		th.t.Fatalf("pressing %s: %s", label, problem)
	}
	return th.proposal(asked.Timestamp, state)
}

// proposal waits for one that can be approved and says something.
func (th thread) proposal(after, text string) slack.Message {
	th.t.Helper()
	return th.hear("a proposal: "+text, after, func(m slack.Message) bool {
		_, open := buttonWith(m, "approve")
		return open && strings.Contains(m.Text, text)
	})
}

// mustShow holds the proposal to what a person needs to decide.
func mustShow(t *testing.T, m slack.Message) {
	t.Helper()
	for _, kind := range []slack.MessageBlockType{slack.MBTTable, slack.MBTImage, slack.MBTAction} {
		if !shows(m, kind) {
			t.Errorf("the proposal has no %s", kind)
		}
	}
	text := textOf(m)
	for _, part := range []string{"weekly revenue churn rate by billing region", "*Assumptions*", "A week begins on Monday", "*Preview* (", "revenue_churn_rate",
		"```", "{{ ref('fct_subscriptions') }}", "*Checks*", "One row per grain", "A second calculation agrees", "To approve, press Approve or react with",
		"The requester or the data team", "also by plan"} {
		if !strings.Contains(text, part) {
			t.Errorf("the proposal does not show %q", part)
		}
	}
}

func onlyPull(t *testing.T, w *town) *github.PullRequest {
	t.Helper()
	client, owner, name := w.github()
	list, _, err := client.PullRequests.List(t.Context(), owner, name, &github.PullRequestListOptions{State: "all"})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d pull requests, %v", len(list), err)
	}
	return list[0]
}

// checkPull looks at a pull request as a reviewer would.
func checkPull(t *testing.T, w *town, pr *github.PullRequest, commits int, model string) {
	t.Helper()
	client, owner, name := w.github()
	if pr.GetTitle() == "" || pr.GetBase().GetRef() != sample.Branch || pr.GetState() != "open" {
		t.Errorf("%q to %s is %s", pr.GetTitle(), pr.GetBase().GetRef(), pr.GetState())
	}
	for _, part := range []string{"weekly churn by region", "revenue churn rate", "Monday", "— ben", model} {
		if !strings.Contains(pr.GetBody(), part) {
			t.Errorf("the description does not mention %q:\n%s", part, pr.GetBody())
		}
	}
	if len(pr.RequestedReviewers)+len(pr.RequestedTeams) == 0 {
		t.Error("nobody is asked for a review")
	}
	list, _, err := client.PullRequests.ListCommits(t.Context(), owner, name, pr.GetNumber(), nil)
	if err != nil || len(list) != commits {
		t.Errorf("%d commits, want %d, %v", len(list), commits, err)
	}
	files, _, err := client.PullRequests.ListFiles(t.Context(), owner, name, pr.GetNumber(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, filepath.Base(f.GetFilename()))
	}
	if len(files) != 2 || !slices.Contains(names, model+".sql") || !slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(n, ".yml") }) {
		t.Errorf("the files are %v", names)
	}
}

// builtByDBT checks out the first commit of a pull request with plain git into a folder of
// its own, with a copy of the data, and lets the real dbt build and test the model.
func builtByDBT(t *testing.T, dbt, repository string, pr *github.PullRequest) (model string, box *sandbox.Sandbox) {
	t.Helper()
	branch := pr.GetHead().GetRef()
	if log := git(t, repository, "log", "--format=%s", sample.Branch+".."+branch); strings.Count(log, "\n") != 2 {
		t.Errorf("git log shows the branch as\n%s", log)
	}
	dir := filepath.Join(t.TempDir(), sample.Name)
	git(t, repository, "clone", "--quiet", repository, dir)
	git(t, dir, "checkout", "--quiet", pr.GetHead().GetSHA())
	for _, path := range strings.Fields(git(t, dir, "diff", "--name-only", "origin/"+sample.Branch, "HEAD")) {
		if name, ok := strings.CutSuffix(filepath.Base(path), ".sql"); ok {
			model = name
		}
	}
	content, err := os.ReadFile(filepath.Join(repository, sample.Database))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, sample.Database), content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	out := run(t, dir, dbt, "build", "--select", model, "--profiles-dir", ".", "--no-use-colors")
	if !strings.Contains(out, "ERROR=0") || !strings.Contains(out, "PASS=") || strings.Contains(out, "PASS=1 ") {
		t.Errorf("dbt says\n%s", out)
	}
	own := filepath.Join(t.TempDir(), "own")
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	box, err = sandbox.Start(t.Context(), sandbox.Options{Scratch: own, Database: filepath.Join(dir, sample.Database)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	return model, box
}

func queryOn(t *testing.T, box *sandbox.Sandbox, sql string) *sandbox.Result {
	t.Helper()
	got, err := box.Query(t.Context(), sandbox.Untrusted(sql), sandbox.QueryOptions{Limit: 100000})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	return run(t, dir, "git", args...)
}

// run runs a program of the machine and gives what it printed.
func run(t testing.TB, dir, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DBT_SEND_ANONYMOUS_USAGE_STATS=False", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
	return string(out)
}

// otherThreads are the short ones: each gets a helpful answer and nothing else.
func otherThreads(t *testing.T, p *person) {
	for said, answer := range map[string]string{
		"@firstmile":             "Tell me what to measure",
		"@firstmile help":        "Tell me what to measure",
		"@firstmile hello there": "what to measure",
		"@firstmile net revenue per month by astrological sign": "astrological sign",
	} {
		th := p.ask(said)
		if m := th.hears("", answer); strings.Contains(m.Text, "panic") || strings.Contains(m.Text, "goroutine") {
			t.Errorf("%q is answered by %q", said, m.Text)
		}
	}
	th := p.ask(request)
	asked := th.hear("questions", "", func(m slack.Message) bool { return len(buttonsOf(m)) >= 4 })
	th.reply("cancel")
	th.hears(asked.Timestamp, "Stopped. Nothing was published.")
	th.hears("", "These questions are closed.")
	// What people say to each other where nobody spoke to the bot gets no answer.
	quiet := p.ask("lunch?")
	after := p.ask("@firstmile help")
	after.hears("", "Tell me what to measure")
	if said := quiet.said(); len(said) != 0 {
		t.Errorf("the bot answers a message that was not for it: %q", said[0].Text)
	}
	onlyPull(t, p.town)
}
