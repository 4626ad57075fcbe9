package memory

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"firstmile/planner/plan"
	"firstmile/store"
)

// rooms are the channels of the tests: C… is public, G… and D… are not, X… cannot be looked at.
type rooms struct{}

func (rooms) Room(_ context.Context, channel string) (string, bool, error) {
	if channel[0] == 'X' {
		return "", false, errors.New("no access")
	}
	return "#" + strings.ToLower(channel), channel[0] == 'C', nil
}

func (rooms) Link(_ context.Context, m plan.MessageRef) string {
	return "https://slack/" + m.Channel + "/" + m.TS
}

func past(channel, ts, meaning string, state plan.PastState, choices ...plan.Choice) plan.PastDesign {
	return plan.PastDesign{Thread: plan.ThreadID(channel + ts), Project: "shop", Root: plan.MessageRef{Channel: channel, TS: ts}, State: state,
		At: time.Date(2026, 11, len(ts), 9, 0, 0, 0, time.UTC), Meaning: meaning, Choices: choices, Title: "Weekly churn"}
}

func filled(t *testing.T, designs ...plan.PastDesign) (*Memory, *store.DB) {
	t.Helper()
	db := store.NewMemory(store.Options{})
	m := New(db, rooms{})
	for _, p := range designs {
		if err := m.Learn(context.Background(), p); err != nil {
			t.Fatal(err)
		}
	}
	return New(db, rooms{}), db // as after a restart
}

func TestAlike(t *testing.T) {
	m, _ := filled(t, past("C1", "1", "same", plan.PastPublished), past("G2", "1", "same", plan.PastOpen), past("D3", "1", "same", plan.PastOpen),
		past("X4", "1", "same", plan.PastOpen), past("C5", "1", "other", plan.PastOpen), past("C6", "1", "same", plan.PastMerged), past("C7", "1", "same", plan.PastGivenUp))
	for _, test := range []struct{ channel, want string }{
		{"C9", "C11"},         // of a public channel only
		{"G2", "C11 G21"},     // and of one's own
		{"D3", "C11 D31"},     // a direct message
		{"X4", "C11 X41"},     // what cannot be looked at is private
		{"C1", "C11"},         // the same channel, another thread
		{"G2 own", "C11 G21"}, // (the thread itself is another one)
	} {
		channel, _, _ := strings.Cut(test.channel, " ")
		found, err := m.Alike(context.Background(), past(channel, "99", "same", plan.PastOpen))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range found {
			got = append(got, string(p.Thread))
			if p.Link == "" || p.Where == "" && channel != "X4" {
				t.Errorf("%s is told without its place", p.Thread)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("from %s: %v, want %s", channel, got, test.want)
		}
	}
	own, err := m.Alike(context.Background(), past("C1", "1", "same", plan.PastOpen))
	if err != nil || len(own) != 0 {
		t.Errorf("a thread is like itself: %v, %v", own, err)
	}
}

// A changed request takes the place of what it was; what was published stays beside it.
func TestLearnAgain(t *testing.T) {
	m, _ := filled(t, past("C1", "1", "first", plan.PastOpen), past("C1", "1", "second", plan.PastPublished), past("C1", "1", "third", plan.PastOpen))
	all, err := m.Designs(context.Background(), "shop")
	if err != nil || len(all) != 2 || all[0].Meaning != "second" || all[1].Meaning != "third" {
		t.Errorf("remembered %v, %v", all, err)
	}
	if n, err := m.Forget(context.Background(), func(p plan.PastDesign) bool { return p.Root.Channel == "C1" }, false); n != 2 || err != nil {
		t.Errorf("forgot %d, %v", n, err)
	}
	if all, err := m.Designs(context.Background(), "shop"); len(all) != 0 || err != nil {
		t.Errorf("still there: %v, %v", all, err)
	}
}

// One that cannot be read neither ends the memory nor stays after forgetting.
func TestDamaged(t *testing.T) {
	m, db := filled(t, past("C1", "1", "same", plan.PastOpen))
	ctx := context.Background()
	if err := db.Put(ctx, space, "shop/x/y", []byte("{broken")); err != nil {
		t.Fatal(err)
	}
	if all, err := m.Designs(ctx, "shop"); len(all) != 1 || err != nil {
		t.Errorf("%v, %v", all, err)
	}
	for _, dry := range []bool{true, true, false} { // a dry run leaves it where it is
		if n, err := m.Forget(ctx, func(plan.PastDesign) bool { return false }, dry); n != 1 || err != nil {
			t.Errorf("forgot %d, %v", n, err)
		}
	}
	if n, err := m.Forget(ctx, func(plan.PastDesign) bool { return false }, true); n != 0 || err != nil {
		t.Errorf("%d are left, %v", n, err)
	}
}

// What an earlier version kept whole is gone once the memory is used, and once something is forgotten.
func TestSweep(t *testing.T) {
	ctx := context.Background()
	for name, use := range map[string]func(*Memory) error{
		"read": func(m *Memory) error { _, err := m.Designs(ctx, "shop"); return err },
		"forget": func(m *Memory) error {
			_, err := m.Forget(ctx, func(plan.PastDesign) bool { return false }, false)
			return err
		},
	} {
		db := store.NewMemory(store.Options{})
		if err := db.Put(ctx, oldSpace, "slack:T1/C1/1", []byte(`{"request":{}}`)); err != nil {
			t.Fatal(err)
		}
		if err := use(New(db, nil)); err != nil {
			t.Fatal(err)
		}
		if _, there, err := db.Get(ctx, oldSpace, "slack:T1/C1/1"); there || err != nil {
			t.Errorf("%s: still there, %v", name, err)
		}
	}
}

// fixed is an interpreter that always asks which region.
type fixed struct{ Interpreter }

func (fixed) Interpret(context.Context, plan.Request) (plan.Reading, error) {
	return plan.Reading{Outcome: plan.OutcomeQuestions, Questions: []plan.Question{plan.NewQuestion(plan.AskDefinition, "region", "Which?", "It matters.",
		plan.Option{ID: "billing", Label: "Billing region", Default: true}, plan.Option{ID: "usage", Label: "Usage region"})}}, nil
}

func TestDefaultFromBefore(t *testing.T) {
	chose := func(option string) plan.Choice { return plan.Choice{Question: "definition:region", Option: option} }
	assumed := chose("usage")
	assumed.Assumed = true
	for _, test := range []struct {
		name, channel, def, why string
		before                  []plan.PastDesign
	}{
		{"nothing", "C9", "billing", "It matters.", nil},
		{"once", "C9", "usage", "It matters. “Usage region” was chosen on 2026-11-01 in #c1.", []plan.PastDesign{past("C1", "1", "a", plan.PastOpen, chose("usage"))}},
		{"twice", "C9", "usage", "It matters. “Usage region” was chosen 2 times, last on 2026-11-02 in #c1.", []plan.PastDesign{
			past("C1", "1", "a", plan.PastOpen, chose("usage")), past("C1", "22", "b", plan.PastMerged, chose("usage"))}},
		{"the newest", "C9", "billing", "It matters. “Billing region” was chosen on 2026-11-02 in #c1.", []plan.PastDesign{
			past("C1", "1", "a", plan.PastOpen, chose("usage")), past("C1", "22", "b", plan.PastMerged, chose("billing"))}},
		{"this channel first", "C2", "usage", "It matters. “Usage region” was chosen on 2026-11-01 in #c2.", []plan.PastDesign{
			past("C2", "1", "a", plan.PastOpen, chose("usage")), past("C1", "22", "b", plan.PastMerged, chose("billing"))}},
		{"private", "C9", "billing", "It matters.", []plan.PastDesign{past("G1", "1", "a", plan.PastOpen, chose("usage"))}},
		{"own private", "G1", "usage", "It matters. “Usage region” was chosen on 2026-11-01 in #g1.", []plan.PastDesign{past("G1", "1", "a", plan.PastOpen, chose("usage"))}},
		{"assumed", "C9", "billing", "It matters.", []plan.PastDesign{past("C1", "1", "a", plan.PastOpen, assumed)}},
		{"given up", "C9", "billing", "It matters.", []plan.PastDesign{past("C1", "1", "a", plan.PastGivenUp, chose("usage"))}},
		{"both", "C9", "billing", "It matters.", []plan.PastDesign{past("C1", "1", "a", plan.PastOpen, chose("usage"), chose("billing"))}},
		{"an option that is gone", "C9", "billing", "It matters.", []plan.PastDesign{past("C1", "1", "a", plan.PastOpen, chose("moon"))}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, _ := filled(t, test.before...)
			r, err := Recalling{fixed{}, m}.Interpret(context.Background(), plan.Request{Base: plan.Base{Project: "shop"},
				Turns: []plan.Turn{{Text: "churn by region", Message: plan.MessageRef{Channel: test.channel, TS: "77777"}}}})
			if err != nil {
				t.Fatal(err)
			}
			o, ok := r.Questions[0].DefaultOption()
			if !ok || o.ID != test.def || r.Questions[0].Why != test.why {
				t.Errorf("default %s, why %q", o.ID, r.Questions[0].Why)
			}
		})
	}
}
