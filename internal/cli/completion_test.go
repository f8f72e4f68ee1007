package cli

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-app/kubectl-app/internal/plugin"
)

// shop is what the API server of these tests has in the namespace of that name.
var shop = map[string]string{
	"/apis/apps/v1/namespaces/shop/deployments":     `{"kind":"DeploymentList","apiVersion":"apps/v1","items":[` + deploymentWeb + `]}`,
	"/apis/apps/v1/namespaces/shop/deployments/web": strings.Replace(deploymentWeb, `{`, `{"kind":"Deployment","apiVersion":"apps/v1",`, 1),
	"/apis/apps/v1/namespaces/shop/statefulsets": `{"kind":"StatefulSetList","apiVersion":"apps/v1","items":[
		{"metadata":{"name":"db","namespace":"shop"},"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"db","image":"db:1"}]}}}}]}`,
	"/apis/apps/v1/namespaces/shop/daemonsets":    `{"kind":"DaemonSetList","apiVersion":"apps/v1","items":[]}`,
	"/apis/batch/v1/namespaces/shop/cronjobs":     `{"kind":"CronJobList","apiVersion":"batch/v1","items":[{"metadata":{"name":"nightly"}}]}`,
	"/apis/apps/v1/namespaces/shop/replicasets":   `{"kind":"ReplicaSetList","apiVersion":"apps/v1","items":[` + replicaSet("1", "web:1.0") + `,` + replicaSet("2", "web:2.0") + `]}`,
	"/api/v1/namespaces/shop/secrets":             `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","items":[{"metadata":{"name":"db-login"}}]}`,
	"/api/v1/namespaces/shop/configmaps":          `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","items":[{"metadata":{"name":"settings"}}]}`,
	"/api/v1/namespaces/shop/serviceaccounts":     `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","items":[{"metadata":{"name":"builder"}}]}`,
	"/api/v1/namespaces":                          `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","items":[{"metadata":{"name":"shop"}},{"metadata":{"name":"default"}}]}`,
	"/api/v1/namespaces/shop/secrets/db-login":    `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"db-login","namespace":"shop"},"data":{"user":"c2hvcA==","password":"aHVudGVyMg=="}}`,
	"/api/v1/namespaces/shop/configmaps/settings": `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"settings","namespace":"shop"},"data":{"LOG_LEVEL":"chatty"}}`,
}

const deploymentWeb = `{"metadata":{"name":"web","namespace":"shop","uid":"u","generation":1},
	"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{
		"containers":[{"name":"web","image":"web:2.0","env":[{"name":"MODE","value":"secret-mode"}],"ports":[{"name":"http","containerPort":8080}]}],
		"initContainers":[{"name":"migrate","image":"tool:7"}]}}},
	"status":{"readyReplicas":2,"observedGeneration":1}}`

func replicaSet(revision, image string) string {
	return fmt.Sprintf(`{"metadata":{"name":"web-%[1]s","namespace":"shop","uid":"r%[1]s","labels":{"app":"web","pod-template-hash":"%[1]s"},
		"annotations":{"deployment.kubernetes.io/revision":"%[1]s","kubernetes.io/change-cause":"release\t%[1]s"},
		"ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"u","controller":true}]},
		"spec":{"selector":{"matchLabels":{"app":"web","pod-template-hash":"%[1]s"}},"template":{"metadata":{"labels":{"app":"web","pod-template-hash":"%[1]s"}},"spec":{
		"containers":[{"name":"web","image":"%[2]s","env":[{"name":"MODE","value":"secret-mode"}],"ports":[{"name":"http","containerPort":8080}]}],
		"initContainers":[{"name":"migrate","image":"tool:7"}]}}}}`, revision, image)
}

// kubeconfigFor writes a kubeconfig whose current context leads to a server.
func kubeconfigFor(t *testing.T, server string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"near",
		"clusters":[{"name":"lab","cluster":{"server":%q}}], "users":[{"name":"me","user":{}}],
		"contexts":[{"name":"near","context":{"cluster":"lab","user":"me","namespace":"shop"}},{"name":"far","context":{"cluster":"lab","user":"me"}}]}`, server)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", path)
}

// askCompletion runs kubectl_complete-app, whatever the pace of this machine.
func askCompletion(t *testing.T, words ...string) string {
	t.Helper()
	t.Setenv(completionTimeVariable, "1m")
	var out, errOut bytes.Buffer
	if code := Main(CommandLine(append([]string{"/bin/kubectl_complete-app"}, words...)), strings.NewReader(""), &out, &errOut); code != 0 || errOut.Len() > 0 {
		t.Errorf("%q: code %d, %s", words, code, errOut.String())
	}
	return out.String()
}

func TestCompletions(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, known := shop[r.URL.Path]
		if !known {
			w.WriteHeader(http.StatusForbidden)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(answer))
	}))
	defer server.Close()
	kubeconfigFor(t, server.URL)
	t.Setenv("OWN_VARIABLE", "hunter2")
	for line, want := range map[string][]string{
		// _ is the space before the unfinished word; : the directive: 4 no files, 2 no space, 32 in this order, 0 files, 16 folders.
		"set image _":                                {"deployment/web\ttool:7, web:2.0, 2 of 3 ready", "statefulset/db\tdb:1, 0 of 1 ready", ":4"},
		"set image d":                                {"deployment/web\ttool:7, web:2.0, 2 of 3 ready", ":4"},
		"set image deploy/":                          {"deploy/web\ttool:7, web:2.0, 2 of 3 ready", ":4"},
		"set image sts":                              {"sts/db\tdb:1, 0 of 1 ready", ":4"},
		"set image deploy _":                         {"web\ttool:7, web:2.0, 2 of 3 ready", ":4"},
		"set image cron":                             {"cronjob/", ":6"},
		"set image cronjob/":                         {"cronjob/nightly", ":4"},
		"set image service/":                         {":4"},
		"set image deployment/web _":                 {"migrate=\tinit container, tool:7", "web=\tweb:2.0", ":6"},
		"set image deployment web _":                 {"migrate=\tinit container, tool:7", "web=\tweb:2.0", ":6"},
		"set image deployment -l app=web w":          {"web=\tweb:2.0", ":6"},
		"set image deployment/web web=":              {"web=web:2.0\trevision 2, current", "web=web:1.0\trevision 1", ":36"},
		"set image deployment/web web=web:1":         {"web=web:1.0\trevision 1", ":36"},
		"set image deployment/web wbe=":              {":36"},
		"set image deployment/web statefulset/":      {"statefulset/db\tdb:1, 0 of 1 ready", ":4"},
		"set image deployment/gone _":                {":6"},
		"set env deployment/web _":                   {"MODE-\tvariable of container web", "MODE=\tvariable of container web", ":6"},
		"set env deployment/web MODE=":               {":6"},
		"set env deployment/web --from=sec":          {"secret/db-login", ":4"},
		"set resources deployment/web -c _":          {"migrate\tinit container, tool:7", "web\tweb:2.0", ":4"},
		"set resources deployment/web -c web,m":      {"web,migrate\tinit container, tool:7", ":4"},
		"set resources --limits cpu=1,m":             {"cpu=1,memory=", ":6"},
		"set serviceaccount deployment/web _":        {"builder", ":4"},
		"set secret _":                               {"db-login", ":4"},
		"set secret db-login _":                      {"password-", "password=-", "user-", "user=-", ":4"},
		"set configmap settings LOG":                 {"LOG_LEVEL-", "LOG_LEVEL=", ":6"},
		"set secret db-login --prompt=":              {"password", "user", ":4"},
		"set secret db-login --from-env OWN_":        {"OWN_VARIABLE", ":4"},
		"get _":                                      {"configmap/settings", "secret/db-login", ":4"},
		"get secret _":                               {"db-login", ":4"},
		"get secret/db-login --reveal p":             {"password", ":4"},
		"rollout status deployment/web _":            {"statefulset/db\tdb:1, 0 of 1 ready", ":4"},
		"rollout pause _":                            {"deployment/web\ttool:7, web:2.0, 2 of 3 ready", ":4"},
		"rollout undo deployment/web --to-revision=": {"2\ttool:7, web:2.0, current, release 2", "1\ttool:7, web:1.0, release 1", ":36"},
		"expose deployment/web --port=":              {"8080\tport http of container web", ":4"},
		"expose deployment/web --type=":              {"ClusterIP", "LoadBalancer", "NodePort", ":4"},
		"why ser":                                    {"service/", ":6"},
		"prune _":                                    {"configmaps", "secrets", ":4"},
		"scale deployment/web --on-failure=":         {"keep", "rollback", ":4"},
		"set image --dry-run=s":                      {"server", ":4"},
		"set image --fail-fast _":                    {"auto", "off", "strict", ":4"},
		"create configmap settings --if-exists u":    {"update", ":4"},
		"set secret db-login --roll=a":               {"all", "auto", ":4"},
		"why -o _":                                   {"json", "yaml", ":4"},
		"set secret -o _":                            {"name", "result", ":4"},
		"replay -o _":                                {"result", ":4"},
		"set image -o j":                             {"json", "jsonpath", "jsonpath-as-json", "jsonpath-file", ":4"},
		"set image -n _":                             {"default", "shop", ":4"},
		"--context=":                                 {"far\tcluster lab", "near\tcluster lab, namespace shop, current", ":4"},
		"--cluster l":                                {"lab\t" + server.URL, ":4"},
		"set image --user _":                         {"me", ":4"},
		"set image --reason=":                        {":4"},
		"set image --kubeconfig=":                    {":0"},
		"set image -k _":                             {":16"},
		"replay _":                                   {":0"},
		"completion _":                               {"install\tMake the link that kubectl's completion looks for", "uninstall\tRemove this link", ":4"},
		"--no-such-flag x _":                         {":0"},
	} {
		t.Run(line, func(t *testing.T) {
			words := strings.Fields(line)
			if words[len(words)-1] == "_" {
				words[len(words)-1] = ""
			}
			got := askCompletion(t, words...)
			if got != strings.Join(want, "\n")+"\n" {
				t.Errorf("got\n%swant\n%s", got, strings.Join(want, "\n"))
			}
			for _, value := range []string{"hunter2", "secret-mode", "chatty"} {
				if strings.Contains(got, value) {
					t.Errorf("the value %s is shown", value)
				}
			}
		})
	}
}

// Each verb that takes arguments completes them.
func TestEveryVerbCompletes(t *testing.T) {
	root := newRoot(newEnv(strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}, os.Getenv, time.Now))
	known := argumentCompleters()
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			visit(sub)
		}
		takesNone := cmd.Args != nil && cmd.Args(cmd, []string{"deployment/web"}) != nil && cmd.Args(cmd, []string{"FILE"}) != nil
		if _, completes := known[verbOf(cmd)]; cmd.IsAvailableCommand() && !takesNone && !completes && cmd.Name() != "help" {
			t.Errorf("%s completes no arguments: add it to argumentCompleters", cmd.CommandPath())
		}
		delete(known, verbOf(cmd))
	}
	visit(root)
	for verb := range known {
		t.Errorf("argumentCompleters has %q, which is no verb", verb)
	}
}

// A server that accepts and never answers: nothing is offered, and the shell is not kept waiting.
func TestCompletionGivesUp(t *testing.T) {
	if completionTime >= 300*time.Millisecond {
		t.Errorf("the shell waits for %v", completionTime)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	accepted := make(chan net.Conn, 8)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			accepted <- connection
		}
	}()
	kubeconfigFor(t, "http://"+listener.Addr().String())
	var out bytes.Buffer
	limits := map[string]string{completionTimeVariable: "1s"}
	args := []string{cobra.ShellCompRequestCmd, "set", "image", ""}
	if code := answerCompletion(args, strings.NewReader(""), &out, func(name string) string { return limits[name] }); code != 0 || out.String() != ":4\n" {
		t.Errorf("code %d, %q", code, out.String())
	}
	select {
	case connection := <-accepted:
		_ = connection.Close()
	default:
		t.Error("the server was never asked")
	}
}

// The program answers by its name, also on Windows, and is itself by any other.
func TestCommandLine(t *testing.T) {
	for program, completes := range map[string]bool{
		"kubectl_complete-app": true, "/a b/kubectl_complete-app": true, "kubectl_complete-app.exe": true,
		"kubectl-app": false, "kubectl_complete-apple": false, "/kubectl_complete-app/kubectl-app": false,
	} {
		want := "[set image]"
		if completes {
			want = "[__complete set image]"
		}
		if got := fmt.Sprint(CommandLine([]string{program, "set", "image"})); got != want {
			t.Errorf("%s: %s", program, got)
		}
	}
}

func TestCompletionOfPlugins(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"kubectl-app-hello": "echo never run; exit 1", plugin.CompletionProgram + "-hello": `echo "$# words: $*"; echo :4`, "kubectl-app-mute": "echo never run",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	for line, want := range map[string]string{
		"hel":         "help\tHelp about any command\nhello\tplugin " + dir + "/kubectl-app-hello\n:4\n",
		"hello you _": "2 words: you \n:4\n",
		"hello --na":  "1 words: --na\n:4\n",
		"mute x":      ":4\n",
	} {
		if got := askCompletion(t, strings.Split(strings.TrimSuffix(line, "_"), " ")...); got != want {
			t.Errorf("%s: %q", line, got)
		}
	}
}
