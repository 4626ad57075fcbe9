package slackbot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"firstmile/bot/slackbot/render"
	"firstmile/planner/plan"
)

// people knows who is who. Names come from users.info and are kept for nameLife; a person whose name cannot be
// read is called by id rather than not heard.
type people struct {
	api    *slack.Client
	groups map[string][]string
	now    func() time.Time
	mu     sync.Mutex
	known  map[string]named
}

type named struct {
	name string
	till time.Time
}

const (
	nameLife    = time.Hour
	unknownLife = time.Minute
	maxNames    = 10_000
)

// person is a user with name and groups.
func (p *people) person(ctx context.Context, id string) plan.Person {
	person := plan.Person{ID: id, Name: p.name(ctx, id)}
	for group, members := range p.groups {
		if slices.Contains(members, id) {
			person.Groups = append(person.Groups, group)
		}
	}
	slices.Sort(person.Groups)
	return person
}

// maxCalled bounds how many members of a group are notified one by one.
const maxCalled = 5

// ids are the Slack ids behind names as a glossary or a configuration gives them: an id itself, or a configured group.
// A name that is neither is in the message's text and notifies nobody.
func (p *people) ids(names []string) []string {
	var out []string
	for _, name := range names {
		name = strings.TrimPrefix(name, "@")
		if render.IsID(name) {
			out = append(out, name)
			continue
		}
		members := slices.Sorted(slices.Values(p.groups[name]))
		out = append(out, members[:min(len(members), maxCalled)]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (p *people) name(ctx context.Context, id string) string {
	p.mu.Lock()
	n, ok := p.known[id]
	p.mu.Unlock()
	if ok && n.till.After(p.now()) {
		return n.name
	}
	life := nameLife
	name := n.name // an old name is better than none
	u, err := p.api.GetUserInfoContext(ctx, id)
	if err != nil {
		life = unknownLife
	} else {
		name = cmp.Or(u.Profile.DisplayName, u.RealName, u.Name)
	}
	name = cmp.Or(name, id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= maxNames {
		clear(p.known)
	}
	p.known[id] = named{name: name, till: p.now().Add(life)}
	return name
}
