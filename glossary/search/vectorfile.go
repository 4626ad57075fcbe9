package search

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
)

// vectorFile keeps vectors by the sum of the text that they are of, so that no text is embedded twice.
//
// Format: records that are only ever appended, each: length of what follows it (4 bytes, little endian), sum of the text (16
// bytes), the vector's float32s, CRC-32 (IEEE) of sum and vector. What follows the first record that is cut or damaged is
// cut off: those texts are embedded again. A file of which more than half is of no use any more is written anew.
type vectorFile struct {
	path string // empty: none, in memory only
	size int    // records in the file
}

// Bounds of a record: a vector has at most maxDimensions parts.
const (
	maxDimensions = 1 << 14
	recordExtra   = len(sum{}) + 4
)

// readVectors reads records until the end or the first bad one, and returns how many bytes were good.
func readVectors(r io.Reader) (vectors map[sum][]float32, records int, good int64) {
	in := bufio.NewReaderSize(r, 1<<20)
	vectors = map[sum][]float32{}
	var head [4]byte
	var body []byte
	for {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return vectors, records, good
		}
		n := int(binary.LittleEndian.Uint32(head[:]))
		if n < recordExtra || n > recordExtra+4*maxDimensions || (n-recordExtra)%4 != 0 {
			return vectors, records, good
		}
		if cap(body) < n {
			body = make([]byte, n)
		}
		body = body[:n]
		if _, err := io.ReadFull(in, body); err != nil {
			return vectors, records, good
		}
		payload := body[:n-4]
		if crc32.ChecksumIEEE(payload) != binary.LittleEndian.Uint32(body[n-4:]) {
			return vectors, records, good
		}
		var s sum
		copy(s[:], payload)
		v := make([]float32, (len(payload)-len(s))/4)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(payload[len(s)+4*i:]))
		}
		vectors[s] = v
		records++
		good += int64(4 + n)
	}
}

func appendRecord(b []byte, s sum, v []float32) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(recordExtra+4*len(v)))
	at := len(b)
	b = append(b, s[:]...)
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
}

// load reads the file and cuts off what is damaged.
func (f *vectorFile) load() (map[sum][]float32, error) {
	if f.path == "" {
		return map[sum][]float32{}, nil
	}
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the index's vectors: %w", err)
	}
	defer func() { _ = file.Close() }()
	vectors, records, good := readVectors(file)
	f.size = records
	if info, err := file.Stat(); err == nil && info.Size() > good {
		if err := file.Truncate(good); err != nil {
			return nil, fmt.Errorf("cutting off damaged vectors: %w", err)
		}
	}
	return vectors, nil
}

// wasteful reports whether most of the file would be of no use after more records are added to it.
func (f *vectorFile) wasteful(more, used int) bool { return f.size+more > 2*used+1000 }

// add appends vectors.
func (f *vectorFile) add(more map[sum][]float32) error {
	if f.path == "" || len(more) == 0 {
		return nil
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the index's vectors: %w", err)
	}
	err = write(file, more)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing the index's vectors: %w", err)
	}
	f.size += len(more)
	return nil
}

// rewrite leaves only what is of use.
func (f *vectorFile) rewrite(used map[sum][]float32) error {
	if f.path == "" {
		f.size = len(used)
		return nil
	}
	next := f.path + ".new"
	file, err := os.OpenFile(next, os.O_WRONLY|os.O_TRUNC|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("writing the index's vectors anew: %w", err)
	}
	err = write(file, used)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(next, f.path)
	}
	if err != nil {
		return fmt.Errorf("writing the index's vectors anew: %w", err)
	}
	f.size = len(used)
	return nil
}

func write(w io.Writer, vectors map[sum][]float32) error {
	out := bufio.NewWriterSize(w, 1<<16)
	var b []byte
	for s, v := range vectors {
		b = appendRecord(b[:0], s, v)
		if _, err := out.Write(b); err != nil {
			return err
		}
	}
	return out.Flush()
}
