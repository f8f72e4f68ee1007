package redact

import (
	"html"
	"regexp"
	"strconv"
)

// decoded is a text whose %XX and &name; are replaced by what they stand for, with the place in the text where each byte
// comes from, and where the text ends; ok tells whether there is anything of that. Programs differ in what they encode.
func decoded(text string) (plain string, from []int, ok bool) {
	at := encodings.FindAllStringIndex(text, -1)
	if at == nil {
		return "", nil, false
	}
	out := make([]byte, 0, len(text))
	from = make([]int, 0, len(text)+1)
	next := 0
	put := func(bytes string, start int, step int) {
		for i := range len(bytes) {
			out, from = append(out, bytes[i]), append(from, start+i*step)
		}
	}
	for _, span := range at {
		put(text[next:span[0]], next, 1)
		put(character(text[span[0]:span[1]]), span[0], 0)
		next = span[1]
	}
	put(text[next:], next, 1)
	return string(out), append(from, len(text)), true
}

var encodings = regexp.MustCompile(`%[0-9A-Fa-f]{2}|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos);`)

// character is what an encoding stands for.
func character(encoding string) string {
	if encoding[0] == '&' {
		return html.UnescapeString(encoding)
	}
	code, err := strconv.ParseUint(encoding[1:], 16, 8)
	if err != nil {
		return encoding
	}
	return string([]byte{byte(code)})
}
