package store_test

import (
	"path/filepath"
	"testing"

	"firstmile/store"
	"firstmile/store/storetest"
)

func open(t testing.TB, path string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return db
}

func TestConformanceBolt(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) storetest.Backend {
		return open(t, filepath.Join(t.TempDir(), "firstmile.db"), store.Options{Now: clock.Now})
	})
}

func TestConformanceMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) storetest.Backend {
		return store.NewMemory(store.Options{Now: clock.Now})
	})
}
