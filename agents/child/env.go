package child

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// secretPrefixes are the names of the bot's own tokens and of its other settings. A child never needs them: dbt reads the
// warehouse's credentials under their own names, the sandbox reads none.
var secretPrefixes = []string{"SLACK_", "GITHUB_", "GH_", "OPENAI_", "FIRSTMILE_"}

// Pass returns those of the named variables that are set in the bot's environment, as KEY=VALUE, for Command.Env.
// Names of the bot's own secrets are left out.
func Pass(names ...string) []string {
	var env []string
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok && !secretName(name) {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// Basic is what nearly every program needs to run at all: PATH, HOME, the locale, the folder for temporary
// files and, on Windows, the system's root.
func Basic() []string {
	return Pass("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "USERPROFILE", "SystemRoot")
}

func secretName(name string) bool {
	name = strings.ToUpper(name)
	for _, prefix := range secretPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// checkEnv refuses what would leak a secret or be misread by the system.
func checkEnv(program string, env []string) error {
	for _, entry := range env {
		name, _, ok := strings.Cut(entry, "=")
		switch {
		case !ok || name == "" || strings.ContainsRune(entry, 0):
			return &Error{Kind: ErrStart, Program: program, ExitCode: -1,
				Err: fmt.Errorf("malformed environment entry for %q", name)}
		case secretName(name):
			return &Error{Kind: ErrSecret, Program: program, ExitCode: -1, Err: fmt.Errorf("%s", name)}
		}
	}
	return nil
}

// resolve finds the program: as it stands if it names a folder, else in the PATH of the child's environment.
func resolve(c Command) (string, error) {
	if c.Path == "" {
		return "", &Error{Kind: ErrNotFound, Program: "(none)", ExitCode: -1}
	}
	if filepath.Base(c.Path) != c.Path {
		return c.Path, nil
	}
	var path string
	for _, entry := range c.Env {
		if value, ok := strings.CutPrefix(entry, "PATH="); ok {
			path = value
		}
	}
	for _, dir := range filepath.SplitList(path) {
		// A relative entry would mean another program in every working directory.
		if !filepath.IsAbs(dir) {
			continue
		}
		if full := filepath.Join(dir, c.Path); executable(full) {
			return full, nil
		}
	}
	return "", &Error{Kind: ErrNotFound, Program: c.Path, ExitCode: -1}
}
