package main

import (
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
	"github.com/slack-go/slack"
)

// TestMemory is what one thread leaves to others, through the real clients: a request that somebody else makes again is linked,
// what was chosen once becomes the default, and a word that was explained becomes a pull request of its own.
func TestMemory(t *testing.T) {
	_, d := startLocal(t, t.TempDir(), "--gate", "embedded")
	w := visit(t, d)
	ana, ben, dan := w.as("Ana"), w.as("Ben"), w.as("Dan")

	first := ben.ask(request)
	first.hear("questions", "", func(m slack.Message) bool { return len(buttonsOf(m)) >= 4 })
	first.reply("1 and usage")
	proposal := first.proposal("", "customer churn rate by usage region")

	second := dan.ask(request)
	asked := second.hear("questions", "", func(m slack.Message) bool { return len(buttonsOf(m)) >= 4 })
	if !strings.Contains(asked.Text, "“Usage region” was chosen on") || !strings.Contains(asked.Text, "in #data-requests.") {
		t.Errorf("the questions do not cite what was chosen before: %s", asked.Text)
	}
	if b, ok := buttonWith(asked, "Usage region (default)"); !ok {
		t.Errorf("what was chosen before is not the default: %v", b)
	}
	second.reply("not sure")
	alike := second.hears("", "This looks like what ben asked in #data-requests")
	if !strings.Contains(alike.Text, strings.Replace(first.root, ".", "", 1)) {
		t.Errorf("no link to the other thread: %s", alike.Text)
	}
	second.proposal("", "customer churn rate by usage region")
	second.reply("sorry, I meant billing region")
	second.proposal("", "customer churn rate by billing region")

	settled := first.hear("answered questions", "", func(m slack.Message) bool { _, ok := buttonWith(m, "remember"); return ok })
	b, _ := buttonWith(settled, "remember")
	if problem := ben.press(settled.Timestamp, b); problem != "" {
		t.Fatal(problem)
	}
	card := first.hear("a change of the glossary", proposal.Timestamp, func(m slack.Message) bool {
		_, open := buttonWith(m, "approve")
		return open && strings.Contains(m.Text, "default_for: [churn]")
	})
	ben.react(card.Timestamp, "white_check_mark")
	ben.told("Your approval does not count for this change of the glossary")
	ana.react(card.Timestamp, "white_check_mark")
	first.hears(card.Timestamp, "The glossary's pull request is open: ")
	pr := onlyPull(t, w)
	if !strings.HasPrefix(pr.GetHead().GetRef(), "firstmile/glossary-customer_churn_rate-") {
		t.Errorf("the branch is %s", pr.GetHead().GetRef())
	}
	files := changedFiles(t, w, pr)
	if len(files) != 1 || files[0].GetFilename() != "glossary/customers.yml" || files[0].GetAdditions() != 1 || files[0].GetDeletions() != 0 {
		t.Errorf("the change is %v", files)
	}
}

func changedFiles(t *testing.T, w *town, pr *github.PullRequest) []*github.CommitFile {
	t.Helper()
	client, owner, name := w.github()
	files, _, err := client.PullRequests.ListFiles(t.Context(), owner, name, pr.GetNumber(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
