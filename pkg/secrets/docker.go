package secrets

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"

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
	IdentityToken string `json:"identitytoken"`
}

// CheckDockerConfig finds a config.json that no kubelet could pull with: a *MalformedError.
func CheckDockerConfig(e Entry) error {
	var config struct {
		Auths      map[string]login `json:"auths"`
		CredsStore string           `json:"credsStore"`
	}
	if err := json.Unmarshal(e.Value, &config); err != nil {
		// The library's message may quote what it could not read.
		return &MalformedError{e.Origin, "it is no config.json of docker"}
	}
	maps.DeleteFunc(config.Auths, func(_ string, l login) bool { return l == login{} })
	switch {
	case len(config.Auths) == 0 && config.CredsStore != "":
		return &MalformedError{e.Origin, fmt.Sprintf("there are no logins in it: docker keeps them in its store %q; give --docker-username and the password", config.CredsStore)}
	case len(config.Auths) == 0:
		return &MalformedError{e.Origin, `there are no logins in it: it takes {"auths": {...}}, as docker login writes it`}
	}
	return nil
}
