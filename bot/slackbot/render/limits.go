package render

// Slack's limits (https://docs.slack.dev/reference/block-kit/blocks and …/block-elements). Slack documents no
// limit for a whole message of blocks, but refuses one of about 13,200 characters with msg_blocks_too_long.
const (
	maxBlocks     = 50
	maxHomeBlocks = 100
	maxMessage    = 12_000 // characters of all texts together
	maxSection    = 3_000  // characters of a section's text
	maxHeader     = 150
	maxButton     = 75    // characters of a button's text
	maxValue      = 2_000 // characters of a button's value
	maxElements   = 25    // of one actions block
	maxColumns    = 20    // of a table
	maxRows       = 100   // of a table, the header being one
	maxAlt        = 2_000 // of an image's alternative text
)

// Limits of our own, below Slack's, so that a message stays readable.
const (
	maxFallback = 3_000 // of the text that notifications and screen readers get
	maxSQL      = 2_800 // characters of SQL shown; more goes into a file
	shownRows   = 12    // rows of a preview
	maxCell     = 80    // characters of a cell
	maxLine     = 600   // characters of one point of a list
	maxTitle    = 140
)
