package secrets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode"
	"unicode/utf16"
)

const byteOrderMark = "\uFEFF"

// utf16Order is "LE" or "BE" for a text in UTF-16, with or without a byte order mark, and "" for anything else.
func utf16Order(content []byte) string {
	little, big := binary.ByteOrder(binary.LittleEndian), binary.ByteOrder(binary.BigEndian)
	switch {
	case len(content) < 2 || len(content)%2 != 0:
	case bytes.HasPrefix(content, []byte{0xFF, 0xFE}) && isText(content[2:], little):
		return "LE"
	case bytes.HasPrefix(content, []byte{0xFE, 0xFF}) && isText(content[2:], big):
		return "BE"
	case mostlyZero(content, 1) && isText(content, little):
		return "LE"
	case mostlyZero(content, 0) && isText(content, big):
		return "BE"
	}
	return ""
}

// mostlyZero looks at every second byte. Of Latin letters in UTF-16 one of the two is zero, and other text has none.
func mostlyZero(content []byte, from int) bool {
	zeros := 0
	for i := range content {
		if content[i] == 0 && i%2 == from {
			zeros++
		}
	}
	return zeros*4 >= len(content)
}

func isText(content []byte, order binary.ByteOrder) bool {
	units := make([]uint16, len(content)/2)
	for i := range units {
		units[i] = order.Uint16(content[2*i:])
	}
	for _, r := range utf16.Decode(units) {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// plainText takes the byte order mark off a file of lines, and tells of it; one in UTF-16 is a *MalformedError.
func plainText(content []byte, origin Origin) (text []byte, found []Finding, err error) {
	if order := utf16Order(content); order != "" {
		return nil, nil, &MalformedError{origin, utf16Problem(order)}
	}
	text, marked := bytes.CutPrefix(content, []byte(byteOrderMark))
	if marked {
		found = append(found, Finding{Level: Note, Problem: Encoding, Origin: origin, Message: "the byte order mark (BOM) at the beginning is left out"})
	}
	return text, found, nil
}

func utf16Problem(order string) string {
	return fmt.Sprintf("the file is UTF-16 (as PowerShell's > writes it), and UTF-8 is needed: save it as UTF-8, or: iconv -f UTF-16%s -t UTF-8", order)
}

func encoding(e Entry, _ *Draft) string {
	switch order := utf16Order(e.Value); {
	case e.Origin.Kind != File && e.Origin.Kind != Stdin:
		return ""
	case order != "":
		return fmt.Sprintf("the value (%s) is UTF-16, not UTF-8, and is stored unchanged: convert it with iconv -f UTF-16%s -t UTF-8", Size(len(e.Value)), order)
	case bytes.HasPrefix(e.Value, []byte(byteOrderMark)):
		return "the value begins with a byte order mark (BOM), which becomes part of it: save the file as UTF-8 without BOM"
	}
	return ""
}
