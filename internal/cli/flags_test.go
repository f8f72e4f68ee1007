package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// runOffline runs a command line in an environment with no kubeconfig.
func runOffline(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	t.Setenv("HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	code = Main(args, strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// A command line that can't be meant ends with 2, says what is wrong, and prints nothing to stdout.
func TestWrongCommandLines(t *testing.T) {
	expectWrong(t, map[string]string{
		"sett":                         `unknown command "sett" for "kubectl app"; did you mean "set"?`,
		"set imgae":                    `did you mean "image"?`,
		"set image web web=web:2":      "web is not TYPE/NAME; did you mean deployment/web?",
		"set selector service/web a=b": `unknown command "selector" for "kubectl app set"; use kubectl set selector`,
		"rollout restart web":          "web is not TYPE/NAME; did you mean deployment/web?",
		"rollout pause":                "no workload",
		"rollout resume deployment/web --wait=false --soak=3s":           "--wait=false does not watch",
		"set resources deployment/web":                                   "give --limits or --requests",
		"set resources deployment/web --limits=cpu=much":                 "not a quantity",
		"set resources deployment/web --limits=cpu=1 -c [":               "--containers=[ is not a pattern",
		"set serviceaccount deployment/web":                              "no service account",
		"set sa deployment/web Shop":                                     `"Shop" is not a valid name: use lower-case letters, digits, '-' and '.'; begin and end with a letter or a digit; did you mean "shop"?`,
		"create secret db a=hunter2":                                     "next: kubectl app create secret generic db --prompt=KEY",
		"create secret db --from-literal=a=hunter2":                      `unknown command "db" for "kubectl app create secret"; give the type of the Secret first`,
		"create secret password=hunter2":                                 `unknown command "password=…"`,
		"create secret generic db -phunter2":                             "error: unknown flag: -p\n",
		"create job web --image=web:1":                                   "; use kubectl create job\n",
		"autoscale":                                                      "no workload",
		"autoscale web --max=3":                                          "did you mean deployment/web?",
		"autoscale deployment --max=3":                                   "no name: give deployment/NAME",
		"autoscale deployment/web --max=0":                               "--max=0: it must be at least 1",
		"autoscale deployment/web --max=2 --min=3":                       "--max=2 must be at least --min=3",
		"autoscale deployment/web --max=+2":                              "--max=+2: a bound is not relative: give the number itself",
		"autoscale deployment/web --min=+2 --max=4":                      "--min=+2: a bound is not relative",
		"autoscale deployment/web --tolerance=5":                         "--tolerance: 5 without a unit is 500%: write 5%",
		"autoscale deployment/web --tolerance=up=10":                     "--tolerance: 10 without a unit is 1000%: write 10%",
		"scale deployment/web 3":                                         "3 is not a flag: give --replicas=3",
		"scale deployment/web 3 --to-zero":                               "3 is not a flag: give --replicas=3",
		"scale deployment/web=3":                                         "3 is not a flag: give --replicas=3",
		"scale deployment web 3":                                         "no number of replicas",
		"autoscale deployment/web --max=many":                            "invalid value --max=many: it takes a whole number",
		"autoscale deployment/web --cpu=seventy":                         "--cpu: seventy is neither a percentage of the request nor a quantity above 0",
		"autoscale deployment/web --cpu=":                                "--cpu: ",
		"autoscale deployment/web --cpu=0.5":                             "--cpu: 0.5 without a unit is 0.5m: write the unit",
		"autoscale deployment/web --memory=0%":                           "--memory: 0% is not a percentage of the request",
		"autoscale deployment/web --cpu=70% --cpu-percent=70":            "--cpu-percent and --cpu can't be used together",
		"autoscale deployment/web --metric=requests=5":                   "--metric: requests=5 is not a metric: give pods/METRIC=100",
		"autoscale deployment/web --metric=pods/a=5 --metric=pods/a=6":   "--metric: pods/a is given twice",
		"autoscale deployment/web --scale-up=fast":                       `--scale-up: "fast" is not a rule: give policies such as 4/15s`,
		"autoscale deployment/web --scale-down=disabled,window=5m":       "--scale-down: disabled stands alone",
		"autoscale deployment/web --scale-down=1/1h":                     `--scale-down: "1/1h" is not a policy`,
		"autoscale deployment/web --tolerance=much":                      "--tolerance: much is not a tolerance: give 5%",
		"autoscale deployment/web --remove --max=3":                      "--remove removes the whole autoscaler: remove --max",
		"autoscale deployment/web --wait=false --timeout=1m":             "--timeout needs a watch, but --wait=false does not watch",
		"autoscale deployment/web --timeout=0s":                          "--timeout takes a duration above 0",
		"autoscale deployment/web --name=Web":                            "--name=Web is not a valid name",
		"autoscale deployment/web -o wide":                               "or result",
		"autoscale status":                                               "no object: give NAME or TYPE/NAME, for example deployment/web, or --all",
		"autoscale status deployment":                                    "no name",
		"autoscale status deployment/web --all":                          "--all is every autoscaler of the namespace",
		"autoscale status deployment/web -o wide":                        "it takes json, yaml",
		"autoscale daemonset/web --max=3":                                "daemonset/web has no replicas",
		"scale deployment/web":                                           "no number of replicas: give --replicas=COUNT",
		"scale --replicas=2":                                             "no workload",
		"scale web --replicas=2":                                         "did you mean deployment/web?",
		"scale deployment/web --replicas=two":                            "--replicas=two is not a number of replicas: give 3, or a change of the present number: +2, -1, x2 or 50%",
		"scale deployment/web --replicas=2147483648":                     "too large",
		"scale deployment/web --replicas=2 --current-replicas=-2":        "--current-replicas must be 0 or more",
		"scale deployment/web --replicas=2 --on-failure=pause":           "rollback",
		"scale deployment/web --replicas=2 --reason=load":                "unknown flag: --reason",
		"scale daemonset/web --replicas=2":                               "daemonset/web has no replicas: it runs one pod on each node that its template chooses",
		"scale job/web --replicas=2":                                     "job/web has no replicas; its field spec.parallelism is how many of its pods run at once",
		"scale pod/web --replicas=2":                                     "pod/web has no replicas: it is one pod",
		"scale deployment --replicas=2":                                  "no name: give deployment/NAME",
		"expose":                                                         "no workload",
		"expose web":                                                     "did you mean deployment/web?",
		"expose deployment/web deployment/api":                           "exactly one object: give TYPE/NAME",
		"expose deployment/web --port=http":                              `--port=http: "http" is not a number; write PORT, PORT:TARGET or NAME=PORT:TARGET`,
		"expose deployment/web --port=99999":                             "99999 is no port: ports go from 1 to 65535",
		"expose deployment/web --port=80,80":                             "80 is given twice",
		"expose deployment/web --target-port=0":                          "0 is no port",
		"expose deployment/web --protocol=ICMP":                          "ICMP is not a protocol of a Service: it takes TCP, UDP, SCTP",
		"expose deployment/web --type=ExternalName":                      "it takes ClusterIP, NodePort, LoadBalancer",
		"expose deployment/web --name=Web":                               "Web is not a valid name of a Service: use at most 63 lower-case letters, digits and '-'; begin and end with a letter or a digit; did you mean web?",
		"expose deployment/web --node-port=70000":                        "--node-port=70000: ports go from 1 to 65535",
		"expose deployment/web --node-port=1,1":                          "--node-port: 1 is given twice",
		"expose deployment/web --cluster-ip=here":                        "here is not an IP address",
		"expose deployment/web --external-ip=1.2.3":                      "1.2.3 is not an IP address",
		"expose deployment/web --ip-families=IPv5":                       "it takes IPv4, IPv6",
		"expose deployment/web --labels=a":                               "--labels: number 1 is not a valid KEY=VALUE",
		"expose deployment/web --session-affinity=Some":                  "it takes None, ClientIP",
		"expose deployment/web --wait=false --timeout=1s":                "--timeout needs a watch, but --wait=false does not watch",
		"expose deployment/web --host=http://a.example.org":              "give the name alone, without http:// or https://: --host=a.example.org",
		"expose deployment/web --host=a.example.org --path=b":            "--path=b: a path begins with /: did you mean /b?",
		"expose deployment/web --tls=a":                                  "--tls is for an Ingress: give --host, too",
		"expose --list deployment/web":                                   "--list lists the whole namespace: name no object",
		"expose --list --port=80":                                        "--list and --port can't be used together",
		"expose --remove":                                                "no workload",
		"expose deploy":                                                  "no name: give deploy/NAME\n",
		"replay nowhere.jsonl":                                           "recording nowhere.jsonl: no such file or directory",
		"set image -f nowhere.yaml web=web:2":                            `the path "nowhere.yaml" does not exist`,
		"expose deployment/web --timeout=0s":                             "--timeout takes a duration above 0",
		"rollout undo deployment/web --to-revision=two":                  "error: invalid value --to-revision=two: it takes a whole number\n",
		"set image deployment/web web=web:2 --soak=5":                    "error: invalid value --soak=5: it takes a duration, such as 30s, 5m or 1h\n",
		"set image deployment/web web=web:2 --wait=maybe":                "error: invalid value --wait=maybe: it takes true or false\n",
		"set image deployment/web web=web:2 -v=all":                      "error: invalid value -v=all: it takes a whole number\n",
		"replay a --speed=fast":                                          "error: invalid value --speed=fast: it takes a number\n",
		"prune secrets --older-than":                                     "error: --older-than needs a value: it takes a duration",
		"set image deployment/web web=web:2 --on-failure":                "error: --on-failure needs a value: it takes rollback, keep, pause\n",
		"get secret db -o":                                               "error: --output needs a value\n",
		`create secret generic db --labels=a="x`:                         "error: invalid value of --labels: its list has a quotation mark",
		"help foo":                                                       "error: there is no help topic \"foo\"\nSee 'kubectl app --help' for the commands.\n",
		"help set foo":                                                   "there is no help topic \"set foo\"\nSee 'kubectl app set --help'",
		"set env deployment/web FOO":                                     "argument 2 has no =; write KEY=VALUE to set a variable, or KEY- to remove it",
		"set image deployment/web web=web:2 --wiat":                      "unknown flag: --wiat",
		"set image deployment/web":                                       "no image to set",
		"set image deployment/web web":                                   "argument 2 has no =; write CONTAINER=IMAGE",
		"set image deployment/web web web=web:2":                         "argument 2 has no =; write CONTAINER=IMAGE",
		"set image all web=web:2":                                        "all is every workload of the namespace: confirm that with --all, or choose with -l",
		"rollout undo deployment/web web":                                "web is not TYPE/NAME, and deployment/web is",
		"set image web=web:2":                                            "no workload",
		"set image deployment/web web=web:2 -l app=web":                  "a name can't be combined with -l or --all",
		"set image deployment/web web=web:2 --local":                     "--local reads files",
		"set image deployment/web web=web:2 --on-failure=panic":          "invalid value --on-failure=panic: it takes rollback, keep, pause",
		"set image deployment/web web=web:2 --on-interrupt=die":          "it takes keep, rollback",
		"set image deployment/web web=web:2 --fail-fast=maybe":           "it takes auto, strict, off",
		"set image deployment/web web=web:2 --progress=loud":             "it takes auto, live, plain, ndjson, none",
		"set image deployment/web web=web:2 --timeout=-3s":               "--timeout and --soak take a duration of 0 or more",
		"set image deployment/web web=web:2 --timeout=15s --soak=15s":    "--timeout=15s must be longer than --soak=15s",
		"set env deployment/web A=1 --timeout=1m --soak=2m":              "--timeout=1m0s must be longer than --soak=2m0s",
		"set secret db a=1 --roll=some":                                  "invalid value --roll=some: it takes auto, all, none",
		"rollout status deployment/web --on-failure=panic":               "invalid value --on-failure=panic: it takes rollback, keep, pause",
		"create configmap a --from-literal=a=1 --if-exists=maybe":        "it takes update, fail, skip",
		"create configmap a --from-literal=a=1 --dry-run":                "--dry-run needs a value: --dry-run=client or --dry-run=server",
		"prune secrets --dry-run=perhaps":                                "it takes none, client, server",
		"set image deployment/web web=web:2 --dry-run":                   "--dry-run needs a value",
		"set image deployment/web web=web:2 --dry-run=perhaps":           "it takes none, client, server",
		"set image deployment/web web=web:2 --recording=nowhere/a":       "--recording=nowhere/a: no such file or directory",
		"set image deployment/web web=web:2 --recording=flags_test.go/a": "--recording=flags_test.go/a: not a directory",
		"set image deployment/web web=web:2 --wait=false --soak=3s":      "--wait=false does not watch",
		"set image deployment/web web=web:2 -o xml":                      "yaml; or result",
		"set env deployment/web":                                         "nothing to set or remove",
		"set env A=1":                                                    "no workload",
		"set env A=1 deployment/web":                                     "name the resources before KEY=VALUE",
		"set env deployment/web A=1 A=2":                                 "A is set to two values",
		"set env deployment/web A=1 A-":                                  "A is set and removed by the same command",
		"set env deployment/web A=1 --prefix=P_ P_A-":                    "P_A is set and removed by the same command",
		"set env deployment/web --prefix=1 A=x":                          "--prefix=1 does not make valid names of variables",
		"set image deployment/web web=web:2 web=web:3":                   "web is set to two images",
		"create configmap a a=1 a=2":                                     `the key "a" is given twice`,
		"create configmap a a=1 --from-literal=a=2":                      `the key "a" is given twice`,
		"set secret db user=x user-":                                     "user is set and removed by the same command",
		"set env deployment/web 1A=1":                                    "argument 2 has no valid variable name",
		"create secret docker-registry pull --docker-password-stdin":     "give --from-file, or --docker-username and the password",
		"create secret docker-registry pull --docker-username=me --docker-password-stdin --docker-server=": "--docker-server takes the name of a registry",
		"set env deployment/web -e A":                               "-e number 1 is neither KEY=VALUE nor KEY-",
		"set env deployment/web --from=db":                          "--from takes secret/NAME or configmap/NAME",
		"set env deployment/web --from=deployment/db":               "--from takes secret/NAME or configmap/NAME",
		"set env deployment/web --from=secret/":                     "--from takes secret/NAME or configmap/NAME",
		"set env deployment/web A=1 --keys=a":                       "--keys goes with --from",
		"set env deployment/web --from=secret/db --keys=":           "--keys has an empty name",
		"set env deployment/web --from=secret/db --keys=a,,b":       "--keys has an empty name",
		"set env deployment/web A=1 -c [":                           "--containers=[ is not a pattern",
		"set env deployment/web A=1 --containers=":                  "is not a pattern",
		"set env deployment/web A=1 --resolve":                      "--resolve goes with --list",
		"set env deployment/web --list -o yaml":                     "--list and --output may not be specified together",
		"set env -f web.yaml --local --list --resolve":              "--resolve reads from the API server",
		"set env -f web.yaml --local --from=secret/db":              "name them with --keys",
		"set env -f - -e -":                                         "standard input can be read only once",
		"set env deployment/web -e - -e -":                          "standard input can be read only once",
		"set env deployment/web A=1 --local":                        "--local reads files",
		"set env deployment/web A=1 --wait=false --soak=3s":         "--wait=false does not watch",
		"rollout undo deployment/web --to-revision=-1":              "--to-revision takes a revision number",
		"rollout undo deployment/web --timeout=5s --soak=9s":        "no rollout could succeed",
		"rollout status deployment/web -o yaml":                     "it takes result",
		"rollout status deployment/web --watch=false --timeout=1m":  "--timeout needs a watch, but --watch=false does not watch",
		"rollout status deployment/web -w=false --soak=5s":          "--soak needs a watch",
		"rollout status deployment/web --watch=false --recording=r": "--recording needs a watch",
		"rollout status deploy/web --watch=false --on-failure=keep": "--on-failure needs a watch",
		"rollout status deployment/web --on-failure=undo":           "invalid value --on-failure=undo",
		"rollout status deployment/web --timeout=5s --soak=6s":      "no rollout could succeed",
		"rollout status deployment/web --request-timeout=bogus":     "--request-timeout=bogus is not a duration",
		"set image deployment/web web=web:2 --request-timeout=1x":   "give a number of seconds, or a number with a unit (5s, 2m, 1h)",
		"replay a --timeout=3s --soak=5s":                           "--timeout=3s must be longer than --soak=5s",
		"rollout history deployment/web -o wide":                    "allowed formats are",
		"rollout history deployment/web --revision=-1":              "--revision takes the number of a revision",
		"rollout status":                   "no workload",
		"replay":                           "no recording: give a file, or - for standard input",
		"replay a b":                       "replay takes one recording, and 2 are given",
		"replay a --instant --speed=2":     "--instant and --speed can't be used together",
		"replay a --speed=0":               "--speed takes a number above 0",
		"version now":                      "takes no arguments",
		"get secret":                       "no name: give secret NAME",
		"get secret -n prod":               "next: kubectl get secrets -n prod",
		"prune deployments":                "give secrets or configmaps",
		"get CM":                           "no name: give CM NAME",
		"get":                              "no object: give secret NAME or configmap NAME",
		"get db":                           "db is a name without a type, or a type without a name: give secret db or configmap db",
		"status secrets":                   "no name: give secrets/NAME",
		"status -l app=web secret/db":      "-l chooses workloads",
		"status secret/db --exit-code":     "--exit-code is about workloads",
		"status -A deployment/web":         "-A lists the workloads of all namespaces",
		"status -o jsonpath={.items}":      "it takes json, yaml, name, wide",
		"status -A -l a=b=c":               "--selector: ",
		"status secret/db deployment/web":  "ask for one, then for the other",
		"get secret db -o wide":            "json, yaml, name, result",
		"get secret db --reveal=":          "--reveal takes the name of a key",
		"get secret db --reveal a -o json": "--reveal and -o may not be specified together",
		"get secret/db configmap/settings --reveal a": "--reveal takes exactly one object",
	})
}

// expectWrong runs wrong command lines; each is mapped to what is said.
func expectWrong(t *testing.T, lines map[string]string) {
	t.Helper()
	for line, says := range lines {
		t.Run(line, func(t *testing.T) {
			code, out, errOut := runOffline(t, strings.Fields(line)...)
			if code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if !strings.Contains(errOut, says) {
				t.Errorf("stderr does not say %q:\n%s", says, errOut)
			}
			if out != "" {
				t.Errorf("stdout: %s", out)
			}
			if strings.Contains(errOut, "hunter2") {
				t.Errorf("stderr shows a value:\n%s", errOut)
			}
		})
	}
}

func TestPolicy(t *testing.T) {
	f := watchFlags{failFast: "strict", progress: "auto", soak: 3 * time.Second, timeout: time.Minute, oldPods: true}
	p, err := f.policy()
	if err != nil {
		t.Fatal(err)
	}
	if p.FailFast != "strict" || p.Soak != 3*time.Second || p.Timeout != time.Minute || !p.WaitForOldPods {
		t.Errorf("policy %+v", p)
	}
	var flags watchFlags
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.add(set, defaultSoak)
	if err := set.Parse([]string{"--timeout=5s"}); err != nil {
		t.Fatal(err)
	}
	if p, err := flags.policy(); err != nil || p.Timeout != 5*time.Second || p.Soak != 2500*time.Millisecond {
		t.Errorf("a timeout shorter than the default soak: %+v, %v", p, err)
	}
	f.timeout = -time.Second
	var usage usageError
	if _, err := f.policy(); !errors.As(err, &usage) {
		t.Errorf("error %v", err)
	}
}

func TestVersion(t *testing.T) {
	code, out, errOut := runOffline(t, "version", "--client")
	if code != exitOK || errOut != "" {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	if !strings.HasPrefix(out, "kubectl-app v") || !strings.Contains(out, "\nkubernetes ") {
		t.Errorf("stdout %q", out)
	}
}

func TestHelpNamesThePluginAsItIsTyped(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"set", "image", "--help"}, {"rollout", "undo", "-h"}} {
		code, out, _ := runOffline(t, args...)
		if code != exitOK || !strings.Contains(out, "kubectl app ") || strings.Contains(out, "kubectl-app ") {
			t.Errorf("%v: exit code %d\n%s", args, code, out)
		}
	}
	if code, out, _ := runOffline(t, "help", "exit-codes"); code != exitOK || !strings.Contains(out, "  143  ") {
		t.Errorf("help exit-codes: exit code %d\n%s", code, out)
	}
}

// What stands in the wrong place may be a secret.
func TestMisplacedValuesAreNotShown(t *testing.T) {
	for line, says := range map[string]string{
		"create secret generic db --from-dotenv=PASSWORD=hunter2-Xyz":                               "PASSWORD=…: there is no file of this name",
		"create secret generic db --from-env-file=PASSWORD=hunter2-Xyz":                             "PASSWORD=…: there is no file of this name",
		"create secret generic db a=1 --annotations=a=b --annotations=a:hunter2-Xyz":                "--annotations: number 2 is not a valid KEY=VALUE",
		"create secret generic db a=1 --labels=a:hunter2-Xyz":                                       "--labels: number 1 is not a valid KEY=VALUE",
		"create secret generic db --prompt=password=hunter2-Xyz":                                    "--prompt: it takes a key alone",
		"create secret generic db --prompt=hunter2!":                                                "--prompt: it takes a key alone",
		"set secret db --prompt=password=hunter2-Xyz":                                               "--prompt: it takes a key alone",
		"create secret generic db --from-file=password=hunter2-Xyz":                                 "--from-file=password=…: there is no file of the name after password=",
		"create secret generic db --from-env-prefix=PASSWORD=hunter2-Xyz":                           "--from-env-prefix: it takes what the names of variables begin with",
		"create secret generic db --from-env=hunter2Xyz":                                            "a variable on the command line is not set",
		"create secret docker-registry db --docker-username=u --docker-password-env=hunter2Xyz":     "a variable on the command line is not set",
		"create secret docker-registry db --docker-username=u --docker-password-stdin=hunter2-Xyz":  "invalid value --docker-password-stdin=…: it takes true or false",
		"create secret docker-registry db --docker-username=u --docker-password-prompt=hunter2-Xyz": "invalid value --docker-password-prompt=…: it takes true or false",
		"create secret docker-registry db --from-file=.dockerconfigjson=hunter2-Xyz":                "--from-file=.dockerconfigjson=…: there is no file",
		"create secret generic PASSWORD_hunter2=hunter2-Xyz":                                        "no name: NAME comes first",
		"create secret tls db --cert=password=hunter2-Xyz --key=password=hunter2-Xyz":               "--key: password=…: there is no file of this name",
		"set env deployment/web --from=password=hunter2-Xyz":                                        "and password=… is neither",
		"set image deployment/web =hunter2-Xyz":                                                     `"=…" is neither a resource nor CONTAINER=IMAGE`,
		"set secret db -----hunter2-Xyz":                                                            "an argument begins with -, but is not a flag",
		"get secret password=hunter2-Xyz":                                                           "password=… names no object",
		"status password=hunter2-Xyz":                                                               "password=… names no object",
		"rollout status deployment/web password=hunter2-Xyz":                                        "password=… can't be one",
		"help password=hunter2-Xyz":                                                                 "password=…",
		"help set password=hunter2-Xyz":                                                             "password=…",
		"version password=hunter2-Xyz":                                                              "password=…",
		"set password=hunter2-Xyz":                                                                  `unknown command "password=…"`,
		"rollout status deployment/web -o password=hunter2-Xyz":                                     "-o password=… is unknown here",
		"rollout status deployment/web --on-failure=password=hunter2-Xyz":                           "--on-failure=password=…",
		"rollout status deployment/web --request-timeout=password=hunter2-Xyz":                      "--request-timeout=password=…",
		"replay password=hunter2-Xyz":                                                               "password=…",
		"set image deployment/web a=b -f password=hunter2-Xyz":                                      "not both",
		"set image -f password=hunter2-Xyz a=b --local":                                             "password=…",
		"create secret generic db a=b --to-kustomization=password=hunter2-Xyz":                      "password=…",
		"set image deployment/web web=b --kubeconfig=password=hunter2-Xyz":                          "",
		"set image deployment/web web=b --containers=password=hunter2-Xyz":                          "unknown flag: --containers",
		"set image deployment/web web=b --soak=1s --recording=password=hunter2-Xyz/":                "",
		// A word alone, where a value could stand: told by its position.
		"set env deployment/web hunter2":                  "argument 2 has no =; write KEY=VALUE",
		"set env deployment/web hunter2SECRET A=1":        "argument 2 has no =",
		"set env deployment/web -e hunter2":               "-e number 1 is neither KEY=VALUE nor KEY-",
		"create secret generic db hunter2":                `argument 1 after the name: it has no "="`,
		"create secret generic db a=1 hunter2":            `argument 2 after the name: it has no "="`,
		"create secret generic db --from-literal=hunter2": `--from-literal: it has no "="`,
		"create configmap db hunter2":                     `argument 1 after the name: it has no "="`,
		"set secret db hunter2":                           `argument 1 after the name: it has no "="`,
		"set configmap db hunter2":                        `argument 1 after the name: it has no "="`,
		"create secret generic db --generate=hunter2":     "--generate",
		"create secret generic db --generate=a:hunter2":   "--generate",
		// A word alone, where a name or a path belongs: shown only if it looks like one.
		"set secret hunter2SECRET":                                      "error: NAME is not a valid name",
		"create secret generic hunter2SECRET a=b":                       "error: NAME is not a valid name",
		"create configmap hunter2SECRET a=b":                            "error: NAME is not a valid name",
		"create secret tls hunter2SECRET --cert=a --key=b":              "error: NAME is not a valid name",
		"set serviceaccount deployment/web hunter2SECRET":               "error: NAME is not a valid name",
		"create secret opaque db a=hunter2":                             "give the type of the Secret first",
		"create secret hunter2SECRET":                                   "give the type of the Secret first",
		"create secret generic db --from-file=hunter2SECRET":            "a path on the command line (not shown: it could be a value): there is no such file",
		"create secret generic db --from-env-file=hunter2SECRET":        "a path on the command line (not shown",
		"create secret generic db --from-dotenv=hunter2SECRET":          "a path on the command line (not shown",
		"create configmap db --from-file=hunter2SECRET":                 "a path on the command line (not shown",
		"create secret docker-registry db --from-file=hunter2SECRET":    "a path on the command line (not shown",
		"create secret tls db --cert=hunter2SECRET --key=no.key":        "--key: no.key: there is no such file",
		"create secret generic db --from-env-prefix=hunter2SECRET":      "no variable is set whose name begins with this text",
		"create secret generic db --prompt=hunter2SECRET":               "KEY: there is no terminal to ask on",
		"create secret generic db a=b --to-kustomization=hunter2SECRET": "--to-kustomization=…: there is no such directory",
		"create secret generic db a=b --if-exists=hunter2SECRET":        "it takes update, fail, skip",
		"set secret db a=b --roll=hunter2SECRET":                        "it takes auto, all, none",
		"set env deployment/web --from=hunter2SECRET":                   "and … is neither",
		"set env hunter2SECRET A=1":                                     "argument 1 is not TYPE/NAME, such as deployment/web",
		"set image hunter2SECRET web=web:2":                             "argument 1 is not TYPE/NAME",
		"set image deployment/web hunter2SECRET web=web:2":              "argument 2 has no =; write CONTAINER=IMAGE",
		"set image deployment/web web=web:2 hunter2SECRET":              "resources come before CONTAINER=IMAGE, and argument 3 comes after",
		"rollout undo deployment/web hunter2SECRET":                     "argument 2 is not TYPE/NAME",
		"get hunter2SECRET":                                             "the argument is a name without a type",
		"status hunter2SECRET":                                          "",
		"rollout hunter2SECRET":                                         `unknown command "…"`,
		"help hunter2SECRET":                                            "no help topic",
		"replay hunter2SECRET":                                          "recording …",
	} {
		_, out, errOut := runOffline(t, strings.Fields(line)...)
		if !strings.Contains(errOut, says) || strings.Contains(out+errOut, "hunter2") {
			t.Errorf("%s: %s%s", line, out, errOut)
		}
	}
}

// A file's content, where its path belongs.
func TestContentInPlaceOfAPathIsNotShown(t *testing.T) {
	pem := "-----BEGIN PRIVATE KEY-----\nMIIEhunter2\n-----END PRIVATE KEY-----"
	for _, args := range [][]string{
		{"tls", "web", "--cert=" + pem, "--key=" + pem},
		{"generic", "web", "--from-file=tls.key=" + pem},
		{"generic", "web", "--from-file", pem},
		{"generic", "web", "--from-env-file", pem},
		{"generic", "web", "--from-dotenv", pem},
		{"generic", "web", "--from-env", pem},
		{"generic", "web", "--prompt", pem},
		{"generic", pem, "a=b"},
		{"generic", "web", pem},
		{"generic", "web", "a=b", "--to-kustomization", pem},
		{"generic", "web", "--key", pem},
		{pem},
		{"docker-registry", "web", "--from-file", pem},
		{"tls", "web", "--cert=" + strings.Repeat("hunter2", 600), "--key=" + strings.Repeat("MIIE", 600)},
		{"generic", "web", "a=b", "--client-key=" + pem},
		{"generic", "web", "a=b", "--client-certificate=" + pem, "--certificate-authority=" + pem},
		{"generic", "web", "a=b", "--kubeconfig=" + pem},
		{"generic", "web", "a=b", "--context=" + pem},
	} {
		code, out, errOut := runOffline(t, append([]string{"create", "secret"}, args...)...)
		if code == exitOK || strings.Contains(out+errOut, "MIIE") || strings.Contains(out+errOut, "hunter2") {
			t.Errorf("%q: ends with %d: %s%s", args, code, out, errOut)
		}
	}
	_, _, errOut := runOffline(t, "create", "secret", "tls", "web", "--cert="+pem, "--key="+pem)
	for _, says := range []string{"error: --key: …: this looks like the content of a file, not like a path: give a path", `hint: a shell makes a file of a variable: <(printf '%s\n' "$VARIABLE")`} {
		if !strings.Contains(errOut, says) {
			t.Errorf("stderr\n%slacks %s", errOut, says)
		}
	}
}

// Of two files it has to be seen which one is wrong.
func TestTLSFilesAreNamedByTheirFlags(t *testing.T) {
	code, out, errOut := runOffline(t, "create", "secret", "tls", "web", "--cert=nope", "--key=nope")
	want := "error: --cert: nope: there is no such file\nerror: --key: nope: there is no such file\n"
	if code == exitOK || out != "" || errOut != want {
		t.Errorf("ends with %d, stdout %q, stderr\n%swant\n%s", code, out, errOut, want)
	}
}

// A command before the pipe that has failed empties no key.
func TestEmptyStdinIsRefused(t *testing.T) {
	code, out, errOut := runOffline(t, "create", "secret", "generic", "db", "p=-")
	if want := "error: stdin is empty: nothing was changed; write p= for an empty value\n"; code != exitRefused || out != "" || errOut != want {
		t.Errorf("ends with %d, stdout %q, stderr %q", code, out, errOut)
	}
}
