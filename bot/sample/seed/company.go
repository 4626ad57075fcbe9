package seed

import "time"

// The window of the sample: the billing system went live on FirstDay, the last export ran at the end of
// LastDay. Both are UTC midnights; data of LastDay itself is included.
var (
	FirstDay = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	LastDay  = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
)

// horizon is the first instant that is no longer in the data.
var horizon = LastDay.AddDate(0, 0, 1)

const day = 24 * time.Hour

// country is one row of the countries table. weight says how many customers are billed there, tax is a
// percentage of the amount.
type country struct {
	code, name, region, market string
	weight, tax                int
}

// countries lists where Northpeak sells. Iceland was added by the billing team, nobody has given it a sales
// region yet: that is how real reference data looks.
var countries = []country{
	{"AE", "United Arab Emirates", "EMEA", "Middle East & Africa", 10, 5},
	{"AR", "Argentina", "LATAM", "South America", 12, 21},
	{"AT", "Austria", "EMEA", "DACH", 14, 20},
	{"AU", "Australia", "APAC", "Australia & New Zealand", 34, 10},
	{"BE", "Belgium", "EMEA", "Benelux", 14, 21},
	{"BR", "Brazil", "LATAM", "South America", 32, 17},
	{"CA", "Canada", "North America", "Canada", 44, 5},
	{"CH", "Switzerland", "EMEA", "DACH", 16, 8},
	{"CL", "Chile", "LATAM", "South America", 10, 19},
	{"CO", "Colombia", "LATAM", "South America", 12, 19},
	{"DE", "Germany", "EMEA", "DACH", 66, 19},
	{"DK", "Denmark", "EMEA", "Nordics", 14, 25},
	{"ES", "Spain", "EMEA", "Southern Europe", 24, 21},
	{"FI", "Finland", "EMEA", "Nordics", 10, 24},
	{"FR", "France", "EMEA", "Southern Europe", 40, 20},
	{"GB", "United Kingdom", "EMEA", "UK & Ireland", 70, 20},
	{"IE", "Ireland", "EMEA", "UK & Ireland", 14, 23},
	{"IN", "India", "APAC", "South Asia", 36, 18},
	{"IS", "Iceland", "", "", 6, 24},
	{"IT", "Italy", "EMEA", "Southern Europe", 22, 22},
	{"JP", "Japan", "APAC", "East Asia", 32, 10},
	{"KR", "South Korea", "APAC", "East Asia", 14, 10},
	{"MX", "Mexico", "LATAM", "Mexico", 24, 16},
	{"NL", "Netherlands", "EMEA", "Benelux", 28, 21},
	{"NO", "Norway", "EMEA", "Nordics", 12, 25},
	{"NZ", "New Zealand", "APAC", "Australia & New Zealand", 12, 15},
	{"PT", "Portugal", "EMEA", "Southern Europe", 10, 23},
	{"SE", "Sweden", "EMEA", "Nordics", 22, 25},
	{"SG", "Singapore", "APAC", "Southeast Asia", 26, 9},
	{"US", "United States", "North America", "United States", 190, 0},
	{"ZA", "South Africa", "EMEA", "Middle East & Africa", 12, 15},
}

// plan is one row of the price list: price in cents per seat and month.
type plan struct {
	name  string
	price int
}

// plans are ordered from the smallest to the largest; an upgrade goes one up, a downgrade one down.
var plans = []plan{{"Starter", 900}, {"Team", 1500}, {"Business", 2500}, {"Scale", 4000}}

// manager looks after accounts of one team.
type manager struct {
	id         int
	name, team string
}

var managers = []manager{
	{1, "Ada", "Growth"}, {2, "Bruno", "Growth"}, {3, "Chioma", "Growth"},
	{4, "Dmitri", "Commercial"}, {5, "Elena", "Commercial"}, {6, "Farid", "Commercial"},
	{7, "Greta", "Strategic"}, {8, "Hiro", "Strategic"},
}

// teamOf says which team looks after a segment.
func teamOf(segment string) string {
	switch segment {
	case "Enterprise":
		return "Strategic"
	case "Mid-Market":
		return "Commercial"
	}
	return "Growth"
}

// countryByCode returns the country, or the zero country for a code that is empty.
func countryByCode(code string) country {
	for _, c := range countries {
		if c.code == code {
			return c
		}
	}
	return country{}
}
