package rollout

import (
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestImportEnv(t *testing.T) {
	many := strings.Fields("a b c d e f g h i j k l")
	for name, test := range map[string]struct {
		have, wanted []string
		prefix       string
		want         string
		notes        string
		err          string
	}{
		"each key, sorted":     {have: []string{"USER", "HOST", "PORT"}, want: "HOST=HOST PORT=PORT USER=USER"},
		"some of them, sorted": {have: []string{"USER", "HOST", "PORT"}, wanted: []string{"USER", "HOST", "USER"}, want: "HOST=HOST USER=USER"},
		"with a prefix":        {have: []string{"HOST"}, prefix: "DB_", want: "DB_HOST=HOST"},
		"under another name": {
			have: []string{"uri", "pool.max-size", "HOST"}, want: "HOST=HOST POOL_MAX_SIZE=pool.max-size URI=uri",
			notes: `keys of secret/db become variables under other names: "pool.max-size" as POOL_MAX_SIZE, "uri" as URI`,
		},
		"under another name, with a prefix": {
			have: []string{"uri"}, prefix: "DB_", want: "DB_URI=uri",
			notes: `keys of secret/db become variables under other names: "uri" as DB_URI`,
		},
		"not to be read, and believed": {wanted: []string{"B", "A"}, want: "A=A B=B"},
		"a key that is nearly right":   {have: []string{"uri", "user"}, wanted: []string{"url"}, err: `secret/db has no key "url"; did you mean "uri"?`},
		"a key that is not there":      {have: []string{"host", "user"}, wanted: []string{"password"}, err: `secret/db has no key "password"; it has host, user`},
		"one of very many":             {have: many, wanted: []string{"password"}, err: `secret/db has no key "password"; it has a, b, c, d, e, f, g, h, i, j and 2 more`},
		"each key that is not there":   {have: []string{"host"}, wanted: []string{"xxxx", "yyyy"}, err: "secret/db has no key \"xxxx\"; it has host\nsecret/db has no key \"yyyy\"; it has host"},
		"two keys, one name":           {have: []string{"a.b", "a-b"}, err: `the keys "a-b" and "a.b" of secret/db would both be the variable A_B; choose one with --keys`},
		"no keys":                      {have: []string{}, err: "secret/db has no keys that a variable could take its value from"},
		"no keys, and one is wanted":   {have: []string{}, wanted: []string{"a"}, err: `secret/db has no key "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ImportEnv(EnvSource{workload.SecretReference, "shop", "db"}, test.have, test.wanted, test.prefix)
			if text := ""; err != nil || test.err != "" {
				if err != nil {
					text = err.Error()
				}
				if text != test.err {
					t.Fatalf("error %q, want %q", text, test.err)
				}
				return
			}
			var vars []string
			for _, v := range got.Vars {
				vars = append(vars, v.Name+"="+v.ValueFrom.SecretKeyRef.Key)
				if v.Value != "" || v.ValueFrom.SecretKeyRef.Name != "db" {
					t.Errorf("%+v", v)
				}
			}
			if text := strings.Join(vars, " "); text != test.want {
				t.Errorf("got %s, want %s", text, test.want)
			}
			if text := strings.Join(got.Notes, "\n"); text != test.notes {
				t.Errorf("notes %q", text)
			}
		})
	}
}

func TestImportEnvFromConfigMap(t *testing.T) {
	got, err := ImportEnv(EnvSource{workload.ConfigMapReference, "shop", "app"}, []string{"LEVEL"}, nil, "")
	if err != nil || len(got.Vars) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if ref := got.Vars[0].ValueFrom.ConfigMapKeyRef; ref == nil || ref.Name != "app" || ref.Key != "LEVEL" {
		t.Errorf("got %+v", got.Vars[0])
	}
}
