// Package openai adapts go-openai to package llm: OpenAI, Azure OpenAI, and every
// server that speaks the same language (Ollama, vLLM, LiteLLM, …).
//
// openai.go translates calls and replies, transport.go sends them (time limits,
// repeats, size limits, no redirects), failure.go says what a failure means. The key goes into one header of requests to
// the configured address, and nowhere else: no log line and no error holds it, nor anything that the server says in words.
package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"

	"firstmile/agents/llm"
	"firstmile/planner/plan"
)

// Key is an API key. It prints as "(key)".
type Key string

// Format hides the key from every verb.
func (Key) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte("(key)")) }

// MarshalText hides the key from encoders.
func (Key) MarshalText() ([]byte, error) { return []byte("(key)"), nil }

// Config of a client.
type Config struct {
	// Model is required; on Azure the name of the deployment.
	Model string
	// Key may be empty for a server that needs none.
	Key Key
	// BaseURL ends before "/chat/completions"; empty: OpenAI. On Azure "https://NAME.openai.azure.com".
	BaseURL string
	// AzureVersion is the API version ("2024-10-21"); set it for Azure's deployments and nowhere else.
	AzureVersion string
	// Timeout of one try; 0: 20 s.
	Timeout time.Duration
	// Tries is how often a call is sent at most; 0: 3.
	Tries int
	// Log gets a line for each repeat; nil: none.
	Log *slog.Logger
}

// Client is a language model behind an address.
type Client struct {
	name   string
	client *openai.Client
	format atomic.Int32 // the strictest format that the server has not refused
}

// New makes a client. Nothing is sent before the first call.
func New(c Config) (*Client, error) { return build(c, newTransport(c)) }

func build(c Config, t *transport) (*Client, error) {
	if strings.TrimSpace(c.Model) == "" {
		return nil, errors.New("no language model is named")
	}
	if c.AzureVersion != "" && c.BaseURL == "" {
		return nil, errors.New("azure has no common address: name the base URL")
	}
	cfg := openai.DefaultConfig(string(c.Key))
	if c.AzureVersion != "" {
		cfg = openai.DefaultAzureConfig(string(c.Key), c.BaseURL)
		cfg.APIVersion = c.AzureVersion
		cfg.AzureModelMapperFunc = url.PathEscape // deployments are named freely
	} else if c.BaseURL != "" {
		cfg.BaseURL = c.BaseURL
	}
	cfg.HTTPClient = t
	return &Client{name: c.Model, client: openai.NewClientWithConfig(cfg)}, nil
}

// Name implements llm.Model.
func (c *Client) Name() string { return c.name }

// The ways to ask for JSON, the strictest first. Servers that know none of them get the prompt alone.
const (
	schemaFormat int32 = iota
	objectFormat
	noFormat
)

// Complete implements llm.Model.
func (c *Client) Complete(ctx context.Context, call llm.Call) (llm.Reply, error) {
	var refusal error
	for format := c.format.Load(); ; format++ {
		reply, err := c.complete(ctx, call, format)
		switch {
		case err == nil:
			if refusal != nil { // the format was at fault
				c.format.Store(format)
			}
			return reply, nil
		case !mayBeFormat(err):
			return reply, err
		case refusal == nil:
			refusal = err
		}
		if format == noFormat {
			return reply, refusal
		}
	}
}

func (c *Client) complete(ctx context.Context, call llm.Call, format int32) (llm.Reply, error) {
	res, err := c.client.CreateChatCompletion(ctx, c.request(call, format))
	if err != nil {
		return llm.Reply{}, failure(ctx, err)
	}
	reply := llm.Reply{Model: res.Model, Usage: plan.Usage{ModelCalls: 1, PromptTokens: count(res.Usage.PromptTokens), CompletionTokens: count(res.Usage.CompletionTokens)}}
	if len(res.Choices) == 0 {
		return reply, nil
	}
	choice := res.Choices[0]
	if choice.Message.Refusal != "" || choice.FinishReason == openai.FinishReasonContentFilter {
		return reply, plan.NewFailure(plan.Refused, "model_declined", "The language model declined to answer.", nil)
	}
	reply.Text = choice.Message.Content
	return reply, nil
}

func (c *Client) request(call llm.Call, format int32) openai.ChatCompletionRequest {
	r := openai.ChatCompletionRequest{Model: c.name}
	for _, m := range call.Messages {
		r.Messages = append(r.Messages, openai.ChatCompletionMessage{Role: string(m.Role), Content: m.Text})
	}
	switch format {
	case schemaFormat:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: call.Task, Schema: json.RawMessage(call.Schema), Strict: true}}
	case objectFormat:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
	}
	return r
}

// maxTokens is more than any call can use; servers that count beyond it count wrongly.
const maxTokens = 10_000_000

func count(n int) int { return min(max(n, 0), maxTokens) }

// noRedirect: the key and the request's words go to the configured address only.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
