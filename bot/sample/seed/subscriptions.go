package seed

import "time"

// subscription is one row of the billing system: a customer held a plan with so many seats from started
// (included) to ended (not included; zero while it runs). A plan change ends one and starts the next.
type subscription struct {
	id, customer int
	plan         int // index into plans
	annual       bool
	seats        int
	status       string // trialing, active, cancelled, switched, converted, expired
	trial        bool
	reason       string // why it was cancelled, "" when nobody asked
	started      time.Time
	ended        time.Time
	firstInvoice time.Time // when billing starts; migrated ones keep their old billing day
}

// mrr is the monthly recurring revenue in cents: nothing for a trial, a tenth less for paying yearly.
func (s subscription) mrr() int {
	switch amount := plans[s.plan].price * s.seats; {
	case s.trial:
		return 0
	case s.annual:
		return amount * 9 / 10
	default:
		return amount
	}
}

// activeAt says whether the subscription runs at t.
func (s subscription) activeAt(t time.Time) bool {
	return !s.started.After(t) && (s.ended.IsZero() || s.ended.After(t))
}

var cancelReasons = []weighted{{"price", 30}, {"missing_feature", 20}, {"switched_vendor", 18},
	{"project_ended", 14}, {"company_closed", 6}, {"", 12}}

// history builds the subscriptions of one customer.
type history struct {
	r    *random
	c    *customer
	next *int
	rows []subscription
}

// subscriptionsOf plays a customer's life: a trial for most who signed up by themselves, then a chain of
// paid subscriptions; a few run a second chain beside it for another department.
func subscriptionsOf(c *customer, next *int) []subscription {
	h := &history{r: stream("subscriptions", c.id), c: c, next: next}
	start := c.created
	switch {
	case c.migrated:
		start = FirstDay
	case h.r.chance(720):
		start = h.trial(start)
	}
	if start.Before(horizon) {
		h.paid(start)
	}
	if len(h.rows) > 0 && !h.rows[0].trial && h.r.chance(60) {
		if second := start.Add(time.Duration(h.r.between(30, 200)) * day); second.Before(horizon) {
			h.paid(second)
		}
	}
	return h.rows
}

// add numbers a subscription and keeps it.
func (h *history) add(s subscription) {
	s.id, s.customer = *h.next, h.c.id
	*h.next++
	h.rows = append(h.rows, s)
}

// trial adds a trial of at most fourteen days and returns when the customer starts to pay: the horizon when
// never.
func (h *history) trial(start time.Time) time.Time {
	plan, seats := h.size()
	s := subscription{plan: plan, seats: seats, trial: true, status: "converted", started: start, ended: start.Add(14 * day)}
	paysFrom := s.ended
	switch n := h.r.intn(100); {
	case n < 40:
	case n < 58: // convinced early
		s.ended = start.Add(time.Duration(h.r.between(4*24*60, 13*24*60)) * time.Minute)
		paysFrom = s.ended
	case n < 85:
		s.status, paysFrom = "expired", h.comesBack(s.ended, 160)
	default:
		s.status, s.reason = "cancelled", h.r.pick(cancelReasons)
		s.ended = start.Add(time.Duration(h.r.between(24*60, 12*24*60)) * time.Minute)
		paysFrom = h.comesBack(s.ended, 120)
	}
	if !s.ended.Before(horizon) {
		s.status, s.reason, s.ended, paysFrom = "trialing", "", time.Time{}, horizon
	}
	h.add(s)
	return paysFrom
}

// comesBack returns when somebody who left pays (again): the horizon when never.
func (h *history) comesBack(left time.Time, perMille int) time.Time {
	if !h.r.chance(perMille) {
		return horizon
	}
	return left.Add(time.Duration(h.r.between(12, 140))*day + time.Duration(h.r.between(0, 300))*time.Minute)
}

// paid adds subscriptions from start on: day by day the customer stays, changes its plan or leaves.
func (h *history) paid(start time.Time) {
	plan, seats := h.size()
	s := h.begin(subscription{plan: plan, seats: seats, annual: h.annual()}, start)
	for now := start.Add(day); now.Before(horizon); now = now.Add(day) {
		switch n := h.r.intn(100_000); {
		case n < h.leaves(now):
			s.ended = h.within(now)
			s.status, s.reason = "cancelled", h.r.pick(cancelReasons)
			h.add(s)
			back := h.regret(s.ended)
			if !back.Before(horizon) {
				return
			}
			s = h.begin(subscription{plan: s.plan, seats: s.seats, annual: s.annual}, back)
			now = back
		case n < h.leaves(now)+110:
			s.ended, s.status = h.within(now), "switched"
			h.add(s)
			s = h.begin(h.changed(s), s.ended)
		}
	}
	h.add(s)
}

// begin opens a paid subscription.
func (h *history) begin(s subscription, start time.Time) subscription {
	s.status, s.started, s.firstInvoice = "active", start, start
	if start.Equal(FirstDay) {
		days := h.r.intn(28)
		if s.annual {
			days = h.r.intn(365)
		}
		s.firstInvoice = start.Add(time.Duration(days)*day + 9*time.Hour)
	}
	return s
}

// within returns a minute of the working day; the day is a multiple of 24 hours after some start.
func (h *history) within(now time.Time) time.Time {
	return now.Truncate(day).Add(time.Duration(h.r.between(7*60, 19*60)) * time.Minute)
}

// regret is comesBack for paying customers: some are back within days, before the week is over.
func (h *history) regret(left time.Time) time.Time {
	if h.r.chance(90) {
		return left.Add(time.Duration(h.r.between(90, 4*24*60)) * time.Minute)
	}
	return h.comesBack(left, 230)
}

// leaves is the risk of leaving on a day, in cases of 100,000: smaller companies leave more often, so do
// those in younger markets, and the price rise of February 2026 cost small customers for six weeks.
func (h *history) leaves(now time.Time) int {
	risk := map[string]int{"SMB": 190, "Mid-Market": 95, "Enterprise": 40}[h.c.segment]
	switch countryByCode(h.c.usage).region {
	case "APAC":
		risk = risk * 14 / 10
	case "LATAM":
		risk = risk * 12 / 10
	case "North America":
		risk = risk * 8 / 10
	}
	rise := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	if h.c.segment == "SMB" && !now.Before(rise) && now.Before(rise.Add(42*day)) {
		risk *= 2
	}
	return risk
}

// size draws the plan and the seats a customer of its segment starts with.
func (h *history) size() (plan, seats int) {
	switch h.c.segment {
	case "Enterprise":
		return h.r.between(2, 3), h.r.between(60, 420)
	case "Mid-Market":
		return h.r.between(1, 2), h.r.between(15, 90)
	}
	return h.r.intn(2), h.r.between(2, 22)
}

func (h *history) annual() bool {
	if h.c.segment == "Enterprise" {
		return h.r.chance(600)
	}
	return h.r.chance(220)
}

// changed returns what follows s after a plan change: mostly more seats or a larger plan, sometimes less.
func (h *history) changed(s subscription) subscription {
	next := subscription{plan: s.plan, seats: s.seats, annual: s.annual}
	switch n := h.r.intn(100); {
	case n < 35 && s.plan < len(plans)-1:
		next.plan++
	case n < 70:
		next.seats = s.seats + max(1, s.seats*h.r.between(10, 50)/100)
	case n < 85 && s.plan > 0:
		next.plan--
	default:
		next.seats = max(1, s.seats*h.r.between(50, 90)/100)
	}
	return next
}
