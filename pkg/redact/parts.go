package redact

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// parts are the parts of a line that are secret whatever surrounds them: the password and the token of a URL, the password
// of connection settings ("host=db password=x"). Of a Secret, so is what looks like one in a path, in XML and after a
// user's name.
func parts(line string, how confidence) []string {
	found := passwords(line)
	for _, text := range address.FindAllString(line, -1) {
		found = append(found, passwords(text)...)
		u, err := url.Parse(text)
		if err != nil {
			continue
		}
		for name, values := range u.Query() {
			found = append(found, named(name, how, values...)...)
		}
		if how >= secret && strings.HasPrefix(u.Scheme, "http") {
			found = append(found, strange(strings.Split(u.Path, "/")...)...)
		}
	}
	for _, field := range strings.Fields(line) {
		if name, value, sets := strings.Cut(field, "="); sets && !strings.Contains(name, "/") {
			found = append(found, named(name, how, strings.Trim(value, `"',;`))...)
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

// named are the values of a name that says that they are secret. A path, a number and, outside of a Secret, a word are none.
func named(name string, how confidence, values ...string) []string {
	if !sensitive(name) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool {
		return path.MatchString(v) || number.MatchString(v) && how < secret || how < secret && ordinary(v)
	})
}

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
