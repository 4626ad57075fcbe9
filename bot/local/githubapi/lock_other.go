//go:build !unix

package githubapi

import "os"

// lock does nothing where the system has no flock: there, one workspace per folder is up to the person.
func lock(*os.File) error { return nil }
