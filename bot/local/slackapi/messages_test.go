package slackapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// texts lists the texts of a list of messages.
func texts(a answer) []string {
	list := []string{}
	messages, _ := a["messages"].([]any)
	for _, m := range messages {
		list = append(list, fmt.Sprint(m.(map[string]any)["text"]))
	}
	return list
}

func cursor(a answer) string {
	meta, _ := a["response_metadata"].(map[string]any)
	next, _ := meta["next_cursor"].(string)
	return next
}

func message(a answer) answer { m, _ := a["message"].(map[string]any); return m }

func wantError(t *testing.T, a answer, code string) {
	t.Helper()
	if a.ok() || a["error"] != code {
		t.Errorf("got %v, want the error %s", a, code)
	}
}

func TestHistoryPagesAndWindows(t *testing.T) {
	s := start(t)
	bot, person := s.Tokens().Bot, s.Tokens().Users[ana]
	var ts []string
	for i := range 5 {
		ts = append(ts, s.must(person, "chat.postMessage", "channel", requests, "text", fmt.Sprint(i)).text("ts"))
	}
	s.must(person, "chat.postMessage", "channel", requests, "text", "reply", "thread_ts", ts[1])
	s.must(person, "chat.postMessage", "channel", requests, "text", "loud reply", "thread_ts", ts[1], "reply_broadcast", "true")
	history := func(args ...string) []string {
		return texts(s.must(bot, "conversations.history", append([]string{"channel", requests}, args...)...))
	}
	for name, test := range map[string]struct{ got, want []string }{
		"all":            {history(), []string{"loud reply", "4", "3", "2", "1", "0"}},
		"after":          {history("oldest", ts[3]), []string{"loud reply", "4"}},
		"from":           {history("oldest", ts[3], "inclusive", "true"), []string{"loud reply", "4", "3"}},
		"before":         {history("latest", ts[1]), []string{"0"}},
		"up to":          {history("latest", ts[1], "inclusive", "1"), []string{"1", "0"}},
		"one by its ts":  {history("latest", ts[2], "oldest", ts[2], "inclusive", "true"), []string{"2"}},
		"short fraction": {history("latest", strings.Split(ts[0], ".")[0]), []string{}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	var all []string
	next := ""
	for pages := 1; ; pages++ {
		a := s.must(bot, "conversations.history", "channel", requests, "limit", "2", "cursor", next)
		all = append(all, texts(a)...)
		if pages == 1 { // what comes in the meantime does not shift the pages
			s.must(person, "chat.postMessage", "channel", requests, "text", "late")
		}
		if next = cursor(a); (next != "") != (a["has_more"] == true) {
			t.Fatalf("has_more and cursor disagree: %v", a)
		}
		if next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"loud reply", "4", "3", "2", "1", "0"}, all); diff != "" {
		t.Error(diff)
	}
	for args, code := range map[string]string{"cursor=x": "invalid_cursor", "oldest=x": "invalid_ts_oldest", "latest=1.2.3": "invalid_ts_latest", "limit=x": "invalid_arguments"} {
		key, value, _ := strings.Cut(args, "=")
		wantError(t, s.call(bot, "conversations.history", "channel", requests, key, value), code)
	}
	wantError(t, s.call(bot, "conversations.history", "channel", random), "not_in_channel")
	wantError(t, s.call(bot, "conversations.history", "channel", private), "channel_not_found")
	s.must(person, "conversations.history", "channel", random)
}

func TestThread(t *testing.T) {
	s := start(t)
	bot, person := s.Tokens().Bot, s.Tokens().Users[ana]
	parent := s.must(person, "chat.postMessage", "channel", requests, "text", "parent").text("ts")
	wantError(t, s.call(bot, "conversations.replies", "channel", requests, "ts", "1.000001"), "thread_not_found")
	if got := texts(s.must(bot, "conversations.replies", "channel", requests, "ts", parent)); len(got) != 1 {
		t.Fatalf("an ordinary message as a thread: %v", got)
	}
	first := s.must(bot, "chat.postMessage", "channel", requests, "text", "r1", "thread_ts", parent)
	if m := message(first); m["thread_ts"] != parent || m["parent_user_id"] != ana {
		t.Fatalf("%v", m)
	}
	// a reply to a reply lands in the same thread
	second := s.must(person, "chat.postMessage", "channel", requests, "text", "r2", "thread_ts", first.text("ts"))
	last := s.must(person, "chat.postMessage", "channel", requests, "text", "r3", "thread_ts", parent, "reply_broadcast", "true")
	if m := message(last); m["subtype"] != "thread_broadcast" {
		t.Fatalf("%v", m)
	}
	a := s.must(bot, "conversations.replies", "channel", requests, "ts", second.text("ts"))
	if diff := cmp.Diff([]string{"parent", "r1", "r2", "r3"}, texts(a)); diff != "" {
		t.Fatal(diff)
	}
	head := a["messages"].([]any)[0].(map[string]any)
	if head["reply_count"] != 3.0 || head["latest_reply"] != last["ts"] || head["reply_users_count"] != 2.0 || head["thread_ts"] != parent {
		t.Fatalf("%v", head)
	}
	var got []string
	for next := ""; ; {
		a := s.must(bot, "conversations.replies", "channel", requests, "ts", parent, "limit", "2", "cursor", next)
		page := texts(a)
		if page[0] != "parent" {
			t.Fatalf("a page without the parent: %v", page)
		}
		got = append(got, page[1:]...)
		if next = cursor(a); next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"r1", "r2", "r3"}, got); diff != "" {
		t.Fatal(diff)
	}
	// deleting the parent leaves a tombstone, deleting the last reply removes that too
	s.must(person, "chat.delete", "channel", requests, "ts", parent)
	head = s.must(bot, "conversations.replies", "channel", requests, "ts", parent)["messages"].([]any)[0].(map[string]any)
	if head["subtype"] != "tombstone" || head["user"] != "USLACKBOT" {
		t.Fatalf("%v", head)
	}
	wantError(t, s.call(person, "chat.update", "channel", requests, "ts", parent, "text", "x"), "cant_update_message")
	s.must(bot, "chat.delete", "channel", requests, "ts", first.text("ts"))
	for _, a := range []answer{second, last} {
		s.must(person, "chat.delete", "channel", requests, "ts", a.text("ts"))
	}
	wantError(t, s.call(bot, "conversations.replies", "channel", requests, "ts", parent), "thread_not_found")
}

func TestPostRefuses(t *testing.T) {
	s := start(t)
	bot, person := s.Tokens().Bot, s.Tokens().Users[ana]
	long := func(n int) string { return strings.Repeat("x", n) }
	sections := func(n, size int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"type":"section","text":{"type":"mrkdwn","text":"%s"}},`, long(size)), n), ",") + "]"
	}
	for _, test := range []struct {
		code string
		args []string
	}{
		{"no_text", nil},
		{"no_text", []string{"text", "  \n"}},
		{"no_text", []string{"blocks", "[]"}},
		{"msg_too_long", []string{"text", long(40_001)}},
		{"invalid_blocks_format", []string{"blocks", "{}"}},
		{"invalid_blocks_format", []string{"blocks", `["x"]`}},
		{"invalid_blocks", []string{"blocks", sections(51, 1)}},
		{"invalid_blocks", []string{"blocks", sections(1, 3001)}},
		{"invalid_blocks", []string{"blocks", `[{"type":"image","alt_text":"x","slack_file":{"id":"F404"}}]`}},
		{"msg_blocks_too_long", []string{"blocks", sections(5, 2700)}},
		{"invalid_arguments", []string{"attachments", "x"}},
		{"too_many_attachments", []string{"attachments", "[" + strings.TrimSuffix(strings.Repeat(`{"text":"x"},`, 101), ",") + "]"}},
		{"markdown_text_conflict", []string{"markdown_text", "x", "text", "y"}},
		{"msg_too_long", []string{"markdown_text", long(12_001)}},
		{"cannot_reply_to_message", []string{"text", "x", "thread_ts", "1.000001"}},
		{"invalid_metadata_format", []string{"text", "x", "metadata", "[]"}},
		{"invalid_metadata_schema", []string{"text", "x", "metadata", `{"event_type":"x"}`}},
		{"metadata_too_large", []string{"text", "x", "metadata", `{"event_type":"x","event_payload":{"a":"` + long(17<<10) + `"}}`}},
	} {
		wantError(t, s.call(bot, "chat.postMessage", append([]string{"channel", requests}, test.args...)...), test.code)
	}
	wantError(t, s.call(bot, "chat.postMessage", "channel", "C404", "text", "x"), "channel_not_found")
	wantError(t, s.call(bot, "chat.postMessage", "channel", random, "text", "x"), "not_in_channel")
	wantError(t, s.call(person, "chat.postMessage", "channel", private, "text", "x"), "channel_not_found")
	wantError(t, s.call(person, "chat.postMessage", "channel", requests, "text", "x", "metadata", `{"event_type":"x","event_payload":{}}`), "metadata_must_be_sent_from_app")
	if got := texts(s.must(bot, "conversations.history", "channel", requests)); len(got) != 0 {
		t.Fatalf("a refused message was posted: %v", got)
	}
	s.must(bot, "chat.postMessage", "channel", requests, "text", long(40_000))
	s.must(bot, "chat.postMessage", "channel", requests, "blocks", sections(4, 3000))
}

func TestUpdate(t *testing.T) {
	s := start(t)
	bot, person := s.Tokens().Bot, s.Tokens().Users[ana]
	blocks := `[{"type":"section","text":{"type":"mrkdwn","text":"b"}}]`
	ts := s.must(bot, "chat.postMessage", "channel", requests, "text", "t", "blocks", blocks, "metadata", `{"event_type":"e","event_payload":{"id":"1"}}`).text("ts")
	read := func() answer {
		a := s.must(bot, "conversations.history", "channel", requests, "include_all_metadata", "true")
		return a["messages"].([]any)[0].(map[string]any)
	}
	update := func(args ...string) answer {
		s.must(bot, "chat.update", append([]string{"channel", requests, "ts", ts}, args...)...)
		return read()
	}
	if m := update("blocks", blocks); m["text"] != "t" || m["blocks"] == nil || m["edited"] != nil || m["metadata"] == nil {
		t.Fatalf("blocks alone: %v", m)
	}
	if m := update("text", "new"); m["text"] != "new" || m["blocks"] != nil || m["edited"] == nil || m["metadata"] == nil {
		t.Fatalf("text alone removes blocks, keeps metadata, marks as edited: %v", m)
	}
	if m := update("text", "new", "metadata", "{}"); m["metadata"] != nil {
		t.Fatalf("an empty object removes metadata: %v", m)
	}
	wantError(t, s.call(bot, "chat.update", "channel", requests, "ts", ts), "no_text")
	wantError(t, s.call(bot, "chat.update", "channel", requests, "ts", "1.000001", "text", "x"), "message_not_found")
	wantError(t, s.call(person, "chat.update", "channel", requests, "ts", ts, "text", "x"), "cant_update_message")
	wantError(t, s.call(person, "chat.delete", "channel", requests, "ts", ts), "cant_delete_message")
	a := s.must(bot, "conversations.history", "channel", requests)
	if _, there := a["messages"].([]any)[0].(map[string]any)["metadata"]; there {
		t.Fatal("metadata that nobody asked for")
	}
}

func TestReactions(t *testing.T) {
	s := start(t)
	bot, person := s.Tokens().Bot, s.Tokens().Users[ana]
	ts := s.must(person, "chat.postMessage", "channel", requests, "text", "x").text("ts")
	item := []string{"channel", requests, "timestamp", ts, "name"}
	with := func(name string) []string { return append(item[:len(item):len(item)], name) }
	s.must(bot, "reactions.add", with("eyes")...)
	wantError(t, s.call(bot, "reactions.add", with("eyes")...), "already_reacted")
	s.must(person, "reactions.add", with("eyes")...)
	s.must(person, "reactions.add", with(":+1:")...)
	wantError(t, s.call(person, "reactions.add", with("no such")...), "invalid_name")
	wantError(t, s.call(person, "reactions.add", with("wave::skin-tone-9")...), "invalid_name")
	wantError(t, s.call(person, "reactions.remove", with("rocket")...), "no_reaction")
	wantError(t, s.call(person, "reactions.add", "channel", requests, "timestamp", "x", "name", "eyes"), "bad_timestamp")
	wantError(t, s.call(person, "reactions.add", "channel", requests, "timestamp", "1.000001", "name", "eyes"), "message_not_found")
	got, err := json.Marshal(message(s.must(bot, "reactions.get", "channel", requests, "timestamp", ts))["reactions"])
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"count":2,"name":"eyes","users":["U0BOT","U0ANA"]},{"count":1,"name":"+1","users":["U0ANA"]}]`
	if string(got) != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	s.must(bot, "reactions.remove", with("eyes")...)
	if a := s.must(bot, "reactions.list", "user", ana); len(a["items"].([]any)) != 1 {
		t.Fatalf("%v", a)
	}
	if a := s.must(bot, "reactions.list"); len(a["items"].([]any)) != 0 {
		t.Fatalf("%v", a)
	}
}

func TestPermalink(t *testing.T) {
	s := start(t)
	bot := s.Tokens().Bot
	ts := s.must(bot, "chat.postMessage", "channel", requests, "text", "x").text("ts")
	reply := s.must(bot, "chat.postMessage", "channel", requests, "text", "y", "thread_ts", ts).text("ts")
	plain := func(ts string) string { return strings.Replace(ts, ".", "", 1) }
	if got, want := s.must(bot, "chat.getPermalink", "channel", requests, "message_ts", ts).text("permalink"), s.http.URL+"/archives/"+requests+"/p"+plain(ts); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := s.http.URL + "/archives/" + requests + "/p" + plain(reply) + "?thread_ts=" + ts + "&cid=" + requests
	if got := s.must(bot, "chat.getPermalink", "channel", requests, "message_ts", reply).text("permalink"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestConversations(t *testing.T) {
	s := start(t)
	bot, person := s.Tokens().Bot, s.Tokens().Users[ben]
	names := func(a answer) []string {
		list := []string{}
		for _, c := range a["channels"].([]any) {
			list = append(list, fmt.Sprint(c.(map[string]any)["name"]))
		}
		return list
	}
	for name, test := range map[string]struct{ got, want []string }{
		"public":      {names(s.must(bot, "conversations.list")), []string{"random", "data-requests"}},
		"what is hid": {names(s.must(bot, "conversations.list", "types", "public_channel,private_channel")), []string{"random", "data-requests"}},
		"member":      {names(s.must(person, "conversations.list", "types", "private_channel")), []string{"private"}},
		"mine":        {names(s.must(bot, "users.conversations")), []string{"data-requests"}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	wantError(t, s.call(bot, "conversations.list", "types", "secret"), "invalid_types")
	first := s.must(bot, "conversations.list", "limit", "1")
	if second := s.must(bot, "conversations.list", "limit", "1", "cursor", cursor(first)); cursor(first) == "" || names(second)[0] != "data-requests" || cursor(second) != "" {
		t.Errorf("pages %v and %v", first, second)
	}
	if a := s.must(bot, "conversations.members", "channel", requests); len(a["members"].([]any)) != 3 {
		t.Errorf("%v", a)
	}
	a := s.must(bot, "conversations.open", "users", ana)
	dm := a["channel"].(map[string]any)["id"].(string)
	if again := s.must(s.Tokens().Users[ana], "conversations.open", "users", botUser); again["channel"].(map[string]any)["id"] != dm || again["already_open"] != true {
		t.Errorf("%v and %v", a, again)
	}
	wantError(t, s.call(person, "conversations.history", "channel", dm), "channel_not_found")
	wantError(t, s.call(bot, "conversations.open", "users", "U404"), "user_not_found")
	s.must(bot, "conversations.join", "channel", random)
	if a := s.must(bot, "conversations.join", "channel", random); a["warning"] != "already_in_channel" {
		t.Errorf("%v", a)
	}
	s.must(bot, "chat.postMessage", "channel", random, "text", "hello")
	s.must(bot, "conversations.leave", "channel", random)
	wantError(t, s.call(bot, "chat.postMessage", "channel", random, "text", "hello"), "not_in_channel")
	if info := s.must(bot, "conversations.info", "channel", random, "include_num_members", "true")["channel"].(map[string]any); info["num_members"] != 2.0 || info["is_member"] != false {
		t.Errorf("%v", info)
	}
}
