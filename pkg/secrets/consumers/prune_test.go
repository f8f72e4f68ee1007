package consumers

import (
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-app/kubectl-app/pkg/workload"
)

func TestVersionOf(t *testing.T) {
	for name, test := range map[string]struct {
		object, says string // the annotation; "-" for none
		want         bool
	}{
		"ours":                          {"db-5g2h8mtk9b", "db", true},
		"a name with dashes":            {"my-db-5g2h8mtk9b", "my-db", true},
		"no annotation":                 {"db-5g2h8mtk9b", "-", false},
		"an empty annotation":           {"-5g2h8mtk9b", "", false},
		"the annotation of another":     {"db-5g2h8mtk9b", "cache", false},
		"no hash":                       {"db", "db", false},
		"copied under a name of choice": {"db-production", "db", false},
		"a hash that is too long":       {"db-5g2h8mtk9b2", "db", false},
		"no sign of a hash":             {"db-5g2h8mtk9a", "db", false},
	} {
		meta := &metav1.ObjectMeta{Name: test.object, Namespace: "shop", UID: "u", Annotations: map[string]string{}}
		if test.says != "-" {
			meta.Annotations[workload.AnnotationGenerated] = test.says
		}
		g, got := VersionOf("Secret", meta)
		if got != test.want || got && (g.Of != test.says || g.String() != "secret/"+test.object || g.UID != "u") {
			t.Errorf("%s: %v %+v", name, got, g)
		}
	}
}

func generated(name string, hours int) Version {
	return Version{Ref: workload.Ref{Kind: "Secret", Name: name}, Of: strings.SplitN(name, "-", 2)[0], Created: changeTime.Add(-time.Duration(hours) * time.Hour)}
}

func TestPlanPrune(t *testing.T) {
	all := []Version{generated("db-2222222222", 1), generated("db-4444444444", 5), generated("api-5555555555", 9), generated("db-6666666666", 0)}
	mentions := NewMentions(all)
	mentions.Scan("Pod", []byte(`{"metadata":{"name":"one"},"spec":{"volumes":[{"secret":{"secretName":"db-4444444444"}}]}}`))
	var got []string
	for _, row := range PlanPrune(all, mentions, 30*time.Minute, changeTime) {
		got = append(got, row.Name+" "+string(row.Reason)+" "+row.Keeper.Name)
	}
	want := []string{"api-5555555555 Unused ", "db-4444444444 InUse one", "db-2222222222 Unused ", "db-6666666666 Young "}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
