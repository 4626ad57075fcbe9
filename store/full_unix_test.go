//go:build unix

package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"firstmile/store"
)

// fill is the process of TestFull.
func fill(path string) {
	signal.Ignore(syscall.SIGXFSZ)
	stored, err := fillUp(path, func() error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		size := uint64(info.Size()) + 1<<20
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size})
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("stored", stored)
	os.Exit(0)
}

// fillUp appends until there is no space, checks that the store lives on, and returns how many events were stored.
func fillUp(path string, limit func() error) (stored int, err error) {
	db, err := store.Open(path, store.Options{})
	if err != nil {
		return 0, err
	}
	if err := limit(); err != nil {
		return 0, err
	}
	for {
		_, _, err = db.Append(background, "t", fmt.Sprint(stored), bytes.Repeat([]byte("e"), 20_000))
		if err != nil {
			break
		}
		stored++
	}
	if !errors.Is(err, store.ErrFull) {
		return stored, fmt.Errorf("not the right error: %w", err)
	}
	if _, _, err := db.Append(background, "t", "large", bytes.Repeat([]byte("e"), 2_000_000)); !errors.Is(err, store.ErrFull) {
		return stored, fmt.Errorf("not the right error the second time: %w", err)
	}
	got, err := db.Load(background, "t")
	if err == nil && len(got.Inbox) != stored {
		err = fmt.Errorf("%d events of %d", len(got.Inbox), stored)
	}
	return stored, errors.Join(err, db.Close())
}
