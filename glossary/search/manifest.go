package search

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
)

// manifest is what the index of words holds, by ref. It lives in bleve's internal storage and is written in one
// transaction with the documents, so the two cannot disagree after a crash.
//
// Format: "FMS" and a version byte, the number of entries, then for each: ref (length and bytes), sum, the lengths of
// its fields; numbers as unsigned varints; at the end CRC-32 (IEEE) of all before it, little endian.
type manifest map[string]held

// held is what the index of words holds of one document.
type held struct {
	sum     sum
	lengths lengths
}

const (
	manifestMagic = "FMS\x01"
	maxRef        = 1 << 16
)

var errManifest = errors.New("the index's manifest is damaged")

// encode writes the manifest, the same for the same content.
func (m manifest) encode() []byte {
	refs := make([]string, 0, len(m))
	for ref := range m {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	b := make([]byte, 0, 16+72*len(m))
	b = append(b, manifestMagic...)
	b = binary.AppendUvarint(b, uint64(len(m)))
	for _, ref := range refs {
		h := m[ref]
		b = binary.AppendUvarint(b, uint64(len(ref)))
		b = append(b, ref...)
		b = append(b, h.sum[:]...)
		for _, n := range h.lengths {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// decodeManifest reads what encode wrote. Any other bytes are errManifest.
func decodeManifest(b []byte) (manifest, error) {
	if len(b) < len(manifestMagic)+4 || string(b[:len(manifestMagic)]) != manifestMagic {
		return nil, errManifest
	}
	body, check := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(body) != check {
		return nil, errManifest
	}
	r := cursor{rest: body[len(manifestMagic):]}
	n := r.number()
	if n > uint64(len(body)) { // an entry has more than one byte
		return nil, errManifest
	}
	m := make(manifest, n)
	for range n {
		var h held
		ref := string(r.bytes(r.number(), maxRef))
		copy(h.sum[:], r.bytes(uint64(len(h.sum)), len(h.sum)))
		for f := range h.lengths {
			h.lengths[f] = uint32(min(r.number(), 1<<31))
		}
		if r.bad {
			return nil, errManifest
		}
		m[ref] = h
	}
	if len(r.rest) > 0 || uint64(len(m)) != n {
		return nil, errManifest
	}
	return m, nil
}

// cursor reads from bytes that may be anything.
type cursor struct {
	rest []byte
	bad  bool
}

func (c *cursor) number() uint64 {
	n, size := binary.Uvarint(c.rest)
	if size <= 0 {
		c.bad = true
		return 0
	}
	c.rest = c.rest[size:]
	return n
}

func (c *cursor) bytes(n uint64, limit int) []byte {
	if c.bad || n > uint64(limit) || n > uint64(len(c.rest)) {
		c.bad = true
		return nil
	}
	b := c.rest[:n]
	c.rest = c.rest[n:]
	return b
}
