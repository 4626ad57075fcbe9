package githubapi_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"

	"firstmile/bot/local/githubapi"
)

// TestMain doubles as the server that TestKillNine kills: started with these variables set, the test
// program serves the repository and prints its address.
func TestMain(m *testing.M) {
	dir := os.Getenv("GITHUBAPI_TEST_REPO")
	if dir == "" {
		os.Exit(m.Run())
	}
	var web *httptest.Server
	s, err := githubapi.New(githubapi.Options{Repo: dir, Owner: "northpeak", Name: "analytics", Dir: os.Getenv("GITHUBAPI_TEST_STATE"),
		Token: "bot-token", BaseURL: func() string { return web.URL + "/github" }})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	web = httptest.NewServer(http.StripPrefix("/github", s.Handler()))
	fmt.Println("ready", web.URL)
	select {}
}

// TestKillNine kills the server, at a moment it does not choose, while comments, branches and pull requests
// are made. What was answered must be there afterwards, and the repository must be sound.
func TestKillNine(t *testing.T) {
	w := start(t, nil)
	w.http.Close()
	if err := w.server.Close(); err != nil {
		t.Fatal(err)
	}
	answered := map[string]bool{}
	for round := range 4 {
		cmd, url := w.child()
		w.http.URL = url
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			for n := range 1000 {
				if !w.step(fmt.Sprintf("r%d-n%d", round, n), answered) {
					return
				}
				if n == 1+round*3 {
					go func() { _ = cmd.Process.Kill() }() // strikes somewhere in the next steps
				}
			}
		}()
		<-stop
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	if out := w.git("fsck", "--strict"); strings.Contains(out, "error") {
		t.Error(out)
	}
	w.serve()
	list := must[[]*github.PullRequest](t)(w.client("bot-token").PullRequests.List(context.Background(), "northpeak", "analytics",
		&github.PullRequestListOptions{State: "all", ListOptions: github.ListOptions{PerPage: 100}}))
	numbers, heads := map[int]bool{}, map[string]bool{}
	for _, pr := range list {
		if numbers[pr.GetNumber()] {
			t.Errorf("number %d twice", pr.GetNumber())
		}
		numbers[pr.GetNumber()], heads[pr.GetHead().GetRef()] = true, true
	}
	for branch := range answered {
		if !heads[branch] {
			t.Errorf("the pull request of %s was answered and is lost", branch)
		}
	}
	if len(answered) < 4 {
		t.Errorf("only %d pull requests were made", len(answered))
	}
}

// child starts this test program as a server.
func (w *workspace) child() (*exec.Cmd, string) {
	w.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "GITHUBAPI_TEST_REPO="+w.dir, "GITHUBAPI_TEST_STATE="+w.opt.Dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ready {
		w.t.Fatalf("the server says %q, %v", line, err)
	}
	return cmd, url
}

// step makes a branch and its pull request with plain calls and notes what was answered; false when the
// server is gone.
func (w *workspace) step(branch string, answered map[string]bool) bool {
	ctx, c := context.Background(), w.client("bot-token")
	ref, _, err := c.Git.GetRef(ctx, "northpeak", "analytics", "heads/main")
	if err != nil {
		return false
	}
	tree, _, err := c.Git.CreateTree(ctx, "northpeak", "analytics", ref.GetObject().GetSHA(), []*github.TreeEntry{
		{Path: github.String(branch + ".sql"), Mode: github.String("100644"), Type: github.String("blob"), Content: github.String("select 1\n")}})
	if err != nil {
		return false
	}
	commit, _, err := c.Git.CreateCommit(ctx, "northpeak", "analytics", &github.Commit{Message: github.String("Add"), Tree: tree,
		Parents: []*github.Commit{{SHA: ref.GetObject().SHA}}}, nil)
	if err != nil {
		return false
	}
	_, _, err = c.Git.CreateRef(ctx, "northpeak", "analytics", &github.Reference{Ref: github.String("refs/heads/" + branch), Object: &github.GitObject{SHA: commit.SHA}})
	if err != nil {
		return false
	}
	_, _, err = c.PullRequests.Create(ctx, "northpeak", "analytics", &github.NewPullRequest{Title: &branch, Head: &branch, Base: github.String("main")})
	if err == nil {
		answered[branch] = true
	}
	return err == nil
}
