package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// bbolt trusts its file: on a damaged one it panics, reads outside the file, or follows a circle of pages until memory is
// gone. checkPages reads the file without bbolt and accepts it only if every page that can be reached is whole and
// used once. The format is that of go.etcd.io/bbolt/internal/common: page.go, meta.go, bucket.go.

const (
	pageHeader  = 16 // id, flags, count, overflow
	pageElement = 16 // of branches and leaves
	metaSize    = 64
	bucketSize  = 16 // root and sequence, before an inline page
	metaMagic   = 0xED0CDAED
	noFreelist  = ^uint64(0)

	branchFlag, leafFlag, freelistFlag = 0x01, 0x02, 0x10
	bucketLeaf                         = 0x01
)

// meta is what a file's newest valid head says.
type meta struct{ pageSize, root, freelist, highWater, txid uint64 }

type pageChecker struct {
	file io.ReaderAt
	meta
	used map[uint64]bool
	todo []uint64 // pages of the tree that were named but not read yet
}

func checkPages(file io.ReaderAt, size int64) error {
	m, err := newestMeta(file)
	if err != nil {
		return err
	}
	if m.highWater > uint64(size)/m.pageSize {
		return fmt.Errorf("%d pages of %d are missing", m.highWater-uint64(size)/m.pageSize, m.highWater)
	}
	c := &pageChecker{file: file, meta: m, used: map[uint64]bool{0: true, 1: true}, todo: []uint64{m.root}}
	for len(c.todo) > 0 {
		id := c.todo[len(c.todo)-1]
		c.todo = c.todo[:len(c.todo)-1]
		page, err := c.read(id)
		if err == nil {
			err = c.tree(page)
		}
		if err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
	}
	if m.freelist == noFreelist {
		return nil
	}
	if err := c.free(); err != nil {
		return fmt.Errorf("list of free pages: %w", err)
	}
	return nil
}

// newestMeta reads both heads. The second one is a page further on, and the page size is in the first; where that is damaged, every
// size that bbolt uses is tried.
func newestMeta(file io.ReaderAt) (meta, error) {
	var best meta
	found := false
	for size := int64(0); size <= 1<<16; size = max(512, size*2) {
		b := make([]byte, pageHeader+metaSize)
		if _, err := file.ReadAt(b, size); err != nil {
			break
		}
		m, ok := parseMeta(b[pageHeader:])
		if ok && (size == 0 || uint64(size) == m.pageSize) && (!found || m.txid > best.txid) {
			best, found = m, true
		}
	}
	if !found {
		return meta{}, errors.New("it has no valid head")
	}
	return best, nil
}

func parseMeta(b []byte) (meta, bool) {
	sum := fnv.New64a()
	sum.Write(b[:56])
	m := meta{
		pageSize: uint64(binary.NativeEndian.Uint32(b[8:])),
		root:     binary.NativeEndian.Uint64(b[16:]), freelist: binary.NativeEndian.Uint64(b[32:]),
		highWater: binary.NativeEndian.Uint64(b[40:]), txid: binary.NativeEndian.Uint64(b[48:]),
	}
	return m, binary.NativeEndian.Uint32(b) == metaMagic && binary.NativeEndian.Uint32(b[4:]) == 2 &&
		binary.NativeEndian.Uint64(b[56:]) == sum.Sum64() && m.pageSize >= 512 && m.pageSize <= 1<<16
}

// read returns a page with the pages it runs over into, and marks them as used.
func (c *pageChecker) read(id uint64) ([]byte, error) {
	if id < 2 || id >= c.highWater {
		return nil, errors.New("it lies outside the file")
	}
	header := make([]byte, pageHeader)
	if _, err := c.file.ReadAt(header, int64(id*c.pageSize)); err != nil {
		return nil, err
	}
	length := uint64(binary.NativeEndian.Uint32(header[12:])) + 1
	if binary.NativeEndian.Uint64(header) != id || length > c.highWater-id {
		return nil, errors.New("it is not the page it should be")
	}
	for i := id; i < id+length; i++ {
		if c.used[i] {
			return nil, fmt.Errorf("page %d is used twice", i)
		}
		c.used[i] = true
	}
	page := make([]byte, length*c.pageSize)
	_, err := c.file.ReadAt(page, int64(id*c.pageSize))
	return page, err
}

// tree checks a branch or leaf and queues the pages it names.
func (c *pageChecker) tree(page []byte) error {
	flags, count := binary.NativeEndian.Uint16(page[8:]), uint64(binary.NativeEndian.Uint16(page[10:]))
	if flags != branchFlag && flags != leafFlag || flags == branchFlag && count == 0 {
		return errors.New("it is neither branch nor leaf")
	}
	if pageHeader+count*pageElement > uint64(len(page)) {
		return errors.New("it is too short")
	}
	var last []byte
	for i := range count {
		at := pageHeader + i*pageElement
		key, value, kind, child, err := element(page, at, flags)
		switch {
		case err != nil:
			return err
		case i > 0 && bytes.Compare(last, key) >= 0:
			return errors.New("its keys are out of order")
		case flags == branchFlag:
			c.todo = append(c.todo, child)
		case kind == bucketLeaf:
			if err := c.bucket(value); err != nil {
				return err
			}
		}
		last = key
	}
	return nil
}

// element reads one element of a page; where its key is, it says relative to itself.
func element(page []byte, at uint64, flags uint16) (key, value []byte, kind uint32, child uint64, err error) {
	e := page[at:]
	var start, keySize, valueSize uint64
	if flags == branchFlag {
		start, keySize = uint64(binary.NativeEndian.Uint32(e)), uint64(binary.NativeEndian.Uint32(e[4:]))
		child = binary.NativeEndian.Uint64(e[8:])
	} else {
		kind = binary.NativeEndian.Uint32(e)
		start, keySize, valueSize = uint64(binary.NativeEndian.Uint32(e[4:])), uint64(binary.NativeEndian.Uint32(e[8:])),
			uint64(binary.NativeEndian.Uint32(e[12:]))
	}
	if start+keySize+valueSize > uint64(len(e)) {
		return nil, nil, 0, 0, errors.New("a record reaches beyond its end")
	}
	return e[start : start+keySize], e[start+keySize : start+keySize+valueSize], kind, child, nil
}

// bucket checks a bucket's root: a page of its own, or a leaf within the value.
func (c *pageChecker) bucket(value []byte) error {
	if len(value) < bucketSize {
		return errors.New("a bucket without a root")
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		c.todo = append(c.todo, root)
		return nil
	}
	inline := value[bucketSize:]
	if len(inline) < pageHeader || binary.NativeEndian.Uint16(inline[8:]) != leafFlag {
		return errors.New("a small bucket without a page")
	}
	return c.tree(inline)
}

// free checks that no free page is in use: it would be overwritten.
func (c *pageChecker) free() error {
	page, err := c.read(c.freelist)
	if err != nil {
		return err
	}
	if binary.NativeEndian.Uint16(page[8:]) != freelistFlag {
		return errors.New("it is something else")
	}
	ids, count := page[pageHeader:], uint64(binary.NativeEndian.Uint16(page[10:]))
	if count == 0xFFFF { // more than fit the header: the first number is the count
		count, ids = binary.NativeEndian.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids))/8 {
		return errors.New("it is too short")
	}
	for i := range count {
		id := binary.NativeEndian.Uint64(ids[8*i:])
		if id < 2 || id >= c.highWater || c.used[id] {
			return fmt.Errorf("page %d is not free", id)
		}
		c.used[id] = true
	}
	return nil
}
