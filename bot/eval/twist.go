package eval

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"firstmile/agents/interpreter/rephrase"
)

// Reader reads requests without building anything. Safe for concurrent use.
type Reader interface {
	// Read says what a request means on the case's project and day.
	Read(ctx context.Context, c Case, request string) (Reading, error)
	// Vocabulary gives the names of the glossary, those of one thing together and without those that two things
	// share, and values of the project's columns. Both in a fixed order.
	Vocabulary(ctx context.Context, c Case) (names [][]string, values []string, err error)
}

// Reading is what a request was read as.
type Reading struct {
	Spec   string `json:"spec,omitempty"`  // canonical; empty when there is none
	Asked  string `json:"asked,omitempty"` // subjects of the questions
	Reason string `json:"reason,omitempty"`
}

func (r Reading) String() string {
	switch {
	case r.Spec != "":
		return "read as " + r.Spec
	case r.Asked != "":
		return "asked about " + r.Asked
	}
	return "declined: " + r.Reason
}

// Twist is a clear request said in another way, with what came of it.
type Twist struct {
	Case Case
	rephrase.Variant
	// Same is true for other words that must have the same Spec; false for an addition after which it must be
	// another one, or asked about, or declined.
	Same      bool
	Base, Got Reading
	Kept      bool // the promise
}

// Wrong reports whether figures would be given that are not the ones asked for: the worst way to break the promise.
func (t Twist) Wrong() bool { return !t.Kept && t.Got.Spec != "" }

// TwistOptions say how many requests are made.
type TwistOptions struct {
	Jobs int // cases at a time; at least one
	// PerCase bounds how many twists of each of the two sorts a case gets; zero is no bound. Which ones differs from
	// case to case, so that all rules have their turn.
	PerCase int
	Timeout time.Duration // of one case; zero means two minutes
	// Progress is called after each case, one call at a time, with how many promises are broken so far. May be nil.
	Progress func(done, of, broken int)
}

// misspelt is the kind of cases whose words are wrong on purpose, so that names cannot be found in them.
const misspelt = "spelling"

// Twists says every clear case in other words, and with additions that no reading may ignore, in the order of the
// cases. Cases that are not read as a Spec are left out: there is nothing to compare with; so are misspelt ones. Held cases are never
// twisted, because nobody may learn from them.
func Twists(ctx context.Context, cases []Case, r Reader, o TwistOptions) ([]Twist, error) {
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute
	}
	clear := slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return c.Class() != Clear || c.Held || c.Kind == misspelt })
	all := make([][]Twist, len(clear))
	var group errgroup.Group
	group.SetLimit(max(o.Jobs, 1))
	var mu sync.Mutex
	done, broken := 0, 0
	for i, c := range clear {
		group.Go(func() error {
			one, stop := context.WithTimeout(ctx, o.Timeout)
			defer stop()
			var err error
			if all[i], err = twist(one, c, r, o.PerCase); err != nil {
				return fmt.Errorf("case %s in other words: %w", c.ID, err)
			}
			mu.Lock()
			defer mu.Unlock()
			done++
			for _, t := range all[i] {
				broken += count(!t.Kept)
			}
			if o.Progress != nil {
				o.Progress(done, len(clear), broken)
			}
			return nil
		})
	}
	err := group.Wait()
	return slices.Concat(all...), err
}

func twist(ctx context.Context, c Case, r Reader, most int) ([]Twist, error) {
	base, err := r.Read(ctx, c, c.Request)
	if err != nil || base.Spec == "" {
		return nil, err
	}
	names, values, err := r.Vocabulary(ctx, c)
	if err != nil {
		return nil, err
	}
	turn := turnOf(c.ID)
	var out []Twist
	for _, v := range some(rephrase.Same(c.Request, names), turn, most) {
		out = append(out, Twist{Case: c, Variant: v, Same: true})
	}
	for _, v := range some(rephrase.Modified(c.Request, others(values, base.Spec, turn)), turn, most) {
		out = append(out, Twist{Case: c, Variant: v})
	}
	for i := range out {
		t := &out[i]
		t.Base = base
		if t.Got, err = r.Read(ctx, c, t.Text); err != nil {
			return nil, fmt.Errorf("%q: %w", t.Text, err)
		}
		t.Kept = (t.Got.Spec == base.Spec) == t.Same
	}
	return out, nil
}

// turnOf is a number that differs from case to case and is the same in every run.
func turnOf(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() >> 1)
}

// some takes at most n of the variants, spread over them and begun elsewhere in each case.
func some(all []rephrase.Variant, turn, n int) []rephrase.Variant {
	if n == 0 || len(all) <= n {
		return all
	}
	var out []rephrase.Variant
	for i := range n {
		out = append(out, all[(turn+i*len(all)/n)%len(all)])
	}
	return out
}

// others are the values that the Spec does not speak of already, begun elsewhere in each case.
func others(values []string, spec string, turn int) []string {
	spec = strings.ToLower(spec)
	free := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return strings.Contains(spec, strings.ToLower(v)) })
	if len(free) == 0 {
		return nil
	}
	at := turn % len(free)
	return slices.Concat(free[at:], free[:at])
}
