package seed

import (
	"cmp"
	"slices"
	"time"
)

// ticket is a question to the support team. Zero times mean "not yet", csat 0 means "not rated".
type ticket struct {
	id, customer                int
	priority, channel, category string
	opened, responded, closed   time.Time
	csat                        int
}

var (
	priorities       = []weighted{{"low", 26}, {"normal", 48}, {"high", 19}, {"urgent", 7}}
	contactChannels  = []weighted{{"email", 52}, {"chat", 36}, {"phone", 12}}
	ticketCategories = []weighted{{"how_to", 34}, {"bug", 26}, {"billing", 18}, {"access", 13}, {"feature_request", 9}}
	// responseMinutes is the usual time to the first answer by priority.
	responseMinutes = map[string]int{"low": 900, "normal": 420, "high": 120, "urgent": 35}
	// ratings lean towards good; a slow answer takes a star away.
	ratings = []weighted{{"5", 46}, {"4", 30}, {"3", 12}, {"2", 7}, {"1", 5}}
)

func ticketsOf(customers []customer) []ticket {
	var all []ticket
	for _, c := range customers {
		r := stream("tickets", c.id)
		chance := map[string]int{"SMB": 45, "Mid-Market": 95, "Enterprise": 170}[c.segment]
		for week := weekOf(c); week.Before(horizon); week = week.Add(7 * day) {
			if !subscribed(c, week.Add(3*day)) || !r.chance(chance) {
				continue
			}
			opened := week.Add(time.Duration(r.pickDay())*day + time.Duration(r.between(6*60, 21*60))*time.Minute)
			if opened.Before(c.created) || opened.Before(FirstDay) || !opened.Before(horizon) {
				continue
			}
			all = append(all, newTicket(r, c, opened))
		}
	}
	slices.SortStableFunc(all, func(a, b ticket) int { return cmp.Or(a.opened.Compare(b.opened), cmp.Compare(a.customer, b.customer)) })
	for i := range all {
		all[i].id = 90001 + i
	}
	return all
}

// newTicket plays one ticket to its end, or to the horizon if that comes first.
func newTicket(r *random, c customer, opened time.Time) ticket {
	t := ticket{customer: c.id, priority: r.pick(priorities), channel: r.pick(contactChannels), category: r.pick(ticketCategories), opened: opened}
	usual := responseMinutes[t.priority]
	wait := usual * r.between(20, 220) / 100
	t.responded = opened.Add(time.Duration(wait) * time.Minute)
	t.closed = t.responded.Add(time.Duration(r.between(10, 6*24*60)) * time.Minute)
	if r.chance(440) {
		t.csat = int(r.pick(ratings)[0] - '0')
		if wait > usual*17/10 && t.csat > 1 {
			t.csat--
		}
	}
	if r.chance(25) { // answered on the phone or forgotten: the time was never recorded
		t.responded = time.Time{}
	}
	if !t.responded.Before(horizon) {
		t.responded = time.Time{}
	}
	if !t.closed.Before(horizon) {
		t.closed, t.csat = time.Time{}, 0
	}
	return t
}
