package seed

import (
	"strconv"
	"strings"
	"time"
)

// exported returns when the hourly export brings what happened at t; lateDays later for a row that got
// stuck, unless it would then miss the last export.
func exported(t time.Time, lateDays int) time.Time {
	next := t.Truncate(time.Hour).Add(time.Hour)
	if late := next.Add(time.Duration(lateDays) * day); !late.After(horizon) {
		next = late
	}
	if next.Before(FirstDay) {
		return FirstDay
	}
	return next
}

// lateness is how many days a row is stuck: none for most, two to nine for perMille of a thousand.
func lateness(r *random, perMille int) int {
	if r.chance(perMille) {
		return r.between(2, 9)
	}
	return 0
}

// spelled writes a word the way different forms of the company's software do.
func spelled(r *random, word string) string {
	switch n := r.intn(100); {
	case n < 8:
		return strings.ToUpper(word)
	case n < 16:
		return strings.ToLower(word)
	case n < 20:
		return word + " "
	}
	return word
}

// customersTable holds a few customers twice: as they signed up, and as they are since their segment changed.
func customersTable(customers []customer) table {
	t := table{name: "raw_customers", columns: []string{"customer_id", "company_name", "billing_email", "country_code",
		"segment", "industry", "acquisition_channel", "account_manager_id", "is_test", "created_at", "updated_at", "_loaded_at"}}
	for _, c := range customers {
		r := stream("mess of customers", c.id)
		// The test flag is younger than some test accounts; those are known by their e-mail address only.
		flagged := c.test && r.chance(600)
		add := func(segment string, updated time.Time) {
			t.add(exported(updated, 0), strconv.Itoa(c.id), c.name, c.email, c.billing, segment, c.industry, c.channel,
				number(c.manager), strconv.FormatBool(flagged), stamp(c.created), stamp(updated))
		}
		changed := c.created.Add(time.Duration(r.between(20, 200)) * day)
		if c.segment == "Mid-Market" && r.chance(90) && changed.Before(horizon) {
			add("SMB", c.created)
			add(c.segment, changed)
			continue
		}
		add(c.segment, c.created)
	}
	return t
}

func usersTable(customers []customer) table {
	t := table{name: "raw_users", columns: []string{"user_id", "customer_id", "role", "created_at", "_loaded_at"}}
	for _, c := range customers {
		for _, u := range c.users {
			t.add(exported(u.created, 0), strconv.Itoa(u.id), strconv.Itoa(c.id), u.role, stamp(u.created))
		}
	}
	return t
}

// subscriptionsTable exports a subscription when it starts and again when it ends; usually the second
// replaces the first, sometimes both stay.
func subscriptionsTable(customers []customer) table {
	t := table{name: "raw_subscriptions", columns: []string{"subscription_id", "customer_id", "plan_name", "billing_period",
		"seats", "mrr_cents", "status", "is_trial", "cancel_reason", "started_at", "ended_at", "_loaded_at"}}
	for _, c := range customers {
		for _, s := range c.subscriptions {
			r := stream("mess of subscriptions", s.id)
			period := "monthly"
			if s.annual {
				period = "annual"
			}
			plan := spelled(r, plans[s.plan].name)
			add := func(loaded time.Time, status, reason string, ended time.Time) {
				t.add(loaded, strconv.Itoa(s.id), strconv.Itoa(s.customer), plan, period, strconv.Itoa(s.seats),
					strconv.Itoa(s.mrr()), status, strconv.FormatBool(s.trial), reason, stamp(s.started), stamp(ended))
			}
			if s.ended.IsZero() {
				add(exported(s.started, 0), s.status, "", time.Time{})
				continue
			}
			if r.chance(60) {
				before := "active"
				if s.trial {
					before = "trialing"
				}
				add(exported(s.started, 0), before, "", time.Time{})
			}
			add(exported(s.ended, lateness(r, 50)), s.status, s.reason, s.ended)
		}
	}
	return t
}

// invoicesTable holds one invoice in a hundred twice: an export that was repeated.
func invoicesTable(invoices []invoice) table {
	t := table{name: "raw_invoices", columns: []string{"document_id", "document_type", "original_document_id", "customer_id",
		"subscription_id", "status", "amount_cents", "tax_cents", "issued_at", "paid_at", "_loaded_at"}}
	for _, i := range invoices {
		r := stream("mess of invoices", i.id)
		kind := "invoice"
		if i.original != 0 {
			kind = "refund"
		}
		happened := i.issued
		if i.paid.After(happened) {
			happened = i.paid
		}
		add := func(loaded time.Time) {
			t.add(loaded, strconv.Itoa(i.id), kind, number(i.original), number(i.customer), strconv.Itoa(i.subscription),
				i.status, strconv.Itoa(i.amount), strconv.Itoa(i.tax), stamp(i.issued), stamp(i.paid))
		}
		loaded := exported(happened, lateness(r, 15))
		add(loaded)
		if r.chance(10) {
			add(exported(loaded, 1))
		}
	}
	return t
}

// eventsTable holds some events late (a phone without a network) and some twice (it sent them again).
func eventsTable(events []event) table {
	t := table{name: "raw_product_events", columns: []string{"event_id", "user_id", "customer_id", "event_name", "platform",
		"country_code", "occurred_at", "_loaded_at"}}
	for _, e := range events {
		r := stream("mess of events", e.id)
		loaded := exported(e.occurred, lateness(r, 20))
		for range 1 + btoi(r.chance(7)) {
			t.add(loaded, strconv.Itoa(e.id), strconv.Itoa(e.user), strconv.Itoa(e.customer), e.name, e.platform,
				e.country, stamp(e.occurred))
			loaded = exported(loaded, 0)
		}
	}
	return t
}

// ticketsTable exports a ticket when it is closed; a few are there twice, open and closed.
func ticketsTable(tickets []ticket) table {
	t := table{name: "raw_support_tickets", columns: []string{"ticket_id", "customer_id", "priority", "contact_channel",
		"category", "opened_at", "first_response_at", "closed_at", "csat_score", "_loaded_at"}}
	for _, k := range tickets {
		r := stream("mess of tickets", k.id)
		priority := spelled(r, strings.ToUpper(k.priority[:1])+k.priority[1:])
		add := func(at, responded, closed time.Time, csat int) {
			t.add(exported(at, lateness(r, 10)), strconv.Itoa(k.id), strconv.Itoa(k.customer), priority, k.channel, k.category,
				stamp(k.opened), stamp(responded), stamp(closed), number(csat))
		}
		if k.closed.IsZero() {
			add(k.opened, k.responded, time.Time{}, 0)
			continue
		}
		if r.chance(25) {
			add(k.opened, time.Time{}, time.Time{}, 0)
		}
		add(k.closed, k.responded, k.closed, k.csat)
	}
	return t
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
