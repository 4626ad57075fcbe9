package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"firstmile/bot/memory"
	"firstmile/planner/plan"
	"firstmile/store"
)

// TestForget: what a person asked leaves the memory, and nothing else does.
func TestForget(t *testing.T) {
	data := t.TempDir()
	designs := func(change func(*memory.Memory)) []plan.PastDesign {
		t.Helper()
		db, err := store.Open(filepath.Join(data, storeFile), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		m := memory.New(db, nil)
		change(m)
		all, err := m.Designs(context.Background(), "shop")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		return all
	}
	designs(func(m *memory.Memory) {
		for _, who := range []string{"U1", "U2", "U1"} {
			p := plan.PastDesign{Thread: plan.ThreadID("t" + who), Project: "shop", Requester: plan.Person{ID: who}, Meaning: "m", State: plan.PastMerged}
			if err := m.Learn(context.Background(), p); err != nil {
				t.Fatal(err)
			}
		}
	})
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitUsage, "say what to forget"},
		{[]string{"--person", "U1", "--dry-run"}, 0, "1 past designs would be forgotten"},
		{[]string{"--person", "U1"}, 0, "1 past designs are forgotten"},
		{[]string{"--person", "U1"}, 0, "0 past designs are forgotten"},
	} {
		got := command(t.Context(), nil, append([]string{"forget", "--data", data}, test.args...)...)
		if got.code != test.code || !strings.Contains(got.stdout+got.stderr, test.says) {
			t.Errorf("%v: exit code %d\n%s%s", test.args, got.code, got.stdout, got.stderr)
		}
	}
	if left := designs(func(*memory.Memory) {}); len(left) != 1 || left[0].Requester.ID != "U2" {
		t.Errorf("left are %v", left)
	}
}
