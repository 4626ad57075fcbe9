package githubapi_test

import (
	"strings"
	"testing"

	"firstmile/bot/local/githubapi"
)

// FuzzJournal: any bytes are read or refused with an error, and what was read is a prefix of whole lines.
func FuzzJournal(f *testing.F) {
	f.Add(`{"pull":{"number":1,"title":"t","body":"","author":"a","head":"h","base":"main","state":"open","head_sha":"","base_sha":"","merge_base":"","created":"2026-01-02T03:04:05Z","updated":"2026-01-02T03:04:05Z"}}` + "\n")
	f.Add(`{"comment":{"id":1,"pull":1,"author":"a","body":"b","created":"2026-01-02T03:04:05Z","updated":"2026-01-02T03:04:05Z"}}` + "\n{\"torn")
	f.Add("{}\n")
	f.Add("\x00\x00\n")
	f.Fuzz(func(t *testing.T, data string) {
		n, err := githubapi.ReadJournal(data)
		if err != nil {
			return
		}
		if n != int64(strings.LastIndexByte(data, '\n')+1) {
			t.Errorf("%d bytes of %q were read", n, data)
		}
	})
}

// FuzzBodies: no request body makes a call fail with anything but a refusal.
func FuzzBodies(f *testing.F) {
	paths := []string{"/git/blobs", "/git/trees", "/git/commits", "/git/refs", "/pulls", "/issues/1/comments", "/issues/1/labels",
		"/issues/1/assignees", "/pulls/1/reviews", "/pulls/1/comments", "/pulls/1/requested_reviewers"}
	for i := range paths {
		f.Add(i, `{"content":"x","encoding":"base64","tree":[{"path":"a/../b","mode":"100644","type":"blob","sha":null}],"message":"m","ref":"refs/heads/../x","sha":"`+strings.Repeat("0", 40)+`"}`)
		f.Add(i, `{"tree":[{"path":"a","mode":"040000","sha":"`+strings.Repeat("0", 40)+`"}],"base_tree":"main","parents":["x"],"author":{"name":"a\nb","email":"<>"},"body":"b","event":"COMMENT","comments":[{"path":"a.sql","body":"x"}]}`)
		f.Add(i, `[1,{"name":"x"}]`)
		f.Add(i, `null`)
	}
	w := start(f, nil)
	f.Fuzz(func(t *testing.T, i int, body string) {
		w.t = t
		if i < 0 {
			i = -(i + 1)
		}
		path := paths[i%len(paths)]
		if status, _ := w.post("bot-token", "/repos/northpeak/analytics"+path, body); status >= 500 {
			t.Errorf("%s answers %d to %q", path, status, body)
		}
	})
}
