package archtest

// module is the first element of the project's own import paths.
const module = "firstmile"

// topFolders are the only ones that hold Go.
var topFolders = []string{"agents", "bot", "glossary", "planner", "prompts", "store"}

// room is a folder whose packages import each other freely, and the other rooms that they may import. In both, a
// name is a pattern as path.Match has it: "agents/*" makes each agent a room of its own.
type room struct {
	name string
	may  []string
}

// rooms are the import rules. A package belongs to the first room whose name matches it or a folder above it.
var rooms = []room{
	// Everyone speaks plan; plan speaks to nobody.
	{"planner/plan", nil},
	{"planner/verify", []string{"planner/plan"}},
	{"planner/driver", []string{"planner", "planner/plan", "store"}},
	{"planner", []string{"planner/plan", "planner/verify"}},
	{"store", []string{"planner/plan"}},
	{"glossary", []string{"planner/plan"}},
	{"prompts", []string{"planner/plan"}},

	// What the agents share knows less than they do. No agent sees another.
	{"agents/child", nil},
	{"agents/dbt", []string{"planner/plan", "agents/child"}},
	{"agents/sandbox", []string{"planner/plan", "agents/child"}},
	{"agents/llm", []string{"planner/plan", "prompts"}},
	{"agents/*", []string{"planner/plan", "glossary", "prompts", "agents/child", "agents/dbt", "agents/sandbox", "agents/llm"}},

	// The embedded workspace does not know the bot: it could be Slack and GitHub themselves.
	{"bot/local/*", nil},
	{"bot/local", []string{"bot/local/*", "bot/sample"}},
	{"bot/slackbot", []string{"planner/plan"}},
	{"bot/sample", []string{"agents/dbt", "agents/sandbox", "glossary"}},

	// Only the main package, and the terminal's way through it, see the planner itself.
	{"bot/design", []string{"planner", "planner/*", "store"}},
	{"bot/*", []string{"planner/plan", "glossary", "prompts", "store", "agents/*"}},
	{"bot", []string{"*", "*/*", "*/*/*"}},
}

// doubles are the rooms that any test may import: the embedded workspace, the sample company, and the sandbox,
// whose ChildMain comes first in the TestMain of every package that ends up in it.
var doubles = []string{"bot/local", "bot/local/*", "bot/sample", "agents/sandbox"}

// home is the one folder that may import an outside client.
type home struct{ client, folder string }

// homes hold for everything but tests, which may act as an outside client themselves.
var homes = []home{
	{"github.com/slack-go/slack", "bot/slackbot"},
	{"github.com/google/go-github", "agents/forge"},
	{"github.com/bradleyfalzon/ghinstallation", "agents/forge"},
	{"github.com/sashabaranov/go-openai", "agents/llm/openai"},
	{"github.com/blevesearch", "glossary/search"},
	{"github.com/duckdb", "agents/sandbox"},
	{"github.com/landlock-lsm", "agents/sandbox"},
	{"github.com/coder/websocket", "bot/local/slackapi"},
	{"go.etcd.io/bbolt", "store"},
	{"os/exec", "agents/child"},
}

// pure packages compute and nothing else: of the standard library they see pureImports, of other modules nothing, and
// nothing of impure.
var pure = []string{"planner", "planner/plan", "planner/verify"}

var pureImports = []string{
	"bytes", "cmp", "crypto/sha256", "encoding/base32", "encoding/base64", "encoding/binary", "encoding/hex", "encoding/json",
	"errors", "fmt", "hash", "iter", "maps", "math", "math/big", "math/bits", "slices", "sort", "strconv", "strings", "time",
	"unicode", "unicode/utf8",
}

// impure are the parts of those packages that read a clock or the machine's settings, or write somewhere.
var impure = map[string][]string{
	"time": {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local", "LoadLocation"},
	"fmt":  {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
}

// emptyNames say nothing about what a package is for.
var emptyNames = []string{"common", "helpers", "misc", "models", "types", "util", "utils"}

// Sizes of what is not a test. Most files and functions are far smaller; one at the limit usually hides two.
const (
	maxFileLines = 400
	maxFuncLines = 80
)

// words never enter the tree: folders of one machine, hosts of package registries (where packages come from is in the
// user's own settings), notes to oneself. They are in two halves, so that this file may be checked like any other.
var words = []string{
	"/wo" + "rk/", "/ro" + "ot/", "/home" + "/", "/Use" + "rs/",
	"pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "proxy" + ".golang.org", "--index" + "-url", "--find" + "-links",
	"TO" + "DO", "FIX" + "ME",
}
