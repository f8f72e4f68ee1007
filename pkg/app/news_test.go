package app

import (
	"reflect"
	"strings"
	"testing"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

var (
	web = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	api = workload.Ref{Kind: "Deployment", Namespace: "shop", Name: "api"}
)

func TestNewsAreWhatChanges(t *testing.T) {
	state := func(of workload.Ref, text string) Fact { return Fact{Object: of, Text: text, Gone: Deleted} }
	about := func(topic, text, gone string) Fact { return Fact{Object: web, Topic: topic, Text: text, Gone: gone} }
	warning := func(text string) Fact { return Fact{Object: web, Topic: "warning BackOff", Text: text, Once: true} }
	kind := func(f Fact, kind string) Fact {
		f.kind = kind
		return f
	}
	for name, c := range map[string]struct {
		before, now []Fact
		want        []string
	}{
		"nothing":                   {[]Fact{state(web, "well")}, []Fact{state(web, "well")}, nil},
		"another state":             {[]Fact{state(web, "well")}, []Fact{state(web, "failing")}, []string{"web failing"}},
		"a new workload":            {[]Fact{state(web, "well")}, []Fact{state(api, "well"), state(web, "well")}, []string{"api well"}},
		"a deleted one, all of it":  {[]Fact{state(web, "well"), about("service/web", "ready", Deleted)}, nil, []string{"web deleted"}},
		"a deleted service":         {[]Fact{state(web, "well"), about("service/web", "ready", Deleted)}, []Fact{state(web, "well")}, []string{"web service/web deleted"}},
		"a problem that is mended":  {[]Fact{state(web, "well"), about("secret/db", "is not there", mended)}, []Fact{state(web, "well")}, []string{"web secret/db no problem any more"}},
		"a revision not known yet":  {[]Fact{about("revision", "1", "")}, nil, nil},
		"a warning that comes":      {nil, []Fact{warning("pod/a")}, []string{"web warning BackOff pod/a"}},
		"of another pod, and again": {[]Fact{warning("pod/a")}, []Fact{warning("pod/b")}, nil},
		"two of one reason":         {[]Fact{warning("pod/a"), warning("pod/b")}, []Fact{warning("pod/a"), warning("pod/b")}, nil},
		"of another kind":           {[]Fact{warning("pod/a")}, []Fact{warning("pod/a"), kind(warning("service/a"), "Service")}, []string{"web warning BackOff service/a"}},
		"two causes":                {[]Fact{kind(state(web, "cordoned"), "a"), kind(state(web, "lost"), "b")}, []Fact{kind(state(web, "cordoned"), "a"), kind(state(web, "lost"), "b")}, nil},
		"a warning that goes":       {[]Fact{warning("pod/a")}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range News(c.before, c.now) {
				got = append(got, strings.Join(strings.Fields(f.Object.Name+" "+f.Topic+" "+f.Text), " "))
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSteadyLeavesOutDurations(t *testing.T) {
	for text, want := range map[string]string{
		"CrashLoop, 1 of 1 new pods, for 12s":                      "CrashLoop, 1 of 1 new pods",
		"SecretMissing, 2 of 2 pods, for 4m10s: it shows Volume":   "SecretMissing, 2 of 2 pods: it shows Volume",
		"not ready for 3d4h":                                       "not ready",
		"the node has not answered, last 3s ago":                   "the node has not answered",
		"0 replicas are wanted, set by kubectl scale 40s ago":      "0 replicas are wanted, set by kubectl scale",
		"last succeeded 5m10s ago":                                 "last succeeded",
		"the API server's clock is 1m3s ahead of that here":        "the API server's clock is that here",
		"no permission for 3 pods":                                 "no permission for 3 pods",
		"quota exceeded: requests 2, used 3, limited to 4 for web": "quota exceeded: requests 2, used 3, limited to 4 for web",
	} {
		if got := Steady(text); got != want {
			t.Errorf("Steady(%q) is %q, want %q", text, got, want)
		}
	}
}
