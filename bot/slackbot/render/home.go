package render

import (
	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// Request is one line of a person's list.
type Request struct {
	Title string
	Stage plan.Stage
	// Link leads to the thread; it is Slack's own address.
	Link string
	PR   *plan.PR
}

// stages are the stages in people's words.
var stages = map[plan.Stage]string{
	plan.StageNew: "new", plan.StageResolving: "in work", plan.StageInterpreting: "in work", plan.StageAsking: "waits for an answer",
	plan.StageReusing: "in work", plan.StageSynthesizing: "in work", plan.StageCovering: "in work", plan.StageDocumenting: "in work",
	plan.StageChecking: "being checked", plan.StageProposed: "waits for approval", plan.StagePublishing: "being published",
	plan.StagePublished: "published", plan.StageAnswered: "answered", plan.StageDeclined: "not understood",
	plan.StageEscalated: "needs a person", plan.StageParked: "parked: waits for an answer", plan.StageCancelled: "stopped",
}

const homeHelp = "I turn a question about data into a checked, approved dbt pull request. Mention me in a channel I am in, " +
	"or write to me here: say what to measure, and by what. I ask when something is unclear, show the SQL with a preview, and " +
	"publish only what was approved."

const moreNote = "Older ones are not shown."

// Home is the App Home: what I can do, and the person's requests, newest first.
func Home(requests []Request, examples []string) slack.HomeTabViewRequest {
	p := newPage()
	p.maxBlocks = maxHomeBlocks
	p.room(1, len(moreNote))
	p.header("Firstmile")
	say(p, "", homeHelp)
	p.text(bullets(p, examples)...)
	p.add(0, slack.NewDividerBlock())
	p.header("My requests")
	if len(requests) == 0 {
		p.small("Nothing yet.")
	}
	p.cut = false
	for _, r := range requests {
		title := p.item(firstOf(r.Title, "(no text)"), 200)
		p.cut = false
		if r.Link != "" {
			short, _ := clip(line(firstOf(r.Title, "(no text)")), 200)
			title = Link(r.Link, short)
		}
		l := title + " – " + p.item(firstOf(stages[r.Stage], string(r.Stage)), 50)
		if r.PR != nil {
			l += ", " + prText(p, r.PR)
		}
		p.text(l)
	}
	if p.cut {
		p.maxBlocks, p.left = maxHomeBlocks, p.left+len(moreNote)
		p.small(moreNote)
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: p.blocks}}
}
