package planner

import (
	"slices"
	"strings"
	"unicode"
)

// The few words that steer a thread rather than describe data. Everything else
// is read by the interpreter.

const helpText = "I turn a question about data into a checked dbt pull request. Tell me what to measure, and by what, for example:"

func isCancel(text string) bool {
	return slices.Contains([]string{"cancel", "stop", "abort", "never mind", "nevermind", "forget it"}, bare(text))
}

func isHelp(text string) bool { return bare(text) == "help" }

// unsure are ways to say "I don't know"; openers and closers may stand around them.
var (
	unsure = []string{"default", "the default", "defaults", "the defaults", "default is fine", "defaults are fine", "not sure", "unsure", "no idea",
		"no clue", "don't know", "dont know", "do not know", "idk", "dunno", "you choose", "you decide", "your call", "your choice", "up to you",
		"whatever", "whichever", "whatever you think", "either", "either one", "any", "don't care", "dont care", "don't mind",
		"doesn't matter", "doesnt matter", "no preference", "as you like", "hard to say"}
	openers = []string{"i'm", "im", "i am", "i", "we", "really", "honestly", "sorry", "hm", "hmm", "um", "well", "it", "take", "use", "go with", "just", "have"}
	closers = []string{"please", "pls", "thank you", "thx", "then", "really", "sorry", "yet", "tbh", "for me", "thanks", "is fine"}
)

// isDefault is "I don't know": the marked option is taken and recorded as an assumption.
func isDefault(text string) bool {
	head, _, _ := strings.Cut(text, ",") // "not sure, you decide"
	return slices.Contains(unsure, trimWords(text)) || head != text && slices.Contains(unsure, trimWords(head)) &&
		slices.Contains(unsure, trimWords(strings.TrimPrefix(text, head)))
}

// trimWords is the text without openers and closers.
func trimWords(text string) string {
	text = bare(text)
	for {
		short := text
		for _, w := range openers {
			if after, ok := cutWords(short, w); ok && after != "" {
				short = after
			}
		}
		for _, w := range closers {
			if before, ok := cutWordsEnd(short, w); ok {
				short = before
			}
		}
		if short = bare(short); short == text {
			return text
		}
		text = short
	}
}

// isBoth asks for all options side by side.
func isBoth(text string) bool {
	const around = " i we want need would like let's lets have show me give us please of them these those the ones options side by and together three four at once "
	all := ""
	for _, w := range strings.FieldsFunc(bare(text), func(r rune) bool { return r != '\'' && !unicode.IsLetter(r) }) {
		if !strings.Contains(around, " "+w+" ") {
			all += " " + w
		}
	}
	return all == " both" || all == " all"
}

// turns of phrase that take something back, before or after what is meant instead.
var (
	takingBack = []string{"sorry", "oops", "wait", "no", "nope", "nah", "hm", "hmm", "actually", "i meant", "i mean", "we meant", "we mean", "i mean to say",
		"meant", "i meant to say", "correction", "on second thought", "on second thoughts", "rather", "make it", "make that", "change it to", "change that to",
		"let's use", "let's take", "lets use", "lets take", "should be", "it should be", "that should be", "better", "instead", "please use", "my mistake", "my bad"}
	tookBack = []string{"instead", "rather", "actually", "sorry", "please", "i meant", "i mean", "after all", "my mistake", "my bad"}
)

// correction takes off what says that something earlier was wrong; marked reports whether anything did.
func correction(text string) (rest string, marked bool) {
	rest = strings.TrimSpace(text)
	for {
		short := rest
		for _, w := range takingBack {
			if after, ok := cutWords(short, w); ok && after != "" {
				short, marked = after, true
			}
		}
		for _, w := range tookBack {
			if before, ok := cutWordsEnd(short, w); ok && before != "" {
				short, marked = before, marked || w != "please"
			}
		}
		if short == rest {
			return rest, marked
		}
		rest = short
	}
}

// cutWords takes words and the punctuation behind them off the front of a text.
func cutWords(text, words string) (string, bool) {
	text = strings.ReplaceAll(text, "’", "'")
	if len(text) < len(words) || !strings.EqualFold(text[:len(words)], words) {
		return "", false
	}
	after := text[len(words):]
	if after != "" && !strings.ContainsAny(after[:1], " ,.;:!?-") {
		return "", false
	}
	return strings.TrimLeft(after, " ,.;:!?-"), true
}

func cutWordsEnd(text, words string) (string, bool) {
	text = strings.TrimRight(strings.ReplaceAll(text, "’", "'"), " ,.;:!?")
	at := len(text) - len(words)
	if at < 1 || !strings.EqualFold(text[at:], words) || !strings.ContainsAny(text[at-1:at], " ,.;:!?-") {
		return "", false
	}
	return strings.TrimRight(text[:at], " ,.;:!?-"), true
}

func bare(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	text = strings.ReplaceAll(text, "’", "'")
	return strings.Trim(text, " .,;:!?")
}

// notWords stand where a word would, but name nothing.
var notWords = []string{"it", "that", "this", "what", "which", "he", "she", "they", "we", "i", "you", "who", "there", "these", "those", "what this", "what that"}

// asking are words that begin a question or a request rather than a name.
var asking = []string{"what", "how", "who", "which", "why", "tell", "show", "explain", "does", "do", "is", "are", "if", "when", "can", "could", "say"}

// maxWord bounds how many words a name has.
const maxWord = 5

// definition reads "by churn we mean customer churn", "remember: region means billing region", "define big customers as …".
// "is" and "are" define only behind "remember" or "define": "revenue is wrong" defines nothing.
// explicit reports whether it can hardly mean anything else; "a discount means less revenue" may be talk.
func definition(text string) (word, means string, explicit, ok bool) {
	rest := strings.TrimSpace(text)
	asked := false
	for _, w := range []string{"please", "remember", "define", "note", "for the glossary", "that", "please"} {
		if after, found := cutWords(rest, w); found && after != "" && (asked || w != "that") {
			rest, asked = after, asked || w != "please" && w != "that"
		}
	}
	links := []string{" we always mean ", " we usually mean ", " we mean ", " i mean ", " i always mean ", " i usually mean ", " means ", " always means ",
		" usually means ", " stands for "}
	if asked {
		links = append(links, " as ", " is ", " are ", " = ", " mean ")
	}
	lower, at, length := strings.ToLower(rest), -1, 0
	for _, l := range links {
		i := strings.Index(lower, l)
		if i > 0 && (at < 0 || i < at || i == at && len(l) > length) {
			at, length = i, len(l)
		}
	}
	if at < 0 || len(lower) != len(rest) {
		return "", "", false, false
	}
	by := strings.Contains(lower[at:at+length], " mean ") && !asked
	word, means = strings.TrimSpace(rest[:at]), strings.TrimRight(strings.TrimSpace(rest[at+length:]), ".!;, ")
	named := false
	for _, w := range []string{"when we say", "if we say", "when i say", "by", "with"} {
		if after, found := cutWords(word, w); found && after != "" {
			word, named = after, true
		}
	}
	word = strings.Trim(word, " \"'“”‘’:,")
	means = strings.Trim(means, " \"“”")
	first, _, _ := strings.Cut(strings.ToLower(word), " ")
	if by && !named || word == "" || means == "" || len(strings.Fields(word)) > maxWord || slices.Contains(notWords, strings.ToLower(word)) ||
		slices.Contains(asking, first) {
		return "", "", false, false
	}
	return word, means, asked || named, true
}
