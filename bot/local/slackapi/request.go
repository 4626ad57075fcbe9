package slackapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxBody is the largest request body of a method call; files come by their own URL.
const maxBody = 1 << 20

// args are the arguments of a call. Values are text; arrays and objects of a JSON body are kept as JSON text, which is
// how the form encoding carries them too.
type args map[string]string

func (a args) flag(name string) bool { return a[name] == "true" || a[name] == "1" }

func (a args) has(name string) bool { _, ok := a[name]; return ok }

// readArgs decodes a request of any encoding Slack accepts. token is the one given as a parameter, which JSON
// bodies cannot do.
func readArgs(r *http.Request) (a args, token string, err error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, "", &apiError{Code: "invalid_form_data"}
	}
	a = args{}
	a.addForm(query)
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
		if err != nil {
			return nil, "", &apiError{Code: "request_timeout"}
		}
		if len(body) > maxBody {
			return nil, "", &apiError{Code: "invalid_arguments", Messages: []string{"[ERROR] the request is larger than 1 MB"}}
		}
		token, err = a.addBody(r.Header.Get("Content-Type"), body)
		if err != nil {
			return nil, "", err
		}
	}
	if t := query.Get("token"); t != "" && token == "" {
		token = t
	}
	delete(a, "token")
	return a, token, nil
}

func (a args) addForm(values url.Values) {
	for key, v := range values {
		if len(v) > 0 {
			a[key] = v[0]
		}
	}
}

// addBody decodes a body and returns the token found in it.
func (a args) addBody(contentType string, body []byte) (token string, err error) {
	if len(body) == 0 {
		return "", nil
	}
	if contentType == "" {
		return "", &apiError{Code: "missing_post_type"}
	}
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return "", &apiError{Code: "invalid_post_type"}
	}
	if cs := strings.ToLower(params["charset"]); cs != "" && cs != "utf-8" && cs != "iso-8859-1" {
		return "", &apiError{Code: "invalid_charset"}
	}
	switch kind {
	case "application/json":
		return "", a.addJSON(body)
	case "application/x-www-form-urlencoded", "text/plain":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return "", &apiError{Code: "invalid_form_data"}
		}
		a.addForm(values)
		return values.Get("token"), nil
	case "multipart/form-data":
		return a.addMultipart(contentType, body)
	}
	return "", &apiError{Code: "invalid_post_type"}
}

func (a args) addMultipart(contentType string, body []byte) (token string, err error) {
	r := &http.Request{Method: http.MethodPost, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader(body))}
	if err := r.ParseMultipartForm(maxBody); err != nil {
		return "", &apiError{Code: "invalid_form_data"}
	}
	defer r.MultipartForm.RemoveAll()
	a.addForm(r.MultipartForm.Value)
	return url.Values(r.MultipartForm.Value).Get("token"), nil
}

func (a args) addJSON(body []byte) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	var fields map[string]json.RawMessage
	if err := dec.Decode(&fields); err != nil {
		return &apiError{Code: "invalid_arguments", Messages: []string{"[ERROR] the body is not one JSON object"}}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &apiError{Code: "invalid_arguments", Messages: []string{"[ERROR] the body is not one JSON object"}}
	}
	for key, raw := range fields {
		if key == "token" {
			continue
		}
		switch raw[0] {
		case '"':
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				return &apiError{Code: "invalid_arguments", Messages: []string{"[ERROR] the body is not one JSON object"}}
			}
			a[key] = text
		case 'n': // null is as if it were not there
		default:
			a[key] = string(raw)
		}
	}
	return nil
}
