package seed

import "hash/fnv"

// random is SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"). The
// standard library does not promise that the methods of its generators return the same numbers in the next
// release; these files must never change by themselves.
type random struct{ state uint64 }

// stream returns the generator for one purpose and one number (a table and a customer, say). Streams are
// independent, so a change in one table leaves the others as they were.
func stream(purpose string, number int) *random {
	h := fnv.New64a()
	h.Write([]byte(purpose)) // never fails
	r := &random{state: h.Sum64() ^ uint64(number)*0x9e3779b97f4a7c15}
	r.next()
	return r
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// intn returns a number from 0 to n-1. The bias of the remainder is far below anything the sample shows.
func (r *random) intn(n int) int { return int(r.next() % uint64(n)) }

// between returns a number from low to high, both included.
func (r *random) between(low, high int) int { return low + r.intn(high-low+1) }

// chance is true in perMille of a thousand cases.
func (r *random) chance(perMille int) bool { return r.intn(1000) < perMille }

// weighted is a value and how often it comes up, relative to the others of its list.
type weighted struct {
	value  string
	weight int
}

// pick draws one value by weight.
func (r *random) pick(choices []weighted) string {
	total := 0
	for _, c := range choices {
		total += c.weight
	}
	n := r.intn(total)
	for _, c := range choices {
		if n < c.weight {
			return c.value
		}
		n -= c.weight
	}
	return choices[len(choices)-1].value
}
