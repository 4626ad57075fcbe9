package planner

import (
	"slices"
	"strings"
)

// The few words that steer a thread rather than describe data. Everything else
// is read by the interpreter.

const helpText = "I turn a question about data into a checked dbt pull request. Tell me what to measure, and by what, for example:"

func isCancel(text string) bool {
	return slices.Contains([]string{"cancel", "stop", "abort", "never mind", "nevermind", "forget it"}, bare(text))
}

func isHelp(text string) bool { return bare(text) == "help" }

// isDefault is "I don't know": the marked option is taken and recorded as an assumption.
func isDefault(text string) bool {
	return slices.Contains([]string{"default", "defaults", "not sure", "no idea", "i don't know", "dont know",
		"don't know", "you choose", "you decide", "whatever", "either"}, bare(text))
}

func bare(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	text = strings.ReplaceAll(text, "’", "'")
	return strings.Trim(text, " .,;:!?")
}
