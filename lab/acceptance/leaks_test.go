package acceptance

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// watched is a suite whose scripts get a second try if they fail (firstTries), and whose logs are read for
// values that should have stayed secret: whatever the scripts put into Secrets and variables begins with "marker-".
type watched struct {
	*testing.T
	suite string
	first *firstTries
}

// Verbose keeps the log of what went well, too.
func (watched) Verbose() bool { return true }

func (w watched) Run(name string, f func(testscript.T)) {
	w.T.Run(name, func(t *testing.T) {
		s := &script{parallel: t.Parallel}
		s.Run(name, f)
		t.Log(s.log.String())
		s.reportLeaks(t)
		if s.failed {
			w.first.add(firstTry{suite: w.suite, name: name, log: s.log.String()})
		}
	})
}

// reportLeaks fails t with the values that a script's log shows.
func (s *script) reportLeaks(t failing) {
	for _, leak := range leaks(s.log.String()) {
		t.Errorf("a secret value was shown: %s", leak)
	}
}

var (
	marker = regexp.MustCompile(`marker-[a-z0-9]+`)
	// asked are the commands whose standard output is what the user asks to see: kubectl's own, an object,
	// one value, the variables of a template.
	asked = regexp.MustCompile(`-o[ =]?'?(yaml|json|jsonpath|go-template)|--output[ =](yaml|json)|--reveal|--list`)
	ours  = regexp.MustCompile(`kubectl app |kubectl-app |^> (finish|examples|unrepeated) `)
)

// leaks finds the markers, as they stand or in base64, in what our program has written: on standard error
// always, on standard output unless it was asked for there.
func leaks(log string) []string {
	var found []string
	secrets := map[string]bool{}
	for _, m := range marker.FindAllString(log, -1) {
		secrets[m] = true
		secrets[strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(m)), "=")[:len(m)]] = true
	}
	command, stream := "", ""
	for line := range strings.Lines(log) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "> "):
			command, stream = line, ""
		case line == "[stdout]" || line == "[stderr]":
			stream = line
		case stream == "" || !ours.MatchString(command) || stream == "[stdout]" && asked.MatchString(command):
		default:
			for secret := range secrets {
				if strings.Contains(line, secret) {
					found = append(found, command+" "+stream+" "+line)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestLeaksAreFound(t *testing.T) {
	const create = "> exec kubectl create secret generic db --from-literal=a=marker-a1\n[stdout]\nsecret/db created\n"
	for name, test := range map[string]struct {
		log  string
		want int
	}{
		"none":                        {create + "> exec kubectl app set secret db b=x\n[stdout]\nsecret/db configured\n[stderr]\n  + b\n", 0},
		"on standard error":           {create + "> exec kubectl app set secret db b=x\n[stderr]\nerror: marker-a1\n", 1},
		"in base64":                   {create + "> exec kubectl app set secret db b=x\n[stderr]\n" + base64.StdEncoding.EncodeToString([]byte("marker-a1")) + "\n", 1},
		"on standard output":          {create + "> exitcode 3 kubectl app status secret/db\n[stdout]\nmarker-a1\n", 1},
		"of a job":                    {create + "> finish job 0\n[stderr]\nmarker-a1\n", 1},
		"asked for":                   {create + "> exec kubectl app get secret db --reveal a\n[stdout]\nmarker-a1\n", 0},
		"asked for, and elsewhere":    {create + "> exec kubectl app get secret db --reveal a\n[stdout]\nmarker-a1\n[stderr]\nmarker-a1\n", 1},
		"as an object":                {create + "> exec kubectl app create secret generic db --dry-run=client -o yaml\n[stdout]\nmarker-a1\n", 0},
		"by kubectl":                  {create + "> exec kubectl get secret db -o 'go-template={{.data}}'\n[stdout]\nmarker-a1\n", 0},
		"in the command as it stands": {"> exec kubectl app set secret db a=marker-a1\n[stdout]\nsecret/db configured\n", 0},
	} {
		if got := leaks(test.log); len(got) != test.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
