package store_test

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"firstmile/store"
)

// TestFullDisk fills a real, small disk where this user may mount one; TestFull is for everywhere.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	err := syscall.Mount("firstmile", dir, "tmpfs", 0, "size=1m")
	if errors.Is(err, syscall.EPERM) {
		t.Log("no right to mount a small disk: only TestFull was done")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	path := filepath.Join(dir, "firstmile.db")
	stored, err := fillUp(path, func() error { return nil })
	if err != nil || stored == 0 {
		t.Fatalf("%d stored, %v", stored, err)
	}
	db, err := store.Open(path, store.Options{})
	if errors.Is(err, store.ErrFull) {
		return // a new opening is counted, which needs a page; what is stored is safe
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.Load(t.Context(), "t")
	if err != nil || len(got.Inbox) != stored {
		t.Errorf("%d events of %d, %v", len(got.Inbox), stored, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
