package web_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"firstmile/bot/local/web/webtest"
)

// TestPicturesAndFiles: a picture that the app uploads is shown with its description, other files are offered, and a
// picture on another host is never fetched.
func TestPicturesAndFiles(t *testing.T) {
	o := open(t)
	upload := func(name string, content []byte) *slack.FileSummary {
		t.Helper()
		file, err := o.bot.UploadFile(slack.UploadFileParameters{Channel: channel, Filename: name, Title: "The " + name, AltTxt: "what " + name + " shows", Reader: bytes.NewReader(content), FileSize: len(content)})
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	picture := image.NewRGBA(image.Rect(0, 0, 320, 120))
	for x := range 320 {
		picture.Set(x, 60, color.RGBA{R: 12, G: 107, B: 88, A: 255})
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, picture); err != nil {
		t.Fatal(err)
	}
	chart := upload("chart.png", encoded.Bytes())
	upload("model.sql", []byte("select 1"))
	inBlock := slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: chart.ID}, "the same chart", "", slack.NewTextBlockObject("plain_text", "Churn", false, false))
	o.say(slack.MsgOptionText("chart", false), slack.MsgOptionBlocks(inBlock, slack.NewImageBlock("https://tracker.example/pixel.png", "from afar", "", nil)))

	page := openAs(t, webtest.Require(t), o, ines, webtest.Window{})
	shown := func(alt string) webtest.Step {
		return webtest.Wait(`[...document.querySelectorAll('.message img')].some((one) => one.alt === "` + alt + `" && one.naturalWidth === 320 && one.src.startsWith('blob:'))`)
	}
	do(t, page, shown("what chart.png shows"), shown("the same chart"), webtest.WaitText("figcaption", "Churn"),
		webtest.WaitText(".file-card", "The model.sql"), webtest.WaitFor(`.picture-missing a[href="https://tracker.example/pixel.png"]`),
		webtest.Click(".picture .zoom"), webtest.WaitFor("dialog.lightbox[open]"))
	var fetched []string
	if err := page.Eval(`performance.getEntriesByType('resource').map((one) => one.name)`, &fetched); err != nil {
		t.Fatal(err)
	}
	for _, address := range fetched {
		if !strings.HasPrefix(address, o.URL) && !strings.HasPrefix(address, "blob:"+o.URL) {
			t.Errorf("the page fetched %s", address)
		}
	}
}

// TestPermalink opens the thread that a link leads to and marks the message.
func TestPermalink(t *testing.T) {
	o := open(t)
	root := o.say(slack.MsgOptionText("a root", false))
	reply := o.say(slack.MsgOptionText("the answer", false), slack.MsgOptionTS(root))
	link, err := o.bot.GetPermalink(&slack.PermalinkParameters{Channel: channel, Ts: reply})
	if err != nil {
		t.Fatal(err)
	}
	browser := webtest.Require(t)
	page, err := browser.Open(link, "", webtest.Window{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(page.Close)
	do(t, page, webtest.WaitText(".thread .message.flash", "the answer"), webtest.Wait(`location.pathname === '/'`))
}
