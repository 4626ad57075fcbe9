package sandbox

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Parent and child exchange frames: the length in bytes as 4 bytes, big-endian, then that many bytes of JSON. The parent sends
// requests, one at a time, and the child answers each with a response of the same ID. Only opCancel comes in between, while
// the child works, and has no answer of its own.

// maxFrame bounds a frame, so that a damaged length cannot make the reader allocate without limit.
const maxFrame = 64 << 20

// maxResult bounds the text of a result's cells. With JSON's quoting it stays within maxFrame.
const maxResult = 16 << 20

type op string

const (
	opOpen    op = "open"    // Open → Confinement; the first request
	opParse   op = "parse"   // SQL → Statement
	opBind    op = "bind"    // SQL, Relations → Columns
	opQuery   op = "query"   // SQL, Views, Today, Limit → Columns, Rows, Truncated
	opCatalog op = "catalog" // → Relations
	opExec    op = "exec"    // SQL, run as it stands; only in a child opened for Build
	opCancel  op = "cancel"  // stop the request under way
)

type request struct {
	ID        uint64        `json:"id"`
	Op        op            `json:"op"`
	Open      *openRequest  `json:"open,omitempty"`
	SQL       string        `json:"sql,omitempty"`
	Relations []Relation    `json:"relations,omitempty"`
	Views     []View        `json:"views,omitempty"`
	Today     string        `json:"today,omitempty"`
	Limit     int           `json:"limit,omitempty"`
	Timeout   time.Duration `json:"timeout,omitempty"`
}

// openRequest says what the child may use, before it gives up the rest.
type openRequest struct {
	Scratch  string `json:"scratch"`            // the only folder the child can reach
	Database string `json:"database,omitempty"` // a file in Scratch; empty: none
	ReadDir  string `json:"read_dir,omitempty"` // Build: a folder to read from
	Build    bool   `json:"build,omitempty"`
	MemoryMB int    `json:"memory_mb"`
	Threads  int    `json:"threads"`
}

type response struct {
	ID          uint64       `json:"id"`
	Error       *Error       `json:"error,omitempty"`
	Confinement *Confinement `json:"confinement,omitempty"`
	Statement   *Statement   `json:"statement,omitempty"`
	Columns     []Column     `json:"columns,omitempty"`
	Relations   []Relation   `json:"relations,omitempty"`
	Rows        [][]*string  `json:"rows,omitempty"` // as DuckDB casts to VARCHAR; nil is NULL
	Truncated   bool         `json:"truncated,omitempty"`
}

// writeFrame sends v.
func writeFrame(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding a frame: %w", err)
	}
	if len(body) > maxFrame {
		return fmt.Errorf("a frame of %d bytes; the limit is %d", len(body), maxFrame)
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	_, err = w.Write(append(frame, body...))
	return err
}

// readFrame receives into v. It returns io.EOF only where the stream ends between frames.
func readFrame(r io.Reader, v any) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return fmt.Errorf("reading a frame's length: %w", err)
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxFrame {
		return fmt.Errorf("a frame of %d bytes; the limit is %d", n, maxFrame)
	}
	// LimitReader grows with what arrives: a wrong length does not allocate by itself.
	body, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		return fmt.Errorf("reading a frame: %w", err)
	}
	if len(body) < int(n) {
		return fmt.Errorf("reading a frame: %w", io.ErrUnexpectedEOF)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("decoding a frame: %w", err)
	}
	return nil
}
