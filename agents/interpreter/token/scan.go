package token

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// scanner walks over one text.
type scanner struct {
	text string
	at   int
	t    *Tokenizer
	out  []Token
}

func (s *scanner) step() {
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	switch {
	case r == utf8.RuneError && size <= 1:
		s.symbol("�", max(size, 1))
	case r == '-' && s.negative():
		s.at++
		s.number()
		last := &s.out[len(s.out)-1]
		last.Text, last.From = "-"+last.Text, last.From-1
		last.Norm, last.Light, last.Stem = "-"+last.Norm, "-"+last.Light, "-"+last.Stem
	case unicode.IsSpace(r) || r == '_' || r == '-' || unicode.Is(unicode.Cf, r):
		s.at += size
	case unicode.IsDigit(r):
		s.number()
	case unicode.IsLetter(r):
		s.word()
	case closing(r) != 0:
		if !s.quoted(r, size) {
			s.at += size
		}
	default:
		s.sign(r, size)
	}
}

// negative reports whether a hyphen stands before a number and after no word: "-3", but neither "10-12" nor "Q1-3".
func (s *scanner) negative() bool {
	next := s.at + 1
	if next >= len(s.text) || s.text[next] < '0' || s.text[next] > '9' {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(s.text[:s.at])
	return s.at == 0 || unicode.IsSpace(before) || before == '('
}

func (s *scanner) word() {
	from := s.at
	for s.at < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[s.at:])
		inWord := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
		if apostrophe(r) && s.at+size < len(s.text) {
			next, _ := utf8.DecodeRuneInString(s.text[s.at+size:])
			inWord = unicode.IsLetter(next)
		}
		if !inWord {
			break
		}
		s.at += size
	}
	s.out = append(s.out, s.t.word(s.text[from:s.at], from, s.at))
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' }

// number reads 12, 12.5, 1,000, 10k, 2m, 2026-03-31, and a word that starts with digits ("3rd").
func (s *scanner) number() {
	from := s.at
	if len(s.text)-from >= 10 {
		if d, err := time.Parse(time.DateOnly, s.text[from:from+10]); err == nil {
			s.at += 10
			text := d.Format(time.DateOnly) // as a phrase it is itself, never nothing
			s.out = append(s.out, Token{Kind: Date, Text: s.text[from:s.at], Norm: text, Light: text, Stem: text, From: from, To: s.at})
			return
		}
	}
	digits := s.digits()
	end := s.at
	for s.at < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[s.at:])
		if !unicode.IsLetter(r) {
			break
		}
		s.at += size
	}
	text := s.text[from:s.at]
	switch strings.ToLower(s.text[end:s.at]) {
	case "":
	case "k":
		digits = shift(digits, 3)
	case "m", "mn", "mio":
		digits = shift(digits, 6)
	default:
		s.out = append(s.out, s.t.word(text, from, s.at))
		return
	}
	s.out = append(s.out, Token{Kind: Number, Text: text, Norm: digits, Light: digits, Stem: digits, From: from, To: s.at})
}

// digits reads digits with one decimal point and thousands commas; it returns them without commas.
func (s *scanner) digits() string {
	var b strings.Builder
	point := false
	isDigit := func(i int) bool { return i < len(s.text) && s.text[i] >= '0' && s.text[i] <= '9' }
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case isDigit(s.at):
			b.WriteByte(c)
		case c == ',' && !point && isDigit(s.at+1) && isDigit(s.at+2) && isDigit(s.at+3) && !isDigit(s.at+4):
		case c == '.' && !point && isDigit(s.at+1):
			point = true
			b.WriteByte(c)
		default:
			return canonical(b.String(), s, c)
		}
		s.at++
	}
	return canonical(b.String(), s, 0)
}

// canonical drops leading zeros. A digit that is not ASCII (٣) is skipped, so that the scanner always moves on.
func canonical(d string, s *scanner, next byte) string {
	if d == "" && next != 0 {
		_, size := utf8.DecodeRuneInString(s.text[s.at:])
		s.at += size
		return "0"
	}
	d = strings.TrimLeft(d, "0")
	if d == "" || d[0] == '.' {
		d = "0" + d
	}
	return d
}

// shift multiplies a decimal by ten to the power of n.
func shift(d string, n int) string {
	whole, frac, _ := strings.Cut(d, ".")
	for len(frac) < n {
		frac += "0"
	}
	out := strings.TrimLeft(whole+frac[:n], "0")
	if rest := strings.TrimRight(frac[n:], "0"); rest != "" {
		out += "." + rest
	}
	if out == "" || out[0] == '.' {
		out = "0" + out
	}
	return out
}

// closing is the quote that ends what r begins; 0 when r begins nothing.
func closing(r rune) rune {
	switch r {
	case '"', '\'', '`':
		return r
	case '“', '„', '”':
		return '”'
	case '‘', '’':
		return '’'
	case '«':
		return '»'
	}
	return 0
}

func (s *scanner) quoted(open rune, size int) bool {
	rest := s.text[s.at+size:]
	end := strings.IndexRune(rest, closing(open))
	if open == '“' || open == '„' {
		end = strings.IndexAny(rest, "”“")
	}
	if end <= 0 || strings.TrimSpace(rest[:end]) == "" || strings.ContainsRune(rest[:end], '\n') {
		return false
	}
	_, closeSize := utf8.DecodeRuneInString(rest[end:])
	inner := strings.TrimSpace(rest[:end])
	from := s.at
	s.at += size + end + closeSize
	s.out = append(s.out, Token{Kind: Quoted, Text: inner, Norm: strings.ToLower(inner), Light: strings.ToLower(inner), Stem: strings.ToLower(inner), From: from, To: s.at})
	return true
}

func (s *scanner) sign(r rune, size int) {
	two := s.text[s.at:min(len(s.text), s.at+2)]
	switch two {
	case ">=", "<=", "!=", "<>", "==":
		s.symbol(two, 2)
		return
	}
	s.symbol(string(r), size)
}

func (s *scanner) symbol(text string, size int) {
	s.out = append(s.out, Token{Kind: Symbol, Text: text, Norm: text, Light: text, Stem: text, From: s.at, To: s.at + size})
	s.at += size
}
