package redact

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// parts are the parts of a line that are secret whatever surrounds them: the password and the token of a URL, the password
// of connection settings ("host=db password=x"). Of a Secret, so is what looks like one in a path, in XML and after a
// user's name. What only looks like a secret is in guessed.
func parts(line string, how confidence) (found, guessed []string) {
	found = passwords(line)
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
			guessed = append(guessed, strange(strings.Split(u.Path, "/")...)...)
		}
	}
	for _, s := range assignment.FindAllStringSubmatch(line, -1) {
		found = append(found, named(s[1], how, strings.Trim(s[2], `"',;`))...)
	}
	if how >= secret {
		for _, e := range element.FindAllStringSubmatch(line, -1) {
			found, guessed = append(found, named(e[1], how, e[2])...), append(guessed, strange(e[2])...)
		}
		for _, form := range logins {
			if login := form.FindStringSubmatch(line); login != nil && !port.MatchString(login[1]) {
				found = append(found, strange(login[1])...)
			}
		}
	}
	return found, guessed
}

var (
	address = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]+`)
	// assignment is NAME=VALUE, of a line or of an XML element.
	assignment = regexp.MustCompile(`(?:^|\s)([^\s=/]+)=("[^"]*"|'[^']*'|\S+)`)
	element    = regexp.MustCompile(`<([\w:.-]+)[^<>]*>([^<>]+)</`)
	// logins end with a password: USER:PASSWORD, as basic authentication and htpasswd have it; the DSN of Go's MySQL driver;
	// a line of .pgpass, and one of .netrc.
	logins = []*regexp.Regexp{
		regexp.MustCompile(`^[A-Za-z0-9_.@-]+:([^\s/][^\s]*|/[^\s/][^\s]*)$`),
		regexp.MustCompile(`^[A-Za-z0-9_.-]+:(\S+)@[a-z0-9]*\(`),
		regexp.MustCompile(`^[^:\s]+:(?:[0-9]+|\*):[^:\s]+:[^:\s]+:(\S+)$`),
		regexp.MustCompile(`\spassword\s+(\S+)`),
	}
	// port is what stands behind the name of a host.
	port = regexp.MustCompile(`^[0-9]{1,5}(/|$)`)
	// identifier is a field of JSON that says who or where, however it looks.
	identifier = regexp.MustCompile(`(?i)(^|_)(id|email|ur[il]|user|username|host|hostname|database|db|project|region|name)$`)
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
