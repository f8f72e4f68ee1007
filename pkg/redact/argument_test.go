package redact

import (
	"strings"
	"testing"
)

func TestArgument(t *testing.T) {
	for text, want := range map[string]string{
		"web":                              "web",
		"deployment/web":                   "deployment/web",
		"certs/tls.crt":                    "certs/tls.crt",
		"":                                 "",
		"password=hunter2":                 "password=…",
		"password=":                        "password=…",
		"=hunter2":                         "=…",
		"URL=https://a:b@c/?d=e":           "URL=…",
		"-----BEGIN PRIVATE KEY----- MIIE": "…",
		"key=-----BEGIN PRIVATE KEY-----":  "…",
		"one\ntwo":                         "…",
		"key=one\ntwo":                     "…",
		"a\x00b":                           "…",
		strings.Repeat("x", 253):           strings.Repeat("x", 253),
		strings.Repeat("x", 254):           "…",
		"k=" + strings.Repeat("x", 254):    "k=…",
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
