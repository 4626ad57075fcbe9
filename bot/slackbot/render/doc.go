// Package render turns what the bot says (plan.Message) into Slack's Block Kit. It is pure: no network, no
// clock, no state. Start with Message; Home is the App Home, Chart draws the picture of a proposal, and Answer
// and ParseAnswer are the two ends of an answer button.
//
// Two promises hold for every input, whoever wrote it:
//
//   - Slack takes the result. No message has more than 50 blocks or 12,000 characters, no text of a section more
//     than 3,000, and so on (limits.go). What does not fit is handed back as a File to be shared in the thread, so
//     that nothing disappears in silence.
//   - Foreign text stays text. Everything that came from a person, a model or a repository is escaped, so it can
//     neither mention anybody (<!everyone>) nor disguise a link (<https://a|https://b>). Links are made only from
//     addresses that the program itself produced.
//
// The texts of a message are plain; escaping happens here and nowhere else.
package render
