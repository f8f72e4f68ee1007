package redact

import (
	"net/url"
	"regexp"
	"strings"
)

// parts are the parts of a line that are secret whatever surrounds them: the password and the token of a URL, the password
// of connection settings ("host=db password=x"). Of a Secret, so is what looks like one in a path, in XML and after a
// user's name.
func parts(line string, how confidence) []string {
	var found []string
	for _, text := range address.FindAllString(line, -1) {
		found = append(found, passwords(text)...)
		u, err := url.Parse(text)
		if err != nil {
			continue
		}
		for name, values := range u.Query() {
			if sensitive(name) {
				found = append(found, values...)
			}
		}
		if how >= secret {
			found = append(found, strange(strings.Split(u.Path, "/")...)...)
		}
	}
	for _, field := range strings.Fields(line) {
		if name, value, sets := strings.Cut(field, "="); sets && sensitive(name) && !strings.Contains(name, "/") {
			found = append(found, strings.Trim(value, `"',;`))
		}
	}
	if how >= secret {
		for _, element := range element.FindAllStringSubmatch(line, -1) {
			found = append(found, strange(element[1])...)
		}
		if login := login.FindStringSubmatch(line); login != nil {
			found = append(found, strange(login[1])...)
		}
	}
	return found
}

var (
	address = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+`)
	element = regexp.MustCompile(`>([^<>]+)</`)
	// login is USER:PASSWORD, as basic authentication and htpasswd have it.
	login = regexp.MustCompile(`^[A-Za-z0-9_.@-]+:([${][^\s:]*|[^\s/:]+)$`)
)

// strange are those of some texts that are no words, names or numbers as messages have them.
func strange(texts ...string) []string {
	const shortest = 6
	var found []string
	for _, text := range texts {
		if len(text) >= shortest && !ordinary(text) {
			found = append(found, text)
		}
	}
	return found
}
