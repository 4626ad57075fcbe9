//go:build !unix

package journal

import "os"

// lock does nothing where there is no flock: the caller must not start two workspaces on one folder.
func lock(*os.File) error { return nil }
