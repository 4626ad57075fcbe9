package synthesizer

import (
	"fmt"
	"math"
	"slices"

	"firstmile/planner/plan"
)

func fold(m plan.Measure, values []any) any {
	switch m.Agg {
	case plan.Count:
		return float64(len(values))
	case plan.CountDistinct:
		seen := map[any]bool{}
		for _, v := range values {
			seen[v] = true
		}
		return float64(len(seen))
	case plan.SumBoolean:
		return float64(len(slices.DeleteFunc(values, func(v any) bool { return v != true })))
	}
	if len(values) == 0 {
		if m.Agg == plan.Sum {
			return anything
		}
		return nil
	}
	nums := make([]float64, len(values))
	total := 0.0
	for i, v := range values {
		nums[i] = v.(float64)
		total += nums[i]
	}
	slices.Sort(nums)
	switch m.Agg {
	case plan.Sum:
		return total
	case plan.Average:
		return total / float64(len(nums))
	case plan.Min:
		return nums[0]
	case plan.Max:
		return nums[len(nums)-1]
	case plan.Median:
		return between(nums, 0.5)
	}
	return between(nums, m.Percentile)
}

func between(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	low := math.Floor(at)
	high := math.Min(low+1, float64(len(sorted)-1))
	return sorted[int(low)] + (sorted[int(high)]-sorted[int(low)])*(at-low)
}

func divide(a, b any) any {
	x, ok := a.(float64)
	y, ok2 := b.(float64)
	switch {
	case a == unknown, b == unknown, b == anything:
		return unknown
	case a == anything && ok2 && y != 0:
		return anything
	case !ok || !ok2 || y == 0:
		return nil
	}
	return x / y
}

func (n *naive) formula(e plan.Expr, find func(string) any) any {
	switch e.Kind {
	case plan.ExprColumn:
		return find(e.Name)
	case plan.ExprLiteral:
		var f float64
		fmt.Sscan(e.Literal.Text, &f)
		return f
	}
	a, b := n.formula(e.Args[0], find), n.formula(e.Args[1], find)
	if e.Name == "/" {
		return divide(a, b)
	}
	for _, v := range []any{a, b} {
		if v == anything || v == unknown {
			return unknown
		}
	}
	x, ok := a.(float64)
	y, ok2 := b.(float64)
	if !ok || !ok2 {
		return nil
	}
	return map[string]float64{"+": x + y, "-": x - y, "*": x * y}[e.Name]
}
