package secrets

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Alphabet is how a generated value is written. The set is closed.
type Alphabet string

// The alphabets. Of alnum the length counts characters; of hex and base64 it counts random bytes,
// which are written longer.
const (
	Alnum  Alphabet = "alnum"
	Hex    Alphabet = "hex"
	Base64 Alphabet = "base64"
)

// maxGenerated is the longest value that anyone may mean.
const maxGenerated = 4096

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// Generation is the value of --generate: KEY=LENGTH[:ALPHABET].
type Generation struct {
	Key      string
	Length   int
	Alphabet Alphabet
}

// ParseGeneration reads KEY=LENGTH[:alnum|hex|base64]; alnum where none is named.
func ParseGeneration(argument string) (Generation, error) {
	origin := Origin{Kind: Literal, Name: "--generate"}
	key, rest, found := strings.Cut(argument, "=")
	if !found || key == "" {
		return Generation{}, &MalformedError{origin, "it takes KEY=LENGTH, or KEY=LENGTH:alnum, :hex or :base64"}
	}
	if err := checkKey(key, origin); err != nil {
		return Generation{}, err
	}
	length, alphabet, named := strings.Cut(rest, ":")
	if !named {
		alphabet = string(Alnum)
	}
	n, err := strconv.Atoi(length)
	if err != nil || n < 1 || n > maxGenerated {
		return Generation{}, &MalformedError{origin, fmt.Sprintf("the length of %s must be a number from 1 to %d", key, maxGenerated)}
	}
	switch Alphabet(alphabet) {
	case Alnum, Hex, Base64:
		return Generation{key, n, Alphabet(alphabet)}, nil
	}
	return Generation{}, &MalformedError{origin, fmt.Sprintf("the alphabet of %s must be alnum, hex or base64", key)}
}

// Entry makes the value of what random gives. Each character of alnum is as likely as any other.
func (g Generation) Entry(random io.Reader) (Entry, error) {
	origin := Origin{Kind: Generated}
	if g.Alphabet == Alnum {
		value, err := alnum(random, g.Length)
		return Entry{g.Key, value, origin}, err
	}
	raw := make([]byte, g.Length)
	if _, err := io.ReadFull(random, raw); err != nil {
		return Entry{}, fmt.Errorf("generating %s: %w", g.Key, err)
	}
	if g.Alphabet == Hex {
		return Entry{g.Key, hex.AppendEncode(nil, raw), origin}, nil
	}
	return Entry{g.Key, base64.StdEncoding.AppendEncode(nil, raw), origin}, nil
}

func alnum(random io.Reader, length int) ([]byte, error) {
	value := make([]byte, 0, length)
	pool := make([]byte, 64)
	for len(value) < length {
		if _, err := io.ReadFull(random, pool); err != nil {
			return nil, fmt.Errorf("generating: %w", err)
		}
		for _, b := range pool {
			// 248 is the largest multiple of 62 in a byte: what lies above would favour some letters.
			if b < 248 && len(value) < length {
				value = append(value, letters[b%62])
			}
		}
	}
	return value, nil
}
