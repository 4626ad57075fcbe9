package seed

import (
	"fmt"
	"slices"
	"time"
)

const (
	customerCount = 600
	// migratedCount customers were taken over from the old billing system on FirstDay; the others signed up
	// after it.
	migratedCount = 190
	// Every testEvery-th customer is an account of the company's own people.
	testEvery = 50
)

// customer is a company that signed up, together with everything that the simulation knows of it.
type customer struct {
	id                         int
	name, email                string
	billing                    string // country code, "" when the sign-up form had none
	usage                      string // country code where most of its people work
	segment, industry, channel string
	manager                    int // 0: nobody yet
	test                       bool
	migrated                   bool
	created                    time.Time
	users                      []user
	subscriptions              []subscription
}

// user is a person at a customer who can log in.
type user struct {
	id      int
	role    string
	created time.Time
}

var (
	segments = []weighted{{"SMB", 60}, {"Mid-Market", 28}, {"Enterprise", 12}}

	industries = []weighted{{"software", 26}, {"manufacturing", 16}, {"healthcare", 13}, {"retail", 14},
		{"finance", 12}, {"education", 8}, {"logistics", 7}, {"", 4}}

	channels = []weighted{{"organic", 32}, {"paid_search", 22}, {"partner", 16}, {"referral", 17},
		{"outbound", 11}, {"", 2}}

	firstWords = []string{"Amber", "Birch", "Copper", "Dune", "Ember", "Fern", "Granite", "Hazel", "Indigo",
		"Juniper", "Kelp", "Larch", "Maple", "Nettle", "Ochre", "Pebble", "Quartz", "Rowan", "Sorrel", "Thistle"}
	secondWords = []string{"Anchor", "Barn", "Canal", "Dock", "Field", "Gate", "Harbour", "Island", "Kiln",
		"Lantern", "Meadow", "Orchard", "Quarry", "Ridge", "Spire"}
	thirdWords = []string{"Works", "Group", "Partners", "Systems", "Trading"}
)

// simulate returns all customers with their users and subscriptions, by rising id.
func simulate() []customer {
	customers := make([]customer, customerCount)
	created := signUps()
	nextUser, nextSubscription := 5001, 20001
	for i := range customers {
		c := newCustomer(i, created[i])
		c.users = usersOf(&c, &nextUser)
		c.subscriptions = subscriptionsOf(&c, &nextSubscription)
		customers[i] = c
	}
	return customers
}

func newCustomer(index int, created time.Time) customer {
	r := stream("customer", index)
	c := customer{
		id:       1001 + index,
		created:  created,
		name:     companyName(index),
		email:    fmt.Sprintf("billing@customer-%d.example", 1001+index),
		segment:  r.pick(segments),
		industry: r.pick(industries),
		channel:  r.pick(channels),
		migrated: index < migratedCount,
		test:     index%testEvery == testEvery-1,
	}
	c.billing, c.usage = countriesOf(r)
	if c.test {
		c.name = fmt.Sprintf("Northpeak QA %d", index/testEvery+1)
		c.email = fmt.Sprintf("qa+%d@northpeak.example", index/testEvery+1)
		c.segment, c.channel = "SMB", ""
		return c
	}
	if !r.chance(40) { // a few have no account manager yet
		c.manager = managerFor(r, c.segment)
	}
	return c
}

// companyName is unique for every index below the number of combinations: 487 has no factor in common with it.
func companyName(index int) string {
	n := index * 487 % (len(firstWords) * len(secondWords) * len(thirdWords))
	first := firstWords[n%len(firstWords)]
	second := secondWords[n/len(firstWords)%len(secondWords)]
	return first + " " + second + " " + thirdWords[n/(len(firstWords)*len(secondWords))]
}

// countriesOf draws where a customer is billed and where it works. One in seven is billed at its head office
// and works elsewhere; that is why region by billing and region by usage disagree.
func countriesOf(r *random) (billing, usage string) {
	choices := make([]weighted, len(countries))
	for i, c := range countries {
		choices[i] = weighted{c.code, c.weight}
	}
	billing = r.pick(choices)
	usage = billing
	if r.chance(140) {
		usage = r.pick(choices)
	}
	if r.chance(30) {
		billing = ""
	}
	return billing, usage
}

// signUps returns when each customer signed up, in order: the migrated ones in the two years before FirstDay,
// the others after it, more of them later.
func signUps() []time.Time {
	r := stream("sign-ups", 0)
	window := int(horizon.Sub(FirstDay) / day)
	times := make([]time.Time, customerCount)
	for i := range times {
		offset := r.intn(window)
		if r.chance(450) {
			offset = max(offset, r.intn(window))
		}
		if i < migratedCount {
			offset = -r.between(3, 720)
		}
		times[i] = FirstDay.Add(time.Duration(offset)*day + time.Duration(r.between(6*60, 20*60))*time.Minute)
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}

func managerFor(r *random, segment string) int {
	var team []int
	for _, m := range managers {
		if m.team == teamOf(segment) {
			team = append(team, m.id)
		}
	}
	return team[r.intn(len(team))]
}

// usersOf gives a customer its people: the owner first, colleagues in the weeks after.
func usersOf(c *customer, next *int) []user {
	r := stream("users", c.id)
	count := map[string]int{"SMB": r.between(1, 3), "Mid-Market": r.between(2, 5), "Enterprise": r.between(3, 8)}[c.segment]
	users := make([]user, 0, count)
	for i := range count {
		u := user{id: *next, role: "member", created: c.created.Add(time.Duration(i*r.between(1, 9*24*60)) * time.Minute)}
		switch {
		case i == 0:
			u.role = "owner"
		case r.chance(200):
			u.role = "admin"
		}
		if !u.created.Before(horizon) {
			break
		}
		users = append(users, u)
		*next++
	}
	return users
}
