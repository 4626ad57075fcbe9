package plan

import "slices"

// Rules are the project's rules for one design, fixed together with its Base:
// who may approve, and what the gate must have seen. They come from the
// configuration of the server and from firstmile.yml at the base commit.
type Rules struct {
	Approvers Approvers `json:"approvers"`
	// DataSource is true when a warehouse or a data file is configured: then
	// the checks on data are required.
	DataSource bool `json:"data_source"`
	// DBT is true when dbt is installed and asked for: then its check is required.
	DBT bool `json:"dbt"`
	// AsOf fixes today for relative dates (2006-01-02); empty: the day of the request.
	AsOf string `json:"as_of,omitempty"`
}

// Approvers says who may approve.
type Approvers struct {
	// Requester: the person who asked may approve.
	Requester bool `json:"requester,omitempty"`
	// People and Groups hold ids as the adapter gives them.
	People []string `json:"people,omitempty"`
	Groups []string `json:"groups,omitempty"`
	// DataTeam names the groups whose members may approve what could not be
	// checked completely. They may approve everything else too.
	DataTeam []string `json:"data_team,omitempty"`
	// Count is how many different people must approve; 0 means 1.
	Count int `json:"count,omitempty"`
}

// Needed is the number of approvals needed, at least 1.
func (a Approvers) Needed() int { return max(a.Count, 1) }

// InDataTeam reports whether p belongs to the data team.
func (a Approvers) InDataTeam(p Person) bool {
	return slices.ContainsFunc(p.Groups, func(g string) bool { return slices.Contains(a.DataTeam, g) })
}

// May reports whether p may approve a change that was checked completely.
func (a Approvers) May(p, requester Person) bool {
	return a.InDataTeam(p) ||
		a.Requester && p.ID == requester.ID ||
		slices.Contains(a.People, p.ID) ||
		slices.ContainsFunc(p.Groups, func(g string) bool { return slices.Contains(a.Groups, g) })
}
