package cli

import "testing"

func TestWrongCreateDeployment(t *testing.T) {
	expectWrong(t, map[string]string{
		"create deployment":                                            "no name: NAME comes first",
		"create deployment web":                                        "no image: give --image=IMAGE",
		"create deployment Web --image=web:1":                          `did you mean "web"?`,
		"create deployment web api --image=web:1":                      "one name is expected, and 2 are given; a command goes after --",
		"create deployment web --image=a --image=b -- sleep 1":         "a command is for one container",
		"create deployment web --image=a --port=0":                     "--port=0: ports go from 1 to 65535",
		"create deployment web --image=a --port=http":                  "invalid value --port=http: it takes a whole number",
		"create deployment web --image=a --replicas=-1":                "--replicas=-1 must be 0 or more",
		"create deployment web --image=a --save-config --env=A=b":      "--save-config would write the values of --env into an annotation",
		"create deployment web --image=a --env=A":                      "-e number 1 is neither KEY=VALUE nor KEY-",
		"create deployment web --image=a --env=A-":                     "--env takes KEY=VALUE",
		"create deployment web --image=a --env-from=db":                `--env-from: "db" names no object to take variables from: write secret/NAME or configmap/NAME`,
		"create deployment web --image=a --limits=cpu=much":            "not a quantity",
		"create deployment web --image=a --probe=ping":                 `--probe: "ping" is not a probe: write tcp, tcp:8080`,
		"create deployment web --image=a --probe-http=/up":             "--probe-http needs the port: give --port, too",
		"create deployment web --image=a --port=1 --probe-http=up":     "did you mean /up?",
		"create deployment web --image=a --probe=tcp --probe-http=/up": "--probe and --probe-http can't be used together",
		"create deployment web --image=a --sidecar=logs":               `--sidecar: "logs" is not a sidecar: write NAME=IMAGE`,
		"create deployment web --image=a --security=strict":            "it takes restricted, baseline, none",
		"create deployment web --image=a --plain --env=A=1":            "--plain makes the object that kubectl makes, and --env changes it",
		"create deployment web --image=a --if-exists=replace":          "it takes update, fail, skip",
		"create deployment web --image=a --on-failure=rollback":        "it takes keep, delete",
		"create deployment web --image=a --wait=false --soak=3s":       "--wait=false does not watch",
		"create deployment web --image=a -o wide":                      "or result",
		"create deployment web --image=a --validate=maybe":             "strict",
	})
}
