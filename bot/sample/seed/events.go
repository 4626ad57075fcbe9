package seed

import (
	"cmp"
	"slices"
	"time"
)

// event is something a user did in the product.
type event struct {
	id, user, customer      int
	name, platform, country string // country is "" where the address could not be placed
	occurred                time.Time
}

var (
	eventNames = []weighted{{"login", 46}, {"task_completed", 24}, {"project_created", 11},
		{"report_exported", 9}, {"user_invited", 6}, {"integration_connected", 4}}
	platforms = []weighted{{"web", 68}, {"ios", 19}, {"android", 13}}
)

// eventsOf walks through each customer's weeks. Who has a subscription uses the product in about every third
// week; who has none any more still looks in now and then, because old data stays readable.
func eventsOf(customers []customer) []event {
	var all []event
	for _, c := range customers {
		r := stream("events", c.id)
		eager := r.between(150, 520)
		for week := weekOf(c); week.Before(horizon); week = week.Add(7 * day) {
			chance := 15
			if subscribed(c, week.Add(3*day)) {
				chance = eager
			}
			if r.chance(chance) {
				all = append(all, visit(r, c, week)...)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b event) int { return cmp.Or(a.occurred.Compare(b.occurred), cmp.Compare(a.user, b.user)) })
	for i := range all {
		all[i].id = 700001 + i
	}
	return all
}

// weekOf returns the Monday from which a customer can use the product.
func weekOf(c customer) time.Time {
	from := c.created
	if from.Before(FirstDay) {
		from = FirstDay
	}
	back := (int(from.Weekday()) + 6) % 7
	return from.Truncate(day).Add(-time.Duration(back) * day)
}

func subscribed(c customer, t time.Time) bool {
	return slices.ContainsFunc(c.subscriptions, func(s subscription) bool { return s.activeAt(t) })
}

// visit is what one user of c does on one day of the week: one to three events within the hour.
func visit(r *random, c customer, week time.Time) []event {
	u := c.users[r.intn(len(c.users))]
	at := week.Add(time.Duration(r.pickDay())*day + time.Duration(r.between(5*60, 22*60))*time.Minute + time.Duration(r.intn(60))*time.Second)
	where, platform := c.usage, r.pick(platforms)
	switch n := r.intn(100); {
	case n < 3:
		where = ""
	case n < 9: // travelling
		where = countries[r.intn(len(countries))].code
	}
	var events []event
	for range r.between(1, 3) {
		if at.Before(u.created) || at.Before(FirstDay) || !at.Before(horizon) {
			break
		}
		events = append(events, event{user: u.id, customer: c.id, name: r.pick(eventNames), platform: platform, country: where, occurred: at})
		at = at.Add(time.Duration(r.between(20, 1200)) * time.Second)
	}
	return events
}

// pickDay draws a day of the week, 0 for Monday; weekends are quiet.
func (r *random) pickDay() int {
	if r.chance(60) {
		return r.between(5, 6)
	}
	return r.intn(5)
}
