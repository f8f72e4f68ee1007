package secrets

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

func TestObjectsHaveTheirMeta(t *testing.T) {
	m := Meta{
		Name: "db", Namespace: "shop", Immutable: true,
		Labels: map[string]string{"app": "web", "no": "true"}, Annotations: map[string]string{"why": "test: yes"},
	}
	s, err := NewSecret(m, corev1.SecretTypeOpaque, entriesOf(map[string]string{"a": "1"}))
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewConfigMap(m, entriesOf(map[string]string{"a": "1"}))
	if err != nil {
		t.Fatal(err)
	}
	if s.Type != "Opaque" || s.Immutable == nil || !*s.Immutable || c.Immutable == nil || !*c.Immutable {
		t.Errorf("secret %v, configmap %v", s, c)
	}
	for _, o := range []interface {
		GetName() string
		GetNamespace() string
		GetLabels() map[string]string
		GetAnnotations() map[string]string
	}{s, c} {
		if got := fmt.Sprint(o.GetName(), " ", o.GetNamespace(), " ", o.GetLabels(), " ", o.GetAnnotations()); got != "db shop map[app:web no:true] map[why:test: yes]" {
			t.Errorf("meta %s", got)
		}
	}
}

func TestDiff(t *testing.T) {
	before := map[string][]byte{"gone": []byte("hunter2"), "same": []byte("x"), "longer": []byte("1"), "other": []byte("ab")}
	after := map[string][]byte{"new": []byte("hunter2!"), "same": []byte("x"), "longer": []byte("12"), "other": []byte("cd")}
	var got []string
	for _, c := range Diff(before, after) {
		got = append(got, c.Key+": "+c.String())
	}
	want := "gone: removed, 7 bytes|longer: changed, 1 byte -> 2 bytes|new: added, 8 bytes|other: changed, 2 bytes as before|same: unchanged, 1 byte"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestEdit(t *testing.T) {
	data := map[string][]byte{"a": []byte("1"), "b": []byte("2")}
	next, err := Edit{Set: entriesOf(map[string]string{"a": "3", "c": "4"}), Remove: []string{"b"}}.Apply(data)
	if err != nil || len(next) != 2 || string(next["a"]) != "3" || string(next["c"]) != "4" || string(data["a"]) != "1" || len(data) != 2 {
		t.Errorf("%v, %v; the argument %v", next, err, data)
	}
	_, err = Edit{Set: entriesOf(map[string]string{"a": "3", "d e": "x"}), Remove: []string{"a", "bb"}}.Apply(data)
	for _, says := range []string{`"a" is given twice: by a, and by a-`, `there is no key "bb"; did you mean "b"?`, `"d_e" could`} {
		wantFault(t, err, says)
	}
	_, err = Edit{Set: []Entry{{"big", make([]byte, MaxSize), Origin{Kind: File, Name: "big"}}}}.Apply(data)
	wantFault(t, err, "an object holds 1.00 MiB; the largest is that of big")
}

func TestTLS(t *testing.T) {
	certificate, key := pair(t)
	_, otherKey := pair(t)
	certificateFile, keyFile := Origin{Kind: File, Name: "tls.pem"}, Origin{Kind: File, Name: "key.pem"}
	entries, err := TLSEntries(certificate, key, certificateFile, keyFile)
	if err != nil || len(entries) != 2 || entries[0].Key != "tls.crt" || entries[1].Key != "tls.key" || string(entries[1].Value) != string(key) {
		t.Fatalf("%v, %v", entries, err)
	}
	expires, err := Expiry(certificate)
	if err != nil || !expires.Equal(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("expires %v, %v", expires, err)
	}
	if _, err := Expiry(key); !errors.Is(err, ErrNoCertificate) {
		t.Errorf("the expiry of a key: %v", err)
	}
	locked := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("hunter2")})
	broken := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("hunter2")})
	garbled := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hunter2")})
	for name, test := range map[string]struct {
		certificate, key []byte
		says             string
	}{
		"not its key":      {certificate, otherKey, "key.pem: the private key is not that of the certificate in tls.pem"},
		"swapped":          {key, certificate, "tls.pem: there is no certificate in it: it takes PEM, -----BEGIN CERTIFICATE-----; there is a private key: are --cert and --key swapped?"},
		"no PEM":           {[]byte("hunter2"), key, "tls.pem: there is no certificate in it"},
		"no key":           {certificate, nil, "key.pem: there is no private key in it"},
		"a passphrase":     {certificate, locked, "key.pem: the private key has a passphrase"},
		"a broken one":     {broken, key, "tls.pem: the certificate is broken"},
		"a broken key":     {certificate, garbled, "key.pem: the private key can't be read"},
		"the key is twice": {certificate, certificate, "are --cert and --key swapped?"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := TLSEntries(test.certificate, test.key, certificateFile, keyFile)
			wantFault(t, err, test.says)
		})
	}
}

func pair(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "web"}, NotAfter: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}

func TestDockerLogin(t *testing.T) {
	login := Login{Server: DefaultRegistry, Username: "me", Email: "me@example.com", Password: Entry{Value: []byte("hun<ter>2&"), Origin: Origin{Kind: Stdin}}}
	e, err := login.Entry()
	if err != nil {
		t.Fatal(err)
	}
	theirs := kubectlCreate(t, nil, "secret", "docker-registry", "pull", "--docker-username=me", "--docker-password=hun<ter>2&", "--docker-email=me@example.com")
	ours, err := NewSecret(Meta{Name: "pull"}, corev1.SecretTypeDockerConfigJson, []Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	if err := AppendSecretHash(ours); err != nil {
		t.Fatal(err)
	}
	sameObject(t, "secret", ours, theirs)
}

func TestDockerConfig(t *testing.T) {
	for content, says := range map[string]string{
		`{"auths": {"ghcr.io": {"auth": "eA=="}}}`:   "",
		`{"auths": {}, "credsStore": "osxkeychain"}`: `docker keeps them in its store "osxkeychain"`,
		`{}`:                                   "there are no logins in it",
		`"hunter2"`:                            "it is no config.json of docker",
		"hunter2":                              "it is no config.json of docker",
		`{"auths":{"x":{"auth":["hunter2"]}}}`: "it is no config.json of docker",
		`{"auths":{"x":{}},"credsStore":"desktop"}`:       `docker keeps them in its store "desktop"`,
		`{"auths":{"x":{"email":"a@b"}}}`:                 "there are no logins in it",
		`{"auths":{"x":{},"y":{"auth":"aHVudGVyMg=="}}}`:  "",
		`{"auths":{"x":{"username":"u","password":"p"}}}`: "",
		`{"auths":{"x":{"identitytoken":"t"}}}`:           "",
	} {
		err := CheckDockerConfig(Entry{corev1.DockerConfigJsonKey, []byte(content), Origin{Kind: File, Name: "config.json"}})
		wantFault(t, err, says)
	}
}
