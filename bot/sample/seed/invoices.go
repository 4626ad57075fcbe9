package seed

import "time"

// invoice is one document of the billing system: an invoice, or a refund (negative) of an earlier one.
// Amounts are cents; amount excludes tax.
type invoice struct {
	id, original           int // original is 0 for an invoice
	customer, subscription int // customer is 0 on refunds that were typed by hand
	status                 string
	amount, tax            int
	issued, paid           time.Time
}

// invoicesOf bills every paid subscription in advance, monthly or yearly, and refunds a few.
func invoicesOf(customers []customer) []invoice {
	var all []invoice
	next := 300001
	add := func(i invoice) invoice {
		i.id = next
		next++
		all = append(all, i)
		return i
	}
	for _, c := range customers {
		tax := countryByCode(c.billing).tax
		for _, s := range c.subscriptions {
			if s.trial {
				continue
			}
			r := stream("invoices", s.id)
			for _, issued := range billingDays(s) {
				made := add(newInvoice(r, s, issued, tax))
				if refund, ok := refundOf(r, made); ok {
					add(refund)
				}
			}
		}
	}
	return all
}

// billingDays returns when a subscription is invoiced. Months are counted from the first invoice, so the
// 31st becomes the last day of a shorter month.
func billingDays(s subscription) []time.Time {
	step, end := 1, horizon
	if s.annual {
		step = 12
	}
	if !s.ended.IsZero() {
		end = s.ended
	}
	var days []time.Time
	for months := 0; ; months += step {
		issued := addMonths(s.firstInvoice, months)
		if !issued.Before(end) {
			return days
		}
		days = append(days, issued)
	}
}

// addMonths adds calendar months and stays in the month it means to reach.
func addMonths(t time.Time, months int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}

func newInvoice(r *random, s subscription, issued time.Time, tax int) invoice {
	i := invoice{customer: s.customer, subscription: s.id, status: "paid", amount: s.mrr(), issued: issued}
	if s.annual {
		i.amount *= 12
	}
	i.tax = (i.amount*tax + 50) / 100
	i.paid = issued.Add(time.Duration(r.between(2, 26*24*60)) * time.Minute)
	switch n := r.intn(1000); {
	case n < 9:
		i.status, i.paid = "void", time.Time{}
	case n < 22 && issued.Before(horizon.Add(-60*day)):
		i.status, i.paid = "uncollectible", time.Time{}
	case !i.paid.Before(horizon):
		i.status, i.paid = "open", time.Time{}
	}
	return i
}

// refundOf returns the refund of a paid invoice, for about one in thirty: half of them in full. It is
// often issued in the month after the invoice.
func refundOf(r *random, of invoice) (invoice, bool) {
	if of.status != "paid" || !r.chance(34) {
		return invoice{}, false
	}
	percent := 100
	if r.chance(500) {
		percent = 10 * r.between(1, 8)
	}
	refund := invoice{
		original: of.id, customer: of.customer, subscription: of.subscription, status: "paid",
		amount: -of.amount * percent / 100, tax: -of.tax * percent / 100,
		issued: of.paid.Add(time.Duration(r.between(60, 30*24*60)) * time.Minute),
	}
	refund.paid = refund.issued
	if r.chance(120) {
		refund.customer = 0
	}
	return refund, refund.issued.Before(horizon)
}
