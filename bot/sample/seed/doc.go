// Package seed generates the raw data of the sample company, Northpeak: eight CSV files, the same bytes on
// every machine and for ever, because every number comes from integers and from a small generator of its
// own (random.go) with a fixed start.
//
// The simulation follows one customer at a time: who they are (customers.go), which subscriptions they held
// (subscriptions.go), what they were invoiced (invoices.go), what their people did in the product
// (events.go) and what they asked the support team (tickets.go). Only then is the mess added that a real
// warehouse has (mess.go): a row exported twice, a row that arrived days late, a plan name in capitals.
// Files writes what came out as CSV (files.go); the package reads and writes no file itself.
package seed
