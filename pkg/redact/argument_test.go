package redact

import (
	"strings"
	"testing"
)

func TestArgument(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"web":                   "web",
		"deployment/web":        "deployment/web",
		"deploy,sts":            "deploy,sts",
		"web-7d9f66c4d-x2x1v":   "web-7d9f66c4d-x2x1v",
		"registry:5000/web:2.0": "registry:5000/web:2.0",
		"DB_PASSWORD":           "DB_PASSWORD",
		"DbPassword":            "DbPassword",
		"Web2":                  "Web2",
		"1M30s":                 "1M30s",
		"[":                     "[",
		"größe":                 "größe",
		// Paths.
		"certs/tls.crt":       "certs/tls.crt",
		"./Certs2/server":     "./Certs2/server",
		"/home/Me2/.kube/cfg": "/home/Me2/.kube/cfg",
		`C:\Users\Me2\kube`:   `C:\Users\Me2\kube`,
		"Server2Key.pem":      "Server2Key.pem",
		"id_ed25519":          "id_ed25519",
		// Of a pair the name alone.
		"password=hunter2":              "password=…",
		"password=":                     "password=…",
		"=hunter2":                      "=…",
		"URL=https://a:b@c/?d=e":        "URL=…",
		"k=" + strings.Repeat("x", 254): "k=…",
		// What can be no name.
		"-----BEGIN PRIVATE KEY----- MIIE": "…",
		"key=-----BEGIN PRIVATE KEY-----":  "…",
		"one\ntwo":                         "…",
		"key=one\ntwo":                     "…",
		"a\x00b":                           "…",
		strings.Repeat("x", 253):           strings.Repeat("x", 253),
		strings.Repeat("x", 254):           "…",
		// What looks like a password or a token.
		"hunter2SECRET":  "…",
		"hunter2SECRET=": "…",
		"Tr0ub4dor":      "…",
		"p4ss!word":      "…",
		"correct+horse":  "…",
		"hunter2#":       "…",
		"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "…",
		"AKIAIOSFODNN7EXAMPLE":                     "…",
		"9f86d081884c7d659a2feaa0c55ad015":         "…",
		"eyJhbGciOiJIUzI1.eyJzdWIiOiIx.SflKxwRJSM": "…",
	} {
		if got := Argument(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestFlagValue(t *testing.T) {
	for _, tt := range []struct{ flag, text, want string }{
		{"timeout", "soon", "soon"},
		{"timeout", "password=hunter2", "password=…"},
		{"docker-password-stdin", "hunter2", "…"},
		{"token", "hunter2", "…"},
	} {
		if got := FlagValue(tt.flag, tt.text); got != tt.want {
			t.Errorf("--%s=%s: %q, want %q", tt.flag, tt.text, got, tt.want)
		}
	}
}

func TestQuery(t *testing.T) {
	for url, want := range map[string]string{
		"/healthz":                      "/healthz",
		"http://:8080/up?token=marker":  "http://:8080/up?" + Placeholder,
		"/up?a=marker-one&b=marker-two": "/up?" + Placeholder,
	} {
		if got := Query(url); got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
}
