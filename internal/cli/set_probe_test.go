package cli

import "testing"

func TestWrongSetProbe(t *testing.T) {
	expectWrong(t, map[string]string{
		"set probe deployment/web --get-url=/up":                                    "no probe is named: give --readiness, --liveness or --startup",
		"set probe deployment/web --readiness":                                      "nothing to set: give --get-url, --open-tcp, --grpc, -- COMMAND",
		"set probe --readiness --open-tcp=80":                                       "no workload",
		"set probe web --readiness --open-tcp=80":                                   "did you mean deployment/web?",
		"set probe deployment/web --readiness --open-tcp=80 --get-url=/":            "a probe asks one thing",
		"set probe deployment/web --readiness --open-tcp=80 -- true":                "a probe asks one thing",
		"set probe deployment/web --readiness --remove --open-tcp=80":               "--remove removes the whole probe",
		"set probe deployment/web --readiness --get-url=up":                         `--get-url: "up" is not a URL of a probe: write http://:8080/healthz`,
		"set probe deployment/web --readiness --open-tcp=99999":                     "--open-tcp: 99999 is no port",
		"set probe deployment/web --readiness --grpc=web":                           "a gRPC probe takes no name of a port",
		"set probe deployment/web --readiness --open-tcp=80 -c [":                   "--containers=[ is not a pattern",
		"set probe deployment/web --readiness --period-seconds=0":                   "--period-seconds=0 must be at least 1",
		"set probe deployment/web --liveness --success-threshold=2":                 "is for the readiness probe",
		"set probe deployment/web --readiness --open-tcp=80 --wait=false --soak=1s": "--wait=false does not watch",
	})
}
