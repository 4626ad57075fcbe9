package slackbot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

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
