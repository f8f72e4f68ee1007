package secrets

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// DefaultRegistry is the server that kubectl's create secret docker-registry takes where none is named.
const DefaultRegistry = "https://index.docker.io/v1/"

// Login is what a registry asks for. The password is in no message.
type Login struct {
	Server, Username, Email string
	Password                Entry
}

// registryConfig is docker's config.json with logins, and its fields in kubectl's order.
type registryConfig struct {
	Auths map[string]registryLogin `json:"auths"`
}

type registryLogin struct {
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
	Email    string `json:"email,omitempty"`
	Auth     string `json:"auth,omitempty"`
}

// Entry is the one key of a Secret of type kubernetes.io/dockerconfigjson, byte for byte as kubectl
// makes it.
func (l Login) Entry() (Entry, error) {
	password := string(l.Password.Value)
	content, err := json.Marshal(registryConfig{Auths: map[string]registryLogin{l.Server: {
		Username: l.Username, Password: password, Email: l.Email,
		Auth: base64.StdEncoding.EncodeToString([]byte(l.Username + ":" + password)),
	}}})
	if err != nil {
		return Entry{}, fmt.Errorf("the login of %s: %w", l.Server, err)
	}
	return Entry{corev1.DockerConfigJsonKey, content, l.Password.Origin}, nil
}

// login is an entry of a config.json; where docker keeps the login in a store, all of it is empty.
type login struct {
	Auth          string `json:"auth"`
	Username      string `json:"username"`
	Password      string `json:"password"`
	IdentityToken string `json:"identitytoken"`
}

// dockerConfig is what a kubelet reads of docker's config.json, and what it does not.
type dockerConfig struct {
	Auths       map[string]login  `json:"auths"`
	CredsStore  string            `json:"credsStore"`
	CredHelpers map[string]string `json:"credHelpers"`
}

// lintDocker looks at the logins of pull secrets as a kubelet does: what it could pull nothing with is refused.
func lintDocker(d *Draft) []Finding {
	return append(
		lintLogins(d, corev1.DockerConfigJsonKey, corev1.SecretTypeDockerConfigJson, (*dockerConfig).read),
		lintLogins(d, corev1.DockerConfigKey, corev1.SecretTypeDockercfg, (*dockerConfig).readOld)...)
}

func lintLogins(d *Draft, key string, of corev1.SecretType, read func(*dockerConfig, []byte) string) []Finding {
	e, has := d.find(key)
	if !has || e.Origin.Kind == Kept {
		return nil
	}
	level := Warn
	if d.Type == of {
		level = Refuse
	}
	var config dockerConfig
	if message := read(&config, e.Value); message != "" {
		return []Finding{{level, RegistryLogin, e.Key, e.Origin, message}}
	}
	var found []Finding
	for _, server := range slices.Sorted(maps.Keys(config.Auths)) {
		refused, message := config.Auths[server].problem()
		if message == "" {
			continue
		}
		f := Finding{Warn, RegistryLogin, e.Key, e.Origin, fmt.Sprintf("the login of %s %s", server, message)}
		if refused {
			f.Level = level
		}
		found = append(found, f)
	}
	if helpers := config.helpers(); len(found) == 0 && helpers != "" {
		found = append(found, Finding{Warn, RegistryLogin, e.Key, e.Origin, "no kubelet uses " + helpers + ": it pulls with the other logins only"})
	}
	return found
}

// read tells why there is nothing to pull with, "" if there is.
func (c *dockerConfig) read(content []byte) string {
	if err := json.Unmarshal(content, c); err != nil {
		// The library's message may quote what it could not read.
		return "it is not a config.json of docker"
	}
	maps.DeleteFunc(c.Auths, func(_ string, l login) bool { return l == login{} })
	if helpers := c.helpers(); len(c.Auths) == 0 && helpers != "" {
		return fmt.Sprintf("it has no logins: docker keeps them in %s, which no kubelet uses; give --docker-username and the password", helpers)
	}
	if len(c.Auths) == 0 {
		return `it has no logins: it needs {"auths": {...}}, as docker login writes it`
	}
	return ""
}

// readOld reads the format before config.json, which is the map of the logins alone.
func (c *dockerConfig) readOld(content []byte) string {
	if err := json.Unmarshal(content, &c.Auths); err != nil {
		return "it is not a .dockercfg of docker"
	}
	_, newer := c.Auths["auths"]
	maps.DeleteFunc(c.Auths, func(_ string, l login) bool { return l == login{} })
	switch {
	case len(c.Auths) > 0:
		return ""
	case newer:
		return "it is a config.json of docker: give it under the key " + corev1.DockerConfigJsonKey + ", with --type=" + string(corev1.SecretTypeDockerConfigJson)
	}
	return `it has no logins: it needs {"REGISTRY": {"auth": "..."}}`
}

// helpers names the programs that docker asks for logins, "" if it asks none.
func (c *dockerConfig) helpers() string {
	var names []string
	if c.CredsStore != "" {
		names = append(names, fmt.Sprintf("its store %q", c.CredsStore))
	}
	for _, server := range slices.Sorted(maps.Keys(c.CredHelpers)) {
		if c.Auths[server] == (login{}) {
			names = append(names, fmt.Sprintf("its credential helper %q (for %s)", c.CredHelpers[server], server))
		}
	}
	return strings.Join(names, " and ")
}

// problem reads a login as kubelets since 1.16 do (k8s.io/kubernetes pkg/credentialprovider/config.go); refused tells
// that they read the whole file no further.
func (l login) problem() (refused bool, message string) {
	user, password := l.Username, l.Password
	if l.Auth != "" {
		encoding := base64.RawStdEncoding
		if strings.HasSuffix(strings.TrimSpace(l.Auth), "=") {
			encoding = base64.StdEncoding
		}
		decoded, err := encoding.DecodeString(l.Auth)
		var colon bool
		user, password, colon = strings.Cut(string(decoded), ":")
		switch {
		case err != nil:
			return true, "can't be read: its auth is not base64"
		case !colon:
			return true, "can't be read: its auth is not USER:PASSWORD in base64"
		}
	}
	switch {
	case strings.ContainsAny(l.Username+l.Password, "\r\n"):
		return false, "contains a line break in the user or the password: the registry refuses it"
	case strings.ContainsAny(user+password, "\r\n"):
		return false, "contains a line break, as echo adds one: the registry refuses it; make auth with printf %s USER:PASSWORD | base64"
	case password == "" && l.IdentityToken != "":
		return false, "is an identity token, which no kubelet can use: give a user and a password"
	case user == "" || password == "":
		return false, "lacks the user or the password"
	}
	return false, ""
}

// SpoiledLogins names the registries of a config.json that a kubelet could log in to with before, and can't with after.
func SpoiledLogins(before, after []byte) []string {
	var old, next dockerConfig
	if old.read(before) != "" || next.read(after) != "" {
		return nil
	}
	var spoiled []string
	for _, server := range slices.Sorted(maps.Keys(next.Auths)) {
		was, known := old.Auths[server]
		if _, fault := was.problem(); !known || fault != "" {
			continue
		}
		if _, fault := next.Auths[server].problem(); fault != "" {
			spoiled = append(spoiled, server)
		}
	}
	return spoiled
}
