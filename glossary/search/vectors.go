package search

import (
	"cmp"
	"container/heap"
	"slices"
)

// near is a document with the cosine of its vector and the query's.
type near struct {
	doc    int
	cosine float32
}

// nearest returns the n rows of the matrix with the largest cosines, at least least, the nearest first. Rows that keep refuses
// and rows of another length are left out.
func nearest(rows [][]float32, q []float32, n int, least float32, keep func(doc int) bool) []near {
	var top nearHeap
	product := multiplier(q)
	for i, row := range rows {
		if len(row) != len(q) {
			continue
		}
		c := product(row)
		if c < least || len(top) == n && c <= top[0].cosine || !keep(i) {
			continue
		}
		if len(top) == n {
			top[0] = near{i, c}
			heap.Fix(&top, 0)
		} else {
			heap.Push(&top, near{i, c})
		}
	}
	slices.SortFunc(top, func(a, b near) int { return cmp.Or(cmp.Compare(b.cosine, a.cosine), cmp.Compare(a.doc, b.doc)) })
	return top
}

// multiplier returns the product with q. Of a short text Hashed leaves most of the vector empty, and only the rest is multiplied.
func multiplier(q []float32) func(row []float32) float32 {
	var places []int32
	var values []float32
	for i, v := range q {
		if v != 0 {
			places, values = append(places, int32(i)), append(values, v)
		}
	}
	if len(places) > len(q)/3 {
		return func(row []float32) float32 { return dot(row, q) }
	}
	return func(row []float32) float32 {
		var s0, s1 float32
		k := 0
		for ; k+2 <= len(places); k += 2 {
			s0 += row[places[k]] * values[k]
			s1 += row[places[k+1]] * values[k+1]
		}
		if k < len(places) {
			s0 += row[places[k]] * values[k]
		}
		return s0 + s1
	}
}

// dot is the product of two vectors of one length. Four sums at a time let the processor work on them side by side.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		s0 += x[0] * y[0]
		s1 += x[1] * y[1]
		s2 += x[2] * y[2]
		s3 += x[3] * y[3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

// nearHeap has the farthest of the nearest on top; of two as near, the one with the larger number.
type nearHeap []near

func (h nearHeap) Len() int { return len(h) }
func (h nearHeap) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].cosine, h[j].cosine), cmp.Compare(h[j].doc, h[i].doc)) < 0
}
func (h nearHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *nearHeap) Push(x any)   { *h = append(*h, x.(near)) }
func (h *nearHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
