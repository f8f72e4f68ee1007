package redact

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// pod is a template with variables of all origins; DB_PASS, API_KEY and the like come from Secrets.
const pod = `
serviceAccountName: storefront
containers:
- name: checkout
  image: registry.test/shop/checkout:2.0
  command: [/bin/serve]
  args: [--password=$(DB_PASS), --token, $(API_KEY), --greeting=$(GREETING), "postgres://app:$(DB_PASS)@db/shop"]
  env:
  - {name: DB_PASS, valueFrom: {secretKeyRef: {name: db, key: pass}}}
  - {name: API_KEY, valueFrom: {secretKeyRef: {name: api, key: key}}}
  - {name: pin, valueFrom: {secretKeyRef: {name: api, key: pin}}}
  - {name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}
  - {name: GREETING, value: good-morning77}
  - {name: SIGNING_TOKEN, value: Zx81-q}
  - {name: LEVEL, value: "1"}
  - {name: DEBUG, value: "true"}
  - {name: PORT, value: "8080"}
  - {name: TIER, value: web}
  - {name: STAGE, value: production}
  - {name: EMPTY, value: ""}
  - {name: APP, value: checkout}
  - {name: UPSTREAM, value: "http://ledger.shop.svc:8080"}
  - {name: DSN, value: "postgres://app:s3cr3t@db:5432/shop"}
  - {name: CONFIG, value: /etc/shop/config.yaml}
  - {name: TTL, value: 10m30s}
  - {name: JAVA_OPTS, value: "-Dkey=/tls/tls.key --max-tokens=131072 -DauthSource=orders"}
  readinessProbe:
    httpGet: {path: /, port: 80, httpHeaders: [{name: Authorization, value: Bearer abc.def-123}]}
`

func learnt(t *testing.T, template string) *Redactor {
	t.Helper()
	var spec corev1.PodSpec
	if err := yaml.UnmarshalStrict([]byte(template), &spec); err != nil {
		t.Fatal(err)
	}
	r := &Redactor{}
	r.Template(&spec)
	return r
}

// A variable's name is enough: what follows it is its value.
func TestWhatFollowsAName(t *testing.T) {
	r := learnt(t, pod)
	for _, test := range []struct{ text, want string }{
		// As runtimes quote it.
		{`value can't contain null(\x00): "DB_PASS=hunter2\x00": unknown`, `value can't contain null(\x00): "DB_PASS=***": unknown`},
		{`"DB_PASS=two words and \"more\"": unknown`, `"DB_PASS=***": unknown`},
		{`"DB_PASS=ends in a backslash\\": unknown`, `"DB_PASS=***": unknown`},
		{`runc: "env \"DB_PASS=two \\\"words\\\" here\" is bad": unknown`, `runc: "env \"DB_PASS=***\" is bad": unknown`},
		{`env 'DB_PASS=two words' is bad`, `env 'DB_PASS=***' is bad`},
		{`DB_PASS=x`, `DB_PASS=***`},
		{`DB_PASS= is empty`, `DB_PASS= is empty`},
		{`env DB_PASS=1 PORT=8080: unknown`, `env DB_PASS=*** PORT=***: unknown`},
		{`env [PATH=/bin DB_PASS=two words HOME=/root]: no`, `env [PATH=/bin DB_PASS=*** HOME=/root]: no`},
		{`env [HOME=/root DB_PASS=two words]: no`, `env [HOME=/root DB_PASS=***]: no`},
		{`env map[DB_PASS:two words HOME:/root]`, `env map[DB_PASS:*** HOME:/root]`},
		{`["PATH=/bin","DB_PASS=a b","HOME=/"]`, `["PATH=/bin","DB_PASS=***","HOME=/"]`},
		{`{\"env\":[\"DB_PASS=a b\"]}`, `{\"env\":[\"DB_PASS=***\"]}`},
		{`lines HOME=/\nDB_PASS=x`, `lines HOME=/\nDB_PASS=***`},
		{`--env=DB_PASS=x -e API_KEY=y`, `--env=DB_PASS=*** -e API_KEY=***`},
		{`DB_PASS="a b" c`, `DB_PASS="***" c`},
		{`DB_PASS='a b' c`, `DB_PASS='***' c`},
		{"DB_PASS=-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- is bad", "DB_PASS=*** is bad"},
		{"DB_PASS=-----BEGIN PRIVATE KEY-----\nMIIE", "DB_PASS=***"},
		{`cut off: "DB_PASS=hun`, `cut off: "DB_PASS=***`},
		// As JSON and YAML.
		{`{"DB_PASS":"hunter2","x":1}`, `{"DB_PASS":"***","x":1}`},
		{`{"DB_PASS": "a \"b\" c"}`, `{"DB_PASS": "***"}`},
		{`{"DB_PASS":1234,"x":1}`, `{"DB_PASS":***,"x":1}`},
		{`"{\"DB_PASS\":\"a b\"}"`, `"{\"DB_PASS\":\"***\"}"`},
		{"  DB_PASS: correct horse\n  x: 1", "  DB_PASS: ***\n  x: 1"},
		{"  DB_PASS: 'correct horse'\n  x: 1", "  DB_PASS: '***'\n  x: 1"},
		{"  DB_PASS: |\n    correct\n    horse", "  DB_PASS: ***"},
		{`data map[DB_PASS:[104 117 110]]`, `data map[DB_PASS:***]`},
		{`map[string][]uint8{"DB_PASS":[]uint8{0x68, 0x75}}`, `map[string][]uint8{"DB_PASS":***}`},
		// As Kubernetes prints a template.
		{`EnvVar{Name:DB_PASS,Value:a, b,ValueFrom:nil,}`, `EnvVar{Name:DB_PASS,Value:***,ValueFrom:nil,}`},
		{`{Name:DB_PASS Value:a b ValueFrom:<nil>}`, `{Name:DB_PASS Value:*** ValueFrom:<nil>}`},
		{`{"name":"DB_PASS","value":"a b"}`, `{"name":"DB_PASS","value":"***"}`},
		{`{\"name\":\"DB_PASS\",\"value\":\"a b\"}`, `{\"name\":\"DB_PASS\",\"value\":\"***\"}`},
		{"- name: DB_PASS\n  value: a b\n- name: X", "- name: DB_PASS\n  value: ***\n- name: X"},
		{`[{DB_PASS a b nil} {X y nil}]`, `[{DB_PASS ***} {X y nil}]`},
		// In a URL.
		{`POST /hook?env=DB_PASS%3Dhunter2&x=1: 500`, `POST /hook?env=DB_PASS%3D***&x=1: 500`},
		{`GET "http://hook/?a=1%26DB_PASS%3dhun%26ter2": EOF`, `GET "http://hook/?a=1%26DB_PASS%3d***": EOF`},
		{`q=%22DB_PASS%3Dhunter2 failed`, `q=%22DB_PASS%3D*** failed`},
		{`q=DB_PASS%253Dhunter2 failed`, `q=DB_PASS%253D*** failed`},
		{`path /a%3Db and MODE%3Dfast`, ""},
		// In brackets.
		{`env[DB_PASS]: hunter2 is too short`, `env[DB_PASS]: *** is too short`},
		{`[DB_PASS]=two`, `[DB_PASS]=***`},
		{`env["DB_PASS"] = "two words"`, `env["DB_PASS"] = "***"`},
		{`env['DB_PASS'] => 'two words', and more`, `env['DB_PASS'] => '***', and more`},
		{`{\"env[\\\"DB_PASS\\\"]: two\"}`, `{\"env[\\\"DB_PASS\\\"]: ***\"}`},
		{`spec.env[DB_PASS]: Required value`, ""},
		{`env[DB_PASS]: must be set; env[DB_PASS] is not allowed; [DB_PASS] has no value`, ""},
		{`containers[checkout]: bad`, ""},
		// In a sentence.
		{`refused to set DB_PASS to hunter2`, `refused to set DB_PASS to ***`},
		{`setting the variable "DB_PASS" to "two words" failed`, `setting the variable "DB_PASS" to "***" failed`},
		{`DB_PASS is set to hunter2, which is weak`, `DB_PASS is set to ***, which is weak`},
		{`variable DB_PASS has value 'two words'`, `variable DB_PASS has value '***'`},
		{`DB_PASS with value: hunter2`, `DB_PASS with value: ***`},
		{`DB_PASS has the value of hunter2`, `DB_PASS has the value of ***`},
		{`DB_PASS equals hunter2`, `DB_PASS equals ***`},
		{`GREETING has value hi`, `GREETING has value ***`},
		{`set DB_PASS to a longer text, or set DB_PASS to use it; DB_PASS has value that is too short`, ""},
		{`failed to bind DB_PASS to volume db; DB_PASS is set in secret db; DB_PASS has no value`, ""},
		{`set pin to position; the pin has value of its own; checkout is set to 3 replicas`, ""},
		// Of an API error about a field that holds a value.
		{`spec.template.spec.containers[0].env[1].value: Invalid value: "hunter2": too short`, `spec.template.spec.containers[0].env[1].value: Invalid value: "***": too short`},
		{`Secret "db" is invalid: data[pin]: Invalid value: "hunter2": not base64`, `Secret "db" is invalid: data[pin]: Invalid value: "***": not base64`},
		{`stringData.pin: Invalid value: "two \"words\"": no`, `stringData.pin: Invalid value: "***": no`},
		{`httpGet.httpHeaders[0].value: Invalid value: "hunter2": no`, `httpGet.httpHeaders[0].value: Invalid value: "***": no`},
		{`spec.adminPassword: Invalid value: "hunter2": no`, `spec.adminPassword: Invalid value: "***": no`},
		{`data[pass word]: Invalid value: "pass word": a valid config key must consist of`, ""},
		{`spec.containers[0].env[0].name: Invalid value: "1A": a valid environment variable name`, ""},
		{`spec.containers[0].image: Required value, spec.replicas: Invalid value: -1: must be greater than`, ""},
		{`metadata.labels: Invalid value: "a b": a valid label; spec.tolerations[0].key: Invalid value: "x y": no`, ""},
		{`volumes[0].secret.secretName: Invalid value: "Db": a lowercase RFC 1123 subdomain`, ""},
		{`env[0].valueFrom: Invalid value: "": may not be specified when value is not empty`, ""},
		// A sentence about the variable stays.
		{`invalid environment variable "DB_PASS": value contains nul byte (\x00): unknown`, ""},
		{`spec.env[0].name: Invalid value: "DB_PASS": a valid name must consist of letters`, ""},
		{`variable "DB_PASS": must be a string`, ""},
		{`key DB_PASS not found in secret db`, ""},
		{`back-off 10s restarting failed container=checkout pod=checkout-6c8b-x2k4p_shop(1)`, ""},
		{`MY_DB_PASS=1 and DB_PASS2=2 and MODE=good`, ""},
		{`lower case pin=1234, or "pin": "9"`, `lower case pin=***, or "pin": "***"`},
		{`DB_PASS='it'\''s a secret' c`, `DB_PASS='***' c`},
		{`DB_PASS=first\nsecond line HOME=/`, `DB_PASS=*** HOME=/`},
		{`DB_PASS = x and DB_PASS => y`, `DB_PASS = *** and DB_PASS => ***`},
		{`rpc error: code = NotFound desc = pin = 1`, ""},
		// In a command line, and in a URL.
		{`exec: ["/bin/serve","--password=x y","--level=1"]: no`, `exec: ["/bin/serve","--password=***","--level=1"]: no`},
		{`exec /bin/serve --password=x --token-file=/run/token --verbose`, `exec /bin/serve --password=*** --token-file=/run/token --verbose`},
		{`dial postgres://app:x:y@db/shop failed`, `dial postgres://app:***@db/shop failed`},
		{`pull registry.test:5000/web@sha256:0a1b and http://db:80/a@b`, ""},
	} {
		if test.want == "" {
			test.want = test.text
		}
		if got := r.Text(test.text); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
		if again := r.Text(r.Text(test.text)); again != r.Text(test.text) {
			t.Errorf("%s\nmasked twice: %s", test.text, again)
		}
	}
}

// Words of a command line say nothing of what follows them in a message.
func TestArgumentsAreNoNames(t *testing.T) {
	for _, args := range []string{`["-p$(DB_PASS)"]`, `[sh, -c, "log in $(DB_PASS)"]`, `[redis-cli, -a, $(DB_PASS)]`} {
		r := learnt(t, "containers:\n- name: web\n  args: "+args+"\n  env: [{name: DB_PASS, valueFrom: {secretKeyRef: {name: db, key: pass}}}]")
		for _, text := range []string{
			`failed container=web pod=web-prod-7d9f-x2x1v_shop(uid)`, `exec: "mysql": executable file not found in $PATH: unknown`,
			`secret "web-passwords" not found`, `no such host: redis-a.shop.svc`,
		} {
			if got := r.Text(text); got != text {
				t.Errorf("%s: %s\n got %s", args, text, got)
			}
		}
	}
}

// Of a Secret whose keys all become variables, the names are not known.
func TestVariablesOfAWholeSecret(t *testing.T) {
	const rest = `
  env: [{name: LOG_FORMAT, value: json}, {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]`
	for _, test := range []struct{ prefix, text, want string }{
		{"DB_", `"DB_PASS=a b": unknown, OTHER_PASS=1`, `"DB_PASS=***": unknown, OTHER_PASS=1`},
		{"DB_", `DB_user=admin {"DB_x":"y"}`, `DB_user=*** {"DB_x":"***"}`},
		{"", `"password=a b": unknown`, `"password=***": unknown`},
		{"", `requested: secrets=1,count/secrets=1, used: secrets=5; exit_code=137 restart_count=3`, ""},
		{"", `PASSWORD=x api_token=y`, `PASSWORD=*** api_token=***`},
		{"", `{"PASSWORD":"a b"}`, `{"PASSWORD":"***"}`},
		{"", `NODE=n1 back-off restarting failed container=web pod=web-1`, ""},
		{"", `0/3 nodes are available: 3 node(s) had untolerated taint {dedicated: web}`, ""},
		{"", `Get "http://10.0.0.1:8080/": EOF: TLS: handshake`, ""},
	} {
		r := learnt(t, "containers:\n- name: web\n  image: web:1"+rest+"\n  envFrom: [{prefix: \""+test.prefix+"\", secretRef: {name: db}}]")
		if test.want == "" {
			test.want = test.text
		}
		if got := r.Text(test.text); got != test.want {
			t.Errorf("prefix %q: %s\n got %s\nwant %s", test.prefix, test.text, got, test.want)
		}
	}
}

// However it is written, and wherever it stands.
func TestASecretsValueIsFound(t *testing.T) {
	for _, value := range []string{
		"hunter2", "s3cr3t-Pa55", "hunter2&xyz=@1", "p@ss/hunter2 pct", "a+b;c,d:e!f*(g)~h", `with "quotes" and 'more'`, "tab\tand\nline", "<a&b>", "grün-äöü", "$HOME is `mine`", "x7#Q",
		"nul\x00byte", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----\n",
	} {
		r := &Redactor{}
		r.Secret(map[string][]byte{"k": []byte(value)})
		quoted := strconv.Quote(value)
		for form, text := range map[string]string{
			"plain": value, "%q": quoted, "%q in %q": strconv.Quote(quoted), "JSON": `{"a":` + quoteWith(quoteJSON, value) + `}`,
			"JSON of Go": quoteWith(quoteHTML, value), "YAML": "a: '" + strings.ReplaceAll(value, "'", "''") + "'",
			"shell": "'" + strings.ReplaceAll(value, "'", `'\''`) + "'", "bash": quoteShell(value),
			"base64": base64.StdEncoding.EncodeToString([]byte(value)), "unpadded": base64.RawStdEncoding.EncodeToString([]byte(value)),
			"for URLs": base64.URLEncoding.EncodeToString([]byte(value)), "bytes": fmt.Sprintf("%d", []byte(value)), "Go": fmt.Sprintf("%#v", []byte(value)),
			"hex": fmt.Sprintf("%x", value), "query": url.QueryEscape(value), "path": url.PathEscape(value), "user info": url.UserPassword("", value).String()[1:],
			"Python": strings.ReplaceAll(url.PathEscape(value), "%2F", "/"), "%20": strings.ReplaceAll(url.QueryEscape(value), "+", "%20"),
			"lower case": lowerHex.ReplaceAllStringFunc(url.QueryEscape(value), strings.ToLower), "twice": url.QueryEscape(url.PathEscape(value)),
			"HTML": html.EscapeString(value),
		} {
			for _, message := range []string{"denied: " + text + ", says the webhook", text, "(" + text + ")", "x=" + text} {
				got := r.Text(message)
				if strings.Contains(got, text) || !strings.Contains(got, Mask) {
					t.Errorf("%q as %s: %s", value, form, got)
				}
			}
		}
	}
}

var lowerHex = regexp.MustCompile(`%[0-9A-F]{2}`)

// A short value is a word of messages, too: only a password is masked, where it stands by itself. In base64 it is no word.
func TestShortValues(t *testing.T) {
	for _, test := range []struct{ key, value, text, want string }{
		{"level", "apple", "apple pies", "apple pies"},
		{"level", "apple", "got YXBwbGU=, YXBwbGUK and YXBwbGU", "got ***, *** and ***"},
		{"level", "apple", "xYXBwbGUx", "xYXBwbGUx"},
		{"level", "true", "true is dHJ1ZQ==", "true is ***"},
		{"port", "5432", "db:5432 is NTQzMg==", "db:5432 is ***"},
		{"mode", "on", "on is b24=", "on is b24="},
		{"pin", "q7Xz", "q7Xz, not q7Xzy", "***, not q7Xzy"},
		{"password", "apple", "apple refused: apple, pineapple, apple-pie", "*** refused: ***, pineapple, apple-pie"},
		{"password", "4711", "4711 refused at port 14711", "*** refused at port 14711"},
		{"password", "abc", "abc refused", "abc refused"},
		{"auth", "true", "true is dHJ1ZQ==", "true is ***"},
		{"password", "root", "root is refused", "root is refused"},
		{"passwords.txt", "apple\nbanana1\n", "apple, banana1", "apple, ***"},
	} {
		r := &Redactor{}
		r.Secret(map[string][]byte{test.key: []byte(test.value)})
		if got := r.LogLine(test.text); got != test.want {
			t.Errorf("%s=%q: %s\n got %s\nwant %s", test.key, test.value, test.text, got, test.want)
		}
	}
}

func quoteWith(quote func(string) string, s string) string { return `"` + quote(s) + `"` }

func TestParts(t *testing.T) {
	r := &Redactor{}
	r.Secret(map[string][]byte{
		"short": []byte("abcdef12"), "long": []byte("abcdef12-and-more"), "overlapping": []byte("more-of-it-99"),
		"lines":             []byte("first-line-1\n  second-line-2\nxy\nPIN_CODE=4711-a\n"),
		".dockerconfigjson": []byte(`{"auths":{"https://index.docker.io/v1/":{"username":"shopbot","password":"p-4711x","auth":"c2hvcA=="}}}`),
		"url":               []byte("postgres://app:s3cr3t@db:5432/shop"),
		"url-at":            []byte("postgres://app:p@ss4711@db/x"),
		"url-escaped":       []byte("postgres://app:p%40ss4712@db/x"),
		"auth":              []byte(`{"auths":{"x":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("bot:pw-4713x")) + `"}}}`),
		"properties":        []byte("user=shopbot\ndb.password=pw-4714x\n"),
		"yaml":              []byte("db:\n  password: \"pw-4715x\"\n"),
		"ado":               []byte("Server=db;Password=pw-4716x;"),
		"libpq":             []byte("host=db user=app password=pw-4719x sslmode=disable"),
		"basic":             []byte("app:pw-4720x"),
		"nested":            []byte(`{"dsn":"postgres://app:pw-4721x@db/x","tok":["pw-4722x"],"host":"db.shop.svc"}`),
		"ini":               []byte("[db]\nurl=mysql://app:pw-4723x@db/x?token=pw-4724x&charset=utf8\n"),
		"xml":               []byte("<root><pw>pw-4725x</pw><host>db</host></root>"),
		"hook":              []byte("https://hooks.example.org/services/T00/pw-4726x"),
		"shell":             []byte("DB_PASS='pw-4727x'\nexport TOK=pw-4727x2 # of the shop\n"),
		"address":           []byte("redis:6379"),
		"slashes":           []byte("app:pw/4730:x+y"),
		"mysql":             []byte("app:pw-4731x@tcp(db:3306)/shop"),
		"pgpass":            []byte("db:5432:shop:app:pw-4732x"),
		"netrc":             []byte("machine db login app password pw-4733x"),
		"attribute":         []byte(`<Resource url="db" password="pw-4734x"/>`),
		"word":              []byte("<password>sunshine</password>"),
		"quoted":            []byte("host=db password='two words 9x'"),
		"gcp":               []byte(`{"project_id":"shop-prod-284719","client_email":"svc-app42x@shop.example","note":"pw-4735x"}`),
		"database":          []byte("postgres://db/shop_production2024"),
		"odd-url":           []byte("postgres://app:it's-4711@db/x"),
		"list":              []byte(`[{"password":"pw-4717x","more":"{\"token\":\"pw-4718x\"}"}]`),
	})
	for _, test := range []struct{ text, want string }{
		{"abcdef12-and-more", "***"},
		{"abcdef12-and-more-of-it-99!", "***!"},
		{"xabcdef12x", "x***x"},
		{"got first-line-1 and second-line-2 and xy", "got *** and *** and xy"},
		{"code 4711-a", "code ***"},
		{"login shopbot with p-4711x at https://index.docker.io/v1/", "login shopbot with *** at https://index.docker.io/v1/"},
		{"password s3cr3t for app", "password *** for app"},
		{`password "p@ss4711" or p@ss4712 refused`, `password "***" or *** refused`},
		{"not pw-4713x, pw-4714x, pw-4715x, pw-4716x, pw-4717x, pw-4718x of shopbot", "not ***, ***, ***, ***, ***, *** of shopbot"},
		{"pw-4719x pw-4720x pw-4721x pw-4722x pw-4723x pw-4724x pw-4725x pw-4726x", "*** *** *** *** *** *** *** ***"},
		{"pw-4727x, pw-4727x2", "***, ***"},
		{"login it's-4711 refused", "login *** refused"},
		{"not pw/4730:x+y, pw-4731x, pw-4732x, pw-4733x, pw-4734x, sunshine, two words 9x", "not ***, ***, ***, ***, ***, ***, ***"},
		{"no permission on project shop-prod-284719 for svc-app42x@shop.example; pw-4735x", "no permission on project shop-prod-284719 for svc-app42x@shop.example; ***"},
		{`database "shop_production2024" does not exist`, `database "shop_production2024" does not exist`},
		{"host db.shop.svc at redis on port 6379, path services of hooks.example.org in utf8", "host db.shop.svc at redis on port 6379, path services of hooks.example.org in utf8"},
		// Cut off within a value.
		{"quoted abcdef12-an", "quoted ***"},
		{"quoted abcdef...", "quoted ***..."},
		{"quoted abcdef", "quoted abcdef"},
		{strings.Repeat("x", 1020) + " abc", strings.Repeat("x", 1020) + " abc"},
		{strings.Repeat("x", 1019) + " abcd", strings.Repeat("x", 1019) + " ***"},
		{"def12-and-more" + strings.Repeat(" x", 1000), "***" + strings.Repeat(" x", 1000)},
	} {
		if got := r.Text(test.text); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

// What a template writes out may be a secret, or may be what each message says.
func TestLiteralValues(t *testing.T) {
	r := learnt(t, pod)
	for _, test := range []struct{ text, want string }{
		{"said good-morning77, twice: good-morning77", "said ***, twice: ***"},
		{"exec --greeting=good-morning77", "exec --greeting=***"},
		{"token Zx81-q refused", "token *** refused"},
		{"dial postgres://app:s3cr3t@db:5432/shop", "dial ***"},
		{"password s3cr3t", "password ***"},
		{"header Bearer abc.def-123, or abc.def-123", "header ***, or ***"},
		{`"LEVEL=1\x00"`, `"LEVEL=***"`},
		{"no good-morning778, nor xgood-morning77, nor good-morning77-6c8b", ""},
		{"0/1 nodes, 1 Insufficient cpu: true, web:8080 on port 8080 of production", ""},
		{`container "checkout" of checkout-6c8b is waiting; registry.test/shop/checkout:2.0`, ""},
		{`Get "http://ledger.shop.svc:8080/": lookup ledger.shop.svc: no such host`, ""},
		{`stat /etc/shop/config.yaml: no such file; context deadline 10m30s exceeded`, ""},
		{`open /tls/tls.key: no such file; 131072 tokens of orders`, ""},
	} {
		if test.want == "" {
			test.want = test.text
		}
		if got := r.Text(test.text); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

// A ConfigMap is sent by this command, and is quoted like a Secret; it mostly holds no secrets.
func TestConfigMapValues(t *testing.T) {
	r := &Redactor{}
	r.ConfigMap(map[string]string{
		"greeting": "good-morning77", "DB_PASSWORD": "20261127", "url": "postgres://app:s3cr3t@db:5432/shop",
		"LEVEL": "1", "debug": "true", "tier": "web", "port": "8080", "stage": "production", "path": "/etc/shop/config.yaml",
		"nginx.conf": "server {\n  listen 8080;\n  proxy_set_header Host $host:$server_port;\n}\n",
		"app.conf":   "greeting = hi-there-$77\ndb.password = pw-4711x\n",
		"ca-key.pem": "-----BEGIN PRIVATE KEY-----\nMIIE4711abcdefgh\n-----END PRIVATE KEY-----\n",
	})
	for _, test := range []struct{ text, want string }{
		{"said good-morning77: Z29vZC1tb3JuaW5nNzc=", "said ***: ***"},
		{"-p20261127", "-p***"},
		{"password s3cr3t, password pw-4711x", "password ***, password ***"},
		{"line MIIE4711abcdefgh", "line ***"},
		{"env LEVEL=1", "env LEVEL=***"},
		{"1 of 1 is true: web on port 8080 in production reads /etc/shop/config.yaml", ""},
		{`"proxy_set_header Host $host:$server_port;" is not allowed here, nor is "greeting = hi-there-$77"`, ""},
	} {
		if test.want == "" {
			test.want = test.text
		}
		if got := r.Text(test.text); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

// Names that say so make a value a secret, whatever it looks like; names of files and modes do not.
func TestSensitiveNames(t *testing.T) {
	for _, test := range []struct{ name, value, text, want string }{
		{"DB_PASSWORD", "20261127", "is 20261127 now, -p20261127", "is *** now, -p***"},
		{"API_KEY", "123456789012", "is 123456789012", "is ***"},
		{"API_TOKEN", "abc123.def456", "is abc123.def456", "is ***"},
		{"DB_PASSWORD", "/qx71/z99ab", `"/qx71/z99ab" refused`, `"***" refused`},
		{"DB_PASSWORD", "hunter2", "mysql -phunter2", "mysql -p***"},
		{"DB_PASSWORD", "correcthorsebatterystaple", "-pcorrecthorsebatterystaple", "-p***"},
		{"DB_PASSWORD", "4711", "port 47110", ""},
		{"DB_PASSWORD", "s3cr3t-Pa55word", "Basic " + base64.StdEncoding.EncodeToString([]byte("app:s3cr3t-Pa55word")), "Basic YXBwOn***A=="},
		{"DB_PASSWORD", "s3cr3t-Pa55word", "Basic " + base64.StdEncoding.EncodeToString([]byte("u:s3cr3t-Pa55word")), "Basic dTp***Q="},
		{"DB_PASSWORD", "s3cr3t-Pa55word", "Basic " + base64.StdEncoding.EncodeToString([]byte("ab:s3cr3t-Pa55word:x")), "Basic YWI6***Ong="},
		{"TOKEN_FILE", "/var/run/Secrets/token", "open /var/run/Secrets/token: no such file", ""},
		{"SSL_KEY_PATH", "/etc/ssl/Server.key", "open /etc/ssl/Server.key: no such file", ""},
		{"AUTH_URL", "https://auth.example.com/realms", `Get "https://auth.example.com/realms/shop": EOF`, ""},
	} {
		r := &Redactor{}
		r.Variables([]corev1.EnvVar{{Name: test.name, Value: test.value}})
		if test.want == "" {
			test.want = test.text
		}
		if got := r.Text(test.text); got != test.want {
			t.Errorf("%s=%s: %s\n got %s\nwant %s", test.name, test.value, test.text, got, test.want)
		}
	}
}

// What messages are made of stays, whichever variable has the same value.
func TestOrdinaryValues(t *testing.T) {
	for _, test := range []struct{ name, value, text string }{
		{"HELM_DRIVER", "configmap", `MountVolume.SetUp failed for volume "c": configmap "web-config" not found`},
		{"K", "not found", "docker.io/library/web:2.0: not found"},
		{"K", "OOMKilled", "OOMKilled"},
		{"K", "exec format error", `exec "/app": exec format error`},
		{"PROFILE", "restricted", `violates PodSecurity "restricted:latest"`},
		{"IMAGE", "shop/web", `Failed to pull image "registry.example.com/shop/web:2.0.0-rc2": not found`},
		{"IMAGE", "registry.example.com/shop/web", `Failed to pull image "registry.example.com/shop/web:2.0": not found`},
		{"IMAGE", "127.0.0.1:5000/shop/web", `Failed to pull image "127.0.0.1:5000/shop/web:2.0": not found`},
		{"PLATFORM", "linux/amd64", "no match for platform linux/amd64 in manifest"},
		{"CONFIG", "/app/Config.json", "stat /app/Config.json: no such file or directory"},
		{"RUNNER", "gunicorn", `exec: "gunicorn": executable file not found in $PATH`},
		{"ENTRY", "bundle exec rails", `exec: "bundle exec rails": executable file not found`},
		{"API", "https://api.example.com/v1", `Get "https://api.example.com/v1/health": EOF`},
		{"BROKERS", "kafka-0.k:9092,kafka-1.k:9092", "dial kafka-0.k:9092,kafka-1.k:9092"},
		{"ZONE", "europe-west1-b", "no node in europe-west1-b"},
		{"TTL", "10m30s", "after 10m30s"},
		{"container", "docker", "restarting failed container=web pod=web-1"},
	} {
		r := &Redactor{}
		r.Variables([]corev1.EnvVar{{Name: test.name, Value: test.value}})
		if got := r.Text(test.text); got != test.text {
			t.Errorf("%s=%s: %s\n got %s", test.name, test.value, test.text, got)
		}
	}
}

// An image of the template stays readable, although a Secret holds a part of it.
func TestImagesAreNoSecrets(t *testing.T) {
	for _, value := range []string{"shop/web", "registry.test:5000/shop/web", "web:2.0-rc2", "2.0-rc2", "/bin/serve"} {
		r := learnt(t, "containers: [{name: web, image: 'registry.test:5000/shop/web:2.0-rc2', command: [/bin/serve]}]")
		r.Secret(map[string][]byte{"k": []byte(value)})
		const text = `image "registry.test:5000/shop/web:2.0-rc2", exec "/bin/serve"`
		if got := r.Text(text); got != text {
			t.Errorf("%s: got %s", value, got)
		}
	}
}

// The watch learns while it masks.
func TestConcurrentUse(t *testing.T) {
	r := &Redactor{}
	r.Secret(map[string][]byte{"k": []byte("hunter2-2026")})
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for j := range 100 {
				r.Variables([]corev1.EnvVar{{Name: "TOKEN", Value: fmt.Sprintf("tok-%d-%d#", i, j)}})
				if got := r.Text(fmt.Sprintf("hunter2-2026 and tok-%d-%d#", i, j)); got != "*** and ***" {
					t.Error(got)
				}
			}
		})
	}
	all.Wait()
}

// A Secret holds everyday words, too.
func TestSecretsThatSayNothing(t *testing.T) {
	r := &Redactor{}
	r.Public("storefront", "shop")
	r.Secret(map[string][]byte{
		"a": []byte("1"), "b": []byte("true"), "c": []byte("web"), "d": []byte("8080"), "e": nil, "f": []byte("default"),
		"g": []byte("storefront"), "h": []byte("worker"), "USER": []byte("app"), "password": []byte("password"),
	})
	for _, text := range []string{
		`1 of 1 is true: web on 8080, container "storefront" in namespace default`, "shop-worker-6c8b and workers",
		`app is not ready`, `couldn't find key password in Secret shop/db`,
	} {
		if got := r.Text(text); got != text {
			t.Errorf("%s\n got %s", text, got)
		}
	}
	if got := r.Text("the worker said USER=app"); got != "the *** said USER=***" {
		t.Error(got)
	}
}

// A program's lines are its own words, but for the values that are known.
func TestLogLines(t *testing.T) {
	r := learnt(t, pod)
	r.Secret(map[string][]byte{"k": []byte("hunter2")})
	for text, want := range map[string]string{
		"set DB_PASS=x to start": "set DB_PASS=x to start", "DB_PASS=hunter2": "DB_PASS=***", "Zx81-q": "***",
	} {
		if got := r.LogLine(text); got != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func BenchmarkText(b *testing.B) {
	var spec corev1.PodSpec
	if err := yaml.Unmarshal([]byte(pod), &spec); err != nil {
		b.Fatal(err)
	}
	r := &Redactor{}
	r.Template(&spec)
	text := `failed to create containerd task: OCI runtime create failed: "DB_PASS=hunter2\x00": unknown ` + strings.Repeat("and more words, ", 20)
	for b.Loop() {
		r.Text(text)
	}
}
