package llmtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"firstmile/planner/plan"
)

// Step answers one request of a script.
type Step func(w http.ResponseWriter, r *http.Request, e exchange)

// exchange is the request, and when to stop waiting.
type exchange struct {
	Request
	closed <-chan struct{}
}

// Say answers with the text.
func Say(text string) Step {
	return func(w http.ResponseWriter, _ *http.Request, e exchange) {
		completion(w, model(e), text, "stop", usage(e.Body, text))
	}
}

// SayCut answers with the text, which the model could not finish.
func SayCut(text string) Step {
	return func(w http.ResponseWriter, _ *http.Request, e exchange) {
		completion(w, model(e), text, "length", usage(e.Body, text))
	}
}

// SayAs answers with the text made from the data part of the prompt.
func SayAs(answer func(data string) string) Step {
	return func(w http.ResponseWriter, _ *http.Request, e exchange) {
		chat, err := e.Chat()
		if err != nil || len(chat.Messages) < 2 {
			http.Error(w, "no prompt", http.StatusBadRequest)
			return
		}
		text := answer(chat.Messages[1].Content)
		completion(w, chat.Model, text, "stop", usage(e.Body, text))
	}
}

// Refuse answers as a model that declines.
func Refuse() Step {
	return func(w http.ResponseWriter, _ *http.Request, e exchange) {
		choice := finished("", "stop")
		choice["message"] = map[string]any{"role": "assistant", "content": nil, "refusal": "I can't help with that."}
		send(w, http.StatusOK, body(model(e), usage(e.Body, ""), choice))
	}
}

// Empty answers without any choice.
func Empty() Step {
	return func(w http.ResponseWriter, _ *http.Request, e exchange) {
		send(w, http.StatusOK, body(model(e), usage(e.Body, "")))
	}
}

// Fail answers with a status and OpenAI's form of an error. Headers are "Name: value".
func Fail(status int, code string, headers ...string) Step {
	return func(w http.ResponseWriter, r *http.Request, _ exchange) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		send(w, status, map[string]any{"error": map[string]any{"message": "You sent " + r.Header.Get("Authorization"), "type": "error", "param": nil, "code": code}})
	}
}

// Raw answers 200 with a body that need not be anything.
func Raw(body string) Step {
	return func(w http.ResponseWriter, _ *http.Request, _ exchange) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body)) // the client may be gone
	}
}

// Cut sends half of an answer and closes the line.
func Cut(text string) Step {
	return func(w http.ResponseWriter, _ *http.Request, e exchange) {
		whole := encode(body(model(e), usage(e.Body, text), finished(text, "stop")))
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
		_, _ = w.Write(whole[:len(whole)/2])
		panic(http.ErrAbortHandler)
	}
}

// Hang never answers.
func Hang() Step {
	return func(_ http.ResponseWriter, r *http.Request, e exchange) {
		select {
		case <-r.Context().Done():
		case <-e.closed:
		}
	}
}

// WithoutFormat refuses requests that ask for one of the formats, as servers do that do not know it.
func WithoutFormat() Step { return Fail(http.StatusBadRequest, "unsupported_parameter") }

func model(e exchange) string {
	chat, err := e.Chat()
	if err != nil {
		return ""
	}
	return chat.Model
}

func completion(w http.ResponseWriter, model, text, reason string, u plan.Usage) {
	send(w, http.StatusOK, body(model, u, finished(text, reason)))
}

func finished(text, reason string) map[string]any {
	return map[string]any{"index": 0, "finish_reason": reason, "logprobs": nil,
		"message": map[string]any{"role": "assistant", "content": text, "refusal": nil}}
}

// body is a chat completion as OpenAI's API reference has it.
func body(model string, u plan.Usage, choices ...map[string]any) map[string]any {
	if choices == nil {
		choices = []map[string]any{}
	}
	return map[string]any{"id": "chatcmpl-1", "object": "chat.completion", "created": 1750000000, "model": model, "choices": choices,
		"usage": map[string]any{"prompt_tokens": u.PromptTokens, "completion_tokens": u.CompletionTokens, "total_tokens": u.PromptTokens + u.CompletionTokens}}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // made of maps and strings: cannot happen
	}
	return b
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encode(v)) // the client may be gone
}
