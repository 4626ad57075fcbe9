package tester

import (
	"context"
	"errors"

	"firstmile/agents/tester/reading"
)

// checkRanking compares the groups that a ranking kept with those that the independent reading puts first.
func (s *subject) checkRanking(ctx context.Context) finding {
	sql, err := reading.Ranking(s.spec, s.relationName, underTest)
	var unsupported *reading.Unsupported
	switch {
	case errors.As(err, &unsupported):
		return notRun("%v", err)
	case err != nil:
		return failed("ranking a second way failed: %v", err)
	}
	got, err := s.query(ctx, sql, 1)
	if err != nil {
		return failed("ranking a second way failed: %v", err)
	}
	missing, wrong, most := whole(got.Rows[0][0]), whole(got.Rows[0][1]), whole(got.Rows[0][2])
	first := "first"
	if !s.spec.Rank.Descending {
		first = "last"
	}
	switch {
	case missing > 0:
		return failed("of the %s %d by %s, %s missing", first, s.spec.Rank.N, s.spec.Rank.By, areOrIs(missing)).at(s.change.ModelPath, 0)
	case wrong > 0:
		return failed("as the %s %d by %s, %s kept wrongly", first, s.spec.Rank.N, s.spec.Rank.By, areOrIs(wrong)).at(s.change.ModelPath, 0)
	case most > s.spec.Rank.N:
		return failed("%d groups are kept, not the %s %d by %s", most, first, s.spec.Rank.N, s.spec.Rank.By).at(s.change.ModelPath, 0)
	}
	return passed("the %s %d by %s are the same", first, s.spec.Rank.N, s.spec.Rank.By)
}

// areOrIs is a number of groups as the subject of a sentence.
func areOrIs(n int) string {
	if n == 1 {
		return "1 group is"
	}
	return count(n, "group") + " are"
}
