package slackapi

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func request(method, target, contentType, body string) *http.Request {
	r := httptest.NewRequest(method, "http://host/api/x", strings.NewReader(body))
	_, r.URL.RawQuery, _ = strings.Cut(target, "?")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

// The same call in every encoding comes out the same.
func TestEncodings(t *testing.T) {
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for key, value := range map[string]string{"channel": "C1", "blocks": `[{"a":1}]`, "flag": "true", "token": "xoxb-1"} {
		if err := w.WriteField(key, value); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	encoded := "channel=C1&blocks=%5B%7B%22a%22%3A1%7D%5D&flag=true&token=xoxb-1"
	want := args{"channel": "C1", "blocks": `[{"a":1}]`, "flag": "true"}
	for name, test := range map[string]struct {
		r     *http.Request
		token string
	}{
		"query":     {request("GET", "?"+encoded, "", ""), "xoxb-1"},
		"form":      {request("POST", "", "application/x-www-form-urlencoded; charset=utf-8", encoded), "xoxb-1"},
		"multipart": {request("POST", "", w.FormDataContentType(), form.String()), "xoxb-1"},
		"json":      {request("POST", "", "application/json", `{"channel":"C1","blocks":[{"a":1}],"flag":true,"none":null,"token":"ignored"}`), ""},
		"mixed":     {request("POST", "?channel=C1&token=xoxb-1", "application/json", `{"blocks":[{"a":1}],"flag":true}`), "xoxb-1"},
	} {
		got, token, err := readArgs(test.r)
		if err != nil || token != test.token {
			t.Errorf("%s: token %q, error %v", name, token, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestUnreadableRequests(t *testing.T) {
	for name, test := range map[string]struct {
		r    *http.Request
		code string
	}{
		"no content type":      {request("POST", "", "", "a=b"), "missing_post_type"},
		"unknown content type": {request("POST", "", "application/xml", "<a/>"), "invalid_post_type"},
		"broken content type":  {request("POST", "", "a/b/c", "x"), "invalid_post_type"},
		"charset":              {request("POST", "", "application/json; charset=utf-16", "{}"), "invalid_charset"},
		"form":                 {request("POST", "", "application/x-www-form-urlencoded", "a=%zz"), "invalid_form_data"},
		"query":                {request("GET", "?a=%zz", "", ""), "invalid_form_data"},
		"multipart":            {request("POST", "", "multipart/form-data; boundary=x", "--x"), "invalid_form_data"},
		"JSON":                 {request("POST", "", "application/json", "[1]"), "invalid_arguments"},
		"two JSON values":      {request("POST", "", "application/json", "{} {}"), "invalid_arguments"},
		"too long":             {request("POST", "", "application/json", strings.Repeat(" ", maxBody+1)), "invalid_arguments"},
	} {
		_, _, err := readArgs(test.r)
		var e *apiError
		if !errors.As(err, &e) || e.Code != test.code {
			t.Errorf("%s: error %v, want %s", name, err, test.code)
		}
	}
}

// No request makes the decoder panic, an error is always one of Slack's, and the token never stays among the arguments.
func FuzzReadArgs(f *testing.F) {
	f.Add("POST", "token=x", "application/json", `{"channel":"C1","blocks":[]}`)
	f.Add("POST", "", "application/x-www-form-urlencoded", "a=b&token=c")
	f.Add("POST", "", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n")
	f.Add("GET", "a=b", "", "")
	f.Fuzz(func(t *testing.T, method, query, contentType, body string) {
		r := httptest.NewRequest(http.MethodPost, "http://host/api/x", strings.NewReader(body))
		r.Method, r.URL.RawQuery = method, query
		r.Header["Content-Type"] = []string{contentType}
		a, _, err := readArgs(r)
		var e *apiError
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("error %v", err)
		}
		if _, there := a["token"]; there {
			t.Fatal("the token is among the arguments")
		}
	})
}
