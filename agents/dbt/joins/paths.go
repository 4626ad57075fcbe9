package joins

import (
	"cmp"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// Bounds of one search.
const (
	maxPaths = 16
	maxSteps = 50_000
)

// Paths returns the ways to join from one relation to another over at most maxHops hops, visiting no relation twice, best first:
// fewer hops, then more declared hops, then more finished relations. At most 16 are returned.
//
// When there is a safe path only safe ones are returned; otherwise those that may fan out, for the reason why not to. A path
// that merely passes the same key through further relations is left out: it joins the same rows. From a relation to itself
// leads one path without hops.
func (g *Graph) Paths(from, to string, maxHops int) []plan.JoinPath {
	if from == to {
		return []plan.JoinPath{{From: from, To: to}}
	}
	for _, safe := range []bool{true, false} {
		s := &search{g: g, to: to, safe: safe, dist: g.distances(to, maxHops, safe), on: map[string]bool{from: true}}
		s.walk(from, nil, maxHops)
		if len(s.found) > 0 {
			return g.best(s.found)
		}
	}
	return nil
}

// distances counts the hops from each relation to to, up to max.
func (g *Graph) distances(to string, max int, safe bool) map[string]int {
	dist := map[string]int{to: 0}
	queue := []string{to}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if dist[at] == max {
			continue
		}
		for _, from := range g.back[at] {
			if _, seen := dist[from]; seen || safe && !g.safelyTo(from, at) {
				continue
			}
			dist[from] = dist[at] + 1
			queue = append(queue, from)
		}
	}
	return dist
}

func (g *Graph) safelyTo(from, to string) bool {
	return slices.ContainsFunc(g.hops[from], func(h plan.Hop) bool { return h.To == to && SafeHop(h) })
}

// search walks the graph depth first, never where the target is out of reach.
type search struct {
	g     *Graph
	to    string
	safe  bool
	dist  map[string]int
	on    map[string]bool // relations on the way
	found []plan.JoinPath
	steps int
}

func (s *search) walk(at string, way []plan.Hop, left int) {
	for _, h := range s.g.hops[at] {
		if s.steps++; s.steps > maxSteps {
			return
		}
		d, reachable := s.dist[h.To]
		if !reachable || d >= left || s.on[h.To] || s.safe && !SafeHop(h) {
			continue
		}
		next := append(slices.Clip(way), h)
		if h.To == s.to {
			s.found = append(s.found, plan.JoinPath{From: next[0].From, To: s.to, Hops: next})
			continue
		}
		s.on[h.To] = true
		s.walk(h.To, next, left-1)
		s.on[h.To] = false
	}
}

// best sorts paths and drops those that say nothing new.
func (g *Graph) best(paths []plan.JoinPath) []plan.JoinPath {
	slices.SortStableFunc(paths, func(a, b plan.JoinPath) int {
		return cmp.Or(cmp.Compare(unsafe(a), unsafe(b)), cmp.Compare(len(a.Hops), len(b.Hops)),
			cmp.Compare(evidenced(a), evidenced(b)), cmp.Compare(g.roughness(a), g.roughness(b)), strings.Compare(route(a), route(b)))
	})
	var out []plan.JoinPath
	for _, p := range paths {
		if len(out) == maxPaths {
			break
		}
		if !slices.ContainsFunc(out, func(q plan.JoinPath) bool { return sameRows(q, p) }) {
			out = append(out, p)
		}
	}
	return out
}

func unsafe(p plan.JoinPath) (n int) {
	for _, h := range p.Hops {
		if !SafeHop(h) {
			n++
		}
	}
	return n
}

func evidenced(p plan.JoinPath) (n int) {
	for _, h := range p.Hops {
		n += undeclared(h)
	}
	return n
}

func (g *Graph) roughness(p plan.JoinPath) (n int) {
	for _, h := range p.Hops {
		n += g.rank[h.To]
	}
	return n
}

func route(p plan.JoinPath) string {
	var b strings.Builder
	for _, h := range p.Hops {
		b.WriteString(pairKey(h))
		b.WriteByte('\x01')
	}
	return b.String()
}

// sameRows says whether a longer path b equates the same columns of both ends as a, in that b hands one key through from hop
// to hop.
func sameRows(a, b plan.JoinPath) bool {
	ka, oka := throughKey(a)
	kb, okb := throughKey(b)
	return oka && okb && ka == kb
}

// throughKey is the pair of columns that a path equates, when each hop starts at the columns where the one before ended.
func throughKey(p plan.JoinPath) (string, bool) {
	for i := 1; i < len(p.Hops); i++ {
		if !slices.EqualFunc(p.Hops[i-1].ToColumns, p.Hops[i].FromColumns, strings.EqualFold) {
			return "", false
		}
	}
	first, last := p.Hops[0], p.Hops[len(p.Hops)-1]
	return strings.ToLower(strings.Join(first.FromColumns, ",") + "=" + strings.Join(last.ToColumns, ",")), true
}
