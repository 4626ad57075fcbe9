package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// embedder answers every call with vectors that say which text they are of, in reverse order.
func embedder(t *testing.T, calls *[]int) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Input      []string `json:"input"`
			Model      string   `json:"model"`
			Dimensions int      `json:"dimensions"`
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Model != "tiny" || asked.Dimensions != 3 || r.URL.Path != "/v1/embeddings" ||
			r.Header.Get("Authorization") != "Bearer sesame" {
			t.Errorf("%s: %+v, %v", r.URL.Path, asked, err)
		}
		*calls = append(*calls, len(asked.Input))
		var data []string
		for i, text := range slices.Backward(asked.Input) {
			data = append(data, fmt.Sprintf(`{"index":%d,"embedding":[%d,1,0]}`, i, len(text)))
		}
		fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(data, ","))
	}))
	t.Cleanup(s.Close)
	return s
}

func TestEmbed(t *testing.T) {
	var calls []int
	s := embedder(t, &calls)
	e, err := NewEmbeddings(Config{Model: "tiny", Key: "sesame", BaseURL: s.URL + "/v1"}, 3)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, 70)
	for i := range texts {
		texts[i] = strings.Repeat("x", i)
	}
	got, err := e.Embed(t.Context(), texts)
	if err != nil || len(got) != len(texts) {
		t.Fatalf("%d vectors, %v", len(got), err)
	}
	for i, v := range got {
		if len(v) != 3 || v[0] != float32(i) {
			t.Errorf("%d: %v", i, v)
		}
	}
	if !slices.Equal(calls, []int{64, 6}) {
		t.Errorf("calls of %v texts", calls)
	}
	if e.Name() != "openai tiny 3" {
		t.Error(e.Name())
	}
}

func TestEmbedOddAnswers(t *testing.T) {
	for body, status := range map[string]int{
		`{"data":[]}`: 200, `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`: 200, `{"data":[{"index":7,"embedding":[1]}]}`: 200,
		`{"data":[{"index":0,"embedding":[]}]}`: 200, `{"error":{"code":"context_length_exceeded"}}`: 400, `{}`: 401,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}))
		e, err := NewEmbeddings(Config{Model: "tiny", BaseURL: s.URL, Tries: 1}, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Embed(t.Context(), []string{"a"})
		var f *plan.Failure
		if !errors.As(err, &f) {
			t.Errorf("%s: %v", body, err)
		}
		s.Close()
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	e, err := NewEmbeddings(Config{Model: "tiny", BaseURL: "http://127.0.0.1:1"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Embed(stopped, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
